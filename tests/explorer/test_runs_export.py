"""Exports that are written beside the server."""

from __future__ import annotations

import json
import sys
import zipfile
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path

import pytest

from explorer import runs_export
from explorer.runs_export import Export, ExportFailedError, Exports
from tests.explorer.made_runs import pictures, write_run
from vae_core.export import FORMATS

Writer = Callable[..., Exports]
# Writes what it is told to, 1,000 bytes, as our own command does; how often is counted in a file.
WRITER = """
import json, pathlib, sys
words = sys.argv[1:]
out = pathlib.Path(words[words.index("--out") + 1])
count = pathlib.Path(words[1]) / "count"
count.write_text(str(int(count.read_text()) + 1 if count.exists() else 1))
if "." in out.name:
    out.write_bytes(bytes(1000))
else:
    out.mkdir()
    (out / "a.tsv").write_bytes(b"a")
    (out / "b.tsv").write_bytes(b"b")
print(json.dumps({"differences": {}}))
"""


def result(exports: Exports, run: Path, form: str = "csv", version: str = "1") -> Export:
    exports.ask(run, version, form)
    known = exports.known(run, version, form)
    assert known is not None
    return known.result(60)


@pytest.fixture
def run(tmp_path: Path) -> Path:
    folder = tmp_path / "my run"
    folder.mkdir()
    return folder


@pytest.fixture
def writer(tmp_path: Path) -> Callable[..., Exports]:
    """Return a function that gives exports written by a script."""

    def made(script: str = WRITER) -> Exports:
        return Exports(tmp_path / "exports", (sys.executable, "-c", script))

    return made


def test_every_format_is_offered() -> None:
    assert set(runs_export.FORMATS) == {*FORMATS, "html"}


def test_an_export_is_written_once_for_each_version(writer: Writer, run: Path) -> None:
    exports = writer()
    assert exports.known(run, "1", "csv") is None
    first = result(exports, run)
    assert (first.name, first.bytes) == ("my-run.csv", 1000)
    assert result(exports, run) == first
    assert (run / "count").read_text() == "1"
    assert result(exports, run, version="2").path != first.path
    assert (run / "count").read_text() == "2"


def test_options_are_part_of_what_is_asked_for(writer: Writer, run: Path) -> None:
    exports = writer()
    exports.ask(run, "1", "html", ("--most", "5"))
    made = exports.known(run, "1", "html", ("--most", "5"))
    assert made is not None
    assert made.result(60).name == "my-run.html"
    assert exports.known(run, "1", "html") is None


def test_a_folder_comes_as_one_zip(writer: Writer, run: Path) -> None:
    export = result(writer(), run, "projector")
    assert export.name == "my-run.projector.zip"
    with zipfile.ZipFile(export.path) as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == {
            "a.tsv": b"a",
            "b.tsv": b"b",
        }


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("import sys; sys.exit('latentscape: There is no such run.')", "There is no such run."),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "signal 9"),
        ("raise ZeroDivisionError", "without a word"),
    ],
)
def test_a_failure_is_one_sentence_and_can_be_tried_again(
    writer: Writer, run: Path, script: str, said: str
) -> None:
    exports = writer(script)
    for _ in range(2):
        with pytest.raises(ExportFailedError, match=said) as caught:
            result(exports, run)
        assert "\n" not in str(caught.value)


def test_a_full_disk_is_one_sentence(
    writer: Writer, run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    exports = writer()

    def full(*args: object, **more: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "mkdir", full)
    with pytest.raises(ExportFailedError, match="No space left on device"):
        result(exports, run)


def test_the_oldest_make_room(writer: Writer, run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs_export, "MOST_KEPT_BYTES", 1500)
    exports = writer()
    made = [result(exports, run, version=str(number)) for number in range(4)]
    assert [export.path.exists() for export in made] == [False, False, True, True]
    assert exports.known(run, "0", "csv") is None


def test_what_is_being_written_can_be_waited_for(writer: Writer, run: Path, tmp_path: Path) -> None:
    go = tmp_path / "go"
    wait = f"import os, time\nwhile not os.path.exists({str(go)!r}): time.sleep(0.01)\n"
    exports = writer(wait + WRITER)
    exports.ask(run, "1", "csv")
    pending: Future[Export] | None = exports.known(run, "1", "csv")
    assert pending is not None
    assert not pending.done()
    exports.ask(run, "1", "csv")
    assert exports.known(run, "1", "csv") is pending
    go.touch()
    assert pending.result(60).bytes == 1000


def test_our_own_command_writes_it(tmp_path: Path) -> None:
    export = result(Exports(tmp_path / "exports"), write_run(tmp_path / "a", pictures(6)), "zip")
    with zipfile.ZipFile(export.path) as archive:
        assert json.loads(archive.read("manifest.json"))["format"] == "latentscape-run-zip"
