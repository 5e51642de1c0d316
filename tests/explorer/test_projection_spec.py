"""What can be asked for, and its name."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from explorer.analysis.projection import METHODS, METRICS, ProjectionSpec
from explorer.analysis.projection.spec import TAKES
from vae_core.config import ConfigError

VALUES = {
    "neighbours": st.integers(2, 200),
    "min_dist": st.floats(0, 0.99),
    "metric": st.sampled_from(METRICS),
    "supervised": st.booleans(),
    "perplexity": st.floats(2, 500),
    "seed": st.integers(0, 2**31 - 1),
}


@st.composite
def specs(draw: st.DrawFn) -> ProjectionSpec:
    method = draw(st.sampled_from(METHODS))
    values = {name: draw(VALUES[name]) for name in TAKES[method] if draw(st.booleans())}
    return ProjectionSpec(method, draw(st.sampled_from([2, 3])), **values)


@settings(deadline=None)
@given(specs(), specs())
def test_a_spec_comes_back_from_its_id_and_its_json(
    spec: ProjectionSpec, other: ProjectionSpec
) -> None:
    assert ProjectionSpec.from_id(spec.id) == spec
    assert ProjectionSpec.from_json(json.loads(json.dumps(spec.to_json()))) == spec
    assert (spec.id == other.id) == (spec == other)
    assert set(spec.id) <= set("abcdefghijklmnopqrstuvwxyz0123456789.-")
    assert len(spec.id) <= 80


def test_ids_and_words_are_readable() -> None:
    usual = ProjectionSpec("umap")
    assert (usual.id, usual.words) == ("umap-2d-n15-d0.1-euclidean-s0", "UMAP, 15 neighbours")
    other = ProjectionSpec(
        "umap", 3, neighbours=5, min_dist=0, metric="cosine", supervised=True, seed=7
    )
    assert other.id == "umap-3d-n5-d0-cosine-labels-s7"
    assert other.words == "UMAP, 5 neighbours, min-dist 0, cosine, by label, in 3-D, seed 7"
    assert (ProjectionSpec("pca").id, ProjectionSpec("pca").words) == ("pca-2d", "PCA")
    assert ProjectionSpec("tsne", perplexity=12.5).id == "tsne-2d-p12.5-euclidean-s0"


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ({"method": "magic"}, "method must be one of"),
        ({"method": ["umap"]}, "method must be one of"),
        ({"method": None}, "method must be one of"),
        ({}, "could not be read"),
        ({"method": "umap", "dimensions": 4}, "dimensions must be a whole number between 2 and 3"),
        ({"method": "umap", "dimensions": "2"}, "dimensions"),
        ({"method": "umap", "neighbours": 1}, "neighbours"),
        ({"method": "umap", "neighbours": 15.0}, "neighbours"),
        ({"method": "umap", "neighbours": True}, "neighbours"),
        ({"method": "umap", "min_dist": float("nan")}, "min_dist"),
        ({"method": "umap", "min_dist": 1.5}, "min_dist"),
        ({"method": "umap", "min_dist": "0.1"}, "min_dist"),
        ({"method": "umap", "metric": "warped"}, "metric"),
        ({"method": "umap", "metric": {}}, "metric"),
        ({"method": "umap", "supervised": 1}, "supervised"),
        ({"method": "umap", "seed": -1}, "seed"),
        ({"method": "umap", "seed": 2**70}, "seed"),
        ({"method": "tsne", "perplexity": 1e9}, "perplexity"),
        ({"method": "tsne", "neighbours": 5}, "t-SNE takes no neighbours"),
        ({"method": "pca", "seed": 1}, "PCA takes no seed"),
        ({"method": "pacmap", "min_dist": 0.5}, "PaCMAP takes no min-dist"),
        ({"method": "tsne", "supervised": True}, "t-SNE takes no labels"),
        ({"method": "umap", "code": "import os"}, "does not know the setting 'code'"),
        ({1: 2}, "something else came"),
        ([], "something else came"),
        (None, "something else came"),
        ("umap", "something else came"),
    ],
)
def test_nonsense_is_refused_in_one_sentence(values: Any, why: str) -> None:
    with pytest.raises(ConfigError, match=why) as error:
        ProjectionSpec.from_json(values)
    assert str(error.value).endswith(".")


@settings(deadline=None)
@given(st.text(max_size=90) | st.from_regex(r"[a-z]{3,6}-[0-9]d(-[ndps][0-9.]{1,4}){0,4}"))
def test_any_text_is_an_id_or_refused(text: str) -> None:
    with suppress(ConfigError):
        assert ProjectionSpec.from_id(text).id == text


@pytest.mark.parametrize(
    "text",
    [
        "umap", "umap-2d", "umap-2d-n15", "umap-2d-n015-d0.1-euclidean-s0", "pca-2d-s0", "pca-4d",
        "umap-2d-n15-d0.10-euclidean-s0", "umap-2d-n15-d..-euclidean-s0", "../pca-2d", "pca-2d\n",
        "umap-2d-n15-d0.1-euclidean-s0" + "0" * 90, "umap-2d-n١٥-d0.1-euclidean-s0",
    ],
)  # fmt: skip
def test_an_id_is_written_in_one_way_only(text: str) -> None:
    with pytest.raises(ConfigError):
        ProjectionSpec.from_id(text)


def test_its_arguments_are_those_of_the_command() -> None:
    spec = ProjectionSpec("umap", 3, min_dist=0.25, supervised=True)
    assert " ".join(spec.arguments) == (
        "--method umap --dimensions 3 --neighbours 15 --min-dist 0.25 --metric euclidean "
        "--supervised --seed 0"
    )
    assert ProjectionSpec("pca").arguments == ["--method", "pca", "--dimensions", "2"]
