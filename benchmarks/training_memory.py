"""What a training takes of the memory as its file grows, and what opening the run takes.

    python -m benchmarks.training_memory [--lines 100000 …] [--model gru] [--seconds 30]

Each figure is of a process of its own that reads a generated .txt into an empty cache, learns a
vocabulary, trains a small model for so many seconds, places every item and writes the run; another
one opens that run and searches its texts. Memory: what the process holds of its own at its peak
beyond what it held with every package imported (not the pages of mapped files, which the system
takes back when it likes).
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.alternating import print_table
from benchmarks.memory_of import STATUS, Watch, held
from benchmarks.reading import LINES, generate


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--lines", nargs="+", type=int, default=LINES)
    parser.add_argument("--model", default="gru", choices=("gru", "bag-of-words"))
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--leg", choices=("train", "open"), help=argparse.SUPPRESS)
    parser.add_argument("--folder", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if not STATUS.exists():
        parser.error("this benchmark reads /proc, which this system does not have")
    if arguments.leg:
        folder = Path(arguments.folder)
        found = (
            _trained(folder, arguments.model, arguments.seconds)
            if arguments.leg == "train"
            else _opened(folder)
        )
        print(json.dumps(found))
        return
    rows = []
    for count in arguments.lines:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            generate(folder / "corpus.txt", "txt", count)
            trained = _leg("train", folder, arguments)
            opened = _leg("open", folder, arguments)
            rows.append([
                f"{count:,}", f"{(folder / 'corpus.txt').stat().st_size / 2**20:,.0f}",
                f"{trained['own']:,.0f}", f"{trained['seconds']:,.0f}", f"{opened['own']:,.0f}",
                f"{opened['seconds']:,.1f}", f"{opened['search']:,.1f}",
            ])  # fmt: skip
    print(f"MiB of memory and seconds: a {arguments.model} for {arguments.seconds:g} s of training")
    print_table(
        ["lines", "file MiB", "training MiB", "all of it s", "open MiB", "open s", "search s"], rows
    )


def _leg(leg: str, folder: Path, arguments: argparse.Namespace) -> dict[str, float]:
    done = subprocess.run(
        [
            *(sys.executable, "-m", "benchmarks.training_memory", "--leg", leg),
            *("--folder", folder, "--model", arguments.model),
            *("--seconds", str(arguments.seconds)),
        ],
        env={**os.environ, "LATENTSCAPE_CACHE": str(folder / "cache")},
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    found: dict[str, float] = json.loads(done.stdout)
    return found


def _trained(folder: Path, family: str, seconds: float) -> dict[str, float]:
    import datasets  # noqa: F401
    import pyarrow.parquet  # noqa: F401
    import sklearn.cluster  # noqa: F401

    from explorer.configurations import model_config, train_config
    from vae_core.data.corpus import read_corpus
    from vae_core.run_training import train_run

    sizes = {"latent_dim": 4}
    if family == "gru":
        sizes |= {"embedding": 16, "encoder_hidden": 16, "decoder_hidden": 32, "max_tokens": 16}
    before, begin = held("RssAnon"), time.perf_counter()
    with Watch() as watch:
        dataset = read_corpus(folder / "corpus.txt")
        config = train_config(family, len(dataset), 1, {"batch_size": 256})
        stop = _After(seconds)
        for progress in train_run(
            dataset, model_config(family, None, sizes), config, folder / "run",
            vocabulary_size=2000, language_model=False, should_stop=stop,
        ):  # fmt: skip
            stop.begin()
            print(f"step {progress.step}", end="\r", file=sys.stderr)
    return {"own": (watch.highest - before) / 2**20, "seconds": time.perf_counter() - begin}


class _After:
    """Whether so many seconds have gone by since training began."""

    def __init__(self, seconds: float) -> None:
        self._seconds, self._end = seconds, float("inf")

    def begin(self) -> None:
        self._end = min(self._end, time.perf_counter() + self._seconds)

    def __call__(self) -> bool:
        return time.perf_counter() > self._end


def _opened(folder: Path) -> dict[str, float]:
    import datasets  # noqa: F401
    import pyarrow.parquet  # noqa: F401

    from explorer.analysis.search import matching
    from vae_core.checkpoint import load_run

    before, begin = held("RssAnon"), time.perf_counter()
    with Watch() as watch:
        run = load_run(folder / "run")
        opened = time.perf_counter() - begin
        begin = time.perf_counter()
        assert matching(run, "teacher").any()
        search = time.perf_counter() - begin
    return {"own": (watch.highest - before) / 2**20, "seconds": opened, "search": search}


if __name__ == "__main__":
    main()
