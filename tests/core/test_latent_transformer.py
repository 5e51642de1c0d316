"""A run as scikit-learn's transformers are: the run's own numbers, pipelines, clear refusals."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.utils.validation import check_is_fitted

import vae_core
from tests.core.support import one_sentence
from tests.export.support import FAMILIES, TEXTS, run_of
from vae_core import LatentTransformer
from vae_core.checkpoint import RunError, load_run
from vae_core.data.dataset import DataError


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    root = tmp_path_factory.mktemp("runs")
    return {family: run_of(family, root / family) for family in FAMILIES}


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("batch_size", [512, 7])
def test_its_own_items_get_the_numbers_of_the_run(
    runs: dict[str, Path], family: str, batch_size: int
) -> None:
    run = load_run(runs[family])
    model = vae_core.load(runs[family], batch_size=batch_size)
    items: Any = run.table.texts if run.images is None else run.images
    found = model.transform(items)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, run.latents.mean, atol=1e-5)
    sigma = np.exp(run.latents.log_variance / 2)
    np.testing.assert_allclose(model.transform_sigma(items), sigma, atol=1e-5)
    decoded = model.inverse_transform(found)
    wanted = run.model.decode(torch.from_numpy(found))
    if isinstance(decoded, list):
        assert decoded == wanted
    else:
        np.testing.assert_allclose(decoded, wanted, atol=1e-6)


@pytest.mark.parametrize("family", ["conv", "gru"])
def test_nothing_gives_nothing(runs: dict[str, Path], family: str) -> None:
    model = vae_core.load(runs[family])
    nothing: Any = [] if family == "gru" else np.empty((0, 8, 8, 3), np.uint8)
    assert model.transform(nothing).shape == (0, 3)
    assert len(model.inverse_transform(np.empty((0, 3)))) == 0


def test_texts_come_as_any_column(runs: dict[str, Path]) -> None:
    model = vae_core.load(runs["gru"])
    wanted = model.transform(list(TEXTS))
    frame = pd.DataFrame({"text": TEXTS})
    for column in (TEXTS, np.array(TEXTS), frame["text"], frame, frame.to_numpy()):
        np.testing.assert_array_equal(model.transform(column), wanted)


def test_pictures_come_as_bytes_numbers_or_rows(runs: dict[str, Path]) -> None:
    model = vae_core.load(runs["conv"])
    images = np.asarray(load_run(runs["conv"]).images)
    wanted = model.transform(images)
    for same in (images / 255, images.reshape(len(images), -1), (images / 255).tolist()):
        np.testing.assert_array_equal(model.transform(same), wanted)


def test_it_is_the_first_step_of_a_pipeline(runs: dict[str, Path]) -> None:
    run = load_run(runs["gru"])
    labels = run.metadata["label"]
    pipeline = make_pipeline(LatentTransformer(runs["gru"]), LogisticRegression())
    pipeline.fit(list(TEXTS), labels)
    alone = LogisticRegression().fit(run.latents.mean, labels)
    np.testing.assert_array_equal(pipeline.predict(list(TEXTS)), alone.predict(run.latents.mean))
    assert len(cross_val_score(pipeline, np.array(TEXTS), np.array(labels), cv=2)) == 2
    names = list(pipeline[:-1].get_feature_names_out())
    assert names == ["mu_0", "mu_1", "mu_2"]
    framed = LatentTransformer(runs["gru"]).set_output(transform="pandas").fit_transform(TEXTS)
    assert list(framed.columns) == names


def test_it_is_trained_already_and_can_be_copied(runs: dict[str, Path]) -> None:
    model = vae_core.load(str(runs["gru"]), batch_size=5)
    check_is_fitted(model)
    assert model.fit(["ignored"]) is model
    assert model.get_params() == {"run": str(runs["gru"]), "device": "cpu", "batch_size": 5}
    wanted = model.transform(TEXTS)
    for copy in (clone(model), pickle.loads(pickle.dumps(model))):
        assert "_opened" not in vars(copy)
        np.testing.assert_array_equal(copy.transform(TEXTS), wanted)
    assert "LatentTransformer" in repr(model)


def refused(model: LatentTransformer, method: str, value: Any) -> str:
    with pytest.raises(DataError) as caught:
        getattr(model, method)(value)
    return one_sentence(caught.value)


def test_what_is_no_item_is_refused(runs: dict[str, Path]) -> None:
    text, picture = vae_core.load(runs["gru"]), vae_core.load(runs["conv"])
    assert "list of texts" in refused(text, "transform", "one text")
    for value in (3, None, [1, 2], [["a", "b"]], [None], np.zeros((2, 3))):
        assert "takes texts" in refused(text, "transform", value)
    for value in (["a"], [[1], [2, 3]], np.zeros((2, 4, 4)), 3, None, [["a"]], np.zeros((2, 9))):
        assert "takes pictures" in refused(picture, "transform", value)
    for value in (np.full((1, 8, 8, 3), 255.0), np.full((1, 8, 8, 3), np.nan), -np.ones((1, 192))):
        assert "from 0 to 1" in refused(picture, "transform", value)


def test_what_is_no_latent_vector_is_refused(runs: dict[str, Path]) -> None:
    model = vae_core.load(runs["dense"])
    for value in ([1, 2, 3], [[1, 2]], np.zeros((2, 3, 1)), [["a", "b", "c"]], [[1], [2, 3]], None):
        assert "Latent vectors must" in refused(model, "inverse_transform", value)
    assert "finite" in refused(model, "inverse_transform", [[0, 0, np.nan]])


def test_a_folder_that_is_no_run_is_refused_at_once(tmp_path: Path) -> None:
    with pytest.raises(RunError):
        vae_core.load(tmp_path)
    with pytest.raises(RunError):
        LatentTransformer(tmp_path).fit(["a"])
    assert "tmp" in repr(LatentTransformer("tmp/run"))
