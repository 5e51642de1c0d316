"""What several tests share: a running explorer and how to start one."""

from __future__ import annotations

import io
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

ROOT = Path(__file__).resolve().parents[1]

# Chromium in a container, on a machine without a network, and quiet about it.
CHROMIUM_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
# Only reached by a server that is stuck: a slow machine must not fail a test.
START_SECONDS = 180


@dataclass(frozen=True)
class Server:
    """A running explorer: its address, the empty folder it was started in, its runs and its log."""

    url: str
    folder: Path
    runs: Path
    log: Path
    process: subprocess.Popen[bytes]


def free_port() -> int:
    """Return a port on the loopback interface that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def healthy(url: str) -> bool:
    """Whether the explorer at `url` says that it is up."""
    try:
        with urllib.request.urlopen(f"{url}/_stcore/health", timeout=5) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False


@contextmanager
def app_of_one_map(folder: Path) -> Iterator[str]:
    """Start `tests/browser/seen_otherwise.py` in `folder`, stop it at the end; yields its address.

    Raises RuntimeError with the log where it does not come up.
    """
    shutil.copy(ROOT / "tests" / "browser" / "seen_otherwise.py", folder / "app.py")
    shutil.copytree(ROOT / "explorer" / "static", folder / "static")
    port, log = free_port(), folder / "log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "streamlit", "run", "app.py", "--server.headless=true",
             "--server.enableStaticServing=true", f"--server.port={port}"],
            cwd=folder, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )  # fmt: skip
    try:
        url = f"http://127.0.0.1:{port}"
        deadline = time.monotonic() + START_SECONDS
        while not healthy(url):
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(log.read_text(errors="replace"))
            time.sleep(0.2)
        yield url
    finally:
        process.terminate()
        process.wait(timeout=30)


@contextmanager
def running_server(
    folder: Path,
    command: Sequence[str | Path] = (sys.executable, "-m", "explorer.cli"),
    environment: Mapping[str, str] | None = None,
    port: int | None = None,
) -> Iterator[Server]:
    """Start the explorer in `folder`, wait until it is up, stop it at the end.

    `environment` replaces the process's own; runs go to `folder/runs`; a port that is free is
    found where none is given. Raises RuntimeError with the log where the explorer ends or does not
    come up.
    """
    port = free_port() if port is None else port
    runs, log = folder / "runs", folder / "server.log"
    variables = {**(os.environ if environment is None else environment)}
    variables["LATENTSCAPE_RUNS"] = str(runs)
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*command, "app", "--port", str(port), "--no-browser"],
            cwd=folder,
            env=variables,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    server = Server(f"http://127.0.0.1:{port}", folder, runs, log, process)
    try:
        _wait_until_up(server)
        yield server
    finally:
        process.terminate()
        try:
            process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_until_up(server: Server) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not healthy(server.url):
        ended = server.process.poll()
        if ended is not None or time.monotonic() > deadline:
            what = "did not come up" if ended is None else f"ended with exit code {ended}"
            raise RuntimeError(f"The explorer {what}. Its log:\n{server.log.read_text()}")
        time.sleep(0.1)


@dataclass(frozen=True)
class Outcome:
    returncode: int
    stdout: str
    stderr: str


def latentscape(*arguments: str | Path) -> Outcome:
    """Run the command in this process, as the console script would: torch is imported once."""
    from explorer.cli import main

    output, errors = io.StringIO(), io.StringIO()
    code = 0
    with (
        mock.patch.object(sys, "argv", ["latentscape", *map(str, arguments)]),
        redirect_stdout(output),
        redirect_stderr(errors),
    ):
        try:
            main()
        except SystemExit as end:
            code = int(end.code or 0)
    return Outcome(code, output.getvalue(), errors.getvalue())


def succeeds(*arguments: str | Path) -> str:
    done = latentscape(*arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout


def refused(*arguments: str | Path) -> str:
    """Return the sentence that the command refuses with: one line, no traceback."""
    done = latentscape(*arguments)
    assert done.returncode == 1, done.stdout + done.stderr
    assert done.stdout == ""
    lines = done.stderr.splitlines()
    assert len(lines) == 1, done.stderr
    assert lines[0].startswith("latentscape: ")
    assert lines[0].endswith(".")
    return lines[0]
