"""Arrays in .npz files of anybody's."""

from __future__ import annotations

import io
import zipfile
from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from explorer.array_files import packed, unpacked

KINDS = st.sampled_from([np.int32, np.float32, np.uint8, np.float64])
ARRAYS = st.dictionaries(
    st.from_regex(r"\A[a-z_0-9]{1,9}\Z"),
    KINDS.flatmap(lambda kind: arrays(kind, array_shapes(min_dims=1, max_dims=2, min_side=0))),
    max_size=4,
)


@settings(deadline=None)
@given(ARRAYS)
def test_what_goes_in_comes_out_and_numpy_reads_it(held: dict[str, np.ndarray]) -> None:
    content = packed(held)
    assert packed(held) == content
    found = unpacked(content)
    with np.load(io.BytesIO(content), allow_pickle=False) as by_numpy:
        assert list(found) == list(held) == list(by_numpy)
        for name, array in held.items():
            for read in (found[name], by_numpy[name]):
                np.testing.assert_array_equal(read, array)
                assert read.dtype == array.dtype
    assert not any(array.flags.writeable for array in found.values())


@settings(deadline=None, max_examples=200)
@given(st.data())
def test_damage_is_a_value_error_or_nothing(data: st.DataObject) -> None:
    content = bytearray(packed({"a": np.arange(9, dtype=np.int32)}))
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.integers(0, len(content) - 1))
        content[place] = data.draw(st.integers(0, 255))
    cut = data.draw(st.one_of(st.none(), st.integers(0, len(content))))
    with suppress(ValueError):
        unpacked(bytes(content[:cut]))


def saved(save: object, **held: np.ndarray) -> bytes:
    stream = io.BytesIO()
    save(stream, **held)  # type: ignore[operator]
    return stream.getvalue()


def header_alone(shape: str) -> bytes:
    stream = io.BytesIO()
    text = f"{{'descr': '<f4', 'fortran_order': False, 'shape': {shape}, }}".encode()
    text += b" " * (117 - len(text)) + b"\n"
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("a.npy", b"\x93NUMPY\x01\x00\x76\x00" + text)
    return stream.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        b"", b"PK", saved(np.savez_compressed, a=np.zeros(99)),
        saved(np.savez, a=np.array([{}], dtype=object)), header_alone("(1000000000000,)"),
        header_alone("(-1,)"), header_alone("((((((((((1,),),),),),),),),),)"),
        saved(np.savez, a=np.asfortranarray(np.ones((3, 2)))),
        packed({f"a{i}": np.zeros(1) for i in range(2049)}),
    ],
)  # fmt: skip
def test_what_is_something_else_is_refused(content: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        unpacked(content)
