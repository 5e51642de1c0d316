"""What may be done to texts before anything is trained on them, each because somebody asked."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from vae_core.data import cache, limits
from vae_core.data.arrow_store import ARROW, arrow_writer, open_columns
from vae_core.data.dataset import DataError, Dataset
from vae_core.data.text_column import TextColumn, blocks, take
from vae_core.data.tokenizer import WORD

_WORD = re.compile(WORD)
_LANGUAGE = re.compile(r"[a-z]{2,3}")
_WHITE = re.compile(r"\s+")
# Rows at a time: a long text may become thousands of sentences.
_BLOCK = 1000


@dataclass(frozen=True, kw_only=True)
class Fixes:
    """Changes to texts, made in this order.

    Attributes:
        split_sentences: cut each text into its sentences, by the rules of this language (a code
            such as "en"; of one that is not known, by those of English). Label and other columns
            go with every sentence.
        lowercase: make capitals small.
        cut_words: keep the first so many words of a text.
        drop_repeats: leave out what is equal to a text before it.
    """

    split_sentences: str | None = None
    lowercase: bool = False
    cut_words: int | None = None
    drop_repeats: bool = False

    def __post_init__(self) -> None:
        language = self.split_sentences
        if language is not None and not (
            isinstance(language, str) and _LANGUAGE.fullmatch(language)
        ):
            raise DataError(
                f"A language is a code of two or three letters such as en or de, but {language!r} "
                "came."
            )
        cut = self.cut_words
        if cut is not None and (isinstance(cut, bool) or not isinstance(cut, int) or cut < 1):
            raise DataError(f"Texts can be cut to 1 word or more, but {cut!r} came.")
        for name in ("lowercase", "drop_repeats"):
            if not isinstance(getattr(self, name), bool):
                raise DataError(f"{name} is yes or no, but {getattr(self, name)!r} came.")

    def __bool__(self) -> bool:
        return self != Fixes()

    def given(self) -> dict[str, Any]:
        """Only what is asked for."""
        return {name: value for name, value in asdict(self).items() if value not in (None, False)}

    @classmethod
    def from_source(cls, source: Mapping[str, Any]) -> Fixes:
        """The changes that ``Dataset.source`` records. Raises DataError where odd."""
        given = source.get("fixes", {})
        if not isinstance(given, Mapping) or not set(given) <= set(cls.__dataclass_fields__):
            raise DataError(
                f"What was done to the data is not recorded well ({given!r}); train again."
            )
        return cls(**given)


def fixed(dataset: Dataset, fixes: Fixes) -> Dataset:
    """The data set after ``fixes``, in our cache (``cache.py``) as the file itself is.

    ``source`` records what was done, ``notes`` say what came of it. Raises DataError where nothing
    is left of the texts, and for a change to pictures other than to drop repeats.
    """
    if not fixes:
        return dataset
    if dataset.texts is None:
        if fixes != Fixes(drop_repeats=True):
            raise DataError("Of pictures only the repeats can be dropped; leave the rest out.")
        from vae_core.data.picture_fixes import without_repeats

        return without_repeats(dataset)
    names = list(dataset.metadata)
    key = cache.key_of(_content(dataset), {"fixes": fixes.given()})
    folder, about = cache.cached(key, lambda folder: _write(folder, dataset, fixes))
    labelled = dataset.labels is not None
    columns = open_columns(folder, 1 + labelled + len(names), about["rows"])
    labels = columns.pop(1) if labelled else None
    return replace(
        dataset,
        texts=columns[0],
        labels=labels,
        metadata=dict(zip(names, columns[1:], strict=True)),
        source={**dataset.source, "fixes": fixes.given()},
        test_indices=None,
        notes=(*dataset.notes, *about["notes"]),
    )


def _content(dataset: Dataset) -> str:
    digest = hashlib.sha256(dataset.fingerprint().encode())
    for name, column in dataset.metadata.items():
        digest.update(f"\0{len(name)} {name}".encode("utf-8", "surrogatepass"))
        for block in blocks(column):
            entries = [entry.encode("utf-8", "surrogatepass") for entry in block]
            digest.update(b"".join(len(entry).to_bytes(8, "little") + entry for entry in entries))
    return digest.hexdigest()


def _write(folder: Path, dataset: Dataset, fixes: Fixes) -> dict[str, Any]:
    counts = _Counts()
    columns = [dataset.texts or (), *_others(dataset)]
    _write_columns(folder, len(columns), _changed(columns, fixes, counts))
    notes = counts.notes(len(columns[0]), fixes)
    rows = counts.rows
    if fixes.drop_repeats:
        written = open_columns(folder, len(columns), rows)
        kept = first_of_each(written[0])
        if len(kept) < rows:
            _write_again(folder, written, kept)
            notes.append(_dropped(rows - len(kept)))
        rows = len(kept)
    return {"rows": rows, "notes": notes}


def _others(dataset: Dataset) -> list[Sequence[str]]:
    labels = [] if dataset.labels is None else [dataset.labels]
    return [*labels, *dataset.metadata.values()]


def _write_columns(folder: Path, width: int, rows: Iterator[Sequence[Sequence[str]]]) -> None:
    with arrow_writer(folder, width) as writer:
        for columns in rows:
            if not columns[0]:
                continue
            if writer.rows + len(columns[0]) > limits.MAX_ROWS:
                raise DataError(
                    f"These are over {limits.MAX_ROWS:,} sentences; give a part of the texts."
                )
            writer.write(columns)
    if not writer.rows:
        raise DataError("Nothing is left of these texts: they hold no sentence. Leave them whole.")


def _write_again(folder: Path, written: list[TextColumn], kept: npt.NDArray[np.int64]) -> None:
    """Write only the rows ``kept``; the file that they are read from is open until then."""
    aside = folder / "kept"
    aside.mkdir()
    parts = (kept[start : start + _BLOCK] for start in range(0, len(kept), _BLOCK))
    _write_columns(
        aside, len(written), ([column.take(part) for column in written] for part in parts)
    )
    (aside / ARROW).replace(folder / ARROW)
    aside.rmdir()


@dataclass
class _Counts:
    rows: int = 0
    cut: int = 0

    def notes(self, items: int, fixes: Fixes) -> list[str]:
        found = []
        if fixes.split_sentences is not None:
            found.append(f"{items:,} texts became {self.rows:,} sentences.")
        if self.cut:
            words = "word" if fixes.cut_words == 1 else f"{fixes.cut_words:,} words"
            found.append(f"{self.cut:,} of {self.rows:,} items were cut to their first {words}.")
        return found


def _dropped(count: int) -> str:
    return f"{count:,} repeated {'item was' if count == 1 else 'items were'} left out."


def _changed(
    columns: Sequence[Sequence[str]], fixes: Fixes, counts: _Counts
) -> Iterator[list[list[str]]]:
    """The columns after all but the repeats, block by block."""
    for start in range(0, len(columns[0]), _BLOCK):
        part = np.arange(start, min(start + _BLOCK, len(columns[0])))
        texts, *others = (take(column, part) for column in columns)
        if fixes.split_sentences is not None:
            pieces = [sentences(text, fixes.split_sentences) for text in texts]
            texts = [piece for found in pieces for piece in found]
            others = [
                [entry for entry, found in zip(other, pieces, strict=True) for _ in found]
                for other in others
            ]
        if fixes.lowercase:
            texts = [text.lower() for text in texts]
        if fixes.cut_words is not None:
            whole = texts
            texts = [cut(text, fixes.cut_words) for text in whole]
            counts.cut += sum(len(a) < len(b) for a, b in zip(texts, whole, strict=True))
        counts.rows += len(texts)
        yield [texts, *others]


def sentences(text: str, language: str) -> list[str]:
    """The sentences of a text, by ``sentencex``; those without a letter or digit are left out."""
    from sentencex import segment

    found = (_WHITE.sub(" ", piece).strip() for piece in segment(language, text))
    return [piece for piece in found if any(map(str.isalnum, piece))]


def cut(text: str, words: int) -> str:
    """The text up to the end of its ``words``-th word; punctuation marks count as in a model."""
    for number, word in enumerate(_WORD.finditer(text), start=1):
        if number == words:
            return text[: word.end()]
    return text


def first_of_each(texts: Sequence[str]) -> npt.NDArray[np.int64]:
    """The numbers of the items that no item before them is equal to, in order.

    By hashes of 64 bits that are the same everywhere, so that millions of texts need not be in
    memory: of five million texts two that differ agree once in a million times.
    """
    marks = np.fromiter(
        (_mark(text) for block in blocks(texts) for text in block), np.uint64, len(texts)
    )
    return np.sort(np.unique(marks, return_index=True)[1]).astype(np.int64)


def _mark(text: str) -> int:
    encoded = text.encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.blake2b(encoded, digest_size=8).digest(), "little")
