"""One writer a run folder: two at once, one that is killed, a lock that is removed meanwhile."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.core.test_runs import DENSE, QUICK, pictures
from vae_core.run_items import RunError
from vae_core.run_lock import is_locked, locked
from vae_core.run_training import resume_run, train_run

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there are no such locks")

HOLD = """
import sys, time
from collections.abc import Iterator
from pathlib import Path
from vae_core.run_lock import locked
with locked(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(600)
"""


@pytest.fixture
def holder(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-c", HOLD, str(tmp_path / "run")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def test_a_second_training_in_the_folder_is_refused(
    tmp_path: Path, holder: subprocess.Popen[str]
) -> None:
    out = tmp_path / "run"
    assert is_locked(out)
    with pytest.raises(RunError, match="Another training is writing"):
        list(train_run(pictures(), DENSE, QUICK, out))
    assert not out.exists()
    holder.kill()
    holder.wait()
    assert not is_locked(out)
    list(train_run(pictures(), DENSE, QUICK, out))
    assert sorted(os.listdir(tmp_path)) == ["run"]


def test_a_training_that_is_written_cannot_be_resumed(tmp_path: Path) -> None:
    out = tmp_path / "run"
    under_way = train_run(pictures(), DENSE, QUICK, out, save_seconds=0.0)
    next(under_way)
    assert is_locked(out)
    with pytest.raises(RunError, match="Another training is writing"):
        list(resume_run(out, pictures()))
    list(under_way)
    assert not is_locked(out)
    assert sorted(os.listdir(tmp_path)) == ["run"]


def test_of_many_at_once_one_holds_the_folder_at_a_time(tmp_path: Path) -> None:
    inside, most, entered = 0, 0, 0
    guard = threading.Lock()

    def write() -> None:
        nonlocal inside, most, entered
        for _ in range(200):
            try:
                with locked(tmp_path / "run"):
                    with guard:
                        inside, entered = inside + 1, entered + 1
                        most = max(most, inside)
                    with guard:
                        inside -= 1
            except RunError:
                continue

    threads = [threading.Thread(target=write) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 1
    assert entered > 1
    assert os.listdir(tmp_path) == []


def test_a_folder_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("here")
    with pytest.raises(RunError, match="cannot be used"):
        list(train_run(pictures(), DENSE, QUICK, tmp_path / "file" / "run"))
