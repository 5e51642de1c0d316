"""Our style sheet, added once a run to what Streamlit's theme cannot say."""

from __future__ import annotations

from functools import cache

import streamlit as st

from explorer import paths


def apply() -> None:
    """Add the style sheet to the page."""
    st.html(f"<style>{_style_sheet()}</style>")


@cache
def _style_sheet() -> str:
    return (paths.PACKAGE / "style.css").read_text(encoding="utf-8")
