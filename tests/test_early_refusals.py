"""What cannot be is refused before torch and its like are imported, which takes seconds."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

HEAVY = ("torch", "datasets", "umap", "pandas", "pyarrow", "sklearn", "streamlit")
CASES = [
    "train --text {none}.csv --out {new}",
    "train --text {table} --text-column nope --out {new}",
    "train --text {table} --label-column nope --out {new}",
    "train --text {table} --delimiter ab --out {new}",
    "train --text {table} --out {full}",
    "train --text {table} --out {table}",
    "train --text {table} --out {new} --latent-dim abc",
    "train --text {table} --out {new} --latent-dim -3",
    "train --text {table} --out {new} --model foo",
    "train --text {table} --out {new} --model conv",
    "train --text {table} --out {new} --size huge",
    "train --text {table} --out {new} --epochs 0",
    "train --text {table} --out {new} --device tpu",
    "train --text {table} --out {new} --style prodlda",
    "train --text {table} --out {new} --vocabulary-size 0",
    "train --text {table} --images {table} --out {new}",
    "train --images {none} --out {new}",
    "train --dataset foo --out {new}",
    "train --out {new}",
    "train --text {table}",
    "train --resume {full}",
    "train --resume {none}",
    "plan --text {none}.csv",
    "export {full} --to npz --out {new}.npz",
    "export {none} --to npz --out {new}.npz",
    "export digits --to foo --out {new}",
    "export digits --to csv --out {new}.npz",
    "export digits --to csv --out {table}",
    "export digits --to npy --out {new}.npy",
    "export digits --to projector --out {full}",
    "import {none}.zip --runs {new}",
    "encode {full} {table} --out {new}.parquet",
    "encode digits {none} --out {new}.parquet",
    "encode digits {table} --out {new}.csv",
    "evaluate {full}",
    "evaluate digits --samples 0",
    "evaluate digits --data {none}",
    "sample {none}",
    "sample digits -n 0",
    "sample digits --device tpu",
    "interpolate digits",
    "interpolate digits --index 0 1 --out {new}.jpg",
    "cluster {full}",
    "cluster digits --method foo",
    "cluster digits --k abc",
    "project {full}",
    "project digits --method foo",
    "prepare {full}",
]  # fmt: skip
# One process for all of them: the first to import something heavy is found by what comes next.
RUNNER = """
import contextlib, io, json, sys
from explorer import cli
for line in json.load(sys.stdin):
    sys.argv, said, code = ["latentscape", *line], io.StringIO(), None
    with contextlib.redirect_stderr(said):
        try:
            cli.main()
        except SystemExit as end:
            code = end.code
    heavy = [name for name in {heavy!r} if name in sys.modules]
    print(json.dumps([code, said.getvalue(), heavy]))
""".replace("{heavy!r}", repr(HEAVY))


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[int, str, list[str]]]:
    folder = tmp_path_factory.mktemp("refused")
    table, full = folder / "table.csv", folder / "full"
    table.write_text("text,topic\n" + "".join(f"a ship {n},{n % 2}\n" for n in range(9)))
    full.mkdir()
    (full / "notes.txt").write_text("no run")
    names = {"none": folder / "none", "new": folder / "new", "table": table, "full": full}
    lines = [[word.format(**names) for word in case.split()] for case in CASES]
    done = subprocess.run(
        [sys.executable, "-c", RUNNER], input=json.dumps(lines), capture_output=True, text=True,
        check=True, env={**os.environ, "LATENTSCAPE_CACHE": str(folder / "cache")},
    )  # fmt: skip
    assert not [path for path in folder.iterdir() if path.name.startswith((".", "new"))]
    return dict(zip(CASES, map(json.loads, done.stdout.splitlines()), strict=True))


@pytest.mark.parametrize("case", CASES)
def test_it_is_refused_before_anything_heavy_is_there(
    case: str, outcomes: dict[str, tuple[int, str, list[str]]]
) -> None:
    code, said, heavy = outcomes[case]
    assert code in (1, 2)
    assert said.startswith("latentscape: ")
    assert said.count("\n") == 1
    assert not heavy
