"""Wait on the page for what is made in the background, and say how far it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import streamlit as st

from explorer import computed_reading, page_parts
from vae_core.errors import UserError

if TYPE_CHECKING:
    from explorer.background import Background
    from vae_core.checkpoint import Run

T = TypeVar("T")
REFRESH_SECONDS = 0.5


def ready(
    run: Run, make: Callable[[], T | None], what: Background[Any], words: str, view: str = ""
) -> T | None:
    """Return what is made; where it is not there yet say how far it is, and None."""
    try:
        found = make()
    except UserError as error:
        page_parts.problem(str(error))
        return None
    if found is None:
        _progress(run, what, words, view)
    return found


def _progress(run: Run, what: Background[Any], words: str, view: str) -> None:
    @st.fragment(run_every=REFRESH_SECONDS)
    def progress() -> None:
        share = computed_reading.share(run, what, view)
        if share is None:
            st.rerun()
        st.progress(share or 0.0, words)

    progress()
