"""What every browser test has: a browser a module, and a fresh visitor a test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Dialog, Page, ViewportSize

from tests.browser.on_the_map import PATIENCE
from tests.support import Server


@pytest.fixture(scope="module")
def browser(launch_browser: Callable[..., Browser]) -> Browser:
    return launch_browser()


@pytest.fixture
def viewport() -> ViewportSize:
    """How large the window of `page` is."""
    return {"width": 1440, "height": 900}


@pytest.fixture
def page(browser: Browser, server: Server, viewport: ViewportSize) -> Iterator[Page]:
    """A fresh visitor; at the end nothing may have gone wrong or left the machine."""
    context = browser.new_context(viewport=viewport)
    tab = context.new_page()
    tab.set_default_timeout(PATIENCE)
    wrong: list[str] = []

    def note_dialog(dialog: Dialog) -> None:
        wrong.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    tab.on("dialog", note_dialog)
    tab.on("pageerror", lambda error: wrong.append(f"error: {error}"))
    tab.on("request", lambda request: wrong.extend(_outside(request.url, server)))
    yield tab
    context.close()
    assert wrong == []


def _outside(url: str, server: Server) -> list[str]:
    parts = urlsplit(url)
    ours = parts.netloc == urlsplit(server.url).netloc or parts.scheme in ("data", "blob")
    return [] if ours else [f"request to elsewhere: {url}"]
