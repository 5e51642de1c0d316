"""What a file says of itself: where it comes from, how it was made, on what terms it is given."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import explorer
from explorer.canvas import bundle
from vae_core.run_notes import read_notes

if TYPE_CHECKING:
    from vae_core.checkpoint import Run

Section = dict[str, Any]
_NOTICES = ("LICENCE", "LICENSE", "NOTICE", "COPYING")
_MOST_NOTICE = 64 * 1024
# A folder of somebody's machine is nobody else's business: the name of the file is enough.
_FOLDERS = re.compile(r"(?<![\w./\\~-])(?:~|[A-Za-z]:)?[/\\](?:[^\s'\"/\\]+[/\\])+")
# What the bundled models were trained on, by how the names of the data sets begin.
_DATA = {
    "digits": "scikit-learn's digits: UCI Optical Recognition of Handwritten Digits, Alpaydin and "
    "Kaynak, CC BY 4.0.",
    "mnist": "MNIST, LeCun, Cortes and Burges, CC BY-SA 3.0.",
    "wordnet-glosses": "The glosses of WordNet 3.0, copyright 2006 by Princeton University, "
    "WordNet licence.",
}
MIT = """MIT License

Copyright (c) 2026 Latentscape contributors

Permission is hereby granted, free of charge, to any person obtaining a copy
of this software and associated documentation files (the "Software"), to deal
in the Software without restriction, including without limitation the rights
to use, copy, modify, merge, publish, distribute, sublicense, and/or sell
copies of the Software, and to permit persons to whom the Software is
furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all
copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR
IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY,
FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER
LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM,
OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE
SOFTWARE.
"""


def title_of(run: Run) -> str:
    """Return what a run is called: by its owner, by us where it is bundled, else its name."""
    from explorer.catalogue import BUNDLED_TITLES
    from explorer.cluster_place import is_bundled

    if is_bundled(run):
        return BUNDLED_TITLES.get(run.path.name, run.summary.name)
    return read_notes(run.path).title or run.summary.name


def about(run: Run, here: Mapping[str, str | None]) -> list[Section]:
    """Return what "About this file" says, section by section.

    `here`: names and values of what is particular to the file; those without a value are left out.
    """
    summary = run.summary
    tags = ", ".join(read_notes(run.path).tags)
    versions = run.config.get("versions")
    known = versions.items() if isinstance(versions, dict) else ()
    trained = [
        ("Model", f"{summary.family}, {summary.latent_dim} latent dimensions"),
        ("Tags", tags),
        ("Data set", summary.dataset),
        ("Trained", summary.created.replace("T", " ", 1)),
        ("With", ", ".join(f"{name} {version}" for name, version in known)),
        ("By the command", without_folders(summary.command)),
    ]
    file = [
        *((name, value) for name, value in here.items() if value),
        ("Made on", datetime.now(UTC).date().isoformat()),
        ("Made by", f"Latentscape {explorer.__version__}"),
        ("Network", "This file asks nobody for anything, and forbids its own page to."),
    ]
    found = [
        {"title": "This file", "lines": file},
        {"title": "The model", "lines": [(name, value) for name, value in trained if value]},
    ]
    return [*found, *_terms(run)]


def without_folders(command: str) -> str:
    """Return a command with the names of files, and without the folders that they lie in."""
    return _FOLDERS.sub("…/", command)


def _terms(run: Run) -> list[Section]:
    begins = (words for name, words in _DATA.items() if run.summary.dataset.startswith(name))
    data = next(begins, None)
    found = [] if data is None else [{"title": "The data", "text": data}]
    found += [{"title": f"{path.name} of the model", "text": text} for path, text in _own(run.path)]
    licences = (bundle.static_folder() / "canvas-licences.txt").read_text(encoding="utf-8")
    return [*found, {"title": "The page's own code", "text": f"{MIT}\n{licences}".strip()}]


def _own(folder: Path) -> list[tuple[Path, str]]:
    """The licences and notices that a run's owner has put into its folder."""
    paths = [path for path in sorted(folder.iterdir()) if path.stem.upper() in _NOTICES]
    return [
        (path, path.read_bytes()[:_MOST_NOTICE].decode("utf-8", "replace"))
        for path in paths
        if path.is_file()
    ]
