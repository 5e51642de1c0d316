"""Measures of texts against brute force, by hand, and at their edges."""

from __future__ import annotations

import math
from collections import Counter
from functools import cache

import numpy as np
import pytest
import torch

from tests.core.evaluation.toys import LinearGaussian
from tests.core.support import one_sentence, tiny_gru
from vae_core.data.dataset import DataError
from vae_core.evaluation.text import (
    decoded_texts,
    edit_distance,
    interpolation_paths,
    path_quality,
    prior_texts,
    reconstruction_bleu,
    self_bleu,
)


def grams(text: str, size: int) -> Counter[tuple[str, ...]]:
    words = text.split()
    return Counter(tuple(words[at : at + size]) for at in range(len(words) - size + 1))


def bleu_by_definition(pairs: list[tuple[str, list[str]]]) -> float:
    """Papineni et al. 2002: clipped precisions of 1 to 4 words, and the brevity penalty."""
    logs = []
    for size in range(1, 5):
        hits = total = 0
        for text, references in pairs:
            found = grams(text, size)
            most: Counter[tuple[str, ...]] = Counter()
            for reference in references:
                most |= grams(reference, size)
            hits += sum((found & most).values())
            total += sum(found.values())
        logs.append(math.log(hits / total))
    length = sum(len(text.split()) for text, _ in pairs)
    nearest = sum(
        min((len(r.split()) for r in references), key=lambda n: (abs(n - len(text.split())), n))
        for text, references in pairs
    )
    return 100 * math.exp(sum(logs) / 4) * min(1.0, math.exp(1 - nearest / length))


SOURCES = ["a b c d e f", "the old dog sat on the mat", "c a b d e"]
DECODES = ["a b c d e", "the old dog lay on the mat today", "c a b d f"]


def test_reconstruction_bleu_equals_its_definition() -> None:
    expected = bleu_by_definition([(d, [s]) for d, s in zip(DECODES, SOURCES, strict=True)])
    assert reconstruction_bleu(DECODES, SOURCES) == pytest.approx(expected, rel=1e-6)
    assert 20 < expected < 90


def test_perfect_and_useless_reconstructions() -> None:
    assert reconstruction_bleu(SOURCES, SOURCES) == pytest.approx(100)
    assert reconstruction_bleu(["", "", ""], SOURCES) == 0
    assert reconstruction_bleu(["x y z w"] * 3, SOURCES) < 5
    loud = [source.upper() for source in SOURCES]
    assert reconstruction_bleu(SOURCES, loud, lowercase=True) == pytest.approx(100)
    assert reconstruction_bleu(SOURCES, loud) < 5


@pytest.mark.parametrize("decodes", [[], ["one"]])
def test_decodes_that_do_not_match_their_sources_are_refused(decodes: list[str]) -> None:
    with pytest.raises(DataError) as caught:
        reconstruction_bleu(decodes, decodes * 2)
    assert "BLEU" in one_sentence(caught.value)


def test_self_bleu_equals_its_definition() -> None:
    samples = ["a b c d e f", "a b c d e g", "z a b c d e"]
    expected = np.mean(
        [bleu_by_definition([(s, [o for o in samples if o is not s])]) for s in samples]
    )
    assert self_bleu(samples) == pytest.approx(float(expected), rel=1e-6)


def test_self_bleu_at_its_edges() -> None:
    assert self_bleu(["one and the same sentence"] * 4) == pytest.approx(100)
    assert self_bleu(["a b c d", "e f g h", "i j k l"]) < 10
    assert self_bleu(["a", "a"]) == pytest.approx(100), "a short text has its short orders"
    assert self_bleu(["", ""]) == 0
    assert self_bleu(["", "a b c d"]) == 0
    with pytest.raises(DataError) as caught:
        self_bleu(["only one"])
    assert "at least 2" in one_sentence(caught.value)


def slow_edit_distance(first: tuple[int, ...], second: tuple[int, ...]) -> int:
    @cache
    def distance(i: int, j: int) -> int:
        if i == 0 or j == 0:
            return i + j
        change = distance(i - 1, j - 1) + (first[i - 1] != second[j - 1])
        return min(distance(i - 1, j) + 1, distance(i, j - 1) + 1, change)

    return distance(len(first), len(second))


def test_edit_distance_equals_the_recursion() -> None:
    rng = np.random.default_rng(0)
    for _ in range(60):
        first, second = (tuple(rng.integers(4, size=rng.integers(8)).tolist()) for _ in range(2))
        words = [[str(token) for token in row] for row in (first, second)]
        assert edit_distance(words[0], words[1]) == slow_edit_distance(first, second)


def test_smoothness_by_hand() -> None:
    straight = ["a b c", "a b d", "a e d", "f e d"]
    assert path_quality(straight) == (1.0, 4)
    assert path_quality(["a b c", "x y z", "a b d"]) == (6.0, 3)
    assert path_quality(["a b", "a b", "a c", "a c"]) == (1.0, 2)
    assert path_quality(["a b", "c d", "a b"]) == (None, 2)
    assert path_quality(["", "a", "a b"]) == (1.0, 3)
    assert path_quality(["", ""]) == (None, 1)


def test_paths_begin_and_end_at_items_and_are_seeded() -> None:
    model = tiny_gru()
    mean = torch.randn(6, 2, generator=torch.Generator().manual_seed(0)) * 20
    items = decoded_texts(model, mean)
    paths = interpolation_paths(model, mean, paths=4, steps=5, seed=1)
    assert [len(path) for path in paths] == [5] * 4
    assert all(path[0] in items and path[-1] in items for path in paths)
    assert paths == interpolation_paths(model, mean, paths=4, steps=5, seed=1)
    with pytest.raises(DataError, match="two items"):
        interpolation_paths(model, mean[:1])


def test_decoding_in_parts_changes_nothing() -> None:
    model = tiny_gru()
    z = torch.randn(7, 2, generator=torch.Generator().manual_seed(0)) * 20
    assert decoded_texts(model, z, batch_size=3) == decoded_texts(model, z)
    assert prior_texts(model, 5, seed=3) == prior_texts(model, 5, seed=3)
    assert len(prior_texts(model, 5, seed=4)) == 5


def test_pictures_have_no_texts() -> None:
    class Pictures(LinearGaussian):
        def decode(self, z: torch.Tensor) -> np.ndarray:  # type: ignore[type-arg]
            return z.numpy()

    with pytest.raises(DataError) as caught:
        decoded_texts(Pictures(), torch.zeros(1, 3))
    assert "images" in one_sentence(caught.value)
