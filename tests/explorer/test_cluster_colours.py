"""The colours of clusters: those of the palette, one each, kept when others change."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from explorer import cluster_colours
from explorer.analysis.clusters.edits import Clustering
from explorer.analysis.clusters.fitting import Division
from explorer.analysis.clusters.spec import ClusterSpec
from explorer.colouring import NEUTRAL, PALETTE


def clustering(k: int, noise: bool = False) -> Clustering:
    codes = np.repeat(np.arange(k), np.arange(k, 0, -1)).astype(np.int32)
    codes = np.append(codes, np.int32(-1 if noise else 0))
    return Clustering(ClusterSpec(k=max(k, 2)), Division(codes.astype(np.int32)))


def test_clusters_have_the_colours_of_the_palette_and_then_none() -> None:
    most = len(PALETTE)
    made = clustering(most + 2)
    shades = cluster_colours.shades(made)
    assert [shades[number] for number in range(most)] == list(PALETTE)
    assert shades[most] == shades[most + 1] == NEUTRAL
    assert cluster_colours.name(made, most + 1) is None


def test_a_merge_leaves_the_other_clusters_their_colours() -> None:
    merged = clustering(5).merged([0, 1])
    shades = cluster_colours.shades(merged)
    assert [shades[number] for number in (0, 2, 3)] == [PALETTE[0], PALETTE[2], PALETTE[3]]


def test_noise_is_last_and_neutral() -> None:
    found = cluster_colours.colouring(clustering(3, noise=True), {0: "a", 1: "b", 2: "c"})
    assert found.names == ("a", "b", "c", "Noise")
    assert found.left_over
    assert found.codes.tolist() == [0, 0, 0, 1, 1, 2, 3]


@settings(deadline=None)
@given(
    st.integers(1, 17),
    st.lists(st.tuples(st.integers(0, 16), st.integers(0, 13)), max_size=6),
)
def test_whatever_is_given_every_cluster_has_a_place_of_its_own(
    k: int, wishes: list[tuple[int, int]]
) -> None:
    found = clustering(k)
    for cluster, place in wishes:
        if cluster < k and place < min(k, len(PALETTE)):
            found = cluster_colours.given(found, cluster, cluster_colours.NAMES[place])
            assert cluster_colours.name(found, cluster) == cluster_colours.NAMES[place]
    assert sorted(cluster_colours.order(found)) == list(range(k))
