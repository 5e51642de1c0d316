"""What can be opened: the bundled models and the runs on disk."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from explorer import paths
from explorer.live.models import ModelStore, content_of
from vae_core.errors import UserError

if TYPE_CHECKING:
    from vae_core.checkpoint import Run, RunSummary

BUNDLED_TITLES = {
    "digits": "Digits 8×8",
    "mnist": "Handwritten digits 28×28",
    "sentences": "Dictionary sentences",
}
DEFAULT_MODEL = "digits"
RUN_PREFIX = "run:"
UNFINISHED = "This training has not finished yet."


class UnknownModelError(UserError, ValueError):
    """The id names no bundled model and no run on disk; the message is one sentence."""


@dataclass(frozen=True)
class Entry:
    """One model as the picker lists it; `problem` is one sentence where it cannot be opened."""

    id: str
    title: str
    path: Path
    bundled: bool
    modality: str = ""
    family: str = ""
    latent_dim: int = 0
    items: int = 0
    dataset: str = ""
    elbo: float | None = None
    created: str = ""
    content_hash: str = ""
    tags: tuple[str, ...] = ()
    problem: str | None = None

    @property
    def description(self) -> str:
        """Say in a few words what the model is: data, size, latent dimensions."""
        if self.problem is not None:
            return "not finished yet" if self.problem == UNFINISHED else "cannot be opened"
        dimensions = "dimension" if self.latent_dim == 1 else "dimensions"
        return f"{self.items:,} {self.modality} · {self.latent_dim} {dimensions}"


def list_models(assets: Path | None = None, runs: Path | None = None) -> list[Entry]:
    """List the bundled models, then the runs on disk, newest first.

    A folder that is no run is left out; a run that cannot be read is listed with its problem.
    """
    assets = paths.assets_folder() if assets is None else assets
    runs = paths.runs_folder() if runs is None else runs
    bundled = [
        _entry(name, title, assets / name, bundled=True)
        for name, title in BUNDLED_TITLES.items()
        if (assets / name).is_dir()
    ]
    own = [_own(folder) for folder in _folders(runs)]
    return bundled + sorted(own, key=lambda entry: (entry.created, entry.id), reverse=True)


def run_id(folder: Path) -> str:
    """Return the id under which a run folder inside the runs folder is listed."""
    return f"{RUN_PREFIX}{folder.name}"


def find(model_id: str, models: list[Entry]) -> Entry | None:
    """Return the entry with this id, or None."""
    return next((entry for entry in models if entry.id == model_id), None)


def default_model(models: list[Entry]) -> Entry | None:
    """Return the model to open first: the bundled digits, else the first that can be opened."""
    sound = [entry for entry in models if entry.problem is None]
    return find(DEFAULT_MODEL, sound) or (sound[0] if sound else None)


def open_run(model_id: str) -> Run:
    """Load a model once for all visitors, in eval mode; the same object is shared: never train it.

    Raises:
        UnknownModelError: no such model.
        vae_core.checkpoint.RunError: its folder is missing, broken or foreign.
    """
    place = locate(model_id)
    if RUNS.holds(*place):
        return RUNS.open(*place)
    with st.spinner("Opening the model…"):
        return RUNS.open(*place)


def locate(model_id: str) -> tuple[Path, str]:
    """Return the folder of a model, and what tells its content from what was there before.

    Raises:
        UnknownModelError, vae_core.checkpoint.RunError: as `open_run`.
    """
    from vae_core.checkpoint import read_summary

    path = _path_of(model_id)
    return path, content_of(read_summary(path))


def _load(path: Path) -> Run:
    from vae_core.checkpoint import load_run
    from vae_core.device import choose_device

    return load_run(path, choose_device())


# Pages and the live socket share one opened copy of each model.
RUNS = ModelStore(_load)


def _path_of(model_id: str) -> Path:
    # Ids come from the URL: only a plain folder name directly below one of our folders counts.
    if model_id in BUNDLED_TITLES:
        path = paths.assets_folder() / model_id
    else:
        name = model_id.removeprefix(RUN_PREFIX)
        if name == model_id or name in ("", ".", "..") or name != Path(name).name or "\0" in name:
            raise UnknownModelError(f'There is no model called "{model_id}".')
        path = paths.runs_folder() / name
    if not path.is_dir():
        raise UnknownModelError(f'There is no model called "{model_id}".')
    return path


def _own(folder: Path) -> Entry:
    """A run as its owner calls it, else by its folder: notes that cannot be read hide no run."""
    from vae_core.checkpoint import RunError
    from vae_core.run_notes import Notes, read_notes

    try:
        notes = read_notes(folder)
    except RunError:
        notes = Notes()
    entry = _entry(run_id(folder), notes.title or folder.name, folder, bundled=False)
    return replace(entry, tags=notes.tags)


def _entry(model_id: str, title: str, path: Path, *, bundled: bool) -> Entry:
    from vae_core.checkpoint import RunError, read_summary

    try:
        summary = read_summary(path)
    except RunError as error:
        return Entry(model_id, title, path, bundled, problem=str(error))
    return _described(model_id, title, path, bundled, summary)


def _described(model_id: str, title: str, path: Path, bundled: bool, summary: RunSummary) -> Entry:
    return Entry(
        id=model_id,
        title=title,
        path=path,
        bundled=bundled,
        modality=summary.modality,
        family=summary.family,
        latent_dim=summary.latent_dim,
        items=summary.items,
        dataset=summary.dataset,
        elbo=summary.elbo,
        created=summary.created,
        content_hash=summary.content_hash,
        problem=None if summary.finished else UNFINISHED,
    )


def _folders(runs: Path) -> list[Path]:
    if not runs.is_dir():
        return []
    return [
        folder
        for folder in runs.iterdir()
        if folder.is_dir() and not folder.name.startswith(".") and (folder / "config.json").exists()
    ]
