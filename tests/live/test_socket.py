"""The socket itself: real frames, who is refused, what ends a connection and what does not."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.testclient import WebSocketDenialResponse
from starlette.websockets import WebSocketDisconnect

from explorer.live import guard
from explorer.live import socket as live_socket
from explorer.live.protocol import (
    At,
    Decode,
    Encode,
    Item,
    Nearest,
    Open,
    Request,
    pack_request,
)
from explorer.live.replies import (
    Error,
    Hello,
    Images,
    ItemFound,
    Latent,
    NearestFound,
    Place,
    Reply,
    Texts,
)
from explorer.live.views import Raw, publish
from tests.live.support import Live, Socket, points
from vae_core.checkpoint import load_run

PATIENCE = 60.0


def ends(socket: Socket) -> tuple[int, str]:
    """The code and the reason that the server closes with, whatever it still answers first."""
    while True:
        message = socket.session.receive()
        if message["type"] == "websocket.close":
            return message["code"], message["reason"]


def assert_alive(live: Live) -> None:
    with live.connected("somebody else") as socket:
        found = socket.ask(Decode(points(1, 3)), Images, socket.open("run:pictures"))
        assert found.pixels.shape == (1, 8, 8)


def test_every_kind_of_request_is_answered(live: Live, folder: Any) -> None:
    run = load_run(folder / "pictures")
    publish(run, "test", Raw((0, 1)))
    with live.connected() as socket:
        hello = socket.ask(Open("run:pictures"), Hello)
        assert (hello.about["model"], hello.about["dim"]) == ("run:pictures", 3)
        handle = socket.open("run:pictures")
        assert socket.ask(Decode(points(2, 3)), Images, handle).pixels.shape == (2, 8, 8)
        assert socket.ask(At("test", 0, 0), Place, handle).z.shape == (3,)
        assert "raw" not in socket.ask(Encode(bytes(64)), Latent, handle).about["at"]
        assert socket.ask(Item(1), ItemFound, handle).original is not None
        assert len(socket.ask(Nearest(4, points(1, 3)[0]), NearestFound, handle).indices) == 4
        texts = socket.ask(Decode(points(2, 4), 1.0), Texts, socket.open("run:sentences"))
        assert len(texts.texts) == 2
        assert "no model" in socket.ask(Open("run:nothing"), Error).message
        assert "no model" in socket.ask(Open("../x"), Error).message
        assert "not open" in socket.ask(Decode(points(1, 3)), Error, 999).message


@pytest.mark.parametrize(
    "how",
    [
        {"token": ""},
        {"token": "0123456789abcdef.0123456789abcdef"},
        {"token": guard.Tokens(b"another server").issue("a visitor")},
        {"origin": None},
        {"origin": "null"},
        {"origin": "http://evil.example"},
        {"origin": "http://testserver:8080"},
    ],
)
def test_a_stranger_is_refused_before_the_socket_opens(live: Live, how: dict[str, Any]) -> None:
    with pytest.raises(WebSocketDisconnect), live.connected(**how):
        pass
    assert_alive(live)


def test_a_session_has_a_few_connections(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live.server, "seats", guard.Seats(of_a_session=1))
    with live.connected("one"):
        with pytest.raises(WebSocketDenialResponse) as refused, live.connected("one"):
            pass
        assert refused.value.status_code == 503
        assert "close a few tabs" in refused.value.text
        with live.connected("another"):
            pass
    with live.connected("one"):
        pass


@pytest.mark.parametrize(
    ("frame", "code", "why"),
    [
        (b"", 1002, "A frame has 12 bytes or more"),
        (b"\x02" + bytes(11), 1002, "This is protocol version 1, but 2 came"),
        (b"\x01\x63" + bytes(10), 1002, "There is no frame of kind 99"),
        (pack_request(Decode(points(1, 3)))[:-1], 1002, "cut short"),
        (bytes(guard.MOST_BYTES + 1), 1009, "at most 1048576 bytes"),
    ],
)
def test_a_malformed_frame_ends_its_connection_and_no_other(
    live: Live, frame: bytes, code: int, why: str
) -> None:
    with live.connected("bystander") as bystander:
        handle = bystander.open("run:pictures")
        with live.connected() as socket:
            socket.session.send_bytes(frame)
            found, reason = ends(socket)
        assert found == code
        assert why in reason
        bystander.ask(Decode(points(1, 3)), Images, handle)
    assert_alive(live)


def test_a_text_frame_is_malformed(live: Live) -> None:
    with live.connected() as socket:
        socket.session.send_text("hello")
        assert ends(socket) == (1002, "Frames are binary.")


def test_too_many_messages_end_the_connection(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(guard, "RateLimit", partial(guard.RateLimit, rate=0.001, burst=5))
        with live.connected() as socket:
            handle = socket.open("run:pictures")
            for _ in range(20):
                socket.send(Decode(points(1, 3)), handle)
            assert ends(socket) == (1008, f"At most {guard.MOST_RATE} messages a second.")
    assert_alive(live)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(frames=st.lists(st.binary(max_size=40) | st.binary(max_size=30).map(b"\x01".__add__)))
def test_no_bytes_end_the_server(live: Live, frames: list[bytes]) -> None:
    with live.connected() as socket:
        handle = socket.open("run:pictures")
        for frame in frames:
            socket.session.send_bytes(frame)
        # Whatever came, the connection ends in order or goes on.
        socket.send(Decode(points(1, 3)), handle)
        message = socket.session.receive()
        assert message["type"] in ("websocket.send", "websocket.close")
    assert_alive(live)


class HeldBack:
    """Answers as the real thing does, once the gate is open; remembers the batches."""

    def __init__(self) -> None:
        self.gate, self.started = threading.Event(), threading.Semaphore(0)
        self.batches: list[list[Request]] = []
        self._answer = live_socket.answer

    def __call__(self, run: Any, requests: Sequence[Request], generator: Any) -> list[Reply]:
        self.batches.append(list(requests))
        self.started.release()
        assert self.gate.wait(PATIENCE)
        return self._answer(run, requests, generator)


@pytest.fixture
def held_back(live: Live, monkeypatch: pytest.MonkeyPatch) -> HeldBack:
    held = HeldBack()
    monkeypatch.setattr(live_socket, "answer", held)
    return held


def waiting(live: Live, requests: int) -> None:
    """Until so many requests wait."""
    done = threading.Event()
    for _ in range(int(PATIENCE * 1000)):
        if len(live.server.batcher) == requests:
            return
        done.wait(0.001)
    raise AssertionError(f"{len(live.server.batcher)} requests wait, not {requests}")


def test_the_newest_request_wins(live: Live, held_back: HeldBack) -> None:
    with live.connected() as socket, live.connected("marker") as marker:
        handle = socket.open("run:pictures")
        first = socket.send(Decode(points(1, 3)), handle)
        assert held_back.started.acquire(timeout=PATIENCE)
        for step in range(50):
            last = socket.send(Decode(points(1, 3, seed=step)), handle)
        other = socket.send(Item(3), handle, channel=1)
        # Requests are read in order: once this one is open, what came before has been taken.
        socket.open("run:pictures")
        waiting(live, 2)
        held_back.gate.set()
        answered = {socket.receive()[0].request for _ in range(3)}
        assert answered == {first, last, other}
        marker.open("run:pictures")
    assert [len(batch) for batch in held_back.batches] == [1, 2]
    np.testing.assert_array_equal(held_back.batches[1][0].z, points(1, 3, seed=49))  # type: ignore[union-attr]


def test_a_class_is_one_batch(live: Live, held_back: HeldBack) -> None:
    from contextlib import ExitStack

    with ExitStack() as stack:
        sockets = [stack.enter_context(live.connected(f"pupil {n}")) for n in range(10)]
        handles = [socket.open("run:sentences") for socket in sockets]
        sockets[0].send(Decode(points(1, 4)), handles[0])
        assert held_back.started.acquire(timeout=PATIENCE)
        for socket, handle in zip(sockets[1:], handles[1:], strict=True):
            socket.send(Decode(points(1, 4)), handle)
        waiting(live, 9)
        held_back.gate.set()
        for socket in sockets:
            assert isinstance(socket.receive()[1], Texts)
    assert [len(batch) for batch in held_back.batches] == [1, 9]


def test_what_a_client_waited_for_is_not_made_once_it_has_gone(
    live: Live, held_back: HeldBack
) -> None:
    with live.connected() as socket:
        handle = socket.open("run:pictures")
        socket.send(Decode(points(1, 3)), handle)
        assert held_back.started.acquire(timeout=PATIENCE)
        socket.send(Decode(points(1, 3)), handle)
        waiting(live, 1)
    waiting(live, 0)
    held_back.gate.set()
    assert_alive(live)
    assert len(held_back.batches) == 2


def test_a_fault_in_the_server_is_a_sentence_to_the_client(
    live: Live, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fails(*_: Any) -> list[Reply]:
        raise MemoryError("no more")

    with live.connected() as socket:
        handle = socket.open("run:pictures")
        with monkeypatch.context() as patched:
            patched.setattr(live_socket, "answer", fails)
            told = socket.ask(Decode(points(1, 3)), Error, handle)
        assert told.message.startswith("The server could not answer")
        socket.ask(Decode(points(1, 3)), Images, handle)
    assert "no more" in caplog.text


def test_a_model_that_made_room_is_opened_again(live: Live) -> None:
    with live.connected() as socket:
        handle = socket.open("run:pictures")
        before = socket.ask(Decode(points(1, 3)), Images, handle)
        live.server.store.clear()
        after = socket.ask(Decode(points(1, 3)), Images, handle)
    np.testing.assert_array_equal(before.pixels, after.pixels)


def test_only_the_newest_handles_are_open(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_socket, "MOST_OPEN", 2)
    monkeypatch.setattr(live_socket, "MOST_HANDLE", 3)
    with live.connected() as socket:
        handles = [socket.open("run:pictures") for _ in range(5)]
        assert handles == [1, 2, 3, 1, 2]
        socket.ask(Decode(points(1, 3)), Error, 3)
        for handle in (1, 2):
            socket.ask(Decode(points(1, 3)), Images, handle)


def test_connections_share_a_model_and_let_it_go(live: Live) -> None:
    import gc

    with live.connected("one") as one, live.connected("two") as two:
        one.open("run:pictures")
        two.open("run:pictures")
        assert len(live.server._models) == 1
    with live.connected() as socket:
        socket.open("run:sentences")
        gc.collect()
        assert len(live.server._models) == 1
