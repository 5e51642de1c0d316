"""Whatever a damaged file holds, there is an answer or one sentence, and nothing is left behind."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.core.support import one_sentence
from tests.data import made
from vae_core.data.corpus import read_corpus
from vae_core.data.dataset import DataError, Dataset
from vae_core.data.look import Look, look
from vae_core.data.pictures import read_pictures

_TEXTS = [*made.SCRIPTS, 'a "quoted" text, with a comma', "two\twords"]
_TEXT_SEEDS = {
    ending: make([text.replace("\t", " ") for text in _TEXTS], list("ababxyz,"))
    for ending, make in made.TEXT_FILES.items()
}
_TEXT_SEEDS[".txt-16"] = "\n".join(_TEXTS).encode("utf-16")
_TEXT_SEEDS[".csv-old"] = "text;label\nLe café à l'été;x\n".encode("cp1252") * 5
_PICTURE_SEEDS = {ending: make(made.drawn(5)) for ending, make in made.PICTURE_FILES.items()}
_PICTURE_SEEDS[".jpg.zip"] = made.zipped({
    f"{number}.jpg": made.picture(each, "JPEG") for number, each in enumerate(made.drawn(3, 16, 16))
})  # fmt: skip


_ODD = [
    b"\x00", b"\xff\xfe", b'"', b"\r", b"[[[[", b"{}", b"\x1f\x8b", b"\xed\xa0\x80", b",,,,",
    b"\n\n",
]  # fmt: skip


@st.composite
def damaged(draw: st.DrawFn, seed: bytes) -> bytes:
    """The seed with some of its bytes flipped, cut out, doubled, moved or put in."""
    content = seed
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(content)))
        end = min(len(content), start + draw(st.integers(1, 40)))
        how = draw(st.sampled_from(["flip", "cut", "double", "end", "insert", "number"]))
        part = content[start:end]
        if how == "flip" and part:
            bit = 1 << draw(st.integers(0, 7))
            part = bytes([part[0] ^ bit]) + part[1:]
        elif how == "cut":
            part = b""
        elif how == "double":
            part = part * draw(st.integers(2, 50))
        elif how == "end":
            content, part, end = content[:start], b"", start
        elif how == "insert":
            part = draw(st.sampled_from(_ODD))
        elif how == "number":
            part = draw(st.sampled_from([b"\xff\xff\xff\xff", b"\x00" * 4, b"\x7f\xff\xff\xff"]))
        content = content[:start] + part + content[end:]
    return content


def tried(read: Callable[[Path], Dataset | Look], name: str, content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        cache = Path(folder, "cache")
        patch.setenv("LATENTSCAPE_CACHE", str(cache))
        path = Path(folder, name)
        path.write_bytes(content)
        try:
            found = read(path)
        except DataError as error:
            one_sentence(error)
        else:
            if isinstance(found, Dataset):
                assert len(found) > 0
                assert len(found.fingerprint()) == 64
                assert all(isinstance(text, str) and text for text in found.texts or ())
            else:
                found.to_json()
        assert made.left_behind(cache) == []
        assert sorted(part.name for part in Path(folder).iterdir() if part != cache) == [name]


def name_of(ending: str) -> str:
    return f"a{ending.split('-16')[0].split('-old')[0]}"


quick = settings(
    deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow],
)  # fmt: skip


@pytest.mark.parametrize("ending", _TEXT_SEEDS)
@pytest.mark.parametrize("read", [read_corpus, look], ids=["read", "look"])
@quick
@given(data=st.data())
def test_damaged_texts(
    ending: str, read: Callable[[Path], Dataset | Look], data: st.DataObject
) -> None:
    tried(read, name_of(ending), data.draw(damaged(_TEXT_SEEDS[ending])))


@pytest.mark.parametrize("ending", _PICTURE_SEEDS)
@pytest.mark.parametrize("read", [read_pictures, look], ids=["read", "look"])
@quick
@given(data=st.data())
def test_damaged_pictures(
    ending: str, read: Callable[[Path], Dataset | Look], data: st.DataObject
) -> None:
    tried(read, f"a{ending}", data.draw(damaged(_PICTURE_SEEDS[ending])))


@pytest.mark.parametrize("ending", [*made.TEXT_FILES, ".npy", ".npz", ".png", ""])
@pytest.mark.parametrize("read", [read_corpus, look, read_pictures], ids=["text", "look", "images"])
@settings(deadline=None, max_examples=20)
@given(content=st.binary(max_size=400))
def test_any_bytes_under_any_name(
    ending: str, read: Callable[[Path], Dataset | Look], content: bytes
) -> None:
    tried(read, f"a{ending}", content)


@pytest.mark.parametrize("ending", ["", *made.TEXT_FILES, *made.PICTURE_FILES])
def test_any_kind_under_any_name(ending: str) -> None:
    for content in (*_TEXT_SEEDS.values(), *_PICTURE_SEEDS.values()):
        for read in (read_corpus, look, read_pictures):
            tried(read, f"a{ending}", content)
