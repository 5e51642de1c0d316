"""Frames: what is packed is what is read, and nothing else is."""

from __future__ import annotations

import json
import math
import re
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from explorer.live import protocol, replies
from explorer.live.protocol import Header, Kind, ProtocolError, Request, parse_request
from explorer.live.replies import Reply, parse_reply

NUMBERS = st.floats(width=32, allow_nan=False)
U8, U16, U32 = (st.integers(0, 2**bits - 1) for bits in (8, 16, 32))
LETTERS = st.text(st.characters(exclude_categories=["Cs"]))
JSON = st.dictionaries(LETTERS, st.lists(NUMBERS.filter(math.isfinite)) | LETTERS, max_size=3)


def floats(*shape: st.SearchStrategy[int]) -> st.SearchStrategy[Any]:
    return st.tuples(*shape).flatmap(lambda size: arrays.arrays(np.float32, size, elements=NUMBERS))


SOME = st.integers(1, 5)
REQUESTS: st.SearchStrategy[Request] = st.one_of(
    st.builds(protocol.Open, LETTERS),
    st.builds(protocol.Decode, floats(SOME, SOME), NUMBERS),
    st.builds(
        protocol.At, LETTERS.filter(lambda text: len(text.encode()) < 256), NUMBERS, NUMBERS,
        st.booleans(),
    ),
    st.builds(protocol.Encode, st.binary()),
    st.builds(protocol.Item, U32),
    st.builds(protocol.Nearest, st.integers(1, protocol.MOST_NEAREST), floats(SOME)),
)  # fmt: skip
PICTURES = st.sampled_from([(0, 2, 3), (1, 8, 8), (3, 2, 1), (2, 4, 4, 3)])
IMAGES = st.builds(replies.Images, PICTURES.flatmap(lambda size: arrays.arrays(np.uint8, size)))
TEXTS = st.builds(replies.Texts, st.lists(JSON, max_size=3))
SHOWN = IMAGES | TEXTS
REPLIES: st.SearchStrategy[Reply] = st.one_of(
    st.builds(replies.Hello, JSON),
    SHOWN,
    st.builds(replies.Place, NUMBERS, U32, floats(SOME), SHOWN),
    st.builds(replies.Latent, JSON, SHOWN),
    st.builds(replies.ItemFound, JSON, st.none() | IMAGES, SHOWN),
    st.integers(0, 5).flatmap(
        lambda n: st.builds(
            replies.NearestFound,
            arrays.arrays(np.int64, n, elements=U32),
            arrays.arrays(np.float32, n, elements=NUMBERS),
        )
    ),
    st.builds(replies.Error, LETTERS),
)


def as_plain(value: Any) -> Any:
    """Something that compares by value."""
    if isinstance(value, np.ndarray):
        return value.shape, value.tolist()
    if hasattr(value, "__slots__"):
        parts = {name: as_plain(getattr(value, name)) for name in value.__slots__}
        return type(value).__name__, parts
    return value


@given(REQUESTS, U16, U32, U8)
def test_requests_come_back(request_: Request, handle: int, number: int, channel: int) -> None:
    frame = protocol.pack_request(request_, handle=handle, number=number, channel=channel)
    header, found = parse_request(frame)
    assert (header.handle, header.request, header.channel) == (handle, number, channel)
    assert as_plain(found) == as_plain(request_)


@given(REPLIES, U16, U32, U8)
def test_answers_come_back(reply: Reply, handle: int, number: int, channel: int) -> None:
    frame = replies.pack_reply(Header(Kind.OPEN, handle, number, channel), reply)
    header, found = parse_reply(frame)
    assert (header.handle, header.request, header.channel) == (handle, number, channel)
    assert as_plain(found) == as_plain(reply)


def complaint(parse: Callable[[bytes], object], frame: bytes) -> str:
    """Why a frame is refused, "" where it is not; any other error is one of the parser."""
    try:
        parse(frame)
    except ProtocolError as error:
        return str(error)
    return ""


@given(st.binary(max_size=80))
@example(b"")
@example(bytes(12))
def test_any_bytes_are_a_request_or_a_protocol_error(frame: bytes) -> None:
    for parse in (parse_request, parse_reply):
        assert "\n" not in complaint(parse, frame)


@given(REQUESTS, st.data())
def test_a_damaged_request_is_a_request_or_a_protocol_error(
    request_: Request, data: st.DataObject
) -> None:
    frame = bytearray(protocol.pack_request(request_))
    place = data.draw(st.integers(0, len(frame) - 1))
    frame[place] = data.draw(U8)
    kept = data.draw(st.integers(0, len(frame)))
    for damaged in (bytes(frame), bytes(frame[:kept]), bytes(frame) + b"\0"):
        assert complaint(parse_request, damaged)[-1:] in ("", ".")


@given(REPLIES, st.data())
def test_a_cut_answer_is_a_protocol_error_or_says_less(reply: Reply, data: st.DataObject) -> None:
    frame = replies.pack_reply(Header(Kind.OPEN), reply)
    cut = frame[: data.draw(st.integers(0, len(frame) - 1))]
    assert "\n" not in complaint(parse_reply, cut)


def frame_of(kind: int, payload: bytes = b"", *, version: int = 1, rest: bytes = bytes(3)) -> bytes:
    return struct.pack("<BBHIB", version, kind, 0, 0, 0) + rest + payload


@pytest.mark.parametrize(
    ("frame", "why"),
    [
        (b"\x01\x02", "12 bytes or more, but 2 came"),
        (frame_of(1, b"digits", version=2), "version 1, but 2 came"),
        (frame_of(1, b"digits", rest=b"\x01\0\0"), "must be 0"),
        (frame_of(1, b"digits", rest=b"\0\0\x01"), "must be 0"),
        (frame_of(7), "no frame of kind 7"),
        (frame_of(129, b"{}"), "HELLO is not a request"),
        (frame_of(1, b"\xff"), "not UTF-8"),
        (frame_of(2, b"\0" * 7), "DECODE frame is cut short"),
        (frame_of(2, struct.pack("<If3f", 2, 0, 1, 2, 3)), "3 numbers for 2 rows"),
        (frame_of(2, struct.pack("<If", 0, 0)), "0 numbers for 0 rows"),
        (frame_of(2, struct.pack("<If", 1, 0)), "0 numbers for 1 rows"),
        (frame_of(2, struct.pack("<If", 1, 0) + b"abc"), "cut short"),
        (frame_of(2, struct.pack("<If2f", 2**32 - 1, 0, 1, 2)), "2 numbers for 4294967295 rows"),
        (frame_of(3), "AT frame has 0 bytes instead of 9"),
        (frame_of(3, b"\x05pca" + bytes(9)), "AT frame has"),
        (frame_of(3, b"\x03pca\x02" + bytes(8)), "mode 0 or 1, not 2"),
        (frame_of(5, b"\0\0\0"), "ITEM frame has 3 bytes instead of 4"),
        (frame_of(6, struct.pack("<Hf", 0, 1)), "1 to 1000 items, not 0"),
        (frame_of(6, struct.pack("<Hf", 1001, 1)), "1 to 1000 items, not 1001"),
        (frame_of(6, b"\x01"), "NEAREST frame is cut short"),
    ],
)
def test_the_reason_says_what_is_wrong(frame: bytes, why: str) -> None:
    with pytest.raises(ProtocolError, match=re.escape(why)):
        parse_request(frame)


def test_frames_are_laid_out_as_the_page_says() -> None:
    """Byte for byte, since the other end is written in another language."""
    z = np.array([[1.0, -2.0]], np.float32)
    decode = protocol.pack_request(protocol.Decode(z, 0.5), handle=0x0102, number=3, channel=4)
    assert decode.hex(" ", 4) == "01020201 03000000 04000000 01000000 0000003f 0000803f 000000c0"
    at = protocol.pack_request(protocol.At("pca", 1.0, -2.0, True), handle=1, number=2)
    assert at[12:].hex() == "03" + b"pca".hex() + "01" + "0000803f" + "000000c0"
    header = Header(Kind.AT, 1, 2, 3)
    pixels = np.arange(4, dtype=np.uint8).reshape(1, 2, 2)
    place = replies.pack_reply(header, replies.Place(0.5, 7, z[0], replies.Images(pixels)))
    assert place.hex(" ", 4) == (
        "01840100 02000000 03000000 0000003f 07000000 02000000 0000803f 000000c0 "
        "82000000 01000000 02000200 01000000 00010203"
    )
    found = replies.NearestFound(np.array([5]), np.array([1.0], np.float32))
    assert replies.pack_reply(header, found)[12:].hex(" ", 4) == "01000000 05000000 0000803f"
    texts = replies.Texts([{"text": "é", "tokens": ["é"], "p": [0.5]}])
    item = replies.pack_reply(header, replies.ItemFound({"split": "test"}, None, texts))
    about, shown = b'{"split":"test"}', '{"texts":[{"text":"é","tokens":["é"],"p":[0.5]}]}'
    assert item[12:] == (
        struct.pack("<I", len(about)) + about + bytes(4) + b"\x83\0\0\0" + shown.encode()
    )


def test_numbers_that_json_does_not_know_are_never_sent() -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        replies.pack_reply(Header(Kind.OPEN), replies.Hello({"x": float("nan")}))
    assert json.loads(replies.Hello({"x": 1.5}).to_bytes()) == {"x": 1.5}


def test_the_page_names_every_kind() -> None:
    page = (Path(protocol.__file__).parent / "PROTOCOL.md").read_text(encoding="utf-8")
    rows = {int(number) for number in re.findall(r"^\| (\d+) \|", page, re.MULTILINE)}
    assert rows == {int(kind) for kind in Kind} - {Kind.NOTHING}
