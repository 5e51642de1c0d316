"""What keeps a page's live socket open across a restart of the server (`src/renewal.ts`)."""

from __future__ import annotations

import streamlit as st

from explorer import session
from explorer.canvas.component import component, nothing, said
from explorer.loose_json import finite

_KEY = "keeper"


def keeper() -> None:
    """Mount what asks for a run of the page where its live socket does not open any more.

    It has no face. It stands outside of every fragment, since a server that was started again
    knows none.
    """
    with st.container(key=f"columns_{_KEY}", gap=None):
        component("keeper")(
            key=_KEY,
            data={"live": session.live_address(), "heard": int(finite(said(_KEY)) or 0)},
            on_state_change=nothing,
        )
