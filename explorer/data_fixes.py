"""What to do to a visitor's texts before they are trained on: each choice is one click."""

from __future__ import annotations

from dataclasses import dataclass

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


@dataclass(frozen=True, kw_only=True)
class ChosenFixes:
    """Changes to texts, named as the command's options."""

    split_sentences: str | None = None
    lowercase: bool = False
    cut_words: int | None = None
    drop_repeats: bool = False


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
            key=f"train.cut.{of}",
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
