"""What reading a corpus takes as it grows: resident memory and lines a second, by kind of file.

    python -m benchmarks.reading [--kinds txt csv …] [--lines 100000 …]

Each figure is of a process of its own, on generated sentences and an empty cache. Memory: what the
process holds of its own at its peak (not the pages of mapped files, which the system takes back
when it likes) beyond what it held with every package imported; all that is resident after reading;
and all once the fingerprint has gone through every page of the mapped file.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.alternating import print_table
from benchmarks.memory_of import STATUS, Watch, held

LINES = (100_000, 1_000_000, 5_000_000)
KINDS = ("txt", "txt.gz", "csv", "jsonl", "parquet")
_WORDS = [
    "the", "small", "old", "cat", "dog", "horse", "teacher", "river", "slowly", "quickly", "saw",
    "found", "a", "new", "house", "in", "garden", "while", "it", "rained", "was", "happy", "and",
]  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--kinds", nargs="+", default=KINDS, choices=KINDS)
    parser.add_argument("--lines", nargs="+", type=int, default=LINES)
    parser.add_argument("--leg", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if not STATUS.exists():
        parser.error("this benchmark reads /proc, which this system does not have")
    if arguments.leg:
        print(json.dumps(_measured(Path(arguments.leg))))
        return
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for kind in arguments.kinds:
            for count in arguments.lines:
                path = Path(folder, f"corpus.{kind}")
                generate(path, kind, count)
                found = _leg(path, Path(folder, "cache"))
                rows.append([
                    kind, f"{count:,}", f"{path.stat().st_size / 2**20:,.0f}",
                    f"{found['own']:,.0f}", f"{found['resident']:,.0f}", f"{found['all']:,.0f}",
                    f"{count / found['first']:,.0f}", f"{found['first']:.1f}",
                    f"{found['again']:.1f}", f"{found['fingerprint']:.1f}",
                ])  # fmt: skip
                path.unlink()
    print("MiB of memory and seconds to read a corpus")
    print_table(
        ["kind", "lines", "file MiB", "own MiB", "resident MiB", "with fingerprint MiB", "lines/s",
         "s", "again s", "fingerprint s"], rows,
    )  # fmt: skip


def _leg(path: Path, cache: Path) -> dict[str, float]:
    environment = {**os.environ, "LATENTSCAPE_CACHE": str(cache)}
    command = [sys.executable, "-m", "benchmarks.reading", "--leg", str(path)]
    done = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
    for part in sorted(cache.rglob("*"), reverse=True):
        part.unlink() if part.is_file() else part.rmdir()
    found: dict[str, float] = json.loads(done.stdout)
    return found


def _sentences(count: int) -> Iterator[tuple[int, str]]:
    for number in range(count):
        length = 6 + number % 9
        yield number, " ".join(_WORDS[(number * 7 + i * i) % len(_WORDS)] for i in range(length))


def generate(path: Path, kind: str, count: int) -> None:
    if kind == "parquet":
        _generate_parquet(path, count)
        return
    with gzip.open(path, "wt", 1) if kind.endswith(".gz") else path.open("w") as stream:
        if kind == "csv":
            stream.write("id,text,topic\n")
        for number, text in _sentences(count):
            if kind == "csv":
                stream.write(f'{number},"{text}, he said",{number % 20}\n')
            elif kind == "jsonl":
                stream.write(json.dumps({"id": number, "text": text, "topic": number % 20}) + "\n")
            else:
                stream.write(f"{number} {text}\n")


def _generate_parquet(path: Path, count: int) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = pa.schema({"text": pa.string(), "topic": pa.int64()})
    with pq.ParquetWriter(path, schema) as writer:
        some: list[tuple[int, str]] = []
        for number, text in _sentences(count):
            some.append((number, f"{number} {text}"))
            if len(some) == 100_000 or number == count - 1:
                texts, topics = [text for _, text in some], [number % 20 for number, _ in some]
                writer.write_table(pa.table({"text": texts, "topic": topics}, schema))
                some = []


def _measured(path: Path) -> dict[str, float]:
    import datasets  # noqa: F401
    import pyarrow.parquet  # noqa: F401

    from vae_core.data.corpus import read_corpus

    before, watch = held("RssAnon"), Watch()
    begin = time.perf_counter()
    with watch:
        corpus = read_corpus(path)
        first = time.perf_counter() - begin
        begin = time.perf_counter()
        corpus = read_corpus(path)
        again = time.perf_counter() - begin
        resident = held("VmHWM") / 2**20
        begin = time.perf_counter()
        corpus.fingerprint()
        fingerprint = time.perf_counter() - begin
    return {
        "own": (watch.highest - before) / 2**20, "resident": resident,
        "all": held("VmHWM") / 2**20, "first": first, "again": again, "fingerprint": fingerprint,
    }  # fmt: skip


if __name__ == "__main__":
    main()
