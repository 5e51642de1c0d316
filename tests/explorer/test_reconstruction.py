"""What comes back of items: compared word by word and pixel by pixel; posteriors as ellipses."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.analysis import reconstruction, spread
from explorer.analysis.projection import project
from explorer.analysis.projection.result import Projection
from explorer.analysis.projection.spec import UMAP, ProjectionSpec
from explorer.analysis.word_diff import word_diff, word_shares
from explorer.figures_reading import difference_picture
from tests.explorer.made_runs import pictures, sentences, write_run
from vae_core.checkpoint import load_run
from vae_core.models.writing import TokenText

WORDS = st.lists(st.sampled_from(["a", "b", "c", "A", "dog"]), max_size=9)


@given(WORDS, WORDS)
def test_a_comparison_holds_both_texts_and_nothing_else(
    source: list[str], other: list[str]
) -> None:
    found = word_diff(source, [(word, None) for word in other])
    read = [piece.text.casefold() for piece in found if piece.change != "added"]
    assert read == [word.casefold() for word in source]
    assert [piece.text for piece in found if piece.change != "missing"] == other


def test_kept_missing_and_added_are_told_apart_in_the_order_of_reading() -> None:
    found = word_diff(["the", "big", "dog", "sat"], [("The", 0.9), ("cat", 0.2), ("sat", 0.5)])
    assert [(piece.text, piece.change, piece.p) for piece in found] == [
        ("The", "kept", 0.9),
        ("big", "missing", None),
        ("dog", "missing", None),
        ("cat", "added", 0.2),
        ("sat", "kept", 0.5),
    ]


def test_a_word_is_as_probable_as_its_tokens_together() -> None:
    text = TokenText("unsure words", (" un", "sure", " words"), (0.5, 0.4, 0.9))
    assert word_shares(text) == [("unsure", pytest.approx(0.2)), ("words", pytest.approx(0.9))]
    assert word_shares(TokenText("", (), ())) == []


def test_pictures_are_compared_with_what_comes_back(tmp_path: Path) -> None:
    run = load_run(write_run(tmp_path / "a", pictures(12)))
    items = np.array([3, 7])
    for one, item in zip(reconstruction.rebuilt_pictures(run, items), items, strict=True):
        assert one.source == pytest.approx(run.items(np.array([item]))[0])
        assert one.source + one.difference == pytest.approx(one.rebuilt, abs=1e-6)
        assert one.error == pytest.approx(np.mean(one.difference**2), rel=1e-4)
    assert reconstruction.losses(run, items) == pytest.approx(
        [one.error for one in reconstruction.rebuilt_pictures(run, items)]
    )


@pytest.mark.parametrize("modality", ["sentences", "documents"])
def test_texts_are_compared_with_what_comes_back(tmp_path: Path, modality: str) -> None:
    run = load_run(write_run(tmp_path / "a", sentences(12), modality=modality))  # type: ignore[arg-type]
    found = reconstruction.rebuilt_texts(run, np.arange(4))
    for one in found:
        assert one.nats is None or one.nats > 0
        if modality == "sentences":
            assert one.words == len(one.source.split())
            assert one.kept <= one.words
        else:
            assert len(one.pieces) == len(one.written.tokens)


def test_a_difference_is_told_by_its_lightness_alone() -> None:
    picture = difference_picture(np.array([[0.0, 1.0, -1.0, 0.5]]))
    same, added, missing, some = picture[0].astype(float).mean(axis=1)
    assert missing < same < some < added
    assert difference_picture(np.zeros((4, 5, 3))).shape == (4, 5, 3)


class TestSpread:
    @given(st.integers(0, 1000))
    def test_on_principal_axes_it_is_the_covariance_projected(self, seed: int) -> None:
        draw = np.random.default_rng(seed)
        mean = draw.standard_normal((20, 5)).astype(np.float32)
        log_variance = draw.standard_normal((20, 5))
        view = project(mean)
        assert view.plane is not None
        found = spread.covariances(log_variance, view)
        for row, (xx, xy, yy) in zip(log_variance, found, strict=True):
            wanted = view.plane.T @ np.diag(np.exp(row)) @ view.plane
            assert np.array([[xx, xy], [xy, yy]]) == pytest.approx(wanted)

    def test_draws_of_a_posterior_spread_on_the_map_as_it_says(self) -> None:
        draw = np.random.default_rng(0)
        mean = draw.standard_normal((50, 4)).astype(np.float32)
        view = project(mean)
        log_variance = np.array([[0.5, -1.0, 0.0, -2.0]])
        noise = draw.standard_normal((40_000, 4)) * np.exp(0.5 * log_variance)
        seen = np.cov(view.place((mean[0] + noise).astype(np.float32)).T)
        [[xx, xy, yy]] = spread.covariances(log_variance, view)
        assert [xx, xy, yy] == pytest.approx([seen[0, 0], seen[0, 1], seen[1, 1]], abs=0.03)

    def test_of_a_plane_it_is_the_variances_and_of_a_line_one_of_them(self) -> None:
        flat, line = (np.zeros((2, size), np.float32) for size in (2, 1))
        assert spread.covariances(np.log([[4.0, 9.0]]), project(flat)) == pytest.approx(
            np.array([[4.0, 0.0, 9.0]])
        )
        assert spread.covariances(np.log([[4.0]]), project(line)).tolist() == [
            [pytest.approx(4.0), 0.0, 0.0]
        ]

    def test_a_view_that_bends_has_none(self) -> None:
        mean = np.zeros((3, 4), np.float32)
        bent = Projection(mean[:, :2], "", ProjectionSpec(UMAP), latents=mean)
        assert not spread.can_draw(bent)
        with pytest.raises(ValueError, match="only on a plane"):
            spread.covariances(mean, bent)
