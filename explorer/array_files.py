"""Plain numbers in .npz files that anybody may have written: never unpacked, never unpickled."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

Arrays = Mapping[str, NDArray[Any]]
# A clustering has an entry for each split.
_MOST_ENTRIES = 2048
_DATE = (1980, 1, 1, 0, 0, 0)


def packed(arrays: Arrays) -> bytes:
    """Return arrays as an .npz file; the same arrays give the same bytes."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as archive:
        for name, array in arrays.items():
            content = io.BytesIO()
            np.lib.format.write_array(
                content, np.ascontiguousarray(array), version=(1, 0), allow_pickle=False
            )
            archive.writestr(zipfile.ZipInfo(f"{name}.npy", _DATE), content.getvalue())
    return stream.getvalue()


def unpacked(content: bytes) -> dict[str, NDArray[Any]]:
    """Return what `packed` packed, read-only, in no more memory than `content` takes.

    Raises:
        ValueError: it is something else, or damaged.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
            plain = all(entry.compress_type == zipfile.ZIP_STORED for entry in entries)
            total = sum(entry.file_size for entry in entries)
            if len(entries) > _MOST_ENTRIES or not plain or total > len(content):
                raise ValueError("It is packed in another way.")
            return {
                entry.filename.removesuffix(".npy"): plain_array(archive.read(entry))
                for entry in entries
            }
    except ValueError:
        raise
    # A broken header ends in one of several kinds, TokenError and RecursionError among them.
    except Exception as error:
        raise ValueError("It cannot be read.") from error


def plain_array(content: bytes) -> NDArray[Any]:
    """Return the array of an .npy file, read-only.

    Raises:
        ValueError: it holds something else than plain numbers. A broken header raises others, too.
    """
    stream = io.BytesIO(content)
    if np.lib.format.read_magic(stream) != (1, 0):
        raise ValueError("It was written in another version.")
    shape, fortran, dtype = np.lib.format.read_array_header_1_0(stream)
    if fortran or dtype.hasobject or min(shape, default=0) < 0:
        raise ValueError("It holds something else than plain numbers.")
    # From bytes, so read-only; fails where the size is not that of the shape.
    return np.frombuffer(content, dtype, offset=stream.tell()).reshape(shape)
