"""A clustering renamed, merged, split, coloured, and back again."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from explorer.analysis.clusters.edits import (
    Clustering,
    Colour,
    Edit,
    Merge,
    Rename,
    Split,
    found_by,
)
from explorer.analysis.clusters.fitting import Division
from explorer.analysis.clusters.spec import ClusterError, ClusterSpec
from tests.explorer.clusters.made import blobs


def five() -> Clustering:
    """Clusters 0 to 2 of 3, 2 and 1 items, and one of noise."""
    found = Division(np.array([0, 0, 0, 1, 1, 2, -1], np.int32))
    return Clustering(ClusterSpec(k=3), found)


def test_a_new_clustering_is_what_was_found() -> None:
    points, _ = blobs(100, 2, 3)
    made = found_by(ClusterSpec(k=3), points, "themes")
    assert made.clusters == (0, 1, 2)
    assert [made.name(number) for number in (*made.clusters, -1)] == [
        "Cluster 1", "Cluster 2", "Cluster 3", "Noise",
    ]  # fmt: skip
    assert made.colour(0) is None
    assert made.words() == "themes"
    assert made.titled("").words() == "k-means, 3 clusters, on the latent space, seed 0"


def test_names_and_colours_come_and_go() -> None:
    made = five().renamed(1, "  Red \n fish ").coloured(1, "#AABBCC")
    assert (made.name(1), made.colour(1)) == ("Red fish", "#aabbcc")
    assert five().name(1) == "Cluster 2"
    assert made.renamed(1, "").name(1) == "Cluster 2"
    assert made.coloured(1, "").colour(1) is None
    assert made.undone().colour(1) is None
    assert made.undone().name(1) == "Red fish"


def test_merging_keeps_the_largest() -> None:
    made = five().renamed(1, "small").renamed(0, "large").merged([1, 0, 1])
    assert made.assignment.tolist() == [0, 0, 0, 0, 0, 2, -1]
    assert made.clusters == (0, 2)
    assert made.name(0) == "large"
    with pytest.raises(ClusterError, match="There is no cluster 2; the clusters are 1, 3"):
        made.renamed(1, "x")
    assert made.undone().assignment.tolist() == five().assignment.tolist()


def test_splitting_leaves_the_larger_part_and_gives_a_new_number() -> None:
    points = np.array([[0], [1], [9], [0], [0], [0], [0]], np.float32)
    made = five().merged([0, 1]).split(0, points)
    assert made.assignment.tolist() == [0, 0, 3, 0, 0, 2, -1]
    assert made.clusters == (0, 2, 3)
    # The number of what a merge took is not given again.
    assert made.name(3) == "Cluster 4"
    assert made.undone().undone().assignment.tolist() == five().assignment.tolist()


def test_a_split_finds_two_heaps_in_one_cluster() -> None:
    points, of = blobs(120, 2, 3)
    made = found_by(ClusterSpec(k=3), points).merged([0, 1])
    halves = made.split(made.clusters[0], points)
    for heap in range(3):
        assert len(set(halves.assignment[of == heap].tolist())) == 1
    assert len(halves.clusters) == 3


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda c: c.undone(), "nothing to undo"),
        (lambda c: c.merged([1]), "two clusters or more"),
        (lambda c: c.merged([]), "two clusters or more"),
        (lambda c: c.merged([0, 7]), "no cluster 8"),
        (lambda c: c.renamed(-1, "x"), "no cluster 0"),
        (lambda c: c.renamed(0, "x" * 81), "at most 80 letters, but 81"),
        (lambda c: c.renamed(0, "a\x07b"), "words on one line"),
        (lambda c: c.titled("\ud800"), "words on one line"),
        (lambda c: c.coloured(0, "red"), "looks like #3a9bdc"),
        (lambda c: c.coloured(0, "#12345٣"), "looks like #3a9bdc"),
        (lambda c: c.split(0, np.ones((7, 2), np.float32)), "all lie at one place"),
        (lambda c: c.split(2, np.eye(7, dtype=np.float32)), "all lie at one place"),
        (lambda c: c.split(0, np.eye(6, dtype=np.float32)), "7 items, but places of 6"),
    ],
)
def test_what_cannot_be_changed_is_one_sentence(
    change: Callable[[Clustering], object], sentence: str
) -> None:
    with pytest.raises(ClusterError, match=sentence):
        change(five())


@pytest.mark.parametrize(
    "edit",
    [
        Merge(0, (1, 2)), Merge(0, (0,)), Rename(0, " a"), Colour(0, "#ABCDEF"),
        Split(0, np.array([], np.int32)), Split(0, np.array([0, 1, 2], np.int32)),
        Split(0, np.array([1, 0], np.int32)), Split(0, np.array([0, 0], np.int32)),
        Split(0, np.array([0, 3], np.int32)), Split(0, np.array([-7], np.int32)),
        Split(0, np.array([7], np.int32)),
    ],
)  # fmt: skip
def test_edits_that_do_not_fit_are_refused(edit: Edit) -> None:
    with pytest.raises(ClusterError):
        dataclasses.replace(five(), edits=(edit,))


def test_there_is_an_end_to_changes() -> None:
    with pytest.raises(ClusterError, match="at most 1,000 changes"):
        dataclasses.replace(five(), edits=(Rename(0, "x"),) * 1001)


ACTIONS = st.lists(
    st.tuples(st.sampled_from(["merge", "split", "rename", "colour"]), st.integers(0, 30)),
    max_size=12,
)


@settings(deadline=None, max_examples=60)
@given(ACTIONS)
def test_every_way_there_leads_back(actions: list[tuple[str, int]]) -> None:
    points = np.random.default_rng(0).standard_normal((40, 2)).astype(np.float32)
    states = [found_by(ClusterSpec(k=4), points)]
    for action, number in actions:
        now = states[-1]
        cluster = now.clusters[number % len(now.clusters)]
        try:
            if action == "merge":
                states.append(now.merged([cluster, now.clusters[0]]))
            elif action == "split":
                states.append(now.split(cluster, points))
            elif action == "rename":
                states.append(now.renamed(cluster, f"name {number}"))
            else:
                states.append(now.coloured(cluster, f"#{number:06x}"))
        except ClusterError:
            continue
        after = states[-1]
        assert set(after.assignment.tolist()) == set(after.clusters)
        assert len(after.assignment) == 40
    for earlier in reversed(states[:-1]):
        back = states.pop().undone()
        np.testing.assert_array_equal(back.assignment, earlier.assignment)
        assert back.state.names == earlier.state.names
        assert back.state.colours == earlier.state.colours
        assert back.clusters == earlier.clusters
