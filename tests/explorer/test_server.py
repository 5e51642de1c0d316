"""How the explorer is served; that it comes up is seen in tests/browser."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path
from typing import Any, cast

import pytest

from explorer import paths, server
from explorer.canvas import bundle
from explorer.preload import PreloadMiddleware
from tests.support import free_port


def test_a_taken_port_is_one_sentence_that_says_what_to_do() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(server.PortError) as told:
            server.serve(port, open_browser=False)
    assert f"Port {port} is already in use" in str(told.value)
    assert f"--port {port + 1}" in str(told.value)


def test_a_foreign_address_is_one_sentence() -> None:
    with pytest.raises(server.PortError, match=r'Cannot listen on "192\.0\.2\.1"'):
        server.check_port(free_port(), "192.0.2.1")


def test_a_port_that_cannot_be_is_one_sentence() -> None:
    with pytest.raises(server.PortError, match="Port 70000 does not exist"):
        server.check_port(70_000, "127.0.0.1")


def test_a_free_port_stays_free() -> None:
    port = free_port()
    server.check_port(port, "127.0.0.1")
    server.check_port(port, "127.0.0.1")


def test_the_options_are_our_configuration_with_nothing_sent_home() -> None:
    options = server.options(8765, "127.0.0.1")
    assert options["browser.gatherUsageStats"] is False
    assert options["server.fileWatcherType"] == "none"
    assert options["client.toolbarMode"] == "minimal"
    assert options["server.headless"] is True
    assert (options["server.port"], options["server.address"]) == (8765, "127.0.0.1")
    assert {"theme.light.primaryColor", "theme.dark.primaryColor"} <= set(options)


@pytest.mark.parametrize(
    ("base", "path"), [("", "/live"), ("class", "/class/live"), ("/a/b/", "/a/b/live")]
)
def test_the_live_socket_lies_below_the_base_path(base: str, path: str) -> None:
    assert server.live_path({"server.baseUrlPath": base}) == path
    assert server.live_path({}) == "/live"


def test_every_option_is_one_that_streamlit_knows() -> None:
    from streamlit import config

    known = set(config._config_options_template)
    assert set(server.options(1, "")) <= known


def test_the_server_starts_without_a_configuration_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(paths, "PACKAGE", tmp_path / "explorer")
    assert server.options(1, "")["browser.gatherUsageStats"] is False


@pytest.mark.parametrize(
    ("address", "url"),
    [
        ("127.0.0.1", "http://localhost:80"),
        ("0.0.0.0", "http://localhost:80"),
        ("192.0.2.7", "http://192.0.2.7:80"),
    ],
)
def test_the_address_to_open_is_one_a_browser_understands(address: str, url: str) -> None:
    assert server._url(80, address) == url


@pytest.mark.parametrize(
    ("status", "headers", "expected"),
    [
        (200, [(b"content-type", b"text/html; charset=utf-8"), (b"content-length", b"99")], 1),
        (200, [(b"content-type", b"application/json")], 0),
        (404, [(b"content-type", b"text/html")], 0),
        (200, [(b"content-type", b"text/html"), (b"content-encoding", b"gzip")], 0),
    ],
)
def test_the_canvas_is_loaded_with_the_page_and_with_nothing_else(
    status: int, headers: list[tuple[bytes, bytes]], expected: int
) -> None:
    page = [b"<html><head><title>x</title></he", b"ad><body></head></body></html>"]

    async def answer(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": status, "headers": headers})
        for number, part in enumerate(page):
            more = number + 1 < len(page)
            await send({"type": "http.response.body", "body": part, "more_body": more})

    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    middleware = PreloadMiddleware(answer, "/static/js/chart.js")
    asyncio.run(middleware({"type": "http"}, cast(Any, None), send))
    body = b"".join(message.get("body", b"") for message in sent)
    script = b'<script type="module" src="/static/js/chart.js"></script>'
    assert body.count(script) == expected
    assert body.replace(script, b"") == b"".join(page)
    assert sent[0]["status"] == status
    if expected:
        lengths = [value for name, value in sent[0]["headers"] if name == b"content-length"]
        assert lengths == [str(len(body)).encode()]


def test_the_canvas_lies_where_it_is_said_to() -> None:
    named = bundle.address().removeprefix("app/static/")
    assert (bundle.static_folder() / named).is_file()
