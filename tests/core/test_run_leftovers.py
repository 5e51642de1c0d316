"""A training that replaces a run and is killed: the earlier run comes back, or goes, in the end."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from explorer.commands.using import find_run
from tests.core.test_runs import DENSE, QUICK, pictures
from vae_core.checkpoint import load_run
from vae_core.run_folder import recover
from vae_core.run_items import RunError
from vae_core.run_training import resume_run, train_run

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there are no such locks")

# Killed in the middle of an epoch, with a saved state or without one.
KILLED = """
import os, signal, sys
from pathlib import Path
from tests.core.test_runs import DENSE, QUICK, pictures
from vae_core.run_training import train_run
for _ in train_run(pictures(), DENSE, QUICK, Path(sys.argv[1]), overwrite=True,
                   save_seconds=float(sys.argv[2])):
    os.kill(os.getpid(), signal.SIGKILL)
"""
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def earlier(tmp_path: Path) -> tuple[Path, str]:
    out = tmp_path / "my run[1]"
    list(train_run(pictures(), DENSE, QUICK, out, command="the earlier one"))
    return out, load_run(out).content_hash


def kill_its_successor(out: Path, *, saved: bool) -> None:
    seconds = "0" if saved else "600"
    done = subprocess.run([sys.executable, "-c", KILLED, str(out), seconds], cwd=ROOT, check=False)
    assert done.returncode < 0
    assert len(set_aside(out)) == 1
    assert not json.loads((out / "config.json").read_text()).get("result")


def set_aside(out: Path) -> list[str]:
    return [name for name in os.listdir(out.parent) if name.endswith(".old")]


def test_what_came_to_nothing_gives_way_to_the_earlier_run(earlier: tuple[Path, str]) -> None:
    out, content = earlier
    kill_its_successor(out, saved=False)
    with pytest.raises(RunError, match="is not empty"):
        list(train_run(pictures(), DENSE, QUICK, out))
    assert load_run(out).content_hash == content
    assert not set_aside(out)


def test_where_nothing_was_begun_the_earlier_run_comes_back(earlier: tuple[Path, str]) -> None:
    out, content = earlier
    out.rename(out.with_name(f".{out.name}.12345.old"))
    with pytest.raises(RunError, match="is not empty"):
        list(train_run(pictures(), DENSE, QUICK, out))
    assert load_run(out).content_hash == content


def test_what_can_be_resumed_is_and_then_the_earlier_run_goes(earlier: tuple[Path, str]) -> None:
    out, _ = earlier
    kill_its_successor(out, saved=True)
    with pytest.raises(RunError, match="--resume"):
        list(train_run(pictures(), DENSE, QUICK, out))
    assert len(set_aside(out)) == 1
    list(resume_run(out, pictures()))
    assert load_run(out).summary.command == ""
    assert not set_aside(out)


@pytest.mark.parametrize("saved", [True, False])
def test_replacing_it_once_more_leaves_one_run(earlier: tuple[Path, str], saved: bool) -> None:
    out, _ = earlier
    kill_its_successor(out, saved=saved)
    list(train_run(pictures(), DENSE, QUICK, out, overwrite=True, command="the third"))
    assert load_run(out).summary.command == "the third"
    assert os.listdir(out.parent) == [out.name]


def test_what_is_no_run_is_never_removed(earlier: tuple[Path, str]) -> None:
    out, _ = earlier
    shutil.move(out, out.with_name(f".{out.name}.12345.old"))
    out.mkdir()
    (out / "thesis.txt").write_text("mine")
    with pytest.raises(RunError):
        list(train_run(pictures(), DENSE, QUICK, out, overwrite=True))
    assert (out / "thesis.txt").read_text() == "mine"
    assert len(set_aside(out)) == 1


def test_who_only_opens_it_has_the_earlier_run_back(earlier: tuple[Path, str]) -> None:
    out, content = earlier
    kill_its_successor(out, saved=False)
    assert find_run(out) == out
    assert load_run(out).content_hash == content
    assert os.listdir(out.parent) == [out.name]


def test_what_is_written_now_is_left_alone(earlier: tuple[Path, str]) -> None:
    out, _ = earlier
    under_way = train_run(pictures(), DENSE, QUICK, out, overwrite=True, command="the new one")
    next(under_way)
    recover(out)
    assert len(set_aside(out)) == 1
    list(under_way)
    assert load_run(out).summary.command == "the new one"
    assert os.listdir(out.parent) == [out.name]
