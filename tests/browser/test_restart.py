"""A page outlives its server: killed and started again, it is live again, with nothing lost."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, WebSocket, expect

from tests.browser.on_the_map import MAP, PATIENCE, along, answers, drag, is_live, open_map
from tests.support import Server, running_server

pytestmark = pytest.mark.browser

COUNTED = "map => map.latentMap.probe.pins.list.length"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """A server of this test's own, that it may kill."""
    with running_server(tmp_path) as running:
        yield running


def kill(server: Server) -> int:
    """Kill the server; return its port, which is free then."""
    server.process.kill()
    server.process.wait()
    return int(server.url.rpartition(":")[2])


def probe(page: Page) -> None:
    start, over = along(page, [(0.4, 0.4), (0.45, 0.5)])
    drag(page, start, over)
    expect(page.locator(f"{MAP} .probe-card canvas")).to_be_visible(timeout=PATIENCE)


def test_the_map_is_live_again_and_keeps_its_pins(page: Page, server: Server) -> None:
    room = open_map(page, server, "digits")
    is_live(page)
    probe(page)
    page.locator(f"{MAP} .probe-card").get_by_role("button", name="Pin").click()
    assert room.evaluate(COUNTED) == 1
    port = kill(server)
    status = page.locator(f"{MAP} .status")
    expect(status).to_have_attribute("data-state", "offline", timeout=PATIENCE)

    with running_server(server.folder, port=port) as again:
        assert again.url == server.url
        is_live(page)
        expect(page.get_by_test_id("stException")).to_have_count(0)
        assert room.evaluate(COUNTED) == 1
        # Python knows of the pin as well.
        expect(page.get_by_text("Drop two more to reckon with them")).to_be_visible()
        # The new server knows the map by which a place is decoded.
        before = answers(page)
        probe(page)
        for _ in range(600):
            if answers(page) > before:
                break
            page.wait_for_timeout(100)
        assert answers(page) > before


def test_a_page_that_is_loaded_again_has_its_pins(page: Page, server: Server) -> None:
    room = open_map(page, server, "digits")
    is_live(page)
    probe(page)
    page.locator(f"{MAP} .probe-card").get_by_role("button", name="Pin").click()
    expect(page.get_by_text("Drop two more to reckon with them")).to_be_visible()
    page.reload()
    is_live(page)
    expect(page.get_by_text("Drop two more to reckon with them")).to_be_visible()
    assert room.evaluate(COUNTED) == 1
    # What lies there is decoded again.
    page.wait_for_function(
        "map => map.latentMap.probe.pins.held[0].picture !== null", arg=room.element_handle()
    )


def test_where_only_the_live_socket_is_shut_the_page_comes_to_rest(
    page: Page, server: Server
) -> None:
    """As behind a proxy that lets no other socket through: another run would help nobody."""
    sent: list[str | bytes] = []

    def watch(socket: WebSocket) -> None:
        if "_stcore" in socket.url:
            socket.on("framesent", lambda frame: sent.append(frame))

    page.on("websocket", watch)
    page.route_web_socket(re.compile("/live"), lambda line: line.close())
    open_map(page, server, "digits")
    status = page.locator(f"{MAP} .status")
    expect(status).to_have_attribute("data-state", "offline", timeout=PATIENCE)
    # Longer than the time between two requests for a run.
    quiet = False
    for _ in range(10):
        before = len(sent)
        page.wait_for_timeout(7_000)
        quiet = len(sent) == before
        if quiet:
            break
    assert quiet
