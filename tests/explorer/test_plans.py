"""Plans of data: made once, one at a time, in a process of their own."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from explorer.plans import PlanError, Plans, RefusedError
from vae_core.errors import OUT_OF_MEMORY

COUNTING = """
import json, pathlib, sys
count = pathlib.Path(sys.argv[0] + ".count")
count.write_text(str(int(count.read_text()) + 1 if count.exists() else 1))
print(json.dumps({"arguments": sys.argv[1:]}))
"""


def made(tmp_path: Path, script: str) -> tuple[Plans, Path]:
    path = tmp_path / "worker.py"
    path.write_text(script)
    return Plans((sys.executable, str(path))), path


def test_the_same_is_made_once_until_the_file_changes(tmp_path: Path) -> None:
    plans, worker = made(tmp_path, COUNTING)
    data = tmp_path / "data.txt"
    data.write_text("one")
    arguments = ["--text=data.txt"]
    first = plans.get(arguments, data)
    assert first.result(60)["arguments"] == ["plan", "--text=data.txt", "--json"]
    assert plans.get(arguments, data) is first
    data.write_text("one and more")
    assert plans.get(arguments, data).result(60)
    assert plans.get(["--text=other"], data).result(60)
    assert Path(f"{worker}.count").read_text() == "3"


@pytest.mark.parametrize(
    ("script", "said"),
    [
        (
            "import sys; print('latentscape: a.csv is empty.', file=sys.stderr); sys.exit(1)",
            "a.csv is empty.",
        ),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "signal 9"),
        ("raise ZeroDivisionError", "check the file"),
    ],
)
def test_a_failure_is_one_sentence(tmp_path: Path, script: str, said: str) -> None:
    plans, _ = made(tmp_path, script)
    with pytest.raises(PlanError, match=said) as caught:
        plans.get(["--text=a.csv"], tmp_path / "a.csv").result(60)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(("said", "refused"), [("a.csv is empty.", True), (OUT_OF_MEMORY, False)])
def test_what_is_refused_is_told_from_what_only_failed(
    tmp_path: Path, said: str, refused: bool
) -> None:
    plans, _ = made(tmp_path, f"import sys; sys.stderr.write('latentscape: {said}'); sys.exit(1)")
    with pytest.raises(PlanError, match=re.escape(said)) as caught:
        plans.get(["--text=a.csv"], tmp_path / "a.csv").result(60)
    assert isinstance(caught.value, RefusedError) is refused


def test_the_command_itself_plans(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LATENTSCAPE_CACHE", str(tmp_path / "cache"))
    data = tmp_path / "data.txt"
    data.write_text("\n".join(f"the cat sat on mat {n % 7}" for n in range(40)))
    found = Plans().get([f"--text={data}"], data).result(300)
    assert found["items"] == 40
    assert 0 < found["seconds"][0] <= found["seconds"][1]
    assert found["proposal"]["model"] == "gru"
