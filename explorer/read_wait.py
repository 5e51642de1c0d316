"""Wait on the page for what is made in the background, and say how far it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import streamlit as st

from explorer import page_parts
from vae_core.errors import UserError

T = TypeVar("T")
REFRESH_SECONDS = 0.5


def ready(make: Callable[[], T | None], share: Callable[[], float | None], words: str) -> T | None:
    """Return what is made; where it is not there yet say how far it is, and None.

    `share` tells which share of it is done, None where it is over.
    """
    try:
        found = make()
    except UserError as error:
        page_parts.problem(str(error))
        return None
    if found is None:
        _progress(share, words)
    return found


def _progress(share: Callable[[], float | None], words: str) -> None:
    @st.fragment(run_every=REFRESH_SECONDS)
    def progress() -> None:
        done = share()
        if done is None:
            st.rerun()
        st.progress(min(1.0, done or 0.0), words)

    progress()
