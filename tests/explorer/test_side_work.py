"""Long work on clusters: asked for once, stopped, failed, and its result known afterwards."""

from __future__ import annotations

import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from explorer.side_work import Work, Works

Make = Callable[[str], Works]
SECONDS = 60.0


@pytest.fixture
def works_of(tmp_path: Path) -> Iterator[Make]:
    """Return a function that makes works of a stand-in for the command."""
    made: list[Works] = []

    def make(script: str) -> Works:
        worker = tmp_path / f"worker{len(made)}.py"
        worker.write_text(textwrap.dedent(script), encoding="utf-8")
        made.append(Works([sys.executable, str(worker)]))
        return made[-1]

    yield make
    for works in made:
        works.close()


def ended(work: Work) -> Work:
    deadline = time.monotonic() + SECONDS
    while not work.over:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return work


def test_a_result_is_known_and_not_asked_for_again(works_of: Make) -> None:
    works = works_of("import json, sys; print(json.dumps({'said': sys.argv[1:]}))")
    assert works.known(("a",)) is None
    work = ended(works.ask(("a",), ["cluster", "run"], "Looking", "try again"))
    assert work.result == {"said": ["cluster", "run", "--json"]}
    assert work.problem is None
    assert works.ask(("a",), ["other"], "Looking", "try again") is work
    assert works.known(("a",)) is work


def test_what_fails_is_one_sentence_and_can_be_asked_for_anew(works_of: Make) -> None:
    works = works_of("import sys; sys.exit('latentscape: There is nothing but noise.')")
    work = ended(works.ask(("a",), [], "Looking", "try again"))
    assert work.result is None
    assert work.problem == "There is nothing but noise."
    assert works.ask(("a",), [], "Looking", "try again") is not work


@pytest.mark.parametrize("printed", ["", "nothing like a result"])
def test_what_is_no_result_is_one_sentence(works_of: Make, printed: str) -> None:
    works = works_of(f"print({printed!r})")
    work = ended(works.ask(("a",), [], "Looking", "try again"))
    assert work.problem == "Looking gave no result; try again."


def test_what_is_stopped_ends_its_process_and_says_nothing(works_of: Make, tmp_path: Path) -> None:
    begun, done = tmp_path / "begun", tmp_path / "done"
    works = works_of(
        f"""
        import pathlib, time
        pathlib.Path({str(begun)!r}).touch()
        time.sleep(600)
        pathlib.Path({str(done)!r}).touch()
        """
    )
    work = works.ask(("a",), [], "Looking", "try again")
    waiting = works.ask(("b",), [], "Trying", "try again")
    while not begun.exists():
        time.sleep(0.02)
    assert waiting.words() == "Trying: waiting for other work to end…"
    assert work.words().startswith("Looking… ")
    waiting.stop()
    work.stop()
    for one in (work, waiting):
        assert ended(one).result is None
        assert one.problem is None
    assert not done.exists()


def test_a_command_that_cannot_begin_is_one_sentence(tmp_path: Path) -> None:
    works = Works([str(tmp_path / "none")])
    work = ended(works.ask(("a",), [], "Looking", "try again"))
    assert work.problem == "Looking could not begin: No such file or directory."
