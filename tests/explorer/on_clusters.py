"""The Clusters page as its tests open, press and read it, without a browser."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from streamlit.testing.v1 import AppTest

from explorer import (
    catalogue,
    cluster_place,
    kept_clusters,
)
from explorer.analysis.clusters.edits import Clustering
from explorer.canvas import ranges
from tests.explorer.canvas.test_mount import mounts
from tests.explorer.made_runs import HOSTILE, write_run
from vae_core.checkpoint import Run
from vae_core.data.dataset import Dataset

ITEMS = 60
ID = "kmeans-k3-latent-s0"
# As long as a name may be.
NAME = HOSTILE[:80].strip()
SUBJECTS = ("cat purrs", "boat sails", "bread bakes")


def heaps(folder: Path, **changes: Any) -> Path:
    """A run whose latents lie in three heaps, one for each subject of its texts, 30, 20 and 10."""
    kinds = [0] * 30 + [1] * 20 + [2] * 10
    made = Dataset(
        name="heaps",
        modality="sentences",
        texts=tuple(f"the {SUBJECTS[kind]} {HOSTILE} {i}" for i, kind in enumerate(kinds)),
        labels=tuple("abc"[kind] for kind in kinds),
    )
    write_run(folder, replace(made, **changes), 4)
    stored = np.load(folder / "latents.npy")
    for i, kind in enumerate(kinds):
        stored[i, 0, kind] += 20
    np.save(folder / "latents.npy", stored)
    return folder


def run_of(name: str = "a") -> Run:
    return catalogue.open_run(f"run:{name}")


def kept(name: str = "a", clustering: str = ID) -> Clustering:
    found = kept_clusters.read(cluster_place.place_of(run_of(name)), run_of(name), clustering)
    assert found is not None
    return found


def told(app: AppTest) -> dict[str, Any]:
    [proto] = mounts(app)["latentscape.latentMap"]
    found: dict[str, Any] = json.loads(proto.json)
    return found


def press(app: AppTest, key: str) -> None:
    app.button(key=key).click().run()
    assert not app.exception


def rename(app: AppTest, cluster: int, name: str, before: str = "") -> None:
    app.text_input(key=f"clusters.name.{ID}.{cluster}.{before}").set_value(name).run()
    assert not app.exception


def merge(app: AppTest, cluster: int, others: list[int]) -> None:
    key = f"clusters.merge.{ID}.{cluster}.0"
    app.session_state[f"{key}.open"] = True
    app.run()
    app.multiselect(key=key).set_value(others).run()
    press(app, f"{key}.do")


def errors(app: AppTest) -> list[str]:
    return [error.value.replace("\\", "") for error in app.error]


def words(app: AppTest) -> str:
    shown = [*app.markdown, *app.caption, *app.text]
    return "\n".join(element.value.replace("\\", "") for element in shown)


def mask(app: AppTest) -> list[int] | None:
    name = told(app)["columns"]["mask"]
    if name is None:
        return None
    [bits] = [
        column.bytes[16:]
        for column in mounts(app)["latentscape.column"]
        if column.bytes[:16].decode() == name
    ]
    found = np.unpackbits(np.frombuffer(bits, np.uint8), count=ITEMS, bitorder="little")
    return [int(item) for item in np.flatnonzero(found)]


def drawn(app: AppTest, items: list[int]) -> None:
    """A lasso on the map that is mounted."""
    key = f"clusters.map.{run_of().content_hash}.0"
    said = {"ranges": ranges.encode(np.array(items)), "count": len(items)}
    app.session_state[key] = {"state": {"selection": said, "turn": 1}}
    app.run()
