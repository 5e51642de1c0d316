"""Fixtures for every test: the development data, a Chromium, a running explorer."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.support import CHROMIUM_FLAGS, ROOT, Server, running_server
from tools import chromium


def pytest_configure() -> None:
    """Let Ctrl+C end what the tests start, also where they were started in the background."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session", autouse=True)
def cache_of_its_own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What tests read is not kept in the cache of who runs them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LATENTSCAPE_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="session")
def data_folder() -> Path:
    """The development data (`LATENTSCAPE_DATA`); skips without it, but under CI fails."""
    folder = Path(os.environ.get("LATENTSCAPE_DATA") or ROOT.parent / "shared" / "data")
    if not folder.is_dir():
        reason = f"the development data is not in {folder}: set LATENTSCAPE_DATA to its folder"
        if os.environ.get("CI", "").lower() in ("true", "1"):
            pytest.fail(reason)
        pytest.skip(reason)
    return folder.resolve()


@pytest.fixture(scope="session")
def chromium_path() -> Path:
    """A browser that starts; its absence fails, since `make test` installs one."""
    found = chromium.find()
    if found is None:
        pytest.fail("no Chromium or Chrome was found: run `python -m tools.chromium`")
    return found


# One module at a time: while Playwright runs, its event loop keeps other tests from having one.
@pytest.fixture(scope="module")
def launch_browser(chromium_path: Path) -> Iterator[Callable[..., Browser]]:
    """Return a function that starts a headless browser; keyword arguments go to Playwright."""
    with sync_playwright() as playwright:
        started: list[Browser] = []

        def launch(*flags: str, **options: object) -> Browser:
            browser = playwright.chromium.launch(
                executable_path=chromium_path,
                args=[*CHROMIUM_FLAGS, *flags],
                **options,  # type: ignore[arg-type]
            )
            started.append(browser)
            return browser

        yield launch
        for browser in started:
            browser.close()


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """An explorer started in an empty folder, for every module that only adds runs of its own."""
    with running_server(tmp_path_factory.mktemp("explorer")) as running:
        yield running


@pytest.fixture(scope="module")
def own_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """An explorer for one module, which lists runs, takes some away or trains; its `server`."""
    with running_server(tmp_path_factory.mktemp("explorer")) as running:
        yield running
