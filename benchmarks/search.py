"""Answers of search and of nearest items at a million items, beside brute force.

    python -m benchmarks.search [--items 1000000] [--repeats 5]

Texts: WordNet's glosses (LATENTSCAPE_DATA, default ../shared/data) again and again, each with its
number, so that no two are the same, and their labels. Latents in 32 dimensions, seeded: a mixture
of 200 normal distributions, and one normal distribution, which no cells divide well; queries are
items moved by a tenth of a standard deviation, k = 10.

Every query runs `--repeats` times, and once by brute force: reading every text, folded ahead, in
Python, or measuring every distance in numpy. Both must find the same; of faiss's cells the recall
is measured instead. Median and 95th percentile over the queries and repeats of a mode.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from benchmarks.alternating import print_table
from benchmarks.memory_of import held
from explorer.analysis import folding
from explorer.analysis.patterns import PatternError, compile_pattern
from explorer.analysis.search import PHRASE, PREFIX, REGEX, WORDS, matching
from explorer.analysis.text_index import TextIndex
from explorer.live.neighbours import nearest_items
from explorer.nearby import Cells, has_faiss
from vae_core.data.corpus import read_corpus
from vae_core.data.text_column import TextColumn
from vae_core.data.text_options import TextOptions

ROOT = Path(__file__).resolve().parents[1]
DIMENSIONS, MIXED, K, QUERIES = 32, 200, 10, 100
_MIB = 2**20
ASKED = {
    WORDS: ("animal", "small animal", "a", "zygote", "genus of plants", "of the a in or", "12345"),
    PHRASE: ("genus of", "in the form of a", "of the", "a small", "used to", "not there"),
    PREFIX: ("anim", "small anim", "photo", "a", "un", "inter nation"),
    REGEX: (r"anim[ae]l", r"\bgenus\b.*plant", r"colou?r", r"zyg\w+", r"(?<=of )zinc"),
    "regex, any letters": (r"^a.*[xz]\b", r"[0-9]{5}7", r"\b\w{17,}\b", r"^[^aeiou]+ ", r"(.)\1\1"),
}
T = TypeVar("T")
Mask = NDArray[np.bool_]
Row = list[str]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--items", type=int, default=1_000_000)
    parser.add_argument("--repeats", type=int, default=5)
    arguments = parser.parse_args()
    file = Path(os.environ.get("LATENTSCAPE_DATA") or ROOT.parent / "shared" / "data")
    file = file / "text" / "wordnet-glosses-train.tsv.gz"
    if not file.is_file():
        sys.exit(f"There are no glosses in {file}; set LATENTSCAPE_DATA to the data's folder.")
    _texts(file, arguments.items, arguments.repeats)
    _latents(arguments.items, arguments.repeats)


def _texts(file: Path, items: int, repeats: int) -> None:
    read = read_corpus(file, TextOptions("text", "label"))
    glosses, labels = list(read.texts or ()), list(read.labels or ())
    texts = [f"{glosses[i % len(glosses)]} {i}" for i in range(items)]
    names = [labels[i % len(glosses)] for i in range(items)]
    column = TextColumn(pa.chunked_array([pa.array(texts)]))
    before, began = held("RssAnon"), time.perf_counter()
    index = TextIndex({"text": column, "label": names}, items)
    print(
        f"{items:,} texts read in {time.perf_counter() - began:.1f} s, "
        f"{(held('RssAnon') - before) / _MIB:.0f} MiB",
        flush=True,
    )
    rows = [_row(index, mode, queries, repeats, [texts, names]) for mode, queries in ASKED.items()]
    print_table(("searched for", "median", "p95", "slowest", "brute force", "found"), rows)


def _row(
    index: TextIndex, name: str, queries: Sequence[str], repeats: int, columns: list[list[str]]
) -> Row:
    mode = name.split(",")[0]
    took, brute, counts = [], [], []
    folded = [[" ".join(folding.words(text)) for text in column] for column in columns]
    for query in queries:
        try:
            for _ in range(repeats):
                seconds, found = _timed(lambda q=query: matching(index, q, mode).mask)  # type: ignore[misc]
                took.append(seconds)
        except PatternError as error:
            print(f"{query}: {error}")
            continue
        seconds, expected = _timed(lambda q=query: _read(columns, folded, q, mode))  # type: ignore[misc]
        brute.append(seconds)
        assert (found == expected).all(), query
        counts.append(int(found.sum()))
    slowest = f"{1000 * max(took):.0f} ms"
    return [name, *_middle(took), slowest, _middle(brute)[0], f"{min(counts):,}–{max(counts):,}"]


def _read(columns: list[list[str]], folded: list[list[str]], query: str, mode: str) -> Mask:
    """Read every text: what each mode means."""
    count = len(columns[0])
    found = np.zeros(count, np.bool_)
    if mode == REGEX:
        compiled = compile_pattern(query)
        for column in columns:
            found |= np.fromiter((compiled.search(text) is not None for text in column), bool)
        return found
    words = folding.words(query)
    if mode == PHRASE:
        for column in folded:
            found |= np.fromiter((" ".join(words) in text for text in column), bool)
        return found
    found[:] = True
    for word in words:
        holds = np.zeros(count, np.bool_)
        begins = re.compile(rf"(?<!\w){re.escape(word)}")
        for column in folded:
            if mode == PREFIX:
                holds |= np.fromiter((begins.search(text) is not None for text in column), bool)
            else:
                holds |= np.fromiter((word in text for text in column), bool)
        if mode == WORDS and word.isdecimal() and int(word) < count:
            holds[int(word)] = True
        found &= holds
    return found


def _latents(items: int, repeats: int) -> None:
    draw = np.random.default_rng(0)
    middles = 3 * draw.standard_normal((MIXED, DIMENSIONS), np.float32)
    noise = draw.standard_normal((items, DIMENSIONS), np.float32)
    spaces = {"mixture": middles[draw.integers(0, MIXED, items)] + noise, "one normal": noise}
    rows: list[Row] = []
    for name, latents in spaces.items():
        moved = np.float32(0.1) * draw.standard_normal((QUERIES, DIMENSIONS), np.float32)
        queries = latents[draw.choice(items, QUERIES, replace=False)] + moved
        exact, took = [], []
        for query in queries:
            seconds, found = _timed(lambda q=query, z=latents: nearest_items(z, q, K)[0])  # type: ignore[misc]
            exact.append(found)
            took.append(seconds)
        plain = [_timed(lambda q=query, z=latents: _measured(z, q)) for query in queries[:20]]  # type: ignore[misc]
        assert all((a == b).all() for (_, a), b in zip(plain, exact, strict=False))
        brute = _middle([seconds for seconds, _ in plain])[0]
        rows.append([f"{name}: every distance", *_middle(took), brute, "1", "", "", ""])
        if has_faiss():
            rows.append(_cells(name, latents, queries, exact, repeats, brute))
    print(f"\nThe {K} nearest of {items:,} × {DIMENSIONS}")
    heads = ("", "median", "p95", "brute force", "recall@10", "built in", "memory", "cells read")
    print_table(heads, rows)


def _cells(
    name: str,
    latents: NDArray[np.float32],
    queries: NDArray[np.float32],
    exact: Sequence[NDArray[np.int64]],
    repeats: int,
    brute: str,
) -> Row:
    before = held("RssAnon")
    seconds, cells = _timed(lambda: Cells(latents))
    memory = f"{(held('RssAnon') - before) / _MIB:.0f} MiB"
    took, hits = [], 0
    for query, expected in zip(queries, exact, strict=True):
        for _ in range(repeats):
            one, near = _timed(lambda q=query: cells.nearest(q, K))  # type: ignore[misc]
            took.append(one)
        hits += len(set(near.items.tolist()) & set(expected.tolist()))
    recall = f"{hits / (K * len(queries)):.3f}"
    return [
        f"{name}: cells",
        *_middle(took),
        brute,
        recall,
        f"{seconds:.1f} s",
        memory,
        str(cells.read),
    ]


def _measured(latents: NDArray[np.float32], z: NDArray[np.float32]) -> NDArray[np.int64]:
    return np.argsort(np.linalg.norm(latents - z, axis=1), kind="stable")[:K]


def _timed(action: Callable[[], T]) -> tuple[float, T]:
    began = time.perf_counter()
    found = action()
    return time.perf_counter() - began, found


def _middle(seconds: Sequence[float]) -> tuple[str, str]:
    """Median and 95th percentile, in milliseconds."""
    values = 1000 * np.quantile(seconds, (0.5, 0.95))
    low, high = (f"{value:.2g} ms" if value < 10 else f"{value:.0f} ms" for value in values)
    return low, high


if __name__ == "__main__":
    main()
