"""Pins with their notes as a file, JSON or CSV, and read again from anybody's."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from typing import Any

from explorer.canvas.state import LONGEST_NOTE, MOST_PINS, Pin
from explorer.loose_json import finite, mapping
from explorer.share_parts import LONGEST_TEXT, sound
from vae_core.errors import UserError

FORMAT, VERSION = "latentscape pins", 1
# Twelve pins of 4,096 dimensions, every number written in full.
MOST_BYTES = 2 * 1024**2


class PinFileError(UserError, ValueError):
    """This is no file of pins for this model; the message is one sentence."""


def to_json(pins: Sequence[Pin], decoded: Sequence[str | None], content: str, model: str) -> str:
    """Write pins as JSON: place, latent point, item, note, and for texts what they decode to."""
    listed = [
        {**pin.to_json(), "number": number, "decoded": text}
        for number, (pin, text) in enumerate(zip(pins, decoded, strict=True), 1)
    ]
    about = {"format": FORMAT, "version": VERSION, "model": model, "content": content}
    return json.dumps({**about, "pins": listed}, ensure_ascii=False, indent=1) + "\n"


def to_csv(pins: Sequence[Pin], decoded: Sequence[str | None]) -> str:
    """Write pins as CSV: number, note, what they decode to, item, map, place, z_0 …"""
    most = max((len(pin.z or ()) for pin in pins), default=0)
    text = io.StringIO()
    # All in quotation marks: else a lone carriage return in one would make two rows of it.
    writer = csv.writer(text, lineterminator="\n", quoting=csv.QUOTE_ALL)
    dimensions = [f"z_{number}" for number in range(most)]
    writer.writerow(["pin", "note", "decoded", "item", "map", "x", "y", *dimensions])
    for number, (pin, words) in enumerate(zip(pins, decoded, strict=True), 1):
        z = [repr(float(value)) for value in pin.z or ()]
        item = "" if pin.index is None else pin.index
        place = [repr(float(pin.x)), repr(float(pin.y))]
        row = [number, pin.note, words or "", item, pin.view or "", *place]
        writer.writerow([*row, *z, *[""] * (most - len(z))])
    return text.getvalue()


def read(raw: bytes, content: str, items: int, dimensions: int) -> tuple[Pin, ...]:
    """Read what `to_json` or `to_csv` wrote, of a model with so many items and dimensions.

    Raises:
        PinFileError: it is something else, or of another model.
    """
    if len(raw) > MOST_BYTES:
        raise PinFileError(
            f"This file has {len(raw):,} bytes, but pins take at most {MOST_BYTES:,}; choose one "
            "that was downloaded here."
        )
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise PinFileError(_NONE) from error
    listed = _of_json(text, content) if text.lstrip()[:1] == "{" else _of_csv(text)
    if len(listed) > MOST_PINS:
        raise PinFileError(f"A map holds {MOST_PINS} pins, but this file has {len(listed):,}.")
    return tuple(_pin(one, number, items, dimensions) for number, one in enumerate(listed, 1))


_NONE = "This is no file of pins; choose a JSON or CSV file that was saved here."


def _of_json(text: str, content: str) -> Sequence[Any]:
    try:
        found = mapping(json.loads(text))
    except (ValueError, RecursionError) as error:
        raise PinFileError(_NONE) from error
    if found.get("format") != FORMAT or not isinstance(found.get("pins"), list):
        raise PinFileError(_NONE)
    if found.get("version") != VERSION:
        raise PinFileError(f"These pins are of another version than {VERSION}; update Latentscape.")
    if found.get("content") != content:
        raise PinFileError("These pins are of another model, or of another version of this one.")
    listed: list[Any] = found["pins"]
    return listed


def _of_csv(text: str) -> Sequence[Any]:
    reader = csv.reader(io.StringIO(text, newline=""))
    try:
        rows = [row for _, row in zip(range(MOST_PINS + 2), reader, strict=False)]
    except csv.Error as error:
        raise PinFileError(_NONE) from error
    if not rows or rows[0][:2] != ["pin", "note"]:
        raise PinFileError(_NONE)
    names = rows[0]
    return [_of_row(dict(zip(names, row, strict=False))) for row in rows[1:] if row]


def _of_row(row: Mapping[str, str]) -> dict[str, Any]:
    dimensions = sorted(
        (name for name in row if name.startswith("z_") and name[2:].isdigit()),
        key=lambda name: int(name[2:]),
    )
    z = [_number(row[name]) for name in dimensions if row[name]]
    item = row.get("item") or None
    return {
        "x": _number(row.get("x")), "y": _number(row.get("y")),
        "z": z or None,
        "index": None if item is None else int(item) if item.isdecimal() else item,
        "view": row.get("map") or None, "note": row.get("note") or "",
    }  # fmt: skip


def _number(text: str | None) -> float | None:
    try:
        return float(text or "")
    except ValueError:
        return None


def _pin(value: Any, number: int, items: int, dimensions: int) -> Pin:
    given = mapping(value)
    x, y = finite(given.get("x")), finite(given.get("y"))
    index, view, note = given.get("index"), given.get("view"), given.get("note", "")
    if x is None or y is None:
        raise PinFileError(f"Pin {number} has no place; x and y must be numbers.")
    if not isinstance(note, str) or len(note) > LONGEST_NOTE:
        raise PinFileError(
            f"The note of pin {number} must be a text of up to {LONGEST_NOTE} letters."
        )
    if index is not None and (
        isinstance(index, bool) or not isinstance(index, int) or not 0 <= index < items
    ):
        raise PinFileError(
            f"Pin {number} is on item {str(index)[:20]}, but items are numbered from 0 to "
            f"{items - 1:,} here."
        )
    known = isinstance(view, str) and len(view) <= LONGEST_TEXT // 4
    z = _point(given.get("z"), number, dimensions)
    return Pin(x, y, z, index, view if known else None, sound(note))


def _point(value: Any, number: int, dimensions: int) -> tuple[float, ...] | None:
    if value is None:
        return None
    numbers = [finite(one) for one in value] if isinstance(value, list) else []
    known = tuple(one for one in numbers if one is not None and abs(one) < 3e38)
    if len(known) != dimensions or len(numbers) != dimensions:
        raise PinFileError(f"Pin {number} must have {dimensions} numbers, one a dimension.")
    return known
