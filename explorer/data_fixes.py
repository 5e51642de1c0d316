"""What to do to a visitor's texts before they are trained on: each choice is one click."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import streamlit as st

from explorer import session

DROP_REPEATS, LOWERCASE = "drop_repeats", "lowercase"
CHANGES = {DROP_REPEATS: "Drop repeats", LOWERCASE: "Lowercase"}
MOST_WORDS = 10_000
# By the codes that the segmenter knows them by; the rules of English serve for others.
LANGUAGES = {
    "ar": "Arabic", "bn": "Bengali", "zh": "Chinese", "cs": "Czech", "da": "Danish", "nl": "Dutch",
    "en": "English", "fi": "Finnish", "fr": "French", "de": "German", "el": "Greek", "he": "Hebrew",
    "hi": "Hindi", "it": "Italian", "ja": "Japanese", "ko": "Korean", "pl": "Polish",
    "pt": "Portuguese", "ru": "Russian", "es": "Spanish", "sv": "Swedish", "tr": "Turkish",
    "uk": "Ukrainian", "und": "Another language",
}  # fmt: skip
_WHOLE = ""


def values_of(fixes: Mapping[str, Any], of: str) -> dict[str, Any]:
    """Return the widgets' values, by their keys, for the `fixes` that a run's source records."""
    found: dict[str, Any] = {
        f"train.changes.{of}": [name for name in CHANGES if fixes.get(name) is True]
    }
    if isinstance(cut := fixes.get("cut_words"), int) and 1 <= cut <= MOST_WORDS:
        found[f"train.cut.{of}"] = cut
    if language := fixes.get("split_sentences"):
        # The segmenter takes what it does not know for English, too.
        found[f"train.split.{of}"] = language if language in LANGUAGES else "und"
    return found


@dataclass(frozen=True, kw_only=True)
class ChosenFixes:
    """Changes to texts, named as the command's options."""

    split_sentences: str | None = None
    lowercase: bool = False
    cut_words: int | None = None
    drop_repeats: bool = False


def show_for_pictures(of: str) -> bool:
    """Offer to drop repeated pictures `of` a file; return whether that was chosen."""
    changes = st.pills(
        "Change the pictures first",
        (DROP_REPEATS,),
        selection_mode="multi",
        key=session.kept_widget(f"train.changes.{of}", []),
        persist_state="session",
        format_func=CHANGES.__getitem__,
        help="Pictures that come again, pixel by pixel, teach nothing new, and make held-out items "
        "look better explained than they are.",
    )
    return DROP_REPEATS in changes


def show(of: str) -> ChosenFixes:
    """Offer changes to the texts `of` a file, and return which were chosen."""
    left, middle, right = st.columns(3, gap="medium", vertical_alignment="bottom")
    with left:
        changes = st.pills(
            "Change the texts first",
            tuple(CHANGES),
            selection_mode="multi",
            key=session.kept_widget(f"train.changes.{of}", []),
            persist_state="session",
            format_func=CHANGES.__getitem__,
            help="Texts that come again teach nothing new, and make held-out items look better "
            "explained than they are.",
        )
    with middle:
        language = st.selectbox(
            "Split into sentences",
            (_WHOLE, *LANGUAGES),
            key=session.kept_widget(f"train.split.{of}", _WHOLE, (_WHOLE, *LANGUAGES)),
            persist_state="session",
            format_func=lambda code: LANGUAGES.get(code, "No, keep texts whole"),
            help="Each sentence becomes an item of its own; its label and other columns go with "
            "it. Choose the language: abbreviations differ.",
        )
    with right:
        words = st.number_input(
            "Keep so many words",
            1,
            MOST_WORDS,
            value=None,
            step=1,
            key=session.kept_widget(f"train.cut.{of}", None),
            persist_state="session",
            placeholder="all",
            help="Longer texts are cut. A sentence model reads only its first words anyway "
            "(see More settings).",
        )
    return ChosenFixes(
        split_sentences=language or None,
        lowercase=LOWERCASE in changes,
        cut_words=words,
        drop_repeats=DROP_REPEATS in changes,
    )
