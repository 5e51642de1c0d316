"""Clusterings kept with a run: clusters/ID.json with names, colours and edits, and clusters/
ID.DIGEST.npz with the cluster of each item.

A run folder may come from anybody: what is read is bounded, never unpickled, and checked whole.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING, Any

from explorer import array_files
from explorer.analysis.clusters.edits import Clustering
from explorer.analysis.clusters.fitting import NOISE
from explorer.clustering_json import (
    FORMAT,
    VERSION,
    arrays_of,
    clustering_of,
    origin,
    splits_in,
    text,
    values_of,
)
from vae_core.errors import UserError, reason
from vae_core.files import write_whole
from vae_core.run_clusters import CLUSTERS, is_cluster_file

if TYPE_CHECKING:
    from vae_core.checkpoint import Run

# Of one run; more is a folder that somebody filled.
MOST_KEPT = 100
_MOST_JSON = 4 * 1024**2
_DIGEST = 16
# Two visitors of one process may change the same clustering at the same time.
_guard = RLock()


class KeptError(UserError, ValueError):
    """A clustering cannot be kept or read; the message is one sentence for people."""


@dataclass(frozen=True)
class Kept:
    """What of a folder could be read, by id, and a sentence for each that could not."""

    clusterings: Mapping[str, Clustering]
    problems: Sequence[str]


def folder_of(run: Run) -> Path:
    """Return where a run's own clusterings are kept."""
    return run.path / CLUSTERS


def keep(folder: Path, run: Run, clustering: Clustering) -> Path:
    """Write a clustering of `run` into `folder`, in the place of an earlier one of the same id.

    Whole or not at all: the arrays are there under a name of their own before the JSON names them.

    Returns: the JSON file.

    Raises:
        KeptError: the folder cannot be written, or is full.
    """
    arrays = arrays_of(clustering)
    content = array_files.packed(arrays)
    digest = hashlib.sha256(content).hexdigest()[:_DIGEST]
    name = clustering.spec.id
    about = json.dumps(values_of(clustering, run, digest), ensure_ascii=False, indent=1) + "\n"
    file, beside = folder / f"{name}.json", folder / f"{name}.{digest}.npz"
    with _guard:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            if not file.exists() and len(_ids(folder)) >= MOST_KEPT:
                raise KeptError(
                    f"{folder} holds {MOST_KEPT} clusterings already: remove one of them first."
                )
            if not _holds(beside, content):
                write_whole(beside, content)
            write_whole(file, about.encode())
            _remove_arrays(folder, name, but=beside)
        except OSError as error:
            raise KeptError(
                f"The clusters cannot be kept in {folder}: {error.strerror or reason(error)}; "
                "check that it can be written."
            ) from error
    return file


def change(
    folder: Path, run: Run, name: str, edit: Callable[[Clustering], Clustering]
) -> Clustering:
    """Change what is kept under this id as it is now, so that two visitors' changes add up.

    Returns: the clustering after `edit`, kept.

    Raises:
        KeptError: there is none, it is damaged, or cannot be written.
        ClusterError: what `edit` raises; nothing is changed then.
    """
    with _guard:
        now = read(folder, run, name)
        if now is None:
            raise KeptError(f"There are no clusters {name[:80]!r} any more: find them anew.")
        after = edit(now)
        keep(folder, run, after)
    return after


def read(folder: Path, run: Run, name: str) -> Clustering | None:
    """Return the clustering of `run` with this id; None where there is none.

    Raises:
        KeptError: it is damaged, or of other items or another training.
    """
    if not is_cluster_file(f"{name}.json"):
        return None
    file = folder / f"{name}.json"
    try:
        if not file.is_file():
            return None
        values = json.loads(_content(file, _MOST_JSON))
        return _read(folder, run, name, values)
    # OverflowError: a number that no array holds.
    except (OSError, ValueError, KeyError, TypeError, OverflowError, RecursionError) as error:
        if isinstance(error, KeptError):
            raise
        raise KeptError(
            f"{file} cannot be read ({reason(error)[:200]}); remove it and find the clusters anew."
        ) from error


def read_all(folder: Path, run: Run) -> Kept:
    """Return every clustering of `run` in `folder`, by id in order; one that is bad stops none."""
    found: dict[str, Clustering] = {}
    problems = []
    for name in _ids(folder)[:MOST_KEPT]:
        try:
            clustering = read(folder, run, name)
        except KeptError as error:
            problems.append(str(error))
            continue
        if clustering is not None:
            found[name] = clustering
    return Kept(found, tuple(problems))


def remove(folder: Path, name: str) -> None:
    """Remove the clustering with this id, if there is one. Raises KeptError."""
    if not is_cluster_file(f"{name}.json"):
        return
    with _guard:
        try:
            (folder / f"{name}.json").unlink(missing_ok=True)
            _remove_arrays(folder, name)
        except OSError as error:
            raise KeptError(
                f"The clusters {name} cannot be removed: {error.strerror or reason(error)}."
            ) from error


def columns(
    clusterings: Mapping[str, Clustering], titles: Mapping[int, str] | None = None
) -> dict[str, Sequence[str]]:
    """Return two columns for each clustering, a value an item: `cluster.ID` and `cluster.ID.name`.

    The number is the one people see, from 1; noise is -1.

    Args:
        titles: what clusters are called where they are shown; by default the names they were given.
    """
    titles = titles or {}
    found: dict[str, Sequence[str]] = {}
    for name, clustering in clusterings.items():
        codes = clustering.assignment + 1
        shown = [-1, *range(1, clustering.state.next + 1)]
        numbers = (NOISE, *range(clustering.state.next))
        names = [titles.get(number) or clustering.name(number) for number in numbers]
        found[f"cluster.{name}"] = [str(shown[code]) for code in codes.tolist()]
        found[f"cluster.{name}.name"] = [names[code] for code in codes.tolist()]
    return found


def with_columns(run: Run, kept: Kept) -> Run:
    """Return the run with `columns` of what is `kept` of it among its metadata, for an export.

    A column of the run's own keeps its name.
    """
    metadata = dict(run.metadata)
    for name, values in columns(kept.clusterings).items():
        while name in metadata:
            name = f"kept.{name}"
        metadata[name] = values
    return dataclasses.replace(run, table=dataclasses.replace(run.table, metadata=metadata))


def _read(folder: Path, run: Run, name: str, values: Any) -> Clustering:
    if values["format"] != FORMAT or values["version"] != VERSION:
        raise ValueError(f"it is no {FORMAT} of version {VERSION}")
    if values["of"] != origin(run):
        raise KeptError(
            f"The clusters {name} are of another training or of other items than this run's: "
            "find them anew."
        )
    digest = text(values["arrays"])
    if not is_cluster_file(f"{name}.{digest}.npz"):
        raise ValueError("its arrays have no name")
    # The cluster and membership of each item, and what each split moved.
    splits = splits_in(values)
    most = (8 + 4 * splits) * len(run) + 1024 * (splits + 4)
    content = _content(folder / f"{name}.{digest}.npz", most)
    if hashlib.sha256(content).hexdigest()[:_DIGEST] != digest:
        raise ValueError("its arrays are not those that were written")
    clustering = clustering_of(values, array_files.unpacked(content), len(run))
    if clustering.spec.id != name:
        raise ValueError(f"it holds {clustering.spec.id}")
    return clustering


def _content(file: Path, most: int) -> bytes:
    with file.open("rb") as stream:
        content = stream.read(most + 1)
    if len(content) > most:
        raise ValueError(f"{file.name} is larger than it can be")
    return content


def _holds(file: Path, content: bytes) -> bool:
    return file.is_file() and file.stat().st_size == len(content) and file.read_bytes() == content


def _ids(folder: Path) -> list[str]:
    try:
        names = sorted(os.listdir(folder))
    except OSError:  # not there, or no folder: nothing is kept
        return []
    return [
        name.removesuffix(".json")
        for name in names
        if name.endswith(".json") and is_cluster_file(name)
    ]


def _remove_arrays(folder: Path, name: str, but: Path | None = None) -> None:
    for file in folder.glob(f"{name}.*.npz"):
        # Another id may begin with this one and a dot.
        if file != but and file.name.removesuffix(".npz").rpartition(".")[0] == name:
            file.unlink(missing_ok=True)
