"""The controls of the Train page: the data, the model and how to train it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from explorer import paths, session, train_more
from explorer.train_fields import SEED
from explorer.train_settings import (
    DEFAULT_EPOCHS,
    DEFAULT_LATENT_DIM,
    MODEL_TITLES,
    TrainSettings,
    default_mnist_folder,
    families_for_data,
    is_table,
    suggested_name,
    taken_names,
)

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

    from vae_core.data.dataset import Modality

OWN_TEXT = "own-text"
MOST_DIMENSIONS, MOST_EPOCHS = 256, 1000
MOST_PATH, MOST_NAME = 4096, 80
USUAL_SIZE = "usual"


@dataclass(frozen=True)
class _Data:
    modality: Modality
    title: str
    dataset: str | None = None
    folder: str | None = None
    text: str | None = None
    text_column: str | None = None
    label_column: str | None = None


def show() -> TrainSettings:
    """Show the settings and return what they say."""
    from vae_core.models import SIZES, model_class

    data_side, model_side = st.columns(2, gap="medium")
    with data_side:
        data = _show_data()
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
        dataset=data.dataset,
        folder=data.folder,
        text=data.text,
        text_column=data.text_column,
        label_column=data.label_column,
        more=more,
        seed=seed,
    )


def _show_name(side: DeltaGenerator, data: _Data, model: str, latent_dim: int) -> tuple[str, str]:
    suggestion = suggested_name(data.title, model, latent_dim, taken_names(paths.runs_folder()))
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


def _show_data() -> _Data:
    from vae_core.data.registry import DATASETS

    names = [*DATASETS, OWN_TEXT]
    titles = {name: f"{name}: {entry.description}" for name, entry in DATASETS.items()}
    choice = st.selectbox(
        "Data set",
        names,
        key=session.kept_widget("train.dataset", names[0], names),
        persist_state="session",
        format_func=lambda name: titles.get(name, "Your own text file"),
        help="What the model learns from.",
    )
    if choice == OWN_TEXT:
        return _show_own_text()
    entry = DATASETS[choice]
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
    return _Data(entry.modality, choice, dataset=choice, folder=folder)


def _show_own_text() -> _Data:
    path = st.text_input(
        "Path of the text file",
        key=session.kept_widget("train.text", ""),
        persist_state="session",
        max_chars=MOST_PATH,
        placeholder="reviews.csv",
        help="A file on the server's disk: .txt with one item a line, or .tsv or .csv with a "
        "header line; also packed as .gz. UTF-8.",
    ).strip()
    columns: list[str | None] = [None, None]
    if is_table(path):
        sides = st.columns(2, gap="small")
        columns = [
            side.text_input(
                f"Column with the {what}",
                key=session.kept_widget(f"train.{what}_column", ""),
                persist_state="session",
                max_chars=200,
                placeholder=placeholder,
                help="Its name in the header line.",
            ).strip()
            for side, (what, placeholder) in zip(
                sides, (("texts", "text"), ("labels", "none")), strict=True
            )
        ]
    return _Data("sentences", path or "text", None, None, path, *columns)


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
