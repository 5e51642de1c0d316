"""Finding items by words."""

from __future__ import annotations

from pathlib import Path

import pytest

from explorer.analysis.search import matching
from tests.explorer.made_runs import pictures, sentences, write_run
from vae_core.checkpoint import Run, load_run


@pytest.fixture(scope="module")
def texts(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return load_run(write_run(tmp_path_factory.mktemp("runs") / "a", sentences(30)))


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("item 7 says", [7, 17, 27]),
        ("ITEM 7 SAYS", [7, 17, 27]),
        ("says  item\t12", [12]),
        ("nowhere", []),
        ("$x$ <script>", list(range(30))),
        ("", list(range(30))),
        ("١٢", [12]),
        ("9" * 5_000, []),
    ],
)
def test_every_word_must_be_somewhere_in_an_item(texts: Run, query: str, found: list[int]) -> None:
    assert matching(texts, query).nonzero()[0].tolist() == found


def test_a_number_finds_the_item_of_that_number_too(tmp_path: Path) -> None:
    run = load_run(write_run(tmp_path / "a", pictures(30)))
    assert matching(run, "2").nonzero()[0].tolist() == [2, 5, 8, 11, 14, 17, 20, 23, 26, 29]
    assert matching(run, "7").nonzero()[0].tolist() == [7]
    assert matching(run, "Item 7").nonzero()[0].tolist() == [7], "as cards call it"
    assert matching(run, "item 2").nonzero()[0].tolist() == [2], "not those of the label 2"


def test_labels_and_metadata_are_searched(texts: Run) -> None:
    lengths = texts.metadata["length"]
    word = lengths[3]
    expected = {i for i in range(30) if word in lengths[i] or word in texts.table.texts[i]}  # type: ignore[index]
    assert expected <= set(matching(texts, word).nonzero()[0].tolist())
