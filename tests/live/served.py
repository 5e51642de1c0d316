"""The real server in a process of its own, with a secret that is known here."""

from __future__ import annotations

import secrets
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from explorer.live.guard import Tokens
from tests.support import ROOT, START_SECONDS, free_port, healthy

_PROGRAM = (
    "import sys; from explorer.server import serve; "
    "serve(int(sys.argv[1]), open_browser=False, secret=bytes.fromhex(sys.stdin.readline()))"
)


@dataclass(frozen=True)
class LiveProcess:
    """A running server: where it listens, and who gets a token for its live socket."""

    port: int
    tokens: Tokens
    process: subprocess.Popen[bytes]

    @property
    def origin(self) -> str:
        """What a browser with the app open says of itself."""
        return f"http://127.0.0.1:{self.port}"

    def address(self, session: str) -> str:
        """The live socket, with the token of a session."""
        return f"ws://127.0.0.1:{self.port}/live?token={self.tokens.issue(session)}"


@contextmanager
def live_server(folder: Path) -> Iterator[LiveProcess]:
    """Start what `latentscape` starts, wait until it is up, stop it at the end; logs to `folder`.

    Raises RuntimeError with the log where it does not come up.
    """
    port, secret = free_port(), secrets.token_bytes(32)
    log = folder / "server.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-c", _PROGRAM, str(port)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    server = LiveProcess(port, Tokens(secret), process)
    try:
        assert process.stdin is not None
        process.stdin.write(f"{secret.hex()}\n".encode())
        process.stdin.close()
        deadline = time.monotonic() + START_SECONDS
        while not healthy(server.origin):
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"The server did not come up. Its log:\n{log.read_text()}")
            time.sleep(0.1)
        yield server
    finally:
        process.terminate()
        process.wait(timeout=60)
