"""PNG and JPEG files of a folder or a zip as one array of pictures."""

from __future__ import annotations

import io
import itertools
import os
import warnings
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from vae_core.data import limits
from vae_core.data.archives import NESTED, Archive, folders_below_common, is_litter, open_archive
from vae_core.data.dataset import DataError
from vae_core.data.opened import limited, unreadable
from vae_core.data.picture_arrays import Pictures, check_shape
from vae_core.errors import reason

if TYPE_CHECKING:
    from PIL.Image import Image

PICTURE_ENDINGS = (".png", ".jpg", ".jpeg", ".jpe")
_FORMATS = ("PNG", "JPEG")
# Channels that differ by no more are grey: a JPEG rounds.
_GREY = 8
_ORIENTATION = 0x0112
_SIDEWAYS = (5, 6, 7, 8)
_BLOCK = 256


@dataclass(frozen=True)
class PictureFile:
    """A picture's name, folders included, and what reads its bytes."""

    name: str
    read: Callable[[], bytes]


@contextmanager
def zip_pictures(path: Path, side: int | None) -> Iterator[Pictures]:
    """The pictures of a zip in the order of their names; their folders are labels."""
    with open_archive(path) as archive:
        files, others = zip_files(archive)
        yield pictures_of(files, path.name, side, others)


def zip_files(archive: Archive) -> tuple[list[PictureFile], str]:
    """The pictures of an archive, and a sentence on what else is there, if anything."""
    files, others, nested = [], 0, 0
    for entry in archive.entries:
        suffix = PurePosixPath(entry.filename).suffix.lower()
        if suffix in PICTURE_ENDINGS:
            files.append(PictureFile(entry.filename, _entry_reader(archive, entry)))
        else:
            others += 1
            nested += suffix in NESTED
    inner = f", {nested:,} of them archives, which are not opened" if nested else ""
    return files, _left_out(archive.name, others, inner)


def _left_out(name: str, others: int, inner: str = "") -> str:
    if not others:
        return ""
    were = "file that is" if others == 1 else "files that are"
    return f"{name} has {others:,} {were} no .png or .jpg{inner}, and left out."


def _entry_reader(archive: Archive, entry: zipfile.ZipInfo) -> Callable[[], bytes]:
    return lambda: archive.content(entry, limits.MAX_PICTURE_BYTES)


@contextmanager
def folder_pictures(path: Path, side: int | None) -> Iterator[Pictures]:
    """The pictures of a folder and its folders in the order of their names."""
    files, others = folder_files(path)
    yield pictures_of(files, path.name, side, others)


def folder_files(path: Path) -> tuple[list[PictureFile], str]:
    """The pictures of a folder, and a sentence on what else is there, if anything."""
    names, others, links = [], 0, 0
    for folder, folders, files in os.walk(path, followlinks=False, onerror=_raise):
        folders[:] = sorted(name for name in folders if not is_litter(name))
        for name in files:
            found = Path(folder, name)
            if is_litter(name):
                continue
            if found.is_symlink() or not found.is_file():
                links += 1
            elif found.suffix.lower() in PICTURE_ENDINGS:
                names.append(found.relative_to(path).as_posix())
            else:
                others += 1
        if len(names) > limits.MAX_PICTURES:
            raise DataError(
                f"{path.name} holds over {limits.MAX_PICTURES:,} pictures; give a part of it."
            )
    inner = f", {links:,} of them links, which are not followed" if links else ""
    files_found = [PictureFile(name, _reader(path / name)) for name in sorted(names)]
    return files_found, _left_out(path.name, others + links, inner)


def _raise(error: OSError) -> None:
    raise unreadable(Path(str(error.filename)), error) from error


def _reader(path: Path) -> Callable[[], bytes]:
    def read() -> bytes:
        try:
            with path.open("rb") as raw:
                return limited(raw, path.name, limits.MAX_PICTURE_BYTES).read()
        except OSError as error:
            raise unreadable(path, error) from error

    return read


def sizes_of(files: Sequence[PictureFile], name: str) -> tuple[Counter[tuple[int, int]], int, int]:
    """How often each size (width, height) comes; how many have colours, and how many are clear."""
    sizes: Counter[tuple[int, int]] = Counter()
    colours, clear = 0, 0
    for file in files:
        with _opened(file, name) as picture:
            sizes[_upright_size(picture)] += 1
            colours += _is_coloured(picture)
            clear += _has_alpha(picture)
    return sizes, colours, clear


def pictures_of(
    files: Sequence[PictureFile], name: str, side: int | None, others: str = ""
) -> Pictures:
    """``files`` as one array: of one size, grey where all are, else of three colours.

    ``side``: every picture is cut to a square at its centre and made that large. ``others``: a
    sentence on what else was there. The headers are read here, and the pixels with the blocks;
    those of files with three channels here too, for whether they have a colour.
    Raises DataError, as the blocks do.
    """
    if not files:
        raise DataError(
            f"{name} has no pictures: .png or .jpg files are expected, in folders that say their "
            "labels."
        )
    sizes, colours, clear = sizes_of(files, name)
    if len(sizes) > 1 and side is None:
        shown = ", ".join(f"{h} × {w} ({n:,})" for (w, h), n in sizes.most_common(3))
        raise DataError(
            f"The pictures of {name} differ in size (height × width): "
            f"{shown}{', …' if len(sizes) > 3 else ''}; choose a side to which all "
            "are made equal (--side 64)."
        )
    ((width, height), _), *_ = sizes.most_common(1)
    if side is not None:
        width = height = side
    shape = (len(files), height, width, *([3] if colours else []))
    check_shape(shape, name)
    found = Pictures(name, shape, _blocks(files, name, shape, side))
    found.files = [file.name for file in files]
    folders = folders_below_common(found.files)
    if len(set(folders)) > 1:
        found.labels = folders
    _say(found, sizes, side, colours, clear)
    if others:
        found.notes.append(others)
    return found


def _say(
    found: Pictures, sizes: Counter[tuple[int, int]], side: int | None, colours: int, clear: int
) -> None:
    count = found.shape[0]
    if side is not None and set(sizes) != {(side, side)}:
        found.notes.append(
            f"The pictures of {found.name} were cut to squares at their centre and made "
            f"{side} × {side} pixels large."
        )
    if 0 < colours < count:
        found.notes.append(
            f"{colours:,} of the {count:,} pictures of {found.name} have colours, so all were read "
            "with three colours."
        )
    if clear:
        found.notes.append(
            f"{clear:,} of the {count:,} pictures of {found.name} are see-through in places, which "
            "were made white."
        )


@contextmanager
def _opened(file: PictureFile, name: str) -> Iterator[Image]:
    """The picture with its header read; its pixels are at hand until this is left."""
    from PIL import Image

    content = file.read()
    try:
        with warnings.catch_warnings():
            # A picture that claims a huge size: a warning of Pillow's that we take for an error.
            warnings.simplefilter("error")
            with Image.open(io.BytesIO(content), formats=_FORMATS) as picture:
                if picture.width * picture.height > limits.MAX_PICTURE_PIXELS:
                    raise ValueError(f"it claims {picture.width:,} × {picture.height:,} pixels")
                yield picture
    except DataError:
        raise
    except Exception as error:  # a damaged picture fails in many ways
        said = reason(error)[:160].replace(str(io.BytesIO)[8:-2], "it")
        if "cannot identify" in said:
            said = "it is neither PNG nor JPEG"
        raise DataError(
            f"The picture {file.name[-100:]!r} of {name} cannot be read ({said}); take it out, or "
            "save it again."
        ) from error


def _upright_size(picture: Image) -> tuple[int, int]:
    sideways = picture.getexif().get(_ORIENTATION) in _SIDEWAYS
    return (picture.height, picture.width) if sideways else (picture.width, picture.height)


def _is_coloured(picture: Image) -> bool:
    """Tell whether a picture has a colour: scanners write grey ones with three equal channels."""
    if picture.mode in ("1", "L", "LA", "I", "F") or picture.mode.startswith("I;"):
        return False
    from PIL import ImageChops

    if picture.format == "JPEG":  # an eighth of it says it as well
        picture.draft("RGB", (max(1, picture.width // 8), max(1, picture.height // 8)))
    pairs = itertools.combinations(picture.convert("RGB").split(), 2)
    return any(_largest(ImageChops.difference(*pair)) > _GREY for pair in pairs)


def _largest(channel: Image) -> int:
    return max(value for value, count in enumerate(channel.histogram()) if count)


def _has_alpha(picture: Image) -> bool:
    return picture.mode in ("LA", "PA", "RGBA", "RGBa", "La") or "transparency" in picture.info


def _blocks(
    files: Sequence[PictureFile], name: str, shape: tuple[int, ...], side: int | None
) -> Iterator[npt.NDArray[np.uint8]]:
    mode = "RGB" if len(shape) == 4 else "L"
    at_once = max(1, min(_BLOCK, 64 * limits.CHUNK_BYTES // int(np.prod(shape[1:]))))
    for start in range(0, len(files), at_once):
        some = files[start : start + at_once]
        block = np.empty((len(some), *shape[1:]), np.uint8)
        for number, file in enumerate(some):
            with _opened(file, name) as picture:
                pixels = np.asarray(_flat(picture, mode, side), np.uint8)
                if pixels.shape != shape[1:]:
                    raise ValueError("it has changed while it was read")
                block[number] = pixels
        yield block


def _flat(picture: Image, mode: str, side: int | None) -> Image:
    """Upright, without anything see-through, of 8 bits, in ``mode``, and of ``side`` if any."""
    from PIL import Image, ImageOps

    if picture.format == "JPEG" and side is not None:
        # Most of a large photograph is never unpacked.
        picture.draft(None, (2 * side, 2 * side))
    turned: Any = ImageOps.exif_transpose(picture)
    if turned.mode == "I" or turned.mode.startswith("I;"):
        values = np.asarray(turned).astype(np.int64)
        turned = Image.fromarray(np.clip(values // 257, 0, 255).astype(np.uint8))
    if _has_alpha(turned):
        above = turned.convert("RGBA")
        white = Image.new("RGBA", above.size, (255, 255, 255, 255))
        turned = Image.alpha_composite(white, above)
    turned = turned.convert(mode)
    if side is not None:
        turned = ImageOps.fit(turned, (side, side), Image.Resampling.LANCZOS)
    return turned  # type: ignore[no-any-return]
