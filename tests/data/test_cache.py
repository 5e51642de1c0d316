"""The cache: read once, opened again; what is damaged is made anew; nothing is left behind."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from tests.core.support import one_sentence
from tests.data import made
from vae_core.data import cache as cache_module
from vae_core.data import corpus as corpus_module
from vae_core.data.arrow_store import ARROW
from vae_core.data.cache import cache_folder
from vae_core.data.corpus import read_corpus
from vae_core.data.dataset import DataError
from vae_core.data.registry import load_source
from vae_core.data.text_options import TextOptions


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    path = tmp_path / "a.csv"
    path.write_bytes(made.table([f"a text {i}" for i in range(100)], ["x", "y"] * 50))
    return path


def entries(cache: Path) -> list[Path]:
    return sorted(part for part in (cache / "data").iterdir() if part.is_dir())


def never(*given: Any, **named: Any) -> Any:
    raise AssertionError("it was read again")


def test_the_second_reading_opens_what_the_first_one_wrote(
    corpus: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = read_corpus(corpus)
    assert len(entries(cache)) == 1
    monkeypatch.setattr(corpus_module, "open_table", never)
    again = read_corpus(corpus)
    assert (again.texts, again.source, again.notes) == (first.texts, first.source, first.notes)
    # What is recorded names every option that was found out, and is the same entry.
    assert load_source(first.source).texts == first.texts
    assert len(entries(cache)) == 1


def test_other_options_and_other_content_are_other_entries(corpus: Path, cache: Path) -> None:
    read_corpus(corpus)
    assert read_corpus(corpus, TextOptions(label_column="label")).labels is not None
    assert len(entries(cache)) == 2
    corpus.write_bytes(made.table(["other", "texts"], ["x", "y"]))
    assert read_corpus(corpus).texts == ("other", "texts")
    assert len(entries(cache)) == 3


def flip(content: bytes) -> bytes:
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 0xFF]) + content[middle + 1 :]


@pytest.mark.parametrize("part", [ARROW, "about.json"])
@pytest.mark.parametrize(
    "damage", [flip, lambda c: c[:-10], lambda c: b"", lambda c: c + b"more", None]
)
def test_a_damaged_entry_is_made_anew(corpus: Path, cache: Path, part: str, damage: Any) -> None:
    texts = list(read_corpus(corpus).texts or ())
    file = entries(cache)[0] / part
    if damage is None:
        file.unlink()
    else:
        # Not in place: the file may be mapped still.
        content = damage(file.read_bytes())
        file.unlink()
        file.write_bytes(content)
    again = read_corpus(corpus)
    assert list(again.texts or ()) == texts
    assert made.left_behind(cache) == []
    assert len(entries(cache)) == 1


def test_a_damaged_alias_is_passed_over(corpus: Path, cache: Path) -> None:
    read_corpus(corpus)
    for alias in (cache / "data").glob("*.alias"):
        alias.write_bytes(b"../../../../etc/passwd" + b"x" * 18)
    assert len(read_corpus(corpus)) == 100


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_a_writing_that_fails_leaves_nothing(
    corpus: Path, cache: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    def fail(*given: Any) -> Any:
        raise error

    with monkeypatch.context() as patch:
        patch.setattr(cache_module, "_seal", fail)
        with pytest.raises((DataError, KeyboardInterrupt)) as caught:
            read_corpus(corpus)
    if isinstance(caught.value, DataError):
        message = one_sentence(caught.value)
        assert "No space left on device" in message
        assert "LATENTSCAPE_CACHE" in message
    assert list((cache / "data").iterdir()) == []
    assert len(read_corpus(corpus)) == 100


def test_a_cache_that_cannot_be_written_is_said(
    corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("no folder")
    monkeypatch.setenv("LATENTSCAPE_CACHE", str(blocked))
    with pytest.raises(DataError, match="LATENTSCAPE_CACHE") as caught:
        read_corpus(corpus)
    one_sentence(caught.value)


def test_a_refused_file_leaves_nothing(tmp_path: Path, cache: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("text\n" + "fine\n" * 20_000 + '"open\n')
    with pytest.raises(DataError, match="never closes"):
        read_corpus(path)
    assert list((cache / "data").iterdir()) == []


def test_many_at_once_make_one_entry(corpus: Path, cache: Path) -> None:
    found: list[Any] = []

    def read() -> None:
        try:
            found.append(list(read_corpus(corpus).texts or ()))
        except BaseException as error:  # noqa: BLE001  (told by the assertion)
            found.append(error)

    threads = [threading.Thread(target=read) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [[f"a text {i}" for i in range(100)]] * 6
    assert len(entries(cache)) == 1
    assert made.left_behind(cache) == []


def test_the_oldest_entries_make_room(
    tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cache_module, "MAX_CACHE_BYTES", 1)
    held = []
    for number in range(3):
        path = tmp_path / f"{number}.txt"
        path.write_text(f"text {number}\nanother\n")
        held.append(read_corpus(path))
    assert len(entries(cache)) == 1
    if os.name == "posix":
        # What is open stays open.
        assert list(held[0].texts or ()) == ["text 0", "another"]


def test_what_is_being_written_stays_and_what_was_abandoned_goes(
    corpus: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cache_module, "MAX_CACHE_BYTES", 1)
    for name, age in (("now", 0), ("then", 10**6)):
        (cache / "data" / f".{name}.tmp").mkdir(parents=True)
        os.utime(cache / "data" / f".{name}.tmp", (time.time() - age,) * 2)
    read_corpus(corpus)
    assert made.left_behind(cache) == [".now.tmp"]


def test_the_cache_lies_where_the_system_has_caches(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("LATENTSCAPE_CACHE", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache_folder() == tmp_path / "latentscape"
    monkeypatch.setenv("XDG_CACHE_HOME", "not/absolute")
    assert cache_folder() == Path.home() / ".cache" / "latentscape"


def test_a_corpus_in_the_cache_works_as_one_in_memory_does(corpus: Path) -> None:
    import numpy as np
    import pyarrow as pa

    from vae_core.data.dataset import Dataset

    data = read_corpus(corpus, TextOptions(label_column="label"))
    plain = Dataset(
        "b", "sentences", texts=tuple(data.texts or ()), labels=tuple(data.labels or ())
    )
    assert data.fingerprint() == plain.fingerprint()
    part = data.subset(np.array([5, 0, 99]))
    assert part.texts == ("a text 5", "a text 0", "a text 99")
    assert part.labels == ("y", "x", "y")
    assert data.unlabelled_items == 0
    assert pa.array(data.texts, pa.string()).to_pylist() == list(plain.texts or ())
    assert data.split(0).test.tolist() == plain.split(0).test.tolist()
