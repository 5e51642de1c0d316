"""Find Chromium or Chrome for the browser tests, or install one.

`python -m tools.chromium` prints the path; where there is none and none can be installed, it
exits with one sentence.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

VARIABLE = "LATENTSCAPE_CHROMIUM"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
MAC_APPS = ("Google Chrome", "Chromium")
PLAYWRIGHT_PATTERNS = (
    "chromium-*/chrome-linux*/chrome",
    "chromium-*/chrome-mac*/*.app/Contents/MacOS/*",
    "chromium-*/chrome-win*/chrome.exe",
)


class ChromiumError(RuntimeError):
    """No browser for the tests; the message says what to do."""


def find() -> Path | None:
    """Return the first browser that starts, or None.

    Raises ChromiumError where LATENTSCAPE_CHROMIUM names something that is not one.
    """
    chosen = os.environ.get(VARIABLE)
    if chosen:
        if not _starts(Path(chosen)):
            raise ChromiumError(f"{VARIABLE} is {chosen!r}, which is no Chromium that starts.")
        return Path(chosen)
    return next((path for path in _candidates() if _starts(path)), None)


def find_or_install() -> Path:
    """Return a browser's path, installing one where there is none.

    Raises ChromiumError where that fails.
    """
    found = find()
    if found:
        return found
    tries: list[list[list[str]]] = []
    if hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("apt-get"):
        apt = ["apt-get", "-qq", "-o", "Dpkg::Use-Pty=0"]
        tries.append([[*apt, "update"], [*apt, "install", "-y", "chromium"]])
    tries.append([[sys.executable, "-m", "playwright", "install", "chromium"]])
    for commands in tries:
        # Each may fail without harm: what counts is whether a browser starts afterwards.
        if all(_run(command) for command in commands) and (found := find()):
            return found
    raise ChromiumError(
        "The browser tests need Chromium or Chrome, and none was found or could be installed: "
        f"install one, or give its path in {VARIABLE}."
    )


def _candidates() -> Iterator[Path]:
    for name in NAMES:
        if path := shutil.which(name):
            yield Path(path)
    for app in MAC_APPS:
        for root in (Path("/Applications"), Path.home() / "Applications"):
            yield root / f"{app}.app" / "Contents" / "MacOS" / app
    for pattern in PLAYWRIGHT_PATTERNS:
        # The newest download first.
        yield from sorted(_playwright_cache().glob(pattern), reverse=True)


def _playwright_cache() -> Path:
    if chosen := os.environ.get("PLAYWRIGHT_BROWSERS_PATH"):
        return Path(chosen)
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "ms-playwright"
    if sys.platform == "win32":
        return Path.home() / "AppData" / "Local" / "ms-playwright"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "ms-playwright"


def _starts(path: Path) -> bool:
    """Whether `path --version` works: a distribution's stub for a store package does not."""
    if not path.is_file():
        return False
    try:
        result = subprocess.run(
            [path, "--version"], capture_output=True, stdin=subprocess.DEVNULL, timeout=60
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return result.returncode == 0


def _run(command: list[str]) -> bool:
    print("Installing a browser for the tests:", " ".join(command), file=sys.stderr, flush=True)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    try:
        return subprocess.run(command, stdin=subprocess.DEVNULL, env=environment).returncode == 0
    except OSError:
        return False


if __name__ == "__main__":
    try:
        print("Browser for the tests:", find_or_install())
    except ChromiumError as error:
        sys.exit(str(error))
