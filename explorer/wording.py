"""What items and decodes are called on the screen, by kind of model."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from vae_core.data.dataset import Modality

ONE: dict[Modality, str] = {"images": "picture", "sentences": "sentence", "documents": "document"}
TOP_WORDS = "The words it expects, most likely first."


def decoded(modality: Modality) -> str:
    """Name what the model makes of a latent point, as the caption above it."""
    return (
        "Decoded: the words it expects, most likely first"
        if modality == "documents"
        else ("Decoded")
    )


def centre(modality: Modality) -> str:
    """Name what the model makes of a cluster's centre."""
    if modality == "documents":
        return "At the centre: the words it expects, most likely first"
    return "The centre, decoded"


def unknown(words: list[str], modality: Modality = "sentences", most: int = 8) -> str:
    """Say which words the model has never seen, and what it makes of them."""
    shown = ", ".join(f"“{word}”" for word in words[:most])
    more = f" and {len(words) - most} more" if len(words) > most else ""
    if modality == "documents":
        return (
            f"The model does not count {shown}{more}: it knows only words that tell topics apart."
        )
    return f"The model does not know {shown}{more}: it reads the sentence without knowing what " + (
        "that word is." if len(words) == 1 else "those words are."
    )
