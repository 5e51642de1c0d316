"""What can be prepared of a run once and for all visitors: `latentscape prepare` computes it after
a training and keeps it beside the run; pages read it, or compute it where it is not there.

Something new to prepare is one more line in `KINDS`. After these quick things come the usual
projections, which pages never compute (`explorer.projections`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from explorer import derived, projections
from explorer.analysis import clustering
from explorer.analysis.clustering import ClusterError, Clusters
from explorer.analysis.projection import Projection, ProjectionSpec, project
from explorer.analysis.projection.spec import PCA

if TYPE_CHECKING:
    from vae_core.checkpoint import Run

T = TypeVar("T")
Parameters = Mapping[str, Any]
Mean = NDArray[np.float32]


@dataclass(frozen=True)
class Kind(Generic[T]):
    """Something that can be prepared of a run.

    Attributes:
        name: of its file.
        compute: the posterior means (items, latent_dim) and parameters to the thing itself.
        pack: it as arrays. unpack: it again, of that run; raises ValueError or KeyError where the
            arrays cannot be that.
        usual: the parameters to prepare it with; None where there is nothing to prepare.
        version: changes where `compute` gives something else than before.
    """

    name: str
    compute: Callable[..., T]
    pack: Callable[[T], derived.Arrays]
    unpack: Callable[[derived.Arrays, Run, Parameters], T]
    usual: Callable[[Run], Parameters | None]
    version: int = 1

    def get(self, run: Run, parameters: Parameters) -> T:
        """Return it for a run: read where it was prepared and fits, else computed."""
        found = self.find(run, parameters)
        return self.compute(run.latents.mean, **parameters) if found is None else found

    def find(self, run: Run, parameters: Parameters) -> T | None:
        """Return what was prepared with these parameters; None where that is not there or unfit."""
        try:
            arrays = derived.read(run, self.name, self._key(run, parameters), _most_bytes(run))
            return None if arrays is None else self.unpack(arrays, run, parameters)
        except (ValueError, KeyError):  # damaged, or of another content: as if it were not there
            return None

    def prepare(self, run: Run) -> str:
        """Prepare it where it is not there yet; say what was done: "written", "there" or "none".

        Raises:
            DerivedError: it cannot be kept.
        """
        parameters = self.usual(run)
        if parameters is None:
            return "none"
        if self.find(run, parameters) is not None:
            return "there"
        try:
            made = self.compute(run.latents.mean, **parameters)
        except ClusterError:
            return "none"
        derived.write(run, self.name, self._key(run, parameters), self.pack(made))
        return "written"

    def _key(self, run: Run, parameters: Parameters) -> str:
        return derived.key_of(run, self.name, self.version, parameters)


def prepare(run: Run) -> dict[str, str]:
    """Prepare everything for a run; return what was done, by the names of the things.

    Raises:
        DerivedError: it cannot be kept.
    """
    done = {kind.name: kind.prepare(run) for kind in KINDS}
    missing = projections.missing(run)
    for spec in projections.wanted(run):
        if spec in missing:
            projections.make(run, spec)
        done[spec.id] = "written" if spec in missing else "there"
    return done


def _most_bytes(run: Run) -> int:
    """What the arrays of one thing may take: a few numbers an item and a dimension."""
    return 64 * len(run) + 4096 * (run.latent_dim + 1) + 1024 * clustering.MOST


def _pack_projection(made: Projection) -> derived.Arrays:
    assert made.centre is not None
    assert made.plane is not None
    assert made.explained is not None
    return {
        "points": made.points,
        "centre": made.centre,
        "plane": made.plane,
        "explained": np.array(made.explained),
        "note": np.frombuffer(made.note.encode(), np.uint8),
    }


def _unpack_projection(arrays: derived.Arrays, run: Run, parameters: Parameters) -> Projection:
    first, second = derived.fitting(arrays["explained"], np.float64, (2,)).tolist()
    return Projection(
        derived.fitting(arrays["points"], np.float32, (len(run), 2)),
        derived.fitting(arrays["note"], np.uint8, arrays["note"].shape[:1]).tobytes().decode(),
        ProjectionSpec(PCA),
        (first, second),
        derived.fitting(arrays["centre"], np.float64, (run.latent_dim,)),
        derived.fitting(arrays["plane"], np.float64, (run.latent_dim, 2)),
    )


def _pack_clusters(made: Clusters) -> derived.Arrays:
    return {
        "assignment": made.assignment,
        "centroids": made.centroids,
        "typical": np.concatenate(made.typical),
        "typical_counts": np.array([len(items) for items in made.typical], np.int64),
    }


def _unpack_clusters(arrays: derived.Arrays, run: Run, parameters: Parameters) -> Clusters:
    k = int(parameters["k"])
    assignment = _within(derived.fitting(arrays["assignment"], np.int32, (len(run),)), k)
    counts = _within(derived.fitting(arrays["typical_counts"], np.int64, (k,)), len(run) + 1)
    typical = derived.fitting(arrays["typical"], np.int64, (int(counts.sum()),))
    ends = np.concatenate([[0], np.cumsum(counts)])
    return Clusters(
        assignment,
        derived.fitting(arrays["centroids"], np.float32, (k, run.latent_dim)),
        np.bincount(assignment, minlength=k),
        tuple(_within(typical, len(run))[a:b] for a, b in pairwise(ends.tolist())),
    )


def _within(indices: NDArray[Any], most: int) -> NDArray[Any]:
    if len(indices) and not 0 <= int(indices.min()) <= int(indices.max()) < most:
        raise ValueError(f"A number is not between 0 and {most - 1}.")
    return indices


def _usual_clusters(run: Run) -> Parameters:
    return {"k": clustering.natural_k(run.labels, len(run)), "seed": clustering.SEED}


# Up to two dimensions the latent space is the map itself.
PROJECTION = Kind(
    "projection", project, _pack_projection, _unpack_projection,
    usual=lambda run: {} if run.latent_dim > 2 else None,
)  # fmt: skip
CLUSTERS = Kind(
    "clusters", clustering.cluster, _pack_clusters, _unpack_clusters, usual=_usual_clusters
)
KINDS: tuple[Kind[Any], ...] = (PROJECTION, CLUSTERS)
