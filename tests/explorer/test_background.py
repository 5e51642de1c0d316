"""Things that are made once, in a thread."""

from __future__ import annotations

import threading

import pytest

from explorer.background import Background, Progress


def test_what_is_made_is_there_afterwards_and_made_once() -> None:
    go, made = threading.Event(), []

    def make(progress: Progress) -> str:
        progress(1, 4)
        go.wait()
        made.append(1)
        return "thing"

    background: Background[str] = Background("test", most=2)
    assert background.get("a", make) is None
    while background.progress("a") != 0.25:
        pass
    assert background.get("a", make, seconds=0.001) is None
    go.set()
    background.wait("a")
    assert background.get("a", make) == "thing"
    assert background.progress("a") is None
    assert made == [1]


def test_the_last_few_are_kept() -> None:
    background: Background[str] = Background("test", most=2)
    counts: list[str] = []

    def make(name: str) -> str | None:
        return background.get(name, lambda progress: counts.append(name) or name, seconds=60)

    for name in ("a", "b", "a", "c", "a"):
        assert make(name) == name
    assert counts == ["a", "b", "c"]
    assert make("b") == "b"
    assert counts == ["a", "b", "c", "b"]


def test_what_a_maker_raises_is_raised_to_who_asks_and_made_anew() -> None:
    background: Background[int] = Background("test", most=2)
    with pytest.raises(ZeroDivisionError):
        background.get("a", lambda progress: 1 // 0, seconds=60)
    assert background.get("a", lambda progress: 1, seconds=60) == 1
