"""The items nearest to a point: every distance measured, or cells of faiss."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from explorer import nearby
from explorer.nearby import Cells, Nearby, others
from tests.explorer.made_runs import pictures, write_run
from vae_core.checkpoint import Run, load_run


def mixture(count: int, dim: int = 8) -> np.ndarray:
    draw = np.random.default_rng(0)
    middles = 3 * draw.standard_normal((40, dim))
    return (middles[draw.integers(0, 40, count)] + draw.standard_normal((count, dim))).astype(
        np.float32
    )


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return load_run(write_run(tmp_path / "a", pictures(600), latent_dim=6))


def test_up_to_a_number_of_items_every_distance_is_measured(run: Run) -> None:
    z = run.latents.mean[5] + np.float32(0.1)
    found = Nearby().nearest(run, z, 9)
    distances = np.linalg.norm(run.latents.mean - z, axis=1)
    assert found.items.tolist() == np.argsort(distances)[:9].tolist()
    np.testing.assert_allclose(found.distances, np.sort(distances)[:9], rtol=1e-5)


def test_without_faiss_every_distance_is_measured(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nearby, "has_faiss", lambda: False)
    exact, many = Nearby(), Nearby(exact_items=10)
    for item in (0, 7):
        z = run.latents.mean[item]
        assert many.nearest(run, z, 5).items.tolist() == exact.nearest(run, z, 5).items.tolist()


def test_cells_find_nearly_all_and_tell_true_distances() -> None:
    pytest.importorskip("faiss", reason="faiss-cpu is not installed: latentscape[index]")
    items = mixture(20_000)
    cells = Cells(items)
    hits = 0
    for item in range(0, 2_000, 20):
        found = cells.nearest(items[item], 10)
        distances = np.linalg.norm(items - items[item], axis=1)
        hits += len(set(found.items.tolist()) & set(np.argsort(distances)[:10].tolist()))
        np.testing.assert_allclose(found.distances, distances[found.items], rtol=1e-4, atol=1e-5)
        assert found.items[0] == item
    assert hits / 1_000 > 0.95


def test_while_the_cells_are_built_every_distance_is_measured(run: Run) -> None:
    pytest.importorskip("faiss", reason="faiss-cpu is not installed: latentscape[index]")
    many = Nearby(exact_items=10)
    first = many.nearest(run, run.latents.mean[3], 5)
    many.wait(run)
    assert many.nearest(run, run.latents.mean[3], 5).items.tolist() == first.items.tolist()
    # More than cells hold: all of them, exactly.
    assert len(many.nearest(run, run.latents.mean[3], 600).items) == 600


@pytest.mark.parametrize("value", [1e30, 0.0])
def test_identical_and_huge_places_are_found(value: float) -> None:
    pytest.importorskip("faiss", reason="faiss-cpu is not installed: latentscape[index]")
    found = Cells(np.full((300, 3), value, np.float32)).nearest(np.full(3, value, np.float32), 5)
    assert len(found.items) == 5
    assert found.distances.tolist() == [0.0] * 5


def test_an_item_is_no_neighbour_of_itself(run: Run) -> None:
    for item in (0, 599):
        found = others(run, item, 4)
        assert len(found.items) == 4
        assert item not in found.items
        assert (np.diff(found.values) >= 0).all()
    assert len(others(run, 0, 5_000).items) == 599
