"""The socket in the real server, beside Streamlit: over TCP, with uvicorn in between."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from explorer.live import guard
from explorer.live.protocol import Decode, Open, pack_request
from explorer.live.replies import Hello, Images, Texts, parse_reply
from tests.live.served import LiveProcess, live_server
from tests.live.support import points

PATIENCE = 60.0


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveProcess]:
    with live_server(tmp_path_factory.mktemp("served")) as server:
        yield server


def joined(server: LiveProcess, session: str = "a visitor", **how: Any) -> ClientConnection:
    settings = {"origin": Origin(server.origin), "compression": None, **how}
    return connect(server.address(session), open_timeout=PATIENCE, **settings)


def opened(socket: ClientConnection, model: str = "digits") -> Hello:
    socket.send(pack_request(Open(model)))
    header, hello = parse_reply(socket.recv(PATIENCE, decode=False))
    assert isinstance(hello, Hello), hello
    assert header.handle == 1
    return hello


def test_bundled_models_are_decoded(served: LiveProcess) -> None:
    with joined(served) as socket:
        hello = opened(socket)
        assert (hello.about["modality"], hello.about["shape"]) == ("images", [8, 8, 1])
        socket.send(pack_request(Decode(points(3, 2)), handle=1, number=7))
        header, images = parse_reply(socket.recv(PATIENCE, decode=False))
        assert isinstance(images, Images)
        assert (header.request, images.pixels.shape) == (7, (3, 8, 8))
    with joined(served) as socket:
        dim = opened(socket, "sentences").about["dim"]
        socket.send(pack_request(Decode(points(2, dim)), handle=1))
        _, texts = parse_reply(socket.recv(PATIENCE, decode=False))
        assert isinstance(texts, Texts)
        assert all(text["text"] and text["p"] for text in texts.texts)


@pytest.mark.parametrize("origin", [None, "http://evil.example"])
def test_another_origin_is_forbidden(served: LiveProcess, origin: str | None) -> None:
    with pytest.raises(InvalidStatus) as refused, joined(served, origin=origin):
        pass
    assert refused.value.response.status_code == 403


def test_a_wrong_token_is_forbidden(served: LiveProcess) -> None:
    address = served.address("a visitor") + "0"
    with pytest.raises(InvalidStatus) as refused, connect(address, origin=Origin(served.origin)):
        pass
    assert refused.value.response.status_code == 403


@pytest.mark.parametrize(
    ("frame", "code"),
    [(b"\x09" + bytes(11), 1002), ("text", 1002), (bytes(guard.MOST_BYTES + 1), 1009)],
)
def test_the_code_and_the_reason_of_an_end_arrive(
    served: LiveProcess, frame: bytes | str, code: int
) -> None:
    with joined(served) as socket:
        opened(socket)
        socket.send(frame)
        with pytest.raises(ConnectionClosed) as ended:
            socket.recv(PATIENCE)
        assert ended.value.rcvd is not None
        assert ended.value.rcvd.code == code
    with joined(served) as socket:
        opened(socket)


def test_a_client_that_does_not_read_gets_the_newest_when_it_does(served: LiveProcess) -> None:
    """Nothing piles up for it: neither in the server, whose memory stays, nor on the way."""
    sent = 200
    with joined(served, "slow") as slow, joined(served, "quick") as quick:
        rows = opened(slow, "mnist").about["max_rows"]
        opened(quick)
        # Pauses reading from the network: one answer may wait in the client, others further up.
        for number in range(sent):
            slow.send(pack_request(Decode(points(rows, 10)), handle=1, number=number))
            if number % 20 == 0:
                quick.send(pack_request(Decode(points(1, 2)), handle=1))
                assert isinstance(parse_reply(quick.recv(PATIENCE, decode=False))[1], Images)
        numbers: list[int] = []
        while not numbers or numbers[-1] < sent - 1:
            numbers.append(parse_reply(slow.recv(PATIENCE, decode=False))[0].request)
        assert numbers == sorted(numbers)
        assert len(numbers) < sent / 2
