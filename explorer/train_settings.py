"""What the Train page asks for, and the command that it comes to."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from vae_core.data.dataset import Modality

# By what the model takes its items for.
DEFAULT_LATENT_DIM = {"images": 2, "sentences": 16, "documents": 20}
DEFAULT_EPOCHS = {"images": 20, "sentences": 10, "documents": 30}
MODEL_TITLES = {
    "dense": "the classic one, for small pictures",
    "conv": "knows a shape wherever it stands",
    "gru": "reads and writes word by word",
    "lstm": "word by word, with a longer memory",
    "transformer": "looks at all words at once",
    "bag-of-words": "counts words and finds topics",
}
Value = str | int | float
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._ -]{0,79}")


@dataclass(frozen=True, kw_only=True)
class DataNames:
    """Data as the command's options name them.

    One of `dataset` (a name of the registry, perhaps with a `folder`), `text` (a file), `images`
    (a file or folder) and `hub` (a name of the hub, or a local folder) is given. The last four
    change texts before they are trained on.
    """

    dataset: str | None = None
    folder: str | None = None
    text: str | None = None
    images: str | None = None
    hub: str | None = None
    hub_split: str | None = None
    hub_config: str | None = None
    text_column: str | None = None
    label_column: str | None = None
    sheet: str | None = None
    no_header: bool = False
    delimiter: str | None = None
    encoding: str | None = None
    side: int | None = None
    split_sentences: str | None = None
    lowercase: bool = False
    cut_words: int | None = None
    drop_repeats: bool = False

    def names(self) -> dict[str, Any]:
        """Return what names the data, by the names of the options; also what is not given."""
        return {field.name: getattr(self, field.name) for field in fields(DataNames)}

    def data_arguments(self) -> list[str]:
        """Return the arguments that name the data."""
        return _arguments({name: value or None for name, value in self.names().items()})


@dataclass(frozen=True, kw_only=True)
class TrainSettings(DataNames):
    """One training as a visitor describes it.

    What is None is left to the command, which takes what it recommends for the data. `more` has
    the other settings, by the names of the command's options (`Setting.option`). `refusal`: a
    sentence where it is known already that the data cannot be trained on.
    """

    name: str
    model: str
    latent_dim: int
    epochs: int
    size: str | None = None
    more: Mapping[str, Value] = field(default_factory=dict)
    seed: int = 0
    refusal: str | None = None

    @property
    def names_data(self) -> bool:
        """Whether it is said at all what to learn from."""
        return bool(self.dataset or self.text or self.images or self.hub)

    def arguments(self, runs: Path) -> list[str]:
        """Return the arguments of the `latentscape` command, "train" first."""
        others: dict[str, object] = {
            "model": self.model,
            "size": self.size,
            "latent_dim": self.latent_dim,
            "epochs": self.epochs,
            **self.more,
            "seed": self.seed,
            "out": short(self.out(runs)),
        }
        return ["train", *self.data_arguments(), *_arguments(others)]

    def command(self, runs: Path) -> str:
        """Return the command as one would type it in a terminal."""
        return shlex.join(["latentscape", *self.arguments(runs)])

    def out(self, runs: Path) -> Path:
        """Return the run folder that the training makes."""
        return runs / self.name

    def problem(self, runs: Path) -> str | None:
        """Say in one sentence what has to be changed before this can be started, or None."""
        own = self.text or self.images
        if self.refusal is not None:
            return self.refusal
        if not self.names_data:
            return "Bring a file of your own first, or choose another data set."
        if own and not Path(own).expanduser().exists():
            return f"There is no file {own}; check the path."
        if self.folder and not Path(self.folder).expanduser().is_dir():
            return f"There is no folder {self.folder}; check the path, or leave it empty."
        if not _NAME.fullmatch(self.name):
            return (
                "A run name may have up to 80 letters, digits, spaces, dots, hyphens and "
                f"underscores and begins with a letter or digit; {self.name!r} does not."
            )
        if self.out(runs).exists():
            return f"There is already a run called {self.name}; choose another name."
        return None


def families_for_data(modality: Modality) -> list[str]:
    """Return the model families that can learn from data of `modality`.

    Texts may be read as sentences or as documents.
    """
    from vae_core.families import data_modality
    from vae_core.models import MODELS

    return [name for name, model in MODELS.items() if data_modality(model.modality) == modality]


def suggested_name(source: str, model: str, latent_dim: int, taken: Collection[str]) -> str:
    """Return a run name that says what is in it and is not taken yet."""
    stem = re.sub(r"[^A-Za-z0-9]+", "-", Path(source).name.split(".")[0]).strip("-") or "run"
    base = f"{stem[:40]}-{model}-{latent_dim}d"
    number = 1
    while (name := base if number == 1 else f"{base}-{number}") in taken:
        number += 1
    return name


def taken_names(runs: Path) -> set[str]:
    """Return the names that runs, finished or not, have already."""
    return {path.name for path in runs.iterdir()} if runs.is_dir() else set()


def default_mnist_folder() -> str:
    """Return where MNIST lies on this machine, or "" where it would have to be downloaded."""
    root = os.environ.get("LATENTSCAPE_DATA")
    folder = Path(root) / "mnist" if root else None
    return str(folder) if folder is not None and folder.is_dir() else ""


def short(path: Path) -> Path:
    """Return a path as it reads better below the working folder, in which workers start."""
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


def _arguments(values: Mapping[str, object]) -> list[str]:
    """The arguments for options by name; True is an option without a value, None is none."""
    words: list[str] = []
    for name, value in values.items():
        flag = f"--{name.replace('_', '-')}"
        if value is not None:
            words += [flag] if value is True else [flag, _written(value)]
    return words


def _written(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
