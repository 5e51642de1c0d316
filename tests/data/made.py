"""Files of every kind with the same texts in them."""

from __future__ import annotations

import csv
import gzip
import io
import json
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

SCRIPTS = (
    "the cat sat on the mat", "我们今天去公园散步，天气非常好。", "نص حكيم له سر قاطع وذو شأن عظيم",
    "यह एक सरल वाक्य है", "😀👨‍👩‍👧 a family 🇫🇷", "e\u0301t\u00e9 and <b>&amp;</b>",
)  # fmt: skip
LABELS = ("a", "b", "a", "b", "a", "b")


def lines(texts: Sequence[str], labels: Sequence[str]) -> bytes:
    return "\n".join(texts).encode()


def table(texts: Sequence[str], labels: Sequence[str], delimiter: str = ",") -> bytes:
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, delimiter=delimiter)
    writer.writerows([("text", "label"), *zip(texts, labels, strict=True)])
    return stream.getvalue().encode()


def tabs(texts: Sequence[str], labels: Sequence[str]) -> bytes:
    rows = [("text", "label"), *zip(texts, labels, strict=True)]
    return "\n".join("\t".join(row) for row in rows).encode()


def objects(texts: Sequence[str], labels: Sequence[str]) -> list[dict[str, str]]:
    return [{"text": t, "label": label} for t, label in zip(texts, labels, strict=True)]


def json_lines(texts: Sequence[str], labels: Sequence[str]) -> bytes:
    return "\n".join(json.dumps(each) for each in objects(texts, labels)).encode()


def json_list(texts: Sequence[str], labels: Sequence[str]) -> bytes:
    return json.dumps(objects(texts, labels), ensure_ascii=False, indent=1).encode()


def parquet(texts: Sequence[str], labels: Sequence[str]) -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    stream = io.BytesIO()
    pq.write_table(pa.table({"text": list(texts), "label": list(labels)}), stream)
    return stream.getvalue()


def workbook(texts: Sequence[str], labels: Sequence[str]) -> bytes:
    from openpyxl import Workbook

    book, stream = Workbook(write_only=True), io.BytesIO()
    sheet = book.create_sheet("first")
    for row in [("text", "label"), *zip(texts, labels, strict=True)]:
        sheet.append(row)
    book.save(stream)
    return stream.getvalue()


def text_zip(texts: Sequence[str], labels: Sequence[str]) -> bytes:
    entries = {
        f"all/{label}/{number:04}.txt": text.encode()
        for number, (text, label) in enumerate(zip(texts, labels, strict=True))
    }
    return zipped(entries)


def zipped(entries: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in entries.items():
            file.writestr(name, content)
    return stream.getvalue()


def packed(make: Callable[..., bytes]) -> Callable[..., bytes]:
    return lambda *given: gzip.compress(make(*given), mtime=0)


# By the ending of the name. Those without a label column hold texts alone.
TEXT_FILES: dict[str, Callable[[Sequence[str], Sequence[str]], bytes]] = {
    ".txt": lines, ".csv": table, ".tsv": tabs, ".jsonl": json_lines, ".json": json_list,
    ".parquet": parquet, ".xlsx": workbook, ".zip": text_zip, ".txt.gz": packed(lines),
    ".csv.gz": packed(table), ".tsv.gz": packed(tabs), ".jsonl.gz": packed(json_lines),
}  # fmt: skip


def picture(pixels: npt.NDArray[np.uint8], kind: str = "PNG", **options: object) -> bytes:
    from PIL import Image

    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, kind, **options)
    return stream.getvalue()


def drawn(count: int, height: int = 6, width: int = 4, colours: int = 0) -> npt.NDArray[np.uint8]:
    """Pictures that differ."""
    shape = (count, height, width, *([colours] if colours else []))
    return np.random.default_rng(0).integers(0, 256, shape, np.uint8)


def idx(array: npt.NDArray[np.uint8]) -> bytes:
    sizes = b"".join(length.to_bytes(4, "big") for length in array.shape)
    return bytes([0, 0, 8, array.ndim]) + sizes + array.tobytes()


def npy(array: npt.NDArray[np.generic]) -> bytes:
    stream = io.BytesIO()
    np.save(stream, array)
    return stream.getvalue()


def npz(**arrays: npt.NDArray[np.generic]) -> bytes:
    stream = io.BytesIO()
    np.savez_compressed(stream, **arrays)  # type: ignore[arg-type]
    return stream.getvalue()


def picture_zip(pixels: npt.NDArray[np.uint8]) -> bytes:
    return zipped({f"{'ab'[n % 2]}/{n:03}.png": picture(each) for n, each in enumerate(pixels)})


PICTURE_FILES: dict[str, Callable[[npt.NDArray[np.uint8]], bytes]] = {
    ".zip": picture_zip,
    "-images-idx3-ubyte": idx,
    "-images-idx3-ubyte.gz": lambda array: gzip.compress(idx(array), mtime=0),
    ".npy": npy,
    ".npz": lambda array: npz(images=array, labels=np.arange(len(array))),
}


def left_behind(folder: Path) -> list[str]:
    """What a reading that failed left in the cache."""
    return sorted(part.name for part in folder.rglob("*") if part.suffix == ".tmp")
