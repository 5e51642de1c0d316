"""Clusterings in a run folder of anybody's: damaged or made up, they are one sentence."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from explorer import array_files
from explorer.analysis.clusters.edits import Clustering, found_by
from explorer.analysis.clusters.spec import ClusterSpec
from explorer.kept_clusters import KeptError, folder_of, keep, read, read_all
from tests.explorer.made_runs import sentences, write_run
from vae_core.checkpoint import Run, load_run

KMEANS = ClusterSpec(k=3)
ID = KMEANS.id


@pytest.fixture
def run(runs: Path) -> Run:
    return load_run(write_run(runs / "a", sentences(40), 3))


def edited(run: Run) -> Clustering:
    made = found_by(KMEANS, run.latents.mean, "my themes").renamed(1, "one")
    return made.split(0, run.latents.mean).split(0, run.latents.mean)


def _json(**changes: Any) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        file = folder / f"{ID}.json"
        values = json.loads(file.read_text(encoding="utf-8"))
        file.write_text(json.dumps({**values, **changes}))

    return change


def _text(content: str) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        (folder / f"{ID}.json").write_text(content)

    return change


def _arrays(**changes: np.ndarray) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        file = next(folder.glob(f"{ID}.*.npz"))
        arrays = {**array_files.unpacked(file.read_bytes()), **changes}
        content = array_files.packed({k: v for k, v in arrays.items() if v is not None})
        digest = hashlib.sha256(content).hexdigest()[:16]
        file.unlink()
        (folder / f"{ID}.{digest}.npz").write_bytes(content)
        _json(arrays=digest)(folder)

    return change


def _no_arrays(folder: Path) -> None:
    next(folder.glob(f"{ID}.*.npz")).unlink()


def _other_arrays(folder: Path) -> None:
    file = next(folder.glob(f"{ID}.*.npz"))
    file.write_bytes(file.read_bytes()[:-1] + b"x")


def _huge_arrays(folder: Path) -> None:
    os.truncate(next(folder.glob(f"{ID}.*.npz")), 1 << 33)


def _huge_json(folder: Path) -> None:
    os.truncate(folder / f"{ID}.json", 1 << 33)


def _split(cluster: int) -> list[dict[str, Any]]:
    return [{"edit": "split", "cluster": cluster}]


def items(value: float, kind: type = np.int32) -> np.ndarray:
    return np.full(40, value, kind)


@pytest.mark.parametrize(
    "damage",
    [
        _text(""), _text("{}"), _text("[]"), _text("7"), _text("[" * 100_000),
        _text('{"format": "x", "version": 1}'), _json(version=2), _json(of=None), _json(spec=[]),
        _json(spec={"k": 4}), _json(spec={"k": 3, "evil": 1}), _json(spec={"k": 10**30}),
        _json(title=7), _json(title="a\nb"), _json(note=None), _json(title="x" * 81),
        _json(arrays="../../x"), _json(arrays=None), _json(arrays="0" * 16),
        _json(edits={}), _json(edits=[7]), _json(edits=[{}]), _json(edits=[{"edit": "run"}]),
        _json(edits=[{"edit": "rename", "cluster": 9, "name": "x"}]),
        _json(edits=[{"edit": "rename", "cluster": True, "name": "x"}]),
        _json(edits=[{"edit": "rename", "cluster": 0, "name": "\x00"}]),
        _json(edits=[{"edit": "rename", "cluster": 0, "name": ["x"]}]),
        _json(edits=[{"edit": "colour", "cluster": 0, "colour": "url(x)"}]),
        _json(edits=[{"edit": "merge", "cluster": 0, "merged": 1}]),
        _json(edits=[{"edit": "merge", "cluster": 0, "merged": [0, "1"]}]),
        _json(edits=[{"edit": "merge", "cluster": 0, "merged": [0, 10**30]}]),
        _json(edits=_split(0) * 9), _json(edits=_split(7)), _json(edits=_split(0) * 2000),
        _no_arrays, _other_arrays, _huge_arrays, _huge_json,
        _arrays(found=items(-1)), _arrays(found=items(-2)), _arrays(found=items(5)),
        _arrays(found=items(2**31 - 1)), _arrays(found=items(0, np.float32)),
        _arrays(found=items(0)[:-1]), _arrays(found=items(0)[None]), _arrays(found=None),
        _arrays(membership=items(np.nan, np.float32)), _arrays(membership=items(2, np.float32)),
        _arrays(moved_0=items(2**31 - 1)), _arrays(moved_0=items(0)), _arrays(moved_0=items(-1)),
        _arrays(moved_0=items(0)[:0]), _arrays(moved_0=None),
    ],
)  # fmt: skip
def test_what_is_damaged_or_made_up_is_one_sentence_and_stops_nothing_else(
    run: Run, damage: Callable[[Path], None]
) -> None:
    folder = folder_of(run)
    keep(folder, run, edited(run))
    keep(folder, run, found_by(ClusterSpec(k=5), run.latents.mean))
    damage(folder)
    with pytest.raises(KeptError) as caught:
        read(folder, run, ID)
    assert len(str(caught.value)) < 500
    found = read_all(folder, run)
    assert set(found.clusterings) == {"kmeans-k5-latent-s0"}
    assert found.problems == (str(caught.value),)
    # It is replaced as if nothing had been.
    keep(folder, run, edited(run))
    assert set(read_all(folder, run).clusterings) == {ID, "kmeans-k5-latent-s0"}
