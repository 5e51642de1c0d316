"""Where pages, bundled models and runs lie, from a checkout as from an installed wheel.

The wheel carries `pages/` and `assets/` inside the package as `_pages` and `_assets`; a checkout
has them beside it.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent
RUNS_VARIABLE = "LATENTSCAPE_RUNS"


def app_script() -> Path:
    """Return the script that Streamlit runs."""
    return PACKAGE / "app.py"


def pages_folder() -> Path:
    """Return the folder that holds the page scripts."""
    return _packaged_or_beside("pages")


def assets_folder() -> Path:
    """Return the folder that holds the bundled models; it need not exist."""
    return _packaged_or_beside("assets")


def config_file() -> Path:
    """Return the Streamlit configuration that carries our theme; it need not exist."""
    packaged = PACKAGE / "_streamlit" / "config.toml"
    return packaged if packaged.is_file() else PACKAGE.parent / ".streamlit" / "config.toml"


def runs_folder() -> Path:
    """Return the folder of the user's own runs: `$LATENTSCAPE_RUNS`, else `./runs`."""
    return Path(os.environ.get(RUNS_VARIABLE) or "runs").expanduser().absolute()


def can_open_browser() -> bool:
    """Tell whether there is a screen to open a browser on."""
    screen = os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    return bool(screen) or not sys.platform.startswith("linux")


def _packaged_or_beside(name: str) -> Path:
    packaged = PACKAGE / f"_{name}"
    return packaged if packaged.is_dir() else PACKAGE.parent / name
