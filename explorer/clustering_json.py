"""A clustering as JSON values and arrays, and back: what anybody may have written is checked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from explorer.analysis.clusters.edits import (
    MOST_EDITS,
    Clustering,
    Colour,
    Edit,
    Merge,
    Rename,
    Split,
)
from explorer.analysis.clusters.fitting import NOISE, Division
from explorer.analysis.clusters.spec import MOST_K, ClusterSpec

if TYPE_CHECKING:
    from vae_core.checkpoint import Run

FORMAT, VERSION = "latentscape-clustering", 1
_MOST_NOTE = 1000


def arrays_of(clustering: Clustering) -> dict[str, NDArray[Any]]:
    """Return its arrays: found (items,), membership where there is one, moved_0 … of the splits."""
    arrays: dict[str, NDArray[Any]] = {"found": clustering.found.assignment.astype(np.int32)}
    if clustering.found.membership is not None:
        arrays["membership"] = clustering.found.membership.astype(np.float32)
    splits = [edit for edit in clustering.edits if isinstance(edit, Split)]
    return arrays | {f"moved_{i}": edit.moved.astype(np.int32) for i, edit in enumerate(splits)}


def values_of(clustering: Clustering, run: Run, digest: str) -> dict[str, Any]:
    """Return what there is to say of it beside its arrays, whose file is known by `digest`."""
    assignment = clustering.assignment
    return {
        "format": FORMAT,
        "version": VERSION,
        "title": clustering.title,
        "spec": clustering.spec.to_json(),
        "of": origin(run),
        "note": clustering.found.note,
        "arrays": digest,
        "edits": [_edit_written(edit) for edit in clustering.edits],
        # For people and other programs; what is read is the rest.
        "clusters": [
            {
                "number": number + 1,
                "name": clustering.name(number),
                "items": int((assignment == number).sum()),
                "colour": clustering.colour(number),
            }
            for number in clustering.clusters
        ],
    }


def origin(run: Run) -> dict[str, str | int]:
    """Return what tells the items of a run, as this training has placed them, from all others."""
    # The hash is of the weights: another training may reach the same ones from other items.
    return {"content": run.content_hash, "created": run.summary.created, "items": len(run)}


def _edit_written(edit: Edit) -> dict[str, Any]:
    match edit:
        case Rename(cluster, name):
            return {"edit": "rename", "cluster": cluster, "name": name}
        case Colour(cluster, colour):
            return {"edit": "colour", "cluster": cluster, "colour": colour}
        case Merge(cluster, merged):
            return {"edit": "merge", "cluster": cluster, "merged": list(merged)}
        case Split(cluster, _):
            return {"edit": "split", "cluster": cluster}


def splits_in(values: Mapping[str, Any]) -> int:
    """Return how many splits they name. Raises ValueError, KeyError or TypeError."""
    edits = values["edits"]
    if not isinstance(edits, list) or len(edits) > MOST_EDITS:
        raise ValueError("its edits are no list, or too many")
    return sum(edit["edit"] == "split" for edit in edits)


def clustering_of(
    values: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]], items: int
) -> Clustering:
    """Return the clustering of `items` items that these values and arrays are.

    Raises:
        ValueError, KeyError, TypeError, OverflowError: they are none.
    """
    spec = ClusterSpec.from_json(dict(values["spec"]))
    found = Division(
        _found(arrays, items), _membership(arrays, items), text(values["note"])[:_MOST_NOTE]
    )
    splits = splits_in(values)
    moved = iter([_fit(arrays[f"moved_{i}"], np.int32) for i in range(splits)])
    edits = tuple(_edit_read(edit, moved) for edit in values["edits"])
    return Clustering(spec, found, text(values["title"]), edits)


def _edit_read(values: Mapping[str, Any], moved: Iterator[NDArray[np.int32]]) -> Edit:
    cluster = _number(values["cluster"])
    match values["edit"]:
        case "rename":
            return Rename(cluster, text(values["name"]))
        case "colour":
            return Colour(cluster, text(values["colour"]))
        case "merge":
            return Merge(cluster, tuple(map(_number, values["merged"][:MOST_K])))
        case "split":
            return Split(cluster, next(moved))
        case _:
            raise ValueError("it has an edit of an unknown kind")


def _found(arrays: Mapping[str, NDArray[Any]], items: int) -> NDArray[np.int32]:
    assignment = _fit(arrays["found"], np.int32, items)
    count = int(assignment.max(initial=NOISE)) + 1
    if not 0 < count <= MOST_K or int(assignment.min()) < NOISE:
        raise ValueError("its cluster numbers cannot be")
    if len(np.unique(assignment[assignment >= 0])) != count:
        raise ValueError("it has clusters without items")
    return assignment


def _membership(arrays: Mapping[str, NDArray[Any]], items: int) -> NDArray[np.float32] | None:
    if "membership" not in arrays:
        return None
    membership = _fit(arrays["membership"], np.float32, items)
    if not bool(((membership >= 0) & (membership <= 1)).all()):
        raise ValueError("its memberships are not between 0 and 1")
    return membership


def _fit(array: NDArray[Any], dtype: type[np.generic], items: int | None = None) -> NDArray[Any]:
    if array.dtype != dtype or array.ndim != 1 or items not in (None, len(array)):
        raise ValueError(f"{array.dtype} {array.shape} came where others were expected")
    return array


def text(value: Any) -> str:
    """Return a text as it is. Raises TypeError for anything else."""
    if not isinstance(value, str):
        raise TypeError("a text is expected")
    return value


def _number(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError("a whole number is expected")
    return value
