"""The formats that a finished run can be taken away in, and the one function that does it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from vae_core.export.arrays import NPY_NAMES, write_npy, write_npz
from vae_core.export.destination import check_file, check_folder, file_at, folder_at
from vae_core.export.errors import ExportError
from vae_core.export.onnx_names import ONNX_NAMES
from vae_core.export.projector import PROJECTOR_NAMES, write_projector
from vae_core.export.tables import write_csv, write_parquet
from vae_core.export.weights import WEIGHTS_NAMES, write_weights
from vae_core.export.zip_archive import write_zip

if TYPE_CHECKING:
    from vae_core.checkpoint import Run

# What a check of the written files found: the largest difference from the run, by what it is of.
Differences = Mapping[str, float]


class _Format(NamedTuple):
    """How a format is written: one file that ends in ``suffix``, or a folder of ``names``."""

    write: Callable[[Run, Path], Differences | None]
    suffix: str = ""
    names: tuple[str, ...] = ()


def _write_onnx(run: Run, folder: Path) -> Differences:
    from vae_core.export.onnx_files import write_onnx

    return write_onnx(run, folder)


_FORMATS = {
    "zip": _Format(write_zip, ".zip"),
    "parquet": _Format(write_parquet, ".parquet"),
    "csv": _Format(write_csv, ".csv"),
    "npz": _Format(write_npz, ".npz"),
    "npy": _Format(write_npy, names=NPY_NAMES),
    "projector": _Format(write_projector, names=PROJECTOR_NAMES),
    "safetensors": _Format(write_weights, names=WEIGHTS_NAMES),
    "onnx": _Format(_write_onnx, names=ONNX_NAMES),
}
FORMATS = tuple(_FORMATS)
# A folder whose name ends in one of these would be taken for a file.
_ENDINGS = frozenset({
    *(form.suffix for form in _FORMATS.values() if form.suffix), ".npy", ".onnx", ".safetensors",
    ".tsv", ".txt", ".json", ".pbtxt", ".gz", ".pt",
})  # fmt: skip


@dataclass(frozen=True)
class Exported:
    """What was written where: ``files`` with their sizes in bytes, ``differences`` as measured."""

    path: Path
    format: str
    items: int
    files: dict[str, int]
    differences: dict[str, float] = field(default_factory=dict)


def export_run(
    run: Run | str | Path, to: str, out: str | Path, *, overwrite: bool = False
) -> Exported:
    """Write a finished run as one of ``FORMATS`` to ``out``, whole or not at all.

    ``zip``, ``parquet``, ``csv`` and ``npz`` are one file; ``npy``, ``projector``, ``safetensors``
    and ``onnx`` a folder. With ``overwrite`` an earlier export there is replaced, and only such a
    one. Raises ExportError, or RunError for a folder that holds no finished run.
    """
    from vae_core.checkpoint import Run, load_run

    out = Path(out)
    form = _format_of(to, out)
    opened = run if isinstance(run, Run) else load_run(run)
    out = outside(out, opened.path)
    place = (
        file_at(out, overwrite=overwrite)
        if form.suffix
        else folder_at(out, overwrite=overwrite, owned=form.names)
    )
    with place as aside:
        differences = form.write(opened, aside) or {}
    files = [out] if form.suffix else sorted(out.iterdir())
    sizes = {file.name: file.stat().st_size for file in files}
    return Exported(out, to, len(opened), sizes, dict(differences))


def check_export(to: str, out: Path, run: Path, *, overwrite: bool = False) -> None:
    """Raises ExportError where the run in a folder cannot be written so; nothing is opened."""
    form = _format_of(to, out)
    out = outside(out, run)
    if form.suffix:
        check_file(out, overwrite=overwrite)
    else:
        check_folder(out, overwrite=overwrite, owned=form.names)


def _format_of(to: str, out: Path) -> _Format:
    form = _FORMATS.get(to)
    if form is None:
        raise ExportError(f"There is no format {to!r}; choose one of {', '.join(FORMATS)}.")
    ending = out.suffix.lower()
    if form.suffix and ending != form.suffix:
        raise ExportError(f"A {to} file's name must end in {form.suffix}, but {out.name!r} came.")
    if not form.suffix and ending in _ENDINGS:
        one = "; --to npz writes all arrays into one file" if to == "npy" else ""
        raise ExportError(
            f"{to} writes several files into a folder, but {out.name!r} is the name of a file; "
            f"give a folder, such as {out.stem!r}{one}."
        )
    return form


def outside(out: Path, folder: Path) -> Path:
    """``out`` as an absolute path. Raises ExportError where it lies in the run in ``folder``."""
    try:
        place, own = out.absolute().resolve(), folder.resolve()
    except (OSError, ValueError, RuntimeError) as error:
        raise ExportError(f"{str(out)!r} cannot be the name of a file or folder.") from error
    if place == own or own in place.parents:
        raise ExportError(f"{out} lies in the run itself; choose a place outside of {folder}.")
    return place
