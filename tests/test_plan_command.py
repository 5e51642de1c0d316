"""`latentscape plan`: columns by their names, and the same proposal whatever the machine does."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from explorer import progress_words
from explorer.commands import planning
from tests.support import succeeds
from vae_core import timing
from vae_core.data.corpus import read_corpus
from vae_core.data.text_options import TextOptions
from vae_core.timing import Span


@pytest.fixture
def table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LATENTSCAPE_CACHE", str(tmp_path / "cache"))
    path = tmp_path / "films.csv"
    rows = [f"film {number} is about a ship,{('sea', 'war', 'love')[number % 3]},{number}"
            for number in range(60)]  # fmt: skip
    path.write_text("\n".join(["review,topic,number", *rows]))
    return path


def planned(
    table: Path, monkeypatch: pytest.MonkeyPatch, took: Span, **options: Any
) -> dict[str, Any]:
    monkeypatch.setattr(timing, "seconds_for", lambda *_, **__: took)
    return planning.examine(read_corpus(table, TextOptions(**options)))


def test_a_slow_machine_gets_the_same_proposal(
    table: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    quick = planned(table, monkeypatch, Span(60.0, 65.0))
    slow = planned(table, monkeypatch, Span(7100.0, 14400.0))
    assert slow["proposal"] == quick["proposal"]
    assert quick["shorter"] is None
    assert quick["proposal"]["epochs"] == 80
    assert slow["shorter"] == {"epochs": 40, "seconds": (3550.0, 7200.0)}
    assert progress_words.time_words(quick) == ["Takes about 60 s on this machine."]
    assert progress_words.time_words(slow) == [
        "Takes 2.0 to 4.0 h on this machine.",
        "With 40 epochs it would take 59 min to 2.0 h, and learn less.",
    ]


def test_columns_are_named(table: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names = ("text_column", "label_column", "label_guess")
    found = planned(table, monkeypatch, Span(1.0, 1.0))
    assert [found[name] for name in names] == ["review", None, "topic"]
    found = planned(table, monkeypatch, Span(1.0, 1.0), label_column="topic")
    assert [found[name] for name in names] == ["review", "topic", None]


def test_the_command_to_copy_takes_the_labels_that_were_found(table: Path) -> None:
    said = succeeds("plan", "--text", table, "--no-trial")
    lines = {line.split("  ")[0]: line for line in said.splitlines()}
    assert lines["text column"].endswith(" review")
    assert "topic" in lines["label column"]
    assert f"--text {table} --label-column topic --model" in said.splitlines()[-1]
    told = succeeds("plan", "--text", table, "--no-trial", "--label-column", "topic")
    assert "sea 20" in told
    assert told.count("--label-column") == 1
    none = succeeds("plan", "--text", table, "--no-trial", "--label-column", "")
    assert "topic" not in none
