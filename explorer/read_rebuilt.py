"""Rebuilt: items beside what comes back of them, with the differences marked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from explorer import computed_reading, page_parts, session
from explorer.analysis import reconstruction
from explorer.analysis.reconstruction import RebuiltPicture, RebuiltText
from explorer.canvas.words import compared, marked_words
from explorer.read_wait import ready
from vae_core.errors import UserError

if TYPE_CHECKING:
    from vae_core.checkpoint import Run

SHOWN = 5
PICTURE_WIDTH = 84
THIS, RANDOM, WORST = "this", "random", "worst"
_NAMES = {THIS: "This item", RANDOM: "Random items", WORST: "Worst items"}


def show(run: Run, item: int) -> None:
    """Show items, what comes back of them, and where the two differ."""
    st.caption(
        "An item is encoded to its place in the latent space and decoded from there alone: what "
        "differs is what the model did not keep."
    )
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        way = st.segmented_control(
            "Which",
            tuple(_NAMES),
            key=session.kept_widget("read.rebuilt", THIS, tuple(_NAMES)),
            format_func=_NAMES.__getitem__,
            required=True,
            label_visibility="collapsed",
        )
        if way == RANDOM:
            st.button("Others", icon=":material/casino:", key="read.others", on_click=_draw)
    items = _items(run, way or THIS, item)
    if items is None:
        return
    try:
        _pictures(run, items) if run.modality == "images" else _texts(run, items)
    except UserError as error:  # such as of a model of embeddings that are not there
        page_parts.problem(str(error))
        return
    if run.items_are_decoded:
        st.caption(
            "This model ships without its data: the source is itself decoded, and was encoded and "
            "decoded once more."
        )


def _items(run: Run, way: str, item: int) -> NDArray[np.int64] | None:
    if way == THIS:
        return np.array([item])
    if way == RANDOM:
        draw = np.random.default_rng(session.recall("read.rebuilt.seed", 0))
        return np.sort(draw.choice(len(run), min(SHOWN, len(run)), replace=False))
    worst = ready(
        lambda: computed_reading.worst(run),
        lambda: computed_reading.share(run, computed_reading.WORST),
        "Looking for the items that come back worst.",
    )
    if worst is None:
        return None
    of = "all items" if worst.looked_at == len(run) else f"{worst.looked_at:,} items drawn"
    st.caption(f"The worst of {of}.")
    return worst.items[:SHOWN]


def _pictures(run: Run, items: NDArray[np.int64]) -> None:
    from explorer.figures_reading import difference_picture

    for number, one in zip(
        items.tolist(), reconstruction.rebuilt_pictures(run, items), strict=True
    ):
        with st.container(key=f"read_rebuilt_{number}", gap="xsmall"):
            both = [page_parts.as_bytes(picture) for picture in (one.source, one.rebuilt)]
            page_parts.show_pictures(
                [*both, difference_picture(one.difference)],
                ["Source", "Rebuilt", "Difference"],
                width=PICTURE_WIDTH,
            )
            st.caption(page_parts.literal(_loss_words(run, number, one)))
    st.caption("Difference: grey is the same, light is ink added, dark is ink missing.")


def _loss_words(run: Run, number: int, one: RebuiltPicture) -> str:
    return (
        f"{page_parts.item_name(run, number)}: pixels differ by {np.sqrt(one.error):.2f} on "
        "average (root mean square, of 1)"
    )


def _texts(run: Run, items: NDArray[np.int64]) -> None:
    found = reconstruction.rebuilt_texts(run, items)
    names = [page_parts.item_name(run, number) for number in items.tolist()]
    if run.modality == "documents":
        for name, one in zip(names, found, strict=True):
            st.caption(page_parts.literal(name))
            st.text(one.source)
            marked_words(
                [
                    compared(
                        "The words it expects most", one.pieces, document_words(one), likeliest=True
                    )
                ],
                key=f"read.rebuilt.{run.content_hash}.{name}",
            )
        st.caption("A plain word is in the document; one with + is not. Hover for its probability.")
        return
    marked_words(
        [
            compared(name, one.pieces, text_words(one))
            for name, one in zip(names, found, strict=True)
        ],
        key=f"read.rebuilt.{run.content_hash}",
    )
    st.caption(
        "− struck out: in the source, not rebuilt. + underlined: rebuilt, not in the source. The "
        "fainter, the less sure the model was; hover for the probability."
    )


def text_words(one: RebuiltText) -> str:
    """Say in numbers how much of a text came back."""
    nats = "" if one.nats is None else f" · {one.nats:.2f} nats a token to write the source"
    return f"{one.kept} of {one.words} words came back{nats}"


def document_words(one: RebuiltText) -> str:
    """Say how many of the words that a document model expects the document has."""
    nats = "" if one.nats is None else f" · {one.nats:.2f} nats a word"
    return f"{one.kept} of {len(one.pieces)} are in the document{nats}"


def _draw() -> None:
    session.remember("read.rebuilt.seed", session.recall("read.rebuilt.seed", 0) + 1)
