"""What a training writes, read while it is being written."""

from __future__ import annotations

from pathlib import Path

import pytest

from explorer.job_log import MetricsLog, last_sentence, seconds_left, share_done, thin


def test_metrics_are_read_as_they_grow(tmp_path: Path) -> None:
    log = MetricsLog(tmp_path / "metrics.jsonl")
    assert log.rows() == []
    with log.path.open("w") as file:
        file.write('{"step": 1}\n{"step": 2}\n{"st')
        file.flush()
        assert [row["step"] for row in log.rows()] == [1, 2]
        file.write('ep": 3}\nnonsense\n[1]\n{"step": 4}\n')
        file.flush()
        assert [row["step"] for row in log.rows()] == [1, 2, 3, 4]
    log.path.write_text('{"step": 9}\n')
    assert [row["step"] for row in log.rows()] == [9]


def test_thinning_keeps_validation_rows_and_the_last() -> None:
    rows = [{"step": i, "validation_elbo": -1.0 if i % 97 == 5 else None} for i in range(5000)]
    thinned = thin(rows, 100)
    assert len(thinned) < 250
    assert thinned[-1] == rows[-1]
    assert [r for r in thinned if r["validation_elbo"]] == [r for r in rows if r["validation_elbo"]]
    assert thin(rows[:100], 100) == rows[:100]


def test_time_left_follows_the_speed_so_far() -> None:
    assert seconds_left([]) is None
    assert seconds_left([{"step": 0, "steps": 10, "elapsed_seconds": 1.0}]) is None
    assert seconds_left([{"step": 5, "steps": 20, "elapsed_seconds": 10.0}]) == 30.0
    assert share_done([]) == 0.0
    assert share_done([{"step": 5, "steps": 20}]) == 0.25


@pytest.mark.parametrize(
    ("log", "sentence"),
    [
        ("", ""),
        ("one\ntwo\n\n", "two"),
        ("Error: the reason\nbye\n", "the reason"),
        ("epoch 1\nlatentscape: x.txt is empty.\n", "x.txt is empty."),
        ("\x1b[31mError: red\x1b[0m\n", "red"),
        ("╭─ Error ─╮\n│ boxed words │\n╰─────────╯\n", "boxed words"),
        ("Traceback\n  x\nKeyError: 'k'\n", "KeyError: 'k'"),
    ],
)
def test_the_last_sentence_is_bare(tmp_path: Path, log: str, sentence: str) -> None:
    (tmp_path / "log.txt").write_text(log, encoding="utf-8")
    assert last_sentence(tmp_path / "log.txt") == sentence


def test_no_log_is_no_sentence(tmp_path: Path) -> None:
    assert last_sentence(tmp_path / "absent") == ""
