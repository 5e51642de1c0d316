"""A view in a link: what goes in comes out, and nothing that comes from elsewhere does harm."""

from __future__ import annotations

import base64
import json
import math
import zlib
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as draw

from explorer import finding, share_link
from explorer.analysis.filtering import Among, Between, Contains, OneOf
from explorer.canvas import ranges
from explorer.canvas.path import CIRCLE, DRAWN, STRAIGHT
from explorer.canvas.state import LONGEST_NOTE, MOST_PINS, Camera, Pin
from explorer.finding import Wish
from explorer.share_link import LONGEST, MOST_BYTES, Shared, decode, encode
from explorer.share_parts import SharedPath, ShareLinkError

CONTENT = "0123456789abcdef"
# Digits that a link keeps of a place.
PLACES = draw.floats(-1e6, 1e6).map(lambda value: float(f"{value:.7g}"))
WORDS = draw.text(draw.characters(exclude_categories=("Cs",)), max_size=40)
NUMBERS = draw.integers(0, 2**31 - 1)
POINTS = draw.lists(draw.floats(-1e6, 1e6, width=32), min_size=1, max_size=8).map(tuple)
PINS = draw.builds(
    Pin, PLACES, PLACES, POINTS | draw.none(), NUMBERS | draw.none(), WORDS | draw.none(), WORDS
)
CAMERAS = draw.builds(Camera, draw.just(2.5), PLACES, PLACES) | draw.builds(
    lambda orbit: Camera(1.5, orbit[2], orbit[3], orbit=orbit), draw.tuples(*[PLACES] * 5)
)
SELECTIONS = draw.sets(draw.integers(0, 9_999), max_size=60).map(
    lambda items: ranges.encode(np.array(sorted(items), np.int64))
)
FILTERS = draw.lists(
    draw.builds(OneOf, WORDS, draw.lists(WORDS, max_size=3).map(tuple))
    | draw.builds(Contains, WORDS, WORDS)
    | draw.builds(Between, WORDS, draw.just(-1.5), draw.just(2.0), draw.booleans())
    | draw.builds(Among, SELECTIONS, draw.booleans()),
    max_size=4,
).map(tuple)
WISHES = draw.builds(
    Wish, draw.sampled_from([kind for kind in finding.NAMES if kind != finding.NEAR]),
    WORDS.filter(str.strip), draw.integers(1, 1_000),
) | draw.builds(
    Wish, draw.just(finding.NEAR), WORDS, draw.just(50), POINTS, draw.none()
)  # fmt: skip
PATHS = draw.builds(
    SharedPath, draw.sampled_from([STRAIGHT, CIRCLE, DRAWN]), draw.integers(3, 15),
    draw.lists(draw.tuples(PLACES, PLACES), min_size=2, max_size=9).map(tuple) | draw.just(()),
    draw.sampled_from(["items", "typed", "pins"]), draw.tuples(NUMBERS, NUMBERS | draw.none()),
    draw.tuples(WORDS, WORDS), draw.tuples(draw.none(), draw.integers(1, 12)),
)  # fmt: skip
VIEWS = draw.builds(
    Shared, draw.just(CONTENT), draw.integers(1, 10**6),
    draw.none() | draw.just("umap-2d-n15-d0.1-euclidean-s0"), WORDS.filter(bool) | draw.none(),
    CAMERAS | draw.none(), NUMBERS | draw.none(), SELECTIONS, FILTERS, WISHES | draw.just(Wish()),
    WORDS, draw.lists(PINS, max_size=4).map(tuple), draw.none() | draw.just("kmeans-k3"),
    PATHS | draw.none(),
)  # fmt: skip


def packed(content: bytes) -> str:
    squeeze = zlib.compressobj(9, zlib.DEFLATED, -15)
    text = base64.urlsafe_b64encode(squeeze.compress(content) + squeeze.flush())
    return f"1.{text.decode().rstrip('=')}"


def of_json(values: Any) -> str:
    return packed(json.dumps(values).encode())


@given(VIEWS)
@settings(max_examples=150, deadline=None)
def test_what_goes_into_a_link_comes_out_of_it(shared: Shared) -> None:
    link = encode(shared, longest=10**6)
    assert link.left_out == ()
    assert decode(link.value) == shared
    assert link.value.replace("-", "").replace("_", "").replace(".", "").isalnum()


@given(draw.text() | draw.binary().map(packed) | draw.text().map("1.".__add__))
@settings(max_examples=200, deadline=None)
def test_whatever_else_comes_is_refused_in_one_sentence(value: str) -> None:
    with pytest.raises(ShareLinkError, match=r"^[A-Z][^\n]*\.$"):
        decode(value)


ANYTHING = draw.recursive(
    draw.none() | draw.booleans() | draw.integers() | draw.floats() | draw.text(max_size=5),
    lambda inner: draw.lists(inner, max_size=7) | draw.dictionaries(draw.text(max_size=3), inner),
    max_leaves=12,
)


@given(VIEWS, draw.sampled_from("mnvcaisfwqpkr"), ANYTHING)
@settings(max_examples=300, deadline=None)
def test_a_part_that_is_something_else_is_refused_or_checked(
    shared: Shared, name: str, value: Any
) -> None:
    values = {**share_link._values(shared), name: value}
    try:
        found = decode(packed(json.dumps(values).encode()))
    except ShareLinkError:
        return
    numbers = [pin.x for pin in found.pins] + [0.0 if found.camera is None else found.camera.zoom]
    assert all(map(math.isfinite, numbers))
    assert len(found.pins) <= MOST_PINS
    assert all(len(pin.note) <= LONGEST_NOTE for pin in found.pins)
    json.dumps([found.colour, found.query]).encode()
    # Of places a link keeps some digits: written twice, it is the same.
    again = decode(encode(found, longest=10**6).value)
    assert decode(encode(again, longest=10**6).value) == again


@given(VIEWS, draw.integers(0, 10**6))
@settings(max_examples=60, deadline=None)
def test_a_link_that_was_cut_is_refused(shared: Shared, at: int) -> None:
    value = encode(shared, longest=10**6).value
    with pytest.raises(ShareLinkError):
        decode(value[: at % len(value)])


def test_a_few_bytes_do_not_become_many() -> None:
    for content in (b"[" * (50 * MOST_BYTES), b'{"m":"' + b"0" * (50 * MOST_BYTES)):
        with pytest.raises(ShareLinkError, match="damaged"):
            decode(packed(content))
    with pytest.raises(ShareLinkError, match=f"at most {LONGEST:,}"):
        decode("1." + "A" * (5 * LONGEST))


def test_a_link_of_a_later_version_says_so() -> None:
    with pytest.raises(ShareLinkError, match="version 2, but this Latentscape reads version 1"):
        decode("2.abc")


@pytest.mark.parametrize(
    "values",
    [
        {"n": 1},
        {"m": CONTENT},
        {"m": CONTENT.upper(), "n": 1},
        {"m": CONTENT, "n": 10**30},
        {"m": CONTENT, "n": 1, "i": -1},
        {"m": CONTENT, "n": 1, "i": True},
        {"m": CONTENT, "n": 1, "a": [1, 2]},
        {"m": CONTENT, "n": 1, "a": [0, 1, 1]},
        {"m": CONTENT, "n": 1, "a": [1, 1e300, 1]},
        {"m": CONTENT, "n": 1, "a": [math.inf, 1, 1]},
        {"m": CONTENT, "n": 1, "c": "\ud800"},
        {"m": CONTENT, "n": 1, "p": [[0, 0, None, None, None, "x" * (LONGEST_NOTE + 1)]]},
        {"m": CONTENT, "n": 1, "p": [[0, 0, None, None, None, ""]] * (MOST_PINS + 1)},
        {"m": CONTENT, "n": 1, "p": [[0, 0, "AAA", None, None, ""]]},
        {"m": CONTENT, "n": 1, "f": [{"kind": "among", "items": 3}]},
        {"m": CONTENT, "n": 1, "f": [{"kind": "contains", "column": "a", "text": "\udfff"}]},
        {"m": CONTENT, "n": 1, "w": ["magic", "", 5, None, None]},
        {"m": CONTENT, "n": 1, "r": ["straight", 5, [[0, 0]], "items", [0, 1], ["", ""], [1, 2]]},
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused(values: dict[str, Any]) -> None:
    with pytest.raises(ShareLinkError):
        decode(of_json(values))


def test_what_is_too_much_is_left_out_and_said() -> None:
    random = np.random.default_rng(0)
    scattered = ranges.encode(np.sort(random.choice(10**6, 40_000, replace=False)))
    point = tuple(float(value) for value in random.standard_normal(64).astype(np.float32))
    pins = tuple(Pin(0.0, 0.0, point, None, "raw", f"note {number}") for number in range(12))
    shared = Shared(CONTENT, 10**6, selection=scattered, pins=pins)
    link = encode(shared)
    assert link.left_out == ("the selection",)
    assert len(link.value) <= LONGEST
    assert decode(link.value) == replace(shared, selection="")
    large = replace(shared, pins=tuple(replace(pin, z=point * 64) for pin in pins))
    link = encode(large)
    assert link.left_out == ("the selection", "the pins")
    assert decode(link.value) == replace(shared, selection="", pins=())


def test_a_selection_of_neighbours_takes_few_characters() -> None:
    items = ranges.encode(np.arange(1_000, 200_000))
    assert len(encode(Shared(CONTENT, 10**6, selection=items)).value) < 120


def test_a_regular_selection_may_be_long_and_its_link_short() -> None:
    items = ranges.encode(np.arange(0, 60_000, 3))
    shared = Shared(CONTENT, 10**6, selection=items, filters=(Among(items),))
    link = encode(shared)
    assert link.left_out == ()
    assert decode(link.value) == shared


def test_a_note_is_text_whatever_is_in_it() -> None:
    for note in ("<script>alert(1)</script>", "**bold** $x$", "\u202e hidden", "a\nb"):
        [pin] = decode(encode(Shared(CONTENT, 1, pins=(Pin(0, 0, note=note),))).value).pins
        assert pin.note == note
    [pin] = decode(encode(Shared(CONTENT, 1, pins=(Pin(0, 0, note="half \ud800"),))).value).pins
    assert pin.note == "half ?"
