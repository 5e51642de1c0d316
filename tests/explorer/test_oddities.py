"""Duplicates and outliers, against comparing every pair."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from explorer import derived, kept_oddities
from explorer.analysis import oddities as module
from explorer.analysis import rebuilding
from explorer.analysis.oddities import ALONE, grouped, places, same_pictures, same_texts
from tests.explorer.made_runs import coloured, pictures, sentences, write_run
from vae_core.checkpoint import Run, load_run


def members(groups: np.ndarray) -> list[list[int]]:
    return [np.flatnonzero(groups == number).tolist() for number in range(int(groups.max()) + 1)]


@settings(deadline=None)
@given(st.lists(st.integers(0, 5), max_size=20))
def test_groups_are_numbered_by_their_first_item(codes: list[int]) -> None:
    found = grouped(np.array(codes, np.int64))
    several = [code for code in dict.fromkeys(codes) if codes.count(code) > 1]
    assert found.tolist() == [several.index(c) if c in several else ALONE for c in codes]


@pytest.mark.parametrize("block", [2, 1 << 14])
def test_texts_are_the_same_but_for_case_and_spaces(
    block: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_BLOCK", block)
    texts = [
        "A  cat ",
        "dog",
        "a\tcat",
        "STRASSE",
        "caf\u00e9",
        "stra\u00dfe",
        "cafe\u0301",
        "acat",
    ]
    assert members(same_texts(texts)) == [[0, 2], [3, 5], [4, 6]]


def test_pictures_are_the_same_in_every_pixel() -> None:
    for data in (pictures(6), coloured(6)):
        assert data.images is not None
        images = np.array(data.images)
        images[4] = images[1]
        images[5] = images[1]
        images[5].flat[0] ^= 1
        assert members(same_pictures(images)) == [[1, 4]]


def test_places_are_alike_within_a_hundredth_of_the_usual_distance() -> None:
    latents = np.random.default_rng(0).standard_normal((200, 4)).astype(np.float32)
    latents[7] = latents[3]
    latents[9] = latents[3] + 1e-4
    latents[50] = latents[60]
    groups, alone = places(latents)
    assert members(groups) == [[3, 7, 9], [50, 60]]
    away = np.linalg.norm(latents[:, None] - latents[None], axis=2)
    np.testing.assert_allclose(alone, np.sort(away, axis=1)[:, 1:16].mean(axis=1), rtol=1e-3)


@pytest.mark.parametrize("count", [1, 2, 5, 40])
def test_all_in_one_place_are_one_group_and_none_is_far(count: int) -> None:
    groups, alone = places(np.ones((count, 3), np.float32))
    assert members(groups) == ([list(range(count))] if count > 1 else [])
    assert alone.tolist() == [0.0] * count


def test_fewer_items_than_neighbours_are_compared_with_those_there_are() -> None:
    _, alone = places(np.array([[0.0], [1.0], [3.0]], np.float32))
    np.testing.assert_allclose(alone, [2.0, 1.5, 2.5], rtol=1e-6)


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return load_run(write_run(tmp_path / "a", sentences(40)))


@pytest.mark.parametrize("modality", ["sentences", "documents"])
def test_how_badly_a_text_comes_back_is_its_unlikeliness_a_token(
    tmp_path: Path, modality: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch

    from vae_core.runs import text_tensors

    made = load_run(write_run(tmp_path / "a", sentences(40), modality=modality))  # type: ignore[arg-type]
    monkeypatch.setattr(rebuilding, "_BATCH", 1)  # 32 texts at a time
    found = rebuilding.errors(made)
    assert found is not None
    texts = made.table.texts
    assert texts is not None
    items = text_tensors(made.model, list(texts))
    row = torch.tensor([35])
    with torch.inference_mode():
        z = torch.from_numpy(np.array(made.latents.mean[35:36]))
        nats = -float(made.model.log_likelihood(items.batch(row), z))
    tokens = (
        float(items.lengths[35]) - 1 if modality == "sentences" else float(items.batch(row).sum())  # type: ignore[union-attr]
    )
    assert found[35] == pytest.approx(nats / tokens, rel=1e-4)


def test_what_was_found_is_kept_and_read_again(run: Run) -> None:
    assert kept_oddities.find(run) is None
    assert kept_oddities.stamp(run) is None
    made, file = kept_oddities.make(run)
    found = kept_oddities.find(run)
    assert found is not None
    assert file.is_relative_to(run.path)
    assert kept_oddities.stamp(run) is not None
    for name in ("same", "alike", "alone", "error"):
        np.testing.assert_array_equal(getattr(found, name), getattr(made, name))


@pytest.mark.parametrize(
    "changes",
    [
        {"alike": np.full(40, 40, np.int32)},
        {"alike": np.full(40, -2, np.int32)},
        {"alone": np.full(40, np.nan, np.float32)},
        {"alone": np.zeros(39, np.float32)},
        {"error": np.zeros(40, np.float64)},
        {"same": np.zeros((40, 1), np.int32)},
    ],
)
def test_numbers_that_cannot_be_are_as_if_nothing_was_kept(
    run: Run, changes: dict[str, np.ndarray]
) -> None:
    made, _ = kept_oddities.make(run)
    arrays = {"alike": made.alike, "alone": made.alone} | changes
    derived.write(run, "oddities", kept_oddities._key(run), arrays)
    assert kept_oddities.find(run) is None


def test_another_content_is_not_believed(run: Run) -> None:
    kept_oddities.make(run)
    other = replace(run, summary=replace(run.summary, created="2030-01-01T00:00:00+00:00"))
    assert kept_oddities.find(other) is None
