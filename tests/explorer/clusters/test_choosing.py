"""A number of clusters is proposed where there are some, and none where there are none."""

from __future__ import annotations

import numpy as np
import pytest

from explorer.analysis.clusters import choosing
from explorer.analysis.clusters.choosing import choose_k
from explorer.analysis.clusters.spec import ClusterError
from tests.explorer.clusters.made import blobs, cloud


@pytest.mark.parametrize(("width", "k"), [(2, 4), (8, 6), (32, 3)])
def test_heaps_are_counted(width: int, k: int) -> None:
    found = choose_k(blobs(400, width, k)[0], range(2, 11))
    assert found.verdict == "clear"
    assert found.k == k
    assert found.words().startswith(f"{k} clusters stand out (silhouette ")
    assert (np.diff(found.inertia) < 0).all()
    assert len(found.ks) == len(found.silhouette) == len(found.cloud) == 9


@pytest.mark.parametrize("width", [2, 8, 32])
def test_one_cloud_has_no_clear_k(width: int) -> None:
    found = choose_k(cloud(400, width), range(2, 11), start=7)
    assert found.verdict == "none"
    assert found.k == 7
    assert found.words().startswith("No clear k: these items are hardly more grouped")


def test_a_square_filled_evenly_has_no_clear_k() -> None:
    square = np.random.default_rng(2).uniform(size=(500, 2)).astype(np.float32)
    assert choose_k(square, range(2, 11)).verdict == "none"


@pytest.mark.parametrize(
    ("silhouettes", "verdict", "as_good"),
    [
        # 0.1 in a cloud: what counts is what is gained, as a part of 0.9.
        ([0.2, 0.5, 0.2, 0.2, 0.2, 0.2, 0.2, 0.2], "clear", (3,)),
        ([0.2, 0.48, 0.5, 0.2, 0.2, 0.2, 0.2, 0.2], "clear", (3, 4)),
        ([0.2, 0.48, 0.5, 0.47, 0.2, 0.2, 0.2, 0.2], "range", (3, 4, 5)),
        ([0.1, 0.12, 0.14, 0.12, 0.1, 0.1, 0.1, 0.1], "none", ()),
    ],
)
def test_the_rule(
    silhouettes: list[float],
    verdict: str,
    as_good: tuple[int, ...],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    answers = iter([np.array(silhouettes), *[np.full(8, 0.1)] * 4])
    monkeypatch.setattr(choosing, "_curves", lambda *_, **__: (next(answers), np.zeros(8)))
    found = choose_k(cloud(100, 2), range(2, 10), start=3)
    assert (found.verdict, found.as_good) == (verdict, as_good)
    assert found.k == (3 if verdict == "none" else 2 + int(np.argmax(silhouettes)))


def test_what_clouds_differ_by_is_not_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    high, low = np.full(8, 0.2), np.full(8, 0.0)
    answers = iter([np.array([0.1, 0.3, *[0.1] * 6]), high, low, low, high])
    monkeypatch.setattr(choosing, "_curves", lambda *_, **__: (next(answers), np.zeros(8)))
    assert choose_k(cloud(100, 2), range(2, 10)).verdict == "none"


def test_what_is_said_of_a_range() -> None:
    ks = np.arange(2, 8)
    same = np.full(6, 0.5)
    found = choosing.KChoice(ks, same, same - 0.3, same, 4, "range", (3, 4, 5, 6), 100)
    assert found.words() == (
        "No clear k: there are groups, but 3 to 6 clusters do about as well; 4 is the best by "
        "little (silhouette 0.50; 0.20 in a cloud without clusters)."
    )
    few = choosing.KChoice(ks, same, same - 0.3, same, 4, "clear", (4, 6), 100)
    assert few.words().endswith(", and 6 do about as well.")


def test_many_items_are_sampled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choosing, "SAMPLE", 200)
    found = choose_k(blobs(1000, 3, 4)[0], range(2, 8))
    assert (found.items, found.k) == (200, 4)


def test_no_more_clusters_are_tried_than_items_differ() -> None:
    few = np.arange(5, dtype=np.float32)[:, None].repeat(4, axis=0)
    assert choose_k(few).ks.tolist() == [2, 3, 4]
    with pytest.raises(ClusterError, match="Only 2 of the items differ"):
        choose_k(np.eye(2, dtype=np.float32))
    with pytest.raises(ClusterError, match="NaN"):
        choose_k(np.full((9, 2), np.nan, np.float32))
