"""Draw or type an item of one's own beside the map."""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from explorer import session, wording
from explorer.canvas.own import Encoded, own_item
from explorer.live.answers import answer, picture_shape
from explorer.live.protocol import Encode
from explorer.live.replies import Error, Images, Latent

if TYPE_CHECKING:
    from vae_core.checkpoint import Run


def show(run: Run, model_id: str) -> None:
    """Show a pad or a box; what is drawn or typed appears on the map as well."""
    shape = picture_shape(run) if run.modality == "images" else None
    one = wording.ONE[run.modality]
    with st.container(key="own_item", gap="small"):
        st.markdown(f"**{'Type' if shape is None else 'Draw'} your own {one}**")
        own_item(
            key=f"map.own.{run.content_hash}",
            model=model_id,
            modality=run.modality,
            one=one,
            live=session.live_address(),
            shape=shape,
            encode=lambda content: _encoded(run, content),
        )


def _encoded(run: Run, content: str) -> Encoded | str:
    """Encode as the live socket does, in this run of the page."""
    try:
        raw = base64.b64decode(content, validate=True) if run.modality == "images" else None
    except (binascii.Error, ValueError):
        return "The drawing did not arrive whole; draw again."
    [reply] = answer(run, [Encode(content.encode() if raw is None else raw)])
    if isinstance(reply, Error):
        return reply.message
    if not isinstance(reply, Latent):
        return "The model cannot read this."
    about, shown = reply.about, reply.shown
    return Encoded(
        z=np.array(about["mean"], np.float32),
        shown=shown.pixels[0] if isinstance(shown, Images) else shown.texts[0]["text"],
        at=about["at"],
        near=about["nearest"],
        unknown=about.get("unknown", ()),
        read=about.get("read"),
    )
