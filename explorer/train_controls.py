"""The controls of the Train page: the data, the model and how to train it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import streamlit as st

from explorer import paths, session
from explorer.train_settings import (
    DEFAULT_EPOCHS,
    DEFAULT_LATENT_DIM,
    TrainSettings,
    default_mnist_folder,
    is_table,
    suggested_name,
    taken_names,
)

if TYPE_CHECKING:
    from vae_core.config import TrainConfig

OWN_TEXT = "own-text"
MOST_DIMENSIONS, MOST_EPOCHS = 256, 1000
MOST_PATH, MOST_NAME = 4096, 80
# What the recommendations are looked up for: an ordinary number of items.
_ORDINARY_ITEMS = 20_000


@dataclass(frozen=True)
class _Data:
    modality: str
    title: str
    dataset: str | None = None
    folder: str | None = None
    text: str | None = None
    text_column: str | None = None
    label_column: str | None = None


def show() -> TrainSettings:
    """Show the settings and return what they say."""
    data_side, model_side = st.columns(2, gap="medium")
    with data_side:
        data = _show_data()
    with model_side:
        model = _show_model(data.modality)
    dimension_side, epoch_side, name_side = st.columns([1, 1, 2], gap="medium")
    with dimension_side:
        latent_dim = st.number_input(
            "Latent dimensions",
            1,
            MOST_DIMENSIONS,
            step=1,
            key=session.kept_widget(f"train.latent_dim.{model}", DEFAULT_LATENT_DIM.get(model, 16)),
            persist_state="session",
            help="How many numbers describe one item. Two can be drawn as they are; more say more.",
        )
    with epoch_side:
        epochs = st.number_input(
            "Epochs",
            1,
            MOST_EPOCHS,
            step=1,
            key=session.kept_widget(
                f"train.epochs.{data.modality}", DEFAULT_EPOCHS.get(data.modality, 10)
            ),
            persist_state="session",
            help="How many times the training goes through the data.",
        )
    suggestion = suggested_name(data.title, model, latent_dim, taken_names(paths.runs_folder()))
    with name_side:
        name = st.text_input(
            "Run name",
            key=session.kept_widget("train.name", ""),
            persist_state="session",
            max_chars=MOST_NAME,
            placeholder=suggestion,
            help="What the finished model is called, here and as a folder. Empty: as suggested.",
        ).strip()
    with st.expander("More settings"):
        more = _show_more(data.modality, epochs)
    return TrainSettings(
        name=name or suggestion,
        model=model,
        latent_dim=latent_dim,
        epochs=epochs,
        dataset=data.dataset,
        folder=data.folder,
        text=data.text,
        text_column=data.text_column,
        label_column=data.label_column,
        **more,
    )


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


def _show_model(modality: str) -> str:
    from vae_core.models import MODELS, families

    names = families("images" if modality == "images" else "sentences")
    lines = {name: (MODELS[name].__doc__ or "").split("\n")[0] for name in names}
    return st.selectbox(
        "Model",
        names,
        key=session.kept_widget(f"train.model.{modality}", names[0], names),
        persist_state="session",
        format_func=lambda name: _MODEL_TITLES.get(name, name),
        help="  \n".join(f"**{name}**: {line}" for name, line in lines.items())
        if len(names) > 1
        else _MODEL_HELP.get(names[0], ""),
    )


_MODEL_TITLES = {
    "dense": "dense: the classic one, for small pictures",
    "gru": "gru: reads and writes word by word",
}
_MODEL_HELP = {
    "dense": "Every pixel is joined to 256 hidden units, and those to the latent numbers.",
    "gru": "Reads a sentence in both directions, and writes one word after the other.",
}


def _show_more(modality: str, epochs: int) -> dict[str, Any]:
    from vae_core.presets import recommended

    preset = recommended("images" if modality == "images" else "sentences", _ORDINARY_ITEMS, epochs)
    st.caption("What is left empty is chosen to suit the data.")
    fields = _fields(preset)
    values: dict[str, Any] = {}
    for start in range(0, len(fields), 3):
        for side, field in zip(
            st.columns(3, gap="medium"), fields[start : start + 3], strict=False
        ):
            with side:
                values[field.name] = _show_field(field)
    return values


@dataclass(frozen=True)
class _Field:
    name: str
    title: str
    help: str
    low: float | int
    high: float | int
    step: float | int
    empty: str | None  # what an empty field says; None: the field is never empty
    format: str | None = None


def _fields(preset: TrainConfig) -> Sequence[_Field]:
    objective = preset.objective
    return (
        _Field("batch_size", "Batch size", "How many items each step looks at.", 1, 65_536, 16,
               "32 for small data sets, else 128"),
        _Field("learning_rate", "Learning rate", "How far each step goes. Too far, and the "
               "training breaks.", 1e-6, 1.0, 1e-4, f"{preset.learning_rate:g}", "%g"),
        _Field("beta", "Weight of the KL (β)", "More makes the latent space smoother and the "
               "items vaguer. 1 is the plain VAE.", 0.0, 100.0, 0.1, f"{objective.beta:g}", "%g"),
        _Field("warmup_epochs", "KL warm-up (epochs)", "Over how many epochs β rises from 0, so "
               "that the model first learns to copy.", 0.0, 1000.0, 1.0,
               f"{objective.warmup_epochs:.2g}", "%g"),
        _Field("free_bits", "Free bits (nats)", "How much each dimension may carry at no cost; it "
               "keeps the model from ignoring them.", 0.0, 10.0, 0.05,
               f"{objective.free_bits:g}", "%g"),
        _Field("seed", "Seed", "The same seed on the same machine gives the same model.", 0,
               2**31 - 1, 1, None),
    )  # fmt: skip


def _show_field(field: _Field) -> Any:
    return st.number_input(
        field.title,
        field.low,
        field.high,
        step=field.step,
        format=field.format,
        key=session.kept_widget(f"train.{field.name}", None if field.empty is not None else 0),
        persist_state="session",
        placeholder=field.empty,
        help=field.help,
    )
