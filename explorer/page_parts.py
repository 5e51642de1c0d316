"""Small Streamlit parts that several pages share. Nothing here renders untrusted text as markup."""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from explorer import catalogue, session
from explorer.analysis.decoding import decode

if TYPE_CHECKING:
    from vae_core.checkpoint import Run

PICTURE_WIDTH = 168
_MARKUP = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|$:~&^=@\"'])")

_ICON = re.compile(r"\\:(?=material/|streamlit\\:)")


def literal(text: str) -> str:
    """Return `text` as Markdown that shows exactly this text: for labels and messages.

    Streamlit renders Markdown, LaTeX, emoji codes and colour directives in labels; a name such as
    `**x**`, `:red[x]` or `$x$` must appear as it is written.
    """
    escaped = _MARKUP.sub(r"\\\1", " ".join(text.split()))
    # Icons are looked for after the escapes are gone; an invisible joiner keeps them from matching.
    return _ICON.sub("\\:\u2060", escaped)


def page_header(title: str, purpose: str) -> None:
    """Show a page's title and its one sentence of purpose, both written by us."""
    with st.container(key="page_header", gap="small"):
        st.markdown(f"**{title}** {purpose}")


def problem(sentence: str) -> None:
    """Show one sentence that says what went wrong and what to do, whatever text it quotes."""
    st.error(told(sentence), icon=":material/error:")


def told(sentence: str) -> str:
    """Return a sentence of ours as Markdown, with the page's fields instead of command options."""
    from explorer.field_words import on_page

    return literal(on_page(sentence))


def open_model() -> tuple[Run, str]:
    """Return the run that pages show and its id: the chosen one, else the first to open.

    Where there is none, or it cannot be opened, say what to do and stop the page.
    """
    from vae_core.checkpoint import RunError

    chosen = session.current_model_id()
    if chosen is None:
        entry = catalogue.default_model(catalogue.list_models())
        if entry is None:
            st.info("There is no model to open yet. Train one on the Train page.")
            st.stop()
        chosen = entry.id
    try:
        return catalogue.open_run(chosen), chosen
    except catalogue.UnknownModelError as error:
        link = session.url_value(session.SHARE_PARAMETER)
        _not_here(str(error), chosen, link)
    except RunError as error:
        problem(f"{error} Choose another model in the bar above.")
        st.stop()


def _not_here(sentence: str, model_id: str, link: str | None) -> NoReturn:
    """Say that there is no such model; one that a link is to may be here by another name."""
    from explorer import share_home

    if link is None:
        problem(f"{sentence} Choose another model in the bar above.")
        st.stop()
    elsewhere = share_home.find(link)
    if elsewhere is not None:
        session.rename_model(elsewhere)
        st.rerun()
    problem(share_home.gone(model_id))
    st.stop()


def item_name(run: Run, index: int) -> str:
    """Name an item by its number and, where it has one, its label."""
    label = "" if run.labels is None else f" · {run.labels[index]}"
    return f"Item {index}{label}"


def show_items(
    items: Any, captions: Sequence[str] | None = None, *, width: int = PICTURE_WIDTH
) -> None:
    """Show pictures (n, h, w[, colours]) side by side, or plain texts one below the other."""
    if isinstance(items, np.ndarray):
        show_pictures(items, captions, width=width)
    else:
        show_sentences(items, captions)


def show_pictures(
    pictures: Iterable[NDArray[Any]],
    captions: Sequence[str] | None = None,
    *,
    width: int = PICTURE_WIDTH,
) -> None:
    """Show pictures (n, h, w[, colours]) in a row that wraps, `width` wide, pixels kept sharp."""
    with st.container(horizontal=True, gap="small"):
        for index, picture in enumerate(pictures):
            caption = literal(captions[index]) if captions else None
            alt = captions[index] if captions else "decoded picture"
            st.image(picture_uri(picture, width), caption=caption, width=width, alt=alt)


def show_sentences(sentences: Sequence[str], captions: Sequence[str] | None = None) -> None:
    """Show sentences as plain text, each under its caption if there are captions."""
    for index, sentence in enumerate(sentences):
        if captions:
            st.caption(literal(captions[index]))
        st.text(sentence)


def show_facts(facts: Mapping[str, str], key: str = "facts") -> None:
    """Show names and values, both as plain text, one pair a line."""
    with st.container(key=key, gap=None):
        for name, value in facts.items():
            with st.container(horizontal=True, horizontal_alignment="distribute", gap="small"):
                st.caption(literal(name))
                st.text(value)


def picture_uri(picture: NDArray[Any], width: int | None = None) -> str:
    """Encode one picture (h, w[, colours]), float in [0, 1] or uint8, as a PNG data URI.

    Where `width` is given, the picture is enlarged by whole pixels to about that width, so that
    an 8×8 digit stays crisp. A data URI needs no file on the server (st.image files are evicted).
    """
    from PIL import Image

    shown = as_bytes(picture)
    if width is not None:
        factor = max(1, width // shown.shape[1])
        shown = shown.repeat(factor, axis=0).repeat(factor, axis=1)
    buffer = io.BytesIO()
    Image.fromarray(shown).save(buffer, format="PNG")
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode("ascii")


def decoded(run: Run, z: NDArray[np.floating[Any]]) -> NDArray[np.uint8] | str:
    """Decode one latent point (latent_dim,) to a picture as `as_bytes` makes it, or a text."""
    [item] = decode(run, z[None])
    return item if isinstance(item, str) else as_bytes(np.asarray(item))


def as_bytes(picture: NDArray[Any]) -> NDArray[np.uint8]:
    """Turn a picture (h, w[, colours]) into bytes, (h, w) grey or (h, w, 3) in colour.

    Floats in [0, 1] are scaled, bytes pass through; other numbers of colours are averaged to grey.
    """
    if picture.ndim == 3 and picture.shape[2] != 3:
        picture = picture.mean(axis=2).astype(picture.dtype)
    if picture.dtype == np.uint8:
        return picture
    from vae_core.data import images

    return images.as_bytes(picture)
