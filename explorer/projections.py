"""The projections of a run that have been computed: kept by content, listed, read again."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from explorer import derived
from explorer.analysis.projection import Projection, ProjectionSpec, Quality, fit
from explorer.analysis.projection.spec import PCA, RAW, UMAP
from vae_core.config import ConfigError

if TYPE_CHECKING:
    from vae_core.checkpoint import Run

# Changes where a projection of the same spec gives something else than before.
VERSION = 1
# What is computed of every run by itself, where it has dimensions to spare.
USUAL = (ProjectionSpec(PCA), ProjectionSpec(UMAP))
_PREFIX = "projection-"
_ABOUT = "about"
_MOST_ABOUT = 16 * 1024


@dataclass(frozen=True)
class Kept:
    """What is known of a projection without its points."""

    spec: ProjectionSpec
    note: str
    quality: Quality | None


def make(run: Run, spec: ProjectionSpec) -> tuple[Projection, Path]:
    """Compute a projection of a run and keep it; return it and its file.

    This may take minutes: it belongs into a process of its own.

    Raises:
        ProjectionError: this run cannot be projected this way.
        derived.DerivedError: it cannot be kept.
    """
    found = fit(run.latents.mean, spec, run.labels)
    return found, derived.write(run, _name(spec), _key(run, spec), _pack(found))


def find(run: Run, spec: ProjectionSpec) -> Projection | None:
    """Return what `make` kept of this run; None where it is not there or does not fit."""
    try:
        arrays = derived.read(run, _name(spec), _key(run, spec), _most_bytes(run))
        return None if arrays is None else _unpack(arrays, run, spec)
    except (ValueError, KeyError):  # damaged, or of another content: as if it were not there
        return None


def file_of(run: Run, spec: ProjectionSpec) -> Path | None:
    """Return the file that would be read for a spec; None where there is none."""
    return derived.find(run, _name(spec))


def projections_of(run: Run) -> list[Kept]:
    """Return what is kept of a run and fits it, without reading the points."""
    found = (_kept(run, name) for name in derived.names(run, _PREFIX))
    return [kept for kept in found if kept is not None]


def missing(run: Run) -> list[ProjectionSpec]:
    """Return the usual projections that a run has a use for and does not have."""
    kept = {one.spec for one in projections_of(run)}
    return [spec for spec in wanted(run) if spec not in kept]


def wanted(run: Run) -> list[ProjectionSpec]:
    """Return the usual projections that a run has a use for."""
    return [spec for spec in USUAL if run.latent_dim > spec.dimensions]


def _kept(run: Run, name: str) -> Kept | None:
    try:
        spec = ProjectionSpec.from_id(name.removeprefix(_PREFIX))
        arrays = derived.read(run, name, _key(run, spec), _most_bytes(run), only=(_ABOUT,))
        return None if arrays is None else _unpack_about(arrays, run, spec)
    except (ConfigError, ValueError, KeyError):
        return None


def _name(spec: ProjectionSpec) -> str:
    return _PREFIX + spec.id


def _key(run: Run, spec: ProjectionSpec) -> str:
    return derived.key_of(run, _name(spec), VERSION, {})


def _most_bytes(run: Run) -> int:
    return 4 * 3 * len(run) + 8 * 4 * run.latent_dim + _MOST_ABOUT


def _pack(made: Projection) -> derived.Arrays:
    about = {
        "spec": made.spec.to_json(),
        "note": made.note,
        "quality": None if made.quality is None else made.quality.to_json(),
    }
    arrays: derived.Arrays = {
        "points": made.points,
        _ABOUT: np.frombuffer(json.dumps(about).encode(), np.uint8),
    }
    if made.centre is not None and made.plane is not None and made.explained is not None:
        arrays["centre"], arrays["plane"] = made.centre, made.plane
        arrays["explained"] = np.array(made.explained)
    return arrays


def _unpack(arrays: derived.Arrays, run: Run, spec: ProjectionSpec) -> Projection:
    about = _unpack_about(arrays, run, spec)
    shape = (len(run), spec.dimensions)
    points = derived.fitting(arrays["points"], np.float32, shape)
    if spec.method != PCA:
        latents = None if spec.method == RAW else run.latents.mean
        return Projection(points, about.note, spec, quality=about.quality, latents=latents)
    return Projection(
        points,
        about.note,
        spec,
        tuple(derived.fitting(arrays["explained"], np.float64, shape[1:]).tolist()),
        derived.fitting(arrays["centre"], np.float64, (run.latent_dim,)),
        derived.fitting(arrays["plane"], np.float64, (run.latent_dim, spec.dimensions)),
        about.quality,
    )


def _unpack_about(arrays: derived.Arrays, run: Run, spec: ProjectionSpec) -> Kept:
    """Raises ValueError where it is not what `_pack` wrote of this run and spec."""
    found = _json(arrays[_ABOUT])
    note, quality = found.get("note"), found.get("quality")
    if ProjectionSpec.from_json(found["spec"]) != spec or not isinstance(note, str):
        raise ValueError("It is of another projection.")
    measured = None if quality is None else Quality.from_json(quality)
    if measured is not None and measured.items != len(run):
        raise ValueError("It was measured on other items.")
    return Kept(spec, note, measured)


def _json(content: NDArray[Any]) -> dict[str, Any]:
    try:
        found = json.loads(derived.fitting(content, np.uint8, content.shape[:1]).tobytes())
    except RecursionError as error:
        raise ValueError("It is nested too deep.") from error
    if not isinstance(found, dict):
        raise ValueError("It is no object.")
    return found
