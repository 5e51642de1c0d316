"""notes.json: what its owner calls a run, and the tags on it. No other file of the run changes."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from unicodedata import category

from vae_core.errors import reason
from vae_core.files import write_whole
from vae_core.run_items import RunError

NOTES = "notes.json"
MOST_TITLE, MOST_TAGS, MOST_TAG = 80, 12, 30  # letters, tags, letters
MOST_BYTES = 64 * 1024
# Control characters and halves of characters; joiners, as Persian needs them, are welcome.
_NOT_SHOWN = ("Cc", "Cs")


@dataclass(frozen=True)
class Notes:
    """A title (empty: the run goes by its folder) and tags, none twice. Raises RunError."""

    title: str = ""
    tags: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for text in (self.title, *self.tags):
            if text != " ".join(text.split()) or any(category(c) in _NOT_SHOWN for c in text):
                raise RunError(
                    f"{text!r} cannot be a title or a tag of a run: give words on one line."
                )
        if len(self.title) > MOST_TITLE:
            raise RunError(
                f"A title has at most {MOST_TITLE} letters, but {len(self.title)} came; shorten it."
            )
        if len(self.tags) > MOST_TAGS:
            raise RunError(
                f"A run has at most {MOST_TAGS} tags, but {len(self.tags)} came; leave some out."
            )
        for tag in self.tags:
            if not 0 < len(tag) <= MOST_TAG:
                raise RunError(
                    f"A tag has 1 to {MOST_TAG} letters, but {tag!r} has {len(tag)}; shorten it."
                )
        if len({tag.casefold() for tag in self.tags}) != len(self.tags):
            raise RunError("A run has no tag twice; leave one of them out.")


def read_notes(folder: Path) -> Notes:
    """The notes of a run; empty where there are none. Raises RunError where they are damaged."""
    path = folder / NOTES
    try:
        with path.open("rb") as stream:
            content = stream.read(MOST_BYTES + 1)
        if len(content) > MOST_BYTES:
            raise RunError(f"{path} is too large for notes; remove it.")
        values = json.loads(content)
        title, tags = values["title"], values["tags"]
        if not isinstance(title, str) or not isinstance(tags, list):
            raise TypeError("a title and a list of tags are expected")
        if not all(isinstance(tag, str) for tag in tags):
            raise TypeError("a tag is no text")
        return Notes(title, tuple(tags))
    except (FileNotFoundError, NotADirectoryError):
        return Notes()
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        if isinstance(error, RunError):
            raise
        raise RunError(f"{path} cannot be read ({reason(error)}); remove it.") from error


def write_notes(folder: Path, notes: Notes) -> None:
    """Write the notes, whole or not at all. Raises RunError where they cannot be written."""
    content = json.dumps({"title": notes.title, "tags": notes.tags}, indent=2) + "\n"
    try:
        if notes == Notes():
            (folder / NOTES).unlink(missing_ok=True)
        else:
            write_whole(folder / NOTES, content.encode())
    except OSError as error:
        raise RunError(
            f"{folder.name} cannot be changed ({error.strerror or reason(error)}); check that its "
            "folder can be written."
        ) from error


def distinct(tags: Iterable[str]) -> tuple[str, ...]:
    """Tags as ``Notes`` takes them: on one line each, none empty, none twice."""
    tidied = (" ".join(tag.split()) for tag in tags)
    found: dict[str, str] = {}
    for tag in tidied:
        if tag:
            found.setdefault(tag.casefold(), tag)
    return tuple(found.values())
