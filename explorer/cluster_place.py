"""Where clusterings of a run are kept: with it, or elsewhere where it is not ours to write to."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from explorer import derived, kept_clusters, paths
from explorer.kept_clusters import Kept
from vae_core.run_clusters import CLUSTERS

if TYPE_CHECKING:
    from vae_core.checkpoint import Run


def place_of(run: Run) -> Path:
    """Return the folder that keeps the clusterings of a run; it need not exist.

    With the run, or where `derived.place_of` keeps what is not with the run; where that cannot be
    written either, in a folder that goes with this process.
    """
    place = derived.place_of(run)
    if place == run.path / derived.FOLDER:
        return kept_clusters.folder_of(run)
    return (place if _can_be_written(place) else _passing() / place.name) / CLUSTERS


def words(run: Run) -> str:
    """Say to people where what they change is kept, and for how long."""
    place = place_of(run)
    if place == kept_clusters.folder_of(run):
        return "Changes are kept with the run."
    whose = "comes with Latentscape" if is_bundled(run) else "can only be read"
    if place.is_relative_to(paths.runs_folder()):
        return f"This model {whose}: changes are kept in the runs folder instead."
    return (
        f"This model {whose}, and the runs folder cannot be written: "
        "changes last until the server ends."
    )


def is_bundled(run: Run) -> bool:
    """Whether a run is one of the models that come with Latentscape."""
    return run.path.resolve().parent == paths.assets_folder().resolve()


def read_all(run: Run) -> Kept:
    """Return what is kept of a run: in its place, else with it, as its owner left it."""
    here = kept_clusters.read_all(place_of(run), run)
    if place_of(run) == kept_clusters.folder_of(run):
        return here
    with_it = kept_clusters.read_all(kept_clusters.folder_of(run), run)
    return Kept({**with_it.clusterings, **here.clusterings}, (*with_it.problems, *here.problems))


def _can_be_written(folder: Path) -> bool:
    there = next(parent for parent in (folder, *folder.parents) if parent.exists())
    return there.is_dir() and os.access(there, os.W_OK)


@cache
def _passing() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="latentscape-clusters-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder
