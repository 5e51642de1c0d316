"""What one visitor has open and set: the only file that touches session state and the URL.

The chosen model lives under a key of its own and in the URL as `?model=<id>`, because Streamlit
drops both widget values and query parameters when the visitor changes page.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Any, TypeVar

import streamlit as st

from explorer.live.guard import ENTRANCE

T = TypeVar("T")

MODEL_PARAMETER = "model"
VIEW_PARAMETER = "view"
SHARE_PARAMETER = "s"
_MODEL = "latentscape.model"
_KEPT = "latentscape.kept"
_VISITOR = "latentscape.visitor"


def current_model_id() -> str | None:
    """Return the id of the chosen model, from the URL before the session, or None.

    The id is what the visitor or a link says; whether such a model exists is the catalogue's word.
    """
    from_url = st.query_params.get(MODEL_PARAMETER)
    if from_url:
        st.session_state[_MODEL] = from_url
        return from_url
    remembered = st.session_state.get(_MODEL)
    if remembered is None:
        return None
    st.query_params[MODEL_PARAMETER] = remembered
    return str(remembered)


def live_address() -> dict[str, str] | None:
    """Return how this visitor reaches the live socket, {path, token}, or None where there is none.

    The path is relative to the page's base address. Under `streamlit run` there is no socket.
    """
    if _VISITOR not in st.session_state:
        st.session_state[_VISITOR] = secrets.token_hex(8)
    return ENTRANCE.address(st.session_state[_VISITOR])


def choose_model(model_id: str) -> None:
    """Open `model_id` on every page from now on, and write it into the URL.

    What the URL says of the model before, its view or a link to it, is no longer there.
    """
    if model_id != st.session_state.get(_MODEL):
        set_url_value(VIEW_PARAMETER, None)
    set_url_value(SHARE_PARAMETER, None)
    rename_model(model_id)


def rename_model(model_id: str) -> None:
    """Call the open model `model_id` from now on: the same one, by another name."""
    st.session_state[_MODEL] = model_id
    st.query_params[MODEL_PARAMETER] = model_id


def forget_model() -> None:
    """Have no model chosen, as on a first visit."""
    st.session_state.pop(_MODEL, None)
    set_url_value(MODEL_PARAMETER, None)


def url_value(name: str) -> str | None:
    """Return one query parameter, such as the id of a training, or None."""
    return st.query_params.get(name) or None


def has_url_value(name: str) -> bool:
    """Whether the address has this query parameter, be it empty."""
    return name in st.query_params


def set_url_value(name: str, value: str | None) -> None:
    """Write one query parameter, or remove it where `value` is None."""
    if value is not None:
        st.query_params[name] = value
    elif name in st.query_params:
        del st.query_params[name]


def kept_widget(key: str, default: T, options: Sequence[T] | None = None) -> str:
    """Prepare a widget whose value survives a change of page; return the key to give it.

    Call it right before the widget, and give the widget no value or index of its own:

        st.selectbox("Colour", names, key=kept_widget("map.colour", names[0], names))

    A remembered value that is no longer among `options` falls back to `default`. A key may name
    the model (`f"decode.z3.{run.content_hash}"`) where the value belongs to one model only.
    """
    kept = st.session_state.setdefault(_KEPT, [])
    if key not in kept:
        kept.append(key)
    known = key in st.session_state
    if not known or (options is not None and st.session_state[key] not in options):
        st.session_state[key] = default
    return key


def synced_widget(key: str, value: Any) -> str:
    """Make the widget with this key show `value` in this run; return the key to give it."""
    st.session_state[key] = value
    return key


def set_kept(key: str, value: Any) -> None:
    """Set the value of a kept widget: from a callback, or before the widget is drawn."""
    kept = st.session_state.setdefault(_KEPT, [])
    if key not in kept:
        kept.append(key)
    st.session_state[key] = value


def recall(key: str, default: Any = None) -> Any:
    """Return a value stored with `remember` or kept by a widget, or `default`."""
    return st.session_state.get(key, default)


def remember(key: str, value: Any) -> None:
    """Store a value that belongs to no widget, such as a drawn sample, for this visitor."""
    st.session_state[key] = value


def keep_widgets() -> None:
    """Renew every kept widget value; the router calls it once per run, before any widget.

    Streamlit forgets the value of a widget that a run does not draw. Assigning it again turns it
    into a plain value, which stays until its page is shown next.
    """
    for key in st.session_state.get(_KEPT, ()):
        if key in st.session_state:
            st.session_state[key] = st.session_state[key]
