"""The aggregate posterior q(z), which is where all items lie, against the prior p(z).

q(z) = (1/M) Σ_j q(z|x_j) is taken over a seeded sample of at most `MOST_ITEMS` items. How dense it
is where items are says what is empty: the threshold is the `LEVEL` quantile of log q_{−i}(z_i),
z_i ~ q(z|x_i), the density of all *other* items at a draw of item i. A draw of the prior where
log q is below the threshold falls into a *hole*. So where posterior and prior are the same, the
mass of the holes is `LEVEL` itself, and not zero.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import torch
    from torch import Tensor

MOST_ITEMS, DRAWS, LEVEL = 4_000, 5_000, 0.01
# Fewer say nothing of where none is.
FEWEST_ITEMS = 10
# Of few items each is drawn from several times, so that the quantile is one of enough draws.
_MOST_ROUNDS = 50
_SLICE = 256
Array = NDArray[np.floating]
Progress = Callable[[int, int], None]


class Prior(Protocol):
    """What is asked of a prior; every model offers it."""

    def sample_prior(self, count: int, generator: torch.Generator | None = None) -> Tensor:
        """Draw (count, latent_dim)."""

    def log_prior(self, z: Tensor) -> Tensor:
        """log p(z) of rows (n, latent_dim): (n,), nats."""


@dataclass(frozen=True, eq=False)
class Holes:
    """What the prior and the items say of each other.

    Attributes:
        items: M, how many items q is made of. of: how many there are.
        threshold: log q below which a place counts as empty, nats.
        points: (draws, latent_dim), draws of the prior. empty: (draws,), which fell into holes.
        outside: share of the items' draws where the prior is less dense than at all but `LEVEL`
            of its own draws.
        kl: KL(q(z) ‖ p(z)), nats; least: the same with each item left out of q at its own draw.
            The truth lies between them, but for chance.
        information: I(x; z) of the M items, nats, at most `cap` = ln M: where it comes near that,
            `kl` is too large by what the cap hides.
    """

    items: int
    of: int
    threshold: float
    points: NDArray[np.float32]
    empty: NDArray[np.bool_]
    outside: float
    kl: float
    least: float
    information: float

    @property
    def mass(self) -> float:
        """The share of what the prior draws that falls into holes."""
        return float(self.empty.mean())

    @property
    def error(self) -> float:
        """Twice the standard error of `mass`, by the number of draws."""
        return 2.0 * math.sqrt(max(self.mass * (1 - self.mass), 1e-9) / len(self.empty))

    @property
    def cap(self) -> float:
        """The most that `information` can be, nats."""
        return math.log(self.items)


class Aggregate:
    """q(z): an even mixture of posteriors, by means and log variances (M, latent_dim) each."""

    def __init__(self, mean: Array, log_variance: Array) -> None:
        import torch

        self._mean = torch.from_numpy(np.array(mean, np.float64))
        self._log_variance = torch.from_numpy(np.array(log_variance, np.float64))
        self._precision = torch.exp(-self._log_variance)
        self._weighted = (self._mean * self._precision).T
        squares = self._mean**2 * self._precision + self._log_variance + math.log(2 * math.pi)
        self._constant = -0.5 * squares.sum(dim=1)

    def __len__(self) -> int:
        return len(self._mean)

    def log_density(self, z: Array, progress: Progress = lambda done, of: None) -> Array:
        """log q(z) of rows (n, latent_dim): (n,), nats."""
        found = np.empty(len(z))
        for first in range(0, len(z), _SLICE):
            part = slice(first, first + _SLICE)
            found[part] = self._terms(z[part]).logsumexp(dim=1).numpy()
            progress(min(first + _SLICE, len(z)), len(z))
        return found - math.log(len(self))

    def at_own_draws(self, z: Array) -> tuple[Array, Array, Array]:
        """Of a draw of each posterior, in order (M, latent_dim): log q(z_i), log q_{−i}(z_i) and
        log q(z_i|x_i), (M,) each, nats. A single item has no others: −inf.
        """
        import torch

        whole, others, own = (np.empty(len(z)) for _ in range(3))
        for first in range(0, len(z), _SLICE):
            part = slice(first, first + _SLICE)
            terms = self._terms(z[part])
            rows = torch.arange(len(terms))
            whole[part] = terms.logsumexp(dim=1).numpy()
            own[part] = terms[rows, first + rows].numpy()
            terms[rows, first + rows] = -math.inf
            others[part] = terms.logsumexp(dim=1).numpy()
        return (
            whole - math.log(len(self)),
            others - math.log(max(1, len(self) - 1)),
            own,
        )

    def draw(self, draw: np.random.Generator) -> NDArray[np.float64]:
        """Draw once from each posterior: (M, latent_dim)."""
        noise = draw.standard_normal(tuple(self._mean.shape))
        found: NDArray[np.float64] = self._mean.numpy() + noise * np.exp(
            0.5 * self._log_variance.numpy()
        )
        return found

    def _terms(self, z: Array) -> Tensor:
        """log q(z|x_j), (n, M), as products of matrices: no (n, M, latent_dim) is made."""
        import torch

        points = torch.from_numpy(np.array(z, np.float64))
        squares = points**2 @ self._precision.T
        return points @ self._weighted - 0.5 * squares + self._constant


def aggregate_of(mean: Array, log_variance: Array, seed: int = 0) -> Aggregate:
    """Return q(z) of a seeded sample of at most `MOST_ITEMS` of items (items, latent_dim)."""
    chosen = np.arange(len(mean))
    if len(mean) > MOST_ITEMS:
        chosen = np.sort(np.random.default_rng(seed).choice(len(mean), MOST_ITEMS, replace=False))
    return Aggregate(mean[chosen], log_variance[chosen])


def holes(
    aggregate: Aggregate,
    prior: Prior,
    of: int,
    *,
    draws: int = DRAWS,
    seed: int = 0,
    progress: Progress = lambda done, of: None,
) -> Holes:
    """Compare where items lie with where a prior draws; `of` is how many items there are in all."""
    import torch

    rounds = max(1, min(_MOST_ROUNDS, DRAWS // len(aggregate)))
    draw = np.random.default_rng(seed)
    own = [aggregate.draw(draw) for _ in range(rounds)]
    whole, others, alone = (
        np.concatenate(parts)
        for parts in zip(*(aggregate.at_own_draws(z) for z in own), strict=True)
    )
    threshold = float(np.quantile(others, LEVEL)) if len(aggregate) > 1 else -math.inf
    with torch.no_grad():
        points = prior.sample_prior(draws, torch.Generator().manual_seed(seed))
        log_prior = prior.log_prior(points).double().numpy()
        of_items = torch.from_numpy(np.concatenate(own)).float()
        at_items = prior.log_prior(of_items).double().numpy()
    places = points.numpy()
    return Holes(
        items=len(aggregate),
        of=of,
        threshold=threshold,
        points=places,
        empty=np.asarray(aggregate.log_density(places, progress) < threshold),
        outside=float((at_items < np.quantile(log_prior, LEVEL)).mean()),
        kl=float((whole - at_items).mean()),
        least=float((others - at_items).mean()) if len(aggregate) > 1 else float(-math.inf),
        information=float((alone - whole).mean()),
    )
