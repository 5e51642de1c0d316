"""A live server in this process, and a browser's end of its socket."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from starlette.testclient import TestClient, WebSocketTestSession

from explorer.live.protocol import Header, Open, Request, pack_request
from explorer.live.replies import Hello, Reply, parse_reply
from explorer.live.socket import LiveServer

R = TypeVar("R", bound=Reply)
HOST = "testserver"


def points(rows: int, dim: int, seed: int = 0) -> NDArray[np.float32]:
    """Latent points, (rows, dim)."""
    return np.random.default_rng(seed).standard_normal((rows, dim), np.float32)


@dataclass(frozen=True)
class Socket:
    """A connection: sends requests, reads answers."""

    session: WebSocketTestSession
    numbers: Iterator[int]

    def send(self, request: Request, handle: int = 0, channel: int = 0) -> int:
        """Send a request; returns its number."""
        number = next(self.numbers)
        self.session.send_bytes(
            pack_request(request, handle=handle, number=number, channel=channel)
        )
        return number

    def receive(self) -> tuple[Header, Reply]:
        """The next answer."""
        return parse_reply(self.session.receive_bytes())

    def ask(self, request: Request, kind: type[R], handle: int = 0) -> R:
        """The answer to a request, which must be of that kind and carry its number."""
        number = self.send(request, handle)
        header, reply = self.receive()
        assert isinstance(reply, kind), reply
        assert (header.request, header.channel) == (number, 0)
        assert kind is Hello or header.handle == handle
        return reply

    def open(self, model: str) -> int:
        """The handle of an opened model."""
        self.send(Open(model))
        header, reply = self.receive()
        assert isinstance(reply, Hello), reply
        return header.handle


@dataclass(frozen=True)
class Live:
    """The server, and a client that connects to it."""

    server: LiveServer
    client: TestClient

    @contextmanager
    def connected(
        self,
        session: str = "a visitor",
        *,
        token: str | None = None,
        origin: str | None = f"http://{HOST}",
        **headers: str,
    ) -> Iterator[Socket]:
        """A connection with a valid token of that session, from the server's own page."""
        token = self.server.tokens.issue(session) if token is None else token
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if origin is not None:
            sent["origin"] = origin
        with self.client.websocket_connect(f"/live?token={token}", headers=sent) as websocket:
            yield Socket(websocket, count(1))
