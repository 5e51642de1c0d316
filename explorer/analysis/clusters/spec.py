"""How a division into clusters is made: checked, with an id for file names and addresses."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, Self, get_args

import numpy as np
from numpy.typing import NDArray

from vae_core.checks import ConfigError, JsonConfig, check_choice, check_whole
from vae_core.errors import UserError

Method = Literal["kmeans", "hdbscan"]
Vectors = NDArray[np.float32]

LATENT, NORMALISED = "latent", "normalised"
FEWEST_K, MOST_K = 2, 1000
_MOST_ITEMS, _MOST_SEED = 100_000_000, 2**32 - 1
# Whatever a projection may be called in a file name, on every system.
_SPACE = "[a-z0-9](?:[a-z0-9._-]{0,78}[a-z0-9])?"
_KMEANS_ID = re.compile(rf"kmeans-k(\d{{1,9}})-({_SPACE})-s(\d{{1,10}})", re.ASCII)
_HDBSCAN_ID = re.compile(rf"hdbscan-m(\d{{1,9}})-n(\d{{1,9}})-({_SPACE})-s(\d{{1,10}})", re.ASCII)


class ClusterError(UserError, ValueError):
    """The items cannot be divided this way; the message is one sentence for people."""


@dataclass(frozen=True)
class ClusterSpec(JsonConfig):
    """One way to divide items; raises ConfigError where it cannot be.

    Attributes:
        method: "kmeans" or "hdbscan".
        k: how many clusters; k-means alone.
        min_cluster_size: fewer items than these are noise; HDBSCAN alone.
        min_samples: how many neighbours make a place dense (None: as `min_cluster_size`).
        space: "latent" (μ), "normalised" (each dimension of μ scaled to unit variance, those that
            do not vary dropped), or the id of a projection.
        seed: of every draw.
    """

    method: Method = "kmeans"
    k: int | None = None
    min_cluster_size: int | None = None
    min_samples: int | None = None
    space: str = LATENT
    seed: int = 0

    def __post_init__(self) -> None:
        check_choice("method", self.method, get_args(Method))
        check_whole("seed", self.seed, 0, _MOST_SEED)
        if not isinstance(self.space, str) or not re.fullmatch(_SPACE, self.space, re.ASCII):
            raise ConfigError(
                f"space must be {LATENT}, {NORMALISED} or the id of a projection (small letters, "
                f"digits, dots, hyphens), but is {self.space!r}."
            )
        if self.method == "kmeans":
            self._refuse("min_cluster_size", "min_samples")
            check_whole("k", _given("k", self.k), FEWEST_K, MOST_K)
        else:
            self._refuse("k")
            size = _given("min_cluster_size", self.min_cluster_size)
            check_whole("min_cluster_size", size, 2, _MOST_ITEMS)
            if self.min_samples is None:
                object.__setattr__(self, "min_samples", size)
            check_whole("min_samples", _given("min_samples", self.min_samples), 1, _MOST_ITEMS)

    def _refuse(self, *names: str) -> None:
        for name in names:
            if (value := getattr(self, name)) is not None:
                raise ConfigError(f"{self.method} has no {name}, but {value!r} came; leave it out.")

    @property
    def id(self) -> str:
        """What tells this way from every other: `kmeans-k10-latent-s0`."""
        if self.method == "kmeans":
            return f"kmeans-k{self.k}-{self.space}-s{self.seed}"
        sizes = f"m{self.min_cluster_size}-n{self.min_samples}"
        return f"hdbscan-{sizes}-{self.space}-s{self.seed}"

    @classmethod
    def from_id(cls, text: str) -> Self:
        """Read an `id`, from an address for example. Raises ConfigError."""
        if found := _KMEANS_ID.fullmatch(text):
            spec = cls(k=int(found[1]), space=found[2], seed=int(found[3]))
        elif found := _HDBSCAN_ID.fullmatch(text):
            spec = cls(
                "hdbscan",
                min_cluster_size=int(found[1]),
                min_samples=int(found[2]),
                space=found[3],
                seed=int(found[4]),
            )
        else:
            spec = None
        if spec is None or spec.id != text:  # no zeros in front: one id for each way
            raise ConfigError(
                f"{text[:80]!r} names no clustering; it looks like kmeans-k10-latent-s0."
            )
        return spec

    def words(self) -> str:
        """Say it to people: "k-means, 10 clusters, on the latent space, seed 0"."""
        if self.method == "kmeans":
            what = f"k-means, {self.k} clusters"
        else:
            what = f"HDBSCAN, at least {self.min_cluster_size:,} items a cluster"
            if self.min_samples != self.min_cluster_size:
                what += f", {self.min_samples:,} neighbours"
        where = {
            LATENT: "on the latent space",
            NORMALISED: "on the latent space with all dimensions scaled alike",
        }.get(self.space, f"on the projection {self.space}")
        return f"{what}, {where}, seed {self.seed}"


def vectors_of(space: str, mean: Vectors) -> Vectors:
    """Return the vectors (items, width) to divide, of the posterior means (items, latent_dim).

    "latent": the means as they are. "normalised": each dimension scaled to unit variance, those
    that do not vary dropped. Vectors of projections come from whoever has the projection.

    Raises:
        ClusterError: the space is neither, or nothing varies in it.
    """
    if space == LATENT:
        return mean
    if space != NORMALISED:
        raise ClusterError(
            f"Clusters are found in the spaces {LATENT} and {NORMALISED} here, but {space!r} came."
        )
    check_vectors(mean)
    wide = mean.astype(np.float64)
    deviation = wide.std(axis=0)
    # Rounding leaves a deviation to a constant: what is that small beside the value is none.
    varies = deviation > 1e-6 * np.maximum(np.abs(wide).max(axis=0, initial=0.0), 1e-30)
    if not varies.any():
        raise ClusterError(ONE_POINT)
    scaled = (wide[:, varies] - wide[:, varies].mean(axis=0)) / deviation[varies]
    return np.asarray(scaled, np.float32)


ONE_POINT = (
    "All items lie at one point of the space, so there are no clusters to find: choose another "
    "space or another model."
)


def check_vectors(vectors: Vectors) -> None:
    """Refuse what is no table of finite numbers, (items, width). Raises ClusterError."""
    if vectors.ndim != 2 or not len(vectors) or not vectors.shape[1]:
        raise ClusterError(
            f"Clusters need a row of numbers for each item, but the shape {vectors.shape} came."
        )
    unfit = int((~np.isfinite(vectors).all(axis=1)).sum())
    if unfit:
        raise ClusterError(
            f"{unfit:,} of the {len(vectors):,} items have places that are no finite numbers "
            "(NaN or infinite): import or encode them again."
        )


def _given(name: str, value: int | None) -> int:
    if value is None:
        raise ConfigError(f"{name} is needed for this method; give a whole number.")
    return value
