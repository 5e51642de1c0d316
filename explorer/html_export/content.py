"""What a file holds of a run: its items, where they lie, their colours, and the decoder."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from explorer import computed, map_source, pins, wording
from explorer.analysis.typical import typical_item
from explorer.canvas import columns
from explorer.colouring import Categories, Colouring, Continuous
from explorer.html_export import checking, provenance, sampling, storing
from explorer.html_export.decoders import Decoder, UndecodableError, decoder_of
from explorer.html_export.sections import json_section
from explorer.html_export.stills import decoded_items
from explorer.live import views
from explorer.live.answers import picture_shape
from explorer.live.neighbours import Surroundings
from vae_core.data.text_column import take

if TYPE_CHECKING:
    from explorer.analysis.projection import Projection
    from explorer.canvas.state import Pin
    from vae_core.checkpoint import Run

# As page.ts names the one map that there is.
_VIEW = "file"
# What a panel can show of an item, as on the live socket.
_MOST_LETTERS, _MOST_METADATA, _ACTIVE = 4000, 32, 2
# Pictures that take more than this when packed are left out: the file is to be sent to people.
MOST_PICTURE_BYTES = 4_000_000
_WITHOUT_PICTURES = (
    "The pictures themselves are left out of this file for their size: items are shown decoded."
)


@dataclass(frozen=True, eq=False)
class Contents:
    """What a file is made of: what JavaScript is told (`header.ts`), and arrays by their names."""

    header: dict[str, Any]
    sections: dict[str, NDArray[Any]]
    differences: Mapping[str, float]


@dataclass(eq=False)
class _Made:
    """A file in the making: the run, the items that go into it, and what is there so far."""

    run: Run
    items: NDArray[np.int64]
    header: dict[str, Any] = field(default_factory=dict)
    sections: dict[str, NDArray[Any]] = field(default_factory=dict)

    @property
    def mean(self) -> NDArray[np.float32]:
        return self.run.latents.mean[self.items]

    @property
    def all_items(self) -> bool:
        return len(self.items) == len(self.run)


def contents(
    run: Run,
    projection: Projection,
    choices: list[str],
    items: NDArray[np.int64],
    *,
    chosen: int | None = None,
    held: Sequence[Pin] = (),
) -> Contents:
    """Return what a file of some `items` of a run holds.

    Args:
        choices: the ways to colour the map, of `computed.colour_choices`, the first one first.
        chosen: of how many items that somebody had chosen these are.
        held: pins to show, with their notes.
    """
    made = _Made(run, items)
    labels = None if run.labels is None else take(run.labels, items)
    drawn = sampling.words(len(items), len(run), labels is not None, chosen)
    _add_places(made, projection)
    _add_items(made, labels)
    made.header["colours"] = [_colour(made, choice, at) for at, choice in enumerate(choices)]
    form, differences = _add_decoder(made)
    note = computed.map_note(run, projection)
    made.header |= {
        "title": provenance.title_of(run),
        "noun": run.modality,
        "modality": run.modality,
        "dim": run.latent_dim,
        "items": len(items),
        "pins": [pin.to_json() for pin in _pins(made, projection, held)],
        "of": len(run),
        "note": f"{note} Shown are {drawn}" if drawn else note,
        "decoded": wording.decoded(run.modality),
        "typical": typical_item(made.mean, labels),
        "about": provenance.about(run, {
            "Items": drawn or f"{len(run):,}, all there are",
            "Map": note,
            "Originals": made.header["items_note"] or None,
            "Latent points": f"posterior means ({made.sections['latents'].dtype})",
            "Weights": form,
            "Decodes": made.header["still"] or checking.words(differences),
        }),
    }  # fmt: skip
    if run.modality == "images":
        made.header["shape"] = list(picture_shape(run))
    made.header["id"] = _name(made.sections)
    return Contents(made.header, made.sections, differences)


def _add_places(made: _Made, projection: Projection) -> None:
    run, points = made.run, projection.points[made.items]
    made.sections["points"] = points.astype(np.float32)
    made.sections["centre"] = run.latents.mean.mean(axis=0, dtype=np.float64).astype(np.float32)
    flat = points.shape[1] == 2
    view = map_source.view_of(projection, run.latent_dim) if flat else None
    seen: dict[str, Any] = {"kind": "space", "spacing": 1.0}
    if view is not None:
        seen = {"kind": "raw", "spacing": Surroundings(points).spacing}
    if isinstance(view, views.Neighbours):
        seen |= {"kind": "neighbours", "k": view.k}
    elif isinstance(view, views.Linear):
        seen["kind"] = "linear"
        made.sections["plane"] = view.components.astype(np.float32)
        made.sections["plane.mean"] = view.mean.astype(np.float32)
    elif isinstance(view, views.Raw):
        seen["axes"] = list(view.axes)
    made.header |= {"seen": seen, "open_rest": flat and projection.plane is not None}


def _add_items(made: _Made, labels: list[str] | None) -> None:
    run, items, sections = made.run, made.items, made.sections
    few = made.mean.size <= storing.MOST_EXACT_LATENTS
    sections["latents"] = made.mean if few else storing.halved(made.mean)
    active = run.active_order()[:_ACTIVE]
    spreads = np.exp(0.5 * run.latents.log_variance[items][:, active])
    sections["spreads"] = storing.halved(spreads)
    if not made.all_items:
        sections["numbers"] = items.astype(np.uint32)
    if labels is not None:
        sections["labels"] = json_section(_cut(labels))
    if run.table.texts is not None:
        sections["texts"] = json_section(_cut(take(run.table.texts, items)))
    sections["split"] = json_section(take(run.split, items))
    metadata = list(run.metadata.items())[:_MOST_METADATA]
    sections["metadata"] = json_section({name: _cut(take(of, items)) for name, of in metadata})
    note = wording.WITHOUT_DATA if run.items_are_decoded else ""
    if run.images is not None:
        pictures = np.ascontiguousarray(run.images[items])
        if _fits(pictures):
            sections["images"] = pictures
        else:
            note = _WITHOUT_PICTURES
    own = run.items_are_decoded or note == _WITHOUT_PICTURES
    made.header |= {"active": active.tolist(), "items_are_decoded": own, "items_note": note}


def _pins(made: _Made, projection: Projection, held: Sequence[Pin]) -> list[Pin]:
    """Pins as they lie on the map of the file: those on items that it lacks are places only."""
    points, placed = pins.points(made.run, held), []
    for number, pin in enumerate(held, 1):
        z = points.get(number)
        if z is None:
            continue
        at = -1 if pin.index is None else int(np.searchsorted(made.items, pin.index))
        there = 0 <= at < len(made.items) and made.items[at] == pin.index
        x, y = projection.place(z[None])[0][:2].tolist()
        place = {"x": x, "y": y, "z": tuple(z.tolist()), "view": _VIEW}
        placed.append(replace(pin, index=at if there else None, **place))
    return placed


def _fits(pictures: NDArray[np.uint8]) -> bool:
    return len(zlib.compress(pictures.tobytes(), 6)) <= MOST_PICTURE_BYTES


def _cut(texts: list[str]) -> list[str]:
    return [text[:_MOST_LETTERS] for text in texts]


def _colour(made: _Made, choice: str, at: int) -> dict[str, Any]:
    colouring = _of_items(computed.colouring(made.run, choice), made.items)
    column, about = columns.colours(colouring, choice)
    names = about.get("names")
    width = columns.class_bytes(len(names)) if isinstance(names, list) else 2
    about |= {"column": None, "code_bytes": width}
    if column is not None:
        about["column"] = f"colour.{at}"
        codes = np.frombuffer(column.data[columns.NAME_LENGTH :], "u1" if width == 1 else "<u2")
        made.sections[f"colour.{at}"] = codes
    return about


def _of_items(colouring: Colouring, items: NDArray[np.int64]) -> Colouring:
    if isinstance(colouring, Continuous):
        return Continuous(colouring.title, colouring.values[items])
    return Categories(colouring.names, colouring.codes[items], colouring.left_over)


def _add_decoder(made: _Made) -> tuple[str | None, Mapping[str, float]]:
    """Add the decoder, else what it makes of the items; say how weights are stored, how well."""
    try:
        decoder = decoder_of(made.run.model)
    except UndecodableError as error:
        _add_stills(made, str(error))
        return None, {}
    form = storing.form_for(decoder.weights)
    stored = _stored(decoder, form)
    made.sections |= stored
    if decoder.tokens is not None:
        made.sections["tokens"] = json_section(decoder.tokens)
    made.header |= {"decoder": decoder.about, "still": None}
    count = sum(array.size for array in decoder.weights.values())
    words = f"{count:,} numbers, {storing.WORDS[form]}"
    return words, checking.differences(made.run, decoder, stored)


def _stored(decoder: Decoder, form: str) -> dict[str, NDArray[Any]]:
    stored: dict[str, NDArray[Any]] = {}
    for name, array in decoder.weights.items():
        stored |= storing.stored(f"weights.{name}", array, form)
    return stored


def _add_stills(made: _Made, why: str) -> None:
    made.sections |= decoded_items(made.run, made.items)
    still = f"{why} Items were decoded when this file was made, and nothing between them is."
    made.header |= {"decoder": None, "still": still}


def _name(sections: Mapping[str, NDArray[Any]]) -> str:
    digest = hashlib.blake2b(digest_size=8)
    for name, array in sections.items():
        digest.update(name.encode())
        digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()
