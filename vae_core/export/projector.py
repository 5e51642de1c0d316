"""Files for the Embedding Projector of TensorBoard, also at projector.tensorflow.org."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from vae_core.export.errors import ExportError
from vae_core.export.tables import described_columns

if TYPE_CHECKING:
    from vae_core.checkpoint import Run

TENSORS, METADATA, CONFIG = "tensors.tsv", "metadata.tsv", "projector_config.pbtxt"
PROJECTOR_NAMES = (TENSORS, METADATA, CONFIG)
_NOTHING = "(none)"
_PBTXT = f"""embeddings {{
  tensor_name: "mean"
  tensor_path: "{TENSORS}"
  metadata_path: "{METADATA}"
}}
"""
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def write_projector(run: Run, folder: Path) -> None:
    """Posterior means, what is known of each item, and the file by which TensorBoard finds both.

    Raises ExportError for a latent space of one dimension, which the projector refuses.
    """
    if run.latent_dim < 2:
        raise ExportError(
            "The projector needs two latent dimensions or more, but this run has one; choose csv."
        )
    with (folder / TENSORS).open("w", encoding="utf-8", newline="\n") as stream:
        for row in run.latents.mean:
            # The shortest decimal number that is this float32.
            stream.write("\t".join(map(str, row)) + "\n")
    _write_metadata(run, folder / METADATA)
    (folder / CONFIG).write_text(_PBTXT, encoding="utf-8")


def _write_metadata(run: Run, path: Path) -> None:
    """A line an item under a header; without the header where there is but one column.

    That is how the projector tells them apart: a first line with a tab in it is a header. Lines of
    nothing but spaces it skips, which would move the items after them.
    """
    columns = described_columns(run)
    single = len(columns) == 1
    with path.open("w", encoding="utf-8", newline="\n") as stream:
        if not single:
            stream.write("\t".join(map(_cell, columns)) + "\n")
        for row in zip(*columns.values(), strict=True):
            line = "\t".join(map(_cell, row))
            stream.write((line if line.strip() else _NOTHING) + "\n")


def _cell(text: str) -> str:
    """``text`` on one line and in one column, with backslashes as in C."""
    return text.translate(_ESCAPES)
