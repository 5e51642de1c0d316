"""Finding a browser for the tests: only one that starts counts, and a wrong choice is said."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools import chromium


def _program(path: Path, exit_code: int) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\nexit {exit_code}\n")
    path.chmod(0o755)
    return path


@pytest.fixture
def nothing_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine without a browser: empty PATH folder, empty home, empty Playwright cache."""
    monkeypatch.delenv(chromium.VARIABLE, raising=False)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(tmp_path / "cache"))
    monkeypatch.setattr(chromium, "MAC_APPS", ())
    return tmp_path


def test_nothing_is_found_where_nothing_is(nothing_installed: Path) -> None:
    assert chromium.find() is None


def test_a_stub_that_does_not_start_is_passed_over(nothing_installed: Path) -> None:
    _program(nothing_installed / "bin" / "chromium-browser", exit_code=1)
    chrome = _program(nothing_installed / "bin" / "google-chrome", exit_code=0)
    assert chromium.find() == chrome


def test_the_newest_playwright_download_is_found(nothing_installed: Path) -> None:
    for build in ("1100", "1200"):
        _program(nothing_installed / "cache" / f"chromium-{build}" / "chrome-linux64" / "chrome", 0)
    found = chromium.find()
    assert found is not None
    assert "chromium-1200" in found.parts


def test_a_chosen_browser_wins_and_a_wrong_choice_is_said(
    nothing_installed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _program(nothing_installed / "bin" / "chromium", exit_code=0)
    chosen = _program(nothing_installed / "mine", exit_code=0)
    monkeypatch.setenv(chromium.VARIABLE, str(chosen))
    assert chromium.find() == chosen
    monkeypatch.setenv(chromium.VARIABLE, str(nothing_installed / "absent"))
    with pytest.raises(chromium.ChromiumError, match=r"LATENTSCAPE_CHROMIUM is .*absent"):
        chromium.find()


def test_where_none_can_be_installed_one_sentence_says_so(
    nothing_installed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[list[str]] = []

    def refuse(command: list[str]) -> bool:
        tried.append(command)
        return False

    monkeypatch.setattr(chromium, "_run", refuse)
    with pytest.raises(chromium.ChromiumError, match="install one, or give its path"):
        chromium.find_or_install()
    assert tried[-1][1:] == ["-m", "playwright", "install", "chromium"]


def test_an_installed_one_is_used(nothing_installed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def install(command: list[str]) -> bool:
        _program(nothing_installed / "bin" / "chromium", exit_code=0)
        return True

    monkeypatch.setattr(chromium, "_run", install)
    assert chromium.find_or_install() == nothing_installed / "bin" / "chromium"
