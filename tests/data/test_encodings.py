"""The encoding of a file is found, proved and said; nothing is replaced in silence."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.support import one_sentence
from vae_core.data import limits
from vae_core.data.corpus import read_corpus
from vae_core.data.dataset import DataError, Dataset
from vae_core.data.encodings import find_encoding
from vae_core.data.text_archives import opener
from vae_core.data.text_options import TextOptions

TEXTS = {
    "french": "Le café était déjà fermé.\nIl préfère la crème brûlée à l'été.",
    "german": "Über die Brücke gehen schöne Mädchen.\nGrüße aus Köln und Düsseldorf.",
    "polish": "Zażółć gęślą jaźń.\nCzęść wieści o świecie i o ludziach.",
    "czech": "Příliš žluťoučký kůň úpěl ďábelské ódy.",
    "russian": "Съешь ещё этих мягких французских булок.\nДа выпей чаю.",
    "greek": "Ξεσκεπάζω την ψυχοφθόρα βδελυγμία.",
    "turkish": "Pijamalı hasta yağız şoföre çabucak güvendi.",
    "hebrew": "דג סקרן שט בים מאוכזב ולפתע מצא חברה.",
    "arabic": "نص حكيم له سر قاطع وذو شأن عظيم.",
    "chinese": "我们今天去公园散步，天气非常好。\n他说了很多有趣的话。",
    "taiwan": "我們今天去公園散步，天氣非常好。\n他說了很多有趣的話。",
    "japanese": "今日は天気がとても良いです。\n公園を散歩しましょう。",
    "korean": "오늘은 날씨가 정말 좋습니다.\n공원을 산책합시다.",
}
LEGACY = [
    ("french", "cp1252"), ("french", "latin-1"), ("german", "cp1252"), ("polish", "cp1250"),
    ("czech", "cp1250"), ("russian", "cp1251"), ("russian", "koi8_r"), ("greek", "cp1253"),
    ("turkish", "cp1254"), ("hebrew", "cp1255"), ("arabic", "cp1256"), ("chinese", "gb18030"),
    ("taiwan", "big5"), ("japanese", "cp932"), ("japanese", "euc_jp"), ("korean", "cp949"),
]  # fmt: skip


def read(folder: Path, content: bytes, encoding: str | None = None) -> Dataset:
    path = folder / "a.txt"
    path.write_bytes(content)
    return read_corpus(path, TextOptions(encoding=encoding))


def refused(folder: Path, content: bytes, encoding: str | None = None) -> str:
    with pytest.raises(DataError) as caught:
        read(folder, content, encoding)
    return one_sentence(caught.value)


@pytest.mark.parametrize(("language", "encoding"), LEGACY)
@pytest.mark.parametrize("times", [1, 50])
def test_old_encodings_are_recognised_and_said(
    tmp_path: Path, language: str, encoding: str, times: int
) -> None:
    text = "\n".join([TEXTS[language]] * times)
    data = read(tmp_path, text.encode(encoding))
    assert list(data.texts or ()) == text.split("\n")
    (note,) = data.notes
    assert "is not UTF-8 and was read as" in note
    assert "--encoding" in note


def test_one_word_of_latin_1_is_enough(tmp_path: Path) -> None:
    data = read(tmp_path, "one\ntwo\ncafé\n".encode("latin-1"))
    assert data.texts == ("one", "two", "café")
    assert data.source["encoding"] == "cp1252"


def test_an_old_encoding_late_in_a_long_file_is_proved(tmp_path: Path) -> None:
    plain = "a plain line of text\n" * 100_000
    data = read(tmp_path, (plain + TEXTS["french"]).encode("cp1252"))
    assert data.texts is not None
    assert data.texts[-1] == TEXTS["french"].split("\n")[-1]


@pytest.mark.parametrize("mark", [True, False])
@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("language", ["french", "russian", "chinese"])
def test_utf_16_is_read_with_and_without_its_mark(
    tmp_path: Path, language: str, encoding: str, mark: bool
) -> None:
    text = "\n".join([TEXTS[language]] * 100)
    data = read(tmp_path, ("\ufeff" * mark + text).encode(encoding))
    assert list(data.texts or ()) == text.split("\n")
    assert "was read as UTF-16" in data.notes[0]


@pytest.mark.parametrize(("encoding", "notes"), [("utf-32", 1), ("utf-8-sig", 0), ("utf-8", 0)])
def test_other_marks_are_known(tmp_path: Path, encoding: str, notes: int) -> None:
    data = read(tmp_path, TEXTS["arabic"].encode(encoding))
    assert list(data.texts or ()) == [TEXTS["arabic"]]
    assert len(data.notes) == notes


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-le", "cp1252"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_line_end_is_known(tmp_path: Path, encoding: str, end: str) -> None:
    lines = ["one é line", "and another", "a third one"] * 20
    assert list(read(tmp_path, end.join(lines).encode(encoding)).texts or ()) == lines


def test_mixed_encodings_are_refused(tmp_path: Path) -> None:
    content = "Die Brücke über den Fluß\n".encode() * 3 + "schöne Grüße\n".encode("cp1252")
    message = refused(tmp_path, content)
    assert "mixes encodings: line 4 has the byte 0xf6" in message
    # Who knows better may say so.
    assert len(read(tmp_path, content, "cp1252")) == 4


def test_mixed_encodings_are_refused_in_a_long_file(tmp_path: Path) -> None:
    content = "schöne Grüße\n".encode() * 200_000 + "Fluß\n".encode("cp1252")
    assert "line 200001 has the byte 0xdf" in refused(tmp_path, content)


def test_an_encoding_that_does_not_fit_is_refused_with_its_line(tmp_path: Path) -> None:
    message = refused(tmp_path, "one\ncafé\n".encode("cp1252"), "utf-8")
    assert "near line 2 the byte 0xe9" in message
    assert "is not ASCII" in refused(tmp_path, "é".encode(), "ascii")


def test_a_file_cut_within_a_letter_is_refused(tmp_path: Path) -> None:
    assert "line 2 has the byte" in refused(tmp_path, "one\n我们".encode()[:-1])


def test_a_letter_across_two_chunks_is_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "CHUNK_BYTES", 7)
    for encoding in ("utf-8", "utf-16", "gb18030"):
        data = read(tmp_path, TEXTS["chinese"].encode(encoding))
        assert list(data.texts or ()) == TEXTS["chinese"].split("\n")


@settings(deadline=None, max_examples=300)
@given(st.binary(max_size=300))
def test_any_bytes_have_an_encoding_that_decodes_them_or_a_sentence(content: bytes) -> None:
    try:
        found = find_encoding(opener(content), "a.txt")
    except DataError as error:
        one_sentence(error)
    else:
        assert "\x00" not in content.decode(found.name)
