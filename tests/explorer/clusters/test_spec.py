"""How a division is named, and the space that it is made in."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from explorer.analysis.clusters.spec import (
    ClusterError,
    ClusterSpec,
    check_vectors,
    vectors_of,
)
from vae_core.checks import ConfigError

SPACES = st.one_of(
    st.sampled_from(["latent", "normalised", "s0", "k3-latent", "umap-n15-d0.1"]),
    st.from_regex(r"\A[a-z0-9]([a-z0-9._-]{0,20}[a-z0-9])?\Z"),
)
SEEDS = st.integers(0, 2**32 - 1)
SPECS = st.one_of(
    st.builds(ClusterSpec, k=st.integers(2, 1000), space=SPACES, seed=SEEDS),
    st.builds(
        ClusterSpec,
        st.just("hdbscan"),
        min_cluster_size=st.integers(2, 10**8),
        min_samples=st.one_of(st.none(), st.integers(1, 10**8)),
        space=SPACES,
        seed=SEEDS,
    ),
)


@settings(deadline=None)
@given(SPECS)
def test_a_spec_comes_back_from_its_id_and_from_json(spec: ClusterSpec) -> None:
    assert ClusterSpec.from_id(spec.id) == spec
    assert ClusterSpec.from_json(json.loads(json.dumps(spec.to_json()))) == spec
    assert spec.words()


@settings(deadline=None)
@given(SPECS, SPECS)
def test_two_specs_have_one_id_only_if_they_are_one(one: ClusterSpec, other: ClusterSpec) -> None:
    assert (one.id == other.id) == (one == other)


def test_ids_and_words_can_be_read() -> None:
    assert ClusterSpec(k=10).id == "kmeans-k10-latent-s0"
    assert ClusterSpec("hdbscan", min_cluster_size=15).id == "hdbscan-m15-n15-latent-s0"
    assert ClusterSpec(k=10).words() == "k-means, 10 clusters, on the latent space, seed 0"
    spec = ClusterSpec("hdbscan", min_cluster_size=15, min_samples=5, space="umap-n15", seed=3)
    assert spec.words() == (
        "HDBSCAN, at least 15 items a cluster, 5 neighbours, on the projection umap-n15, seed 3"
    )


@pytest.mark.parametrize(
    "values",
    [
        {}, {"k": 1}, {"k": 1001}, {"k": 2.5}, {"k": True}, {"k": "8"},
        {"method": "dbscan", "k": 3}, {"method": ["kmeans"], "k": 3}, {"method": "hdbscan"},
        {"method": "hdbscan", "min_cluster_size": 1}, {"k": 3, "min_samples": 2},
        {"method": "hdbscan", "min_cluster_size": 5, "k": 3},
        {"method": "hdbscan", "min_cluster_size": 5, "min_samples": 0},
        {"k": 3, "seed": -1}, {"k": 3, "seed": 2**32}, {"k": 3, "space": ""},
        {"k": 3, "space": "../up"}, {"k": 3, "space": "a/b"}, {"k": 3, "space": "Latent"},
        {"k": 3, "space": ".hidden"}, {"k": 3, "space": "x" * 81}, {"k": 3, "space": 7},
        {"k": 3, "space": "latent\n"}, {"k": 3, "unknown": 1},
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_in_a_sentence(values: dict[str, Any]) -> None:
    with pytest.raises(ConfigError) as caught:
        ClusterSpec.from_json(values)
    assert str(caught.value).endswith(".")


@pytest.mark.parametrize(
    "text",
    ["", "kmeans", "kmeans-k1-latent-s0", "kmeans-k010-latent-s0", "kmeans-k10-latent-s00",
     "kmeans-k10-../x-s0", "kmeans-k10-latent-s0\n", "hdbscan-m5-latent-s0", "x" * 10_000,
     "kmeans-k٣-latent-s0", "kmeans-k99999-latent-s0"],
)  # fmt: skip
def test_an_id_of_nothing_is_refused(text: str) -> None:
    with pytest.raises(ConfigError) as caught:
        ClusterSpec.from_id(text)
    assert len(str(caught.value)) < 200


def test_normalised_dimensions_vary_alike_and_constant_ones_go() -> None:
    draw = np.random.default_rng(0)
    mean = (draw.standard_normal((200, 4)) * [1, 100, 0, 0.01] + [0, 5, 7, 1e3]).astype(np.float32)
    mean[:, 2] = np.float32(0.1)
    found = vectors_of("normalised", mean)
    assert found.shape == (200, 3)
    np.testing.assert_allclose(found.std(axis=0), 1.0, rtol=1e-5)
    np.testing.assert_allclose(found.mean(axis=0), 0.0, atol=1e-5)
    assert vectors_of("latent", mean) is mean


def test_spaces_that_cannot_be_are_one_sentence() -> None:
    with pytest.raises(ClusterError, match="at one point"):
        vectors_of("normalised", np.full((5, 2), 0.1, np.float32))
    with pytest.raises(ClusterError, match="umap"):
        vectors_of("umap", np.zeros((5, 2), np.float32))
    bad = np.zeros((5, 2), np.float32)
    bad[1, 1], bad[3, 0] = np.nan, np.inf
    with pytest.raises(ClusterError, match=r"^2 of the 5 items"):
        vectors_of("normalised", bad)
    for shape in ((0, 2), (5, 0), (5,)):
        with pytest.raises(ClusterError, match="row of numbers"):
            check_vectors(np.zeros(shape, np.float32))
