"""The controls of the Train page: the data, the model and how to train it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import streamlit as st

from explorer import own_data, paths, session, train_more
from explorer.jobs import jobs_in
from explorer.own_data import MOST_PATH, ChosenData
from explorer.train_fields import SEED
from explorer.train_settings import (
    DEFAULT_EPOCHS,
    DEFAULT_LATENT_DIM,
    MODEL_TITLES,
    TrainSettings,
    default_mnist_folder,
    families_for_data,
    suggested_name,
    taken_names,
)

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

    from vae_core.data.dataset import Modality

OWN_DATA = "own-data"
MOST_DIMENSIONS, MOST_EPOCHS = 256, 1000
MOST_NAME = 80
USUAL_SIZE = "usual"
STARTED = "train.started"


def show() -> TrainSettings:
    """Show the settings and return what they say."""
    from vae_core.models import SIZES, model_class

    data_side, model_side = st.columns(2, gap="medium")
    with data_side:
        choice = _show_data_sets()
    with st.container(key="train_data", gap="small"):
        data = own_data.show() if choice == OWN_DATA else _named(choice)
    with model_side:
        model = _show_model(data.modality)
    has_sizes = bool(SIZES.get(model))
    *size_side, dimension_side, epoch_side, name_side = st.columns(
        [1, 1, 1, 2] if has_sizes else [1, 1, 2], gap="medium"
    )
    size = _show_size(size_side[0], model) if size_side else None
    with dimension_side:
        latent_dim = st.number_input(
            "Latent dimensions",
            1,
            MOST_DIMENSIONS,
            step=1,
            key=session.kept_widget(
                f"train.latent_dim.{model}.{size}", _usual_latent_dim(model, size)
            ),
            persist_state="session",
            help="How many numbers describe one item. Two can be drawn as they are; more say more.",
        )
    modality = model_class(model).modality
    with epoch_side:
        epochs = st.number_input(
            "Epochs",
            1,
            MOST_EPOCHS,
            step=1,
            key=session.kept_widget(f"train.epochs.{modality}", DEFAULT_EPOCHS[modality]),
            persist_state="session",
            help="How many times the training goes through the data.",
        )
    name, suggestion = _show_name(name_side, data, model, latent_dim)
    with st.expander("More settings"):
        more = train_more.show(model, modality, epochs)
    seed = int(more.pop(SEED, 0))
    return TrainSettings(
        name=name or suggestion,
        model=model,
        size=size,
        latent_dim=latent_dim,
        epochs=epochs,
        **data.names(),
        more=more,
        seed=seed,
        refusal=own_data.REFUSED if data.refused else None,
    )


def _show_name(
    side: DeltaGenerator, data: ChosenData, model: str, latent_dim: int
) -> tuple[str, str]:
    runs = paths.runs_folder()
    taken = taken_names(runs) | jobs_in(runs).names()
    suggestion = suggested_name(data.title, model, latent_dim, taken)
    # A name that this form has given already is not asked for the next training.
    given = session.recall(STARTED)
    if given in taken and session.recall("train.name") == given:
        session.set_kept("train.name", "")
    with side:
        name = st.text_input(
            "Run name",
            key=session.kept_widget("train.name", ""),
            persist_state="session",
            max_chars=MOST_NAME,
            placeholder=suggestion,
            help="What the finished model is called, here and as a folder. Empty: as suggested.",
        ).strip()
    return name, suggestion


def _show_data_sets() -> str:
    from vae_core.data.registry import DATASETS

    names = [OWN_DATA, *DATASETS]
    chosen = st.segmented_control(
        "Data set",
        names,
        key=session.kept_widget("train.dataset", OWN_DATA, names),
        persist_state="session",
        required=True,
        wrap=True,
        format_func=lambda name: "Your own data" if name == OWN_DATA else name,
        help="What the model learns from: a file of yours, or one of these to try it with.",
    )
    return chosen or OWN_DATA


def _named(choice: str) -> ChosenData:
    from vae_core.data.registry import DATASETS

    entry = DATASETS[choice]
    st.caption(entry.description)
    folder = None
    if entry.takes_folder:
        folder = st.text_input(
            "Folder with the data",
            key=session.kept_widget(f"train.folder.{choice}", default_mnist_folder()),
            persist_state="session",
            max_chars=MOST_PATH,
            placeholder="Downloaded where empty",
            help="A folder on the server's disk with the four MNIST files (IDX, plain or .gz).",
        ).strip()
    return ChosenData(modality=entry.modality, title=choice, dataset=choice, folder=folder)


def _show_model(modality: Modality) -> str:
    names = families_for_data(modality)
    return st.selectbox(
        "Model",
        names,
        key=session.kept_widget(f"train.model.{modality}", _first(names), names),
        persist_state="session",
        format_func=lambda name: f"{name}: {MODEL_TITLES[name]}" if name in MODEL_TITLES else name,
        help="How it reads the data and makes new ones. The first are quick; the later ones are "
        "larger."
        if modality == "images"
        else "Sentence models write sentences. bag-of-words looks only at which words a text has: "
        "it is quick, and its clusters follow the topics.",
    )


def _first(names: Sequence[str]) -> str:
    return "gru" if "gru" in names else names[0]


def _show_size(side: DeltaGenerator, model: str) -> str | None:
    from vae_core.models import SIZES

    names = [USUAL_SIZE, *SIZES[model]]
    size = side.selectbox(
        "Size",
        names,
        key=session.kept_widget(f"train.size.{model}", USUAL_SIZE, names),
        persist_state="session",
        help="A pre-set size of the model: larger ones can say more and take longer.",
    )
    return None if size == USUAL_SIZE else size


def _usual_latent_dim(model: str, size: str | None) -> int:
    from vae_core.models import SIZES, model_class

    pre_set = SIZES.get(model, {}).get(size or "", {})
    return int(pre_set.get("latent_dim", DEFAULT_LATENT_DIM[model_class(model).modality]))
