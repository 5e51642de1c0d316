"""The built browser code in `explorer/static`: where it is, and which sources it is made of."""

from __future__ import annotations

import hashlib
import json
from functools import cache
from pathlib import Path

from explorer import paths

# What the bundle is made of besides everything below src; bundle.ts has the same list.
_SINGLE = ("bundle.ts", "package-lock.json", "package.json", "tsconfig.json", "vite.config.ts")


def static_folder() -> Path:
    """Return the folder that Streamlit serves at `app/static`: it lies beside the app's script."""
    return paths.PACKAGE / "static"


@cache
def manifest() -> dict[str, str]:
    """Return what the build wrote: the bundle's `file` name and the hash of its `sources`."""
    text = (static_folder() / "canvas.json").read_text(encoding="utf-8")
    return {name: str(value) for name, value in json.loads(text).items()}


def hash_of_sources(folder: Path) -> str:
    """Hash the sources in `folder`, explorer/canvas of a checkout, as the build does."""
    below = (path for path in (folder / "src").rglob("*") if path.is_file())
    names = sorted([*_SINGLE, *(path.relative_to(folder).as_posix() for path in below)])
    digest = hashlib.sha256()
    for name in names:
        digest.update(name.encode() + b"\0" + (folder / name).read_bytes() + b"\0")
    return digest.hexdigest()


def address() -> str:
    """Return where the browser finds the bundle, relative to the page."""
    return f"app/static/{manifest()['file']}"


def loader(component: str) -> str:
    """Return the script that Streamlit sends with every mount: all it does is load the bundle.

    Streamlit resends inline scripts at each rerun, so this stays tiny. The name carries a hash of
    the content, so browsers may keep the file for ever. Two lines, since Streamlit takes a script
    of one line for the path of a file.
    """
    return (
        f"const bundle = () => import(new URL({json.dumps(address())}, document.baseURI).href);\n"
        f"export default async (mount) => (await bundle()).{component}(mount);\n"
    )
