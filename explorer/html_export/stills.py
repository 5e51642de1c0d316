"""What a model makes of its items, ahead: for files in which no browser can decode."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from explorer.analysis.decoding import decode
from explorer.html_export.sections import json_section

if TYPE_CHECKING:
    from vae_core.checkpoint import Run

_AT_ONCE = 256


def decoded_items(run: Run, items: NDArray[np.int64]) -> dict[str, NDArray[Any]]:
    """Return the decodes of some items as a section: pictures as bytes, or texts."""
    from vae_core.data.images import as_bytes

    parts = [
        decode(run, run.latents.mean[items[start : start + _AT_ONCE]])
        for start in range(0, len(items), _AT_ONCE)
    ]
    if run.modality != "images":
        return {"stills.texts": json_section([text for part in parts for text in part])}
    pictures = [as_bytes(np.nan_to_num(np.asarray(part))) for part in parts]
    return {"stills.pictures": np.concatenate(pictures)}
