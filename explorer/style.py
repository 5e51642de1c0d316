"""Our style sheet, added once a run to what Streamlit's theme cannot say."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import streamlit as st

from explorer import paths
from explorer.colouring import Shades


def apply() -> None:
    """Add the style sheet to the page."""
    st.html(f"<style>{_style_sheet()}</style>")


def edge(keys: Sequence[str], colours: Sequence[Shades]) -> None:
    """Give the containers with these keys a left edge in these colours, both our own."""
    rules = (
        f".st-key-{key} {{ border-left: 0.25rem solid light-dark({light}, {dark}); }}"
        for key, (light, dark) in zip(keys, colours, strict=True)
    )
    st.html(f"<style>{' '.join(rules)}</style>")


def ink(keys: Sequence[str], colours: Sequence[Shades]) -> None:
    """Give the icons in the containers with these keys these colours, both our own."""
    rules = (
        f".st-key-{key} [data-testid='stIconMaterial'] {{ color: light-dark({light}, {dark}); }}"
        for key, (light, dark) in zip(keys, colours, strict=True)
    )
    st.html(f"<style>{' '.join(rules)}</style>")


@cache
def _style_sheet() -> str:
    sheets = sorted(paths.PACKAGE.glob("style*.css"))
    return "\n".join(sheet.read_text(encoding="utf-8") for sheet in sheets)
