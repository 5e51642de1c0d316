"""What each latent dimension does: how much it is used, and what goes with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from explorer.analysis import effects, properties
from explorer.analysis.aggregate import Progress
from explorer.analysis.decoding import decode
from explorer.analysis.properties import Property
from explorer.analysis.words_along import BASES, WordsAlong, words_along

if TYPE_CHECKING:
    from explorer.analysis.effects import Association
    from vae_core.checkpoint import Run

# Below it a dimension is not used: as `latent_controls` says.
UNUSED = 0.01
MOST_DECODED = 64
# What share of the items lies below each step along a dimension.
SHARES = (0.05, 0.2, 0.35, 0.5, 0.65, 0.8, 0.95)
_FEWEST_OF_A_CATEGORY = 5
_BLOCK = 100_000
_STRENGTHS = ((0.3, "weak"), (0.6, "clear"), (2.0, "strong"))


@dataclass(frozen=True)
class Effect:
    """Something that goes with a dimension, or does not.

    Attributes:
        name: of the property. value: of an `Association`, there; items: n.
        low, high: what there is at the low and at the high end of the dimension, in words.
        clear: whether it is more than chance and enough to be seen.
    """

    name: str
    value: float
    items: int
    low: str
    high: str
    clear: bool
    of_categories: bool

    @property
    def strength(self) -> str:
        """How strong it is, in a word."""
        if not self.clear:
            return "no clear effect"
        return next(word for most, word in _STRENGTHS if abs(self.value) < most)


@dataclass(frozen=True, eq=False)
class Dimension:
    """One latent dimension.

    Attributes:
        usage: its KL in nats per item.
        steps: where along it `SHARES` of the items lie below.
        effects: the strongest first.
        words: of models of texts; None where nobody looked.
    """

    dimension: int
    usage: float
    steps: tuple[float, ...]
    effects: tuple[Effect, ...]
    words: WordsAlong | None

    @property
    def name(self) -> str:
        """The dimension as people count: z1 is the first."""
        return f"z{self.dimension + 1}"

    @property
    def is_used(self) -> bool:
        return self.usage >= UNUSED


def read_dimensions(run: Run, progress: Progress = lambda done, of: None) -> list[Dimension]:
    """Look at every dimension of a run, the one with the largest KL first."""
    mean, log_variance = run.latents.mean, run.latents.log_variance
    usage = usages(mean, log_variance)
    steps = steps_of(mean, log_variance)
    order = np.argsort(-usage, kind="stable")
    items = properties.sample_of(run)
    found = [(one, _associated(mean[items], one)) for one in properties.properties(run, items)]
    decoded = [at for at in order.tolist()[:MOST_DECODED] if usage[at] >= UNUSED]
    read = []
    for done, at in enumerate(order.tolist()):
        along = tuple(steps[:, at].tolist())
        words = _words(run, at, (along[0], along[-1])) if at in decoded else None
        read.append(Dimension(at, float(usage[at]), along, _effects(mean[items], found, at), words))
        progress(done + 1, len(order))
    return read


def usages(mean: NDArray[np.floating], log_variance: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return KL(q(z_d|x) ‖ N(0, 1)) of each dimension, the mean over items: (latent_dim,), nats."""
    total = np.zeros(mean.shape[1])
    for first in range(0, len(mean), _BLOCK):
        mu, log_var = (
            part[first : first + _BLOCK].astype(np.float64) for part in (mean, log_variance)
        )
        total += 0.5 * (mu**2 + np.exp(log_var) - log_var - 1.0).sum(axis=0)
    return (total / max(1, len(mean))).clip(0.0)


def steps_of(
    mean: NDArray[np.floating], log_variance: NDArray[np.floating], seed: int = 0
) -> NDArray[np.float64]:
    """Return the quantiles `SHARES` of where items lie along each dimension: (7, latent_dim).

    Of a draw of each posterior: a dimension that is not used goes as far as the prior does.
    """
    draw = np.random.default_rng(seed)
    if len(mean) > _BLOCK:
        chosen = np.sort(draw.choice(len(mean), _BLOCK, replace=False))
        mean, log_variance = mean[chosen], log_variance[chosen]
    z = mean + np.exp(0.5 * log_variance) * draw.standard_normal(mean.shape)
    return np.asarray(np.quantile(z, SHARES, axis=0), np.float64)


def _associated(mean: NDArray[np.float32], one: Property) -> Association:
    if one.numbers is not None:
        known = np.isfinite(one.numbers)
        return effects.of_numbers(mean[known], one.numbers[known])
    assert one.codes is not None
    known = one.codes >= 0
    return effects.of_categories(mean[known], one.codes[known])


def _effects(
    mean: NDArray[np.float32], found: Sequence[tuple[Property, Association]], at: int
) -> tuple[Effect, ...]:
    made = [_effect(mean[:, at], one, associated, at) for one, associated in found]
    return tuple(sorted(made, key=lambda effect: (not effect.clear, -abs(effect.value))))


def _effect(values: NDArray[np.float32], one: Property, associated: Association, at: int) -> Effect:
    value = float(associated.values[at])
    low, high = one.low, one.high
    if one.codes is not None:
        low, high = _categories(values, one.codes, one.names)
    elif value < 0:
        low, high = high, low
    clear = associated.counts(at)
    return Effect(one.name, value, associated.items, low, high, clear, one.codes is not None)


def _categories(
    values: NDArray[np.float32], codes: NDArray[np.int64], names: Sequence[str]
) -> tuple[str, str]:
    """The categories that lie lowest and highest on average, of those with a few items."""
    known = codes >= 0
    counts = np.bincount(codes[known], minlength=len(names))
    sums = np.bincount(codes[known], values[known].astype(np.float64), len(names))
    usual = np.flatnonzero(counts >= min(_FEWEST_OF_A_CATEGORY, int(counts.max(initial=1))))
    order = usual[np.argsort(sums[usual] / counts[usual], kind="stable")]
    return names[order[0]], names[order[-1]]


def _words(run: Run, dimension: int, ends: tuple[float, float]) -> WordsAlong | None:
    if run.modality == "images":
        return None
    draw = np.random.default_rng(0)
    chosen = np.sort(draw.choice(len(run), min(BASES, len(run)), replace=False))
    return words_along(
        lambda z: [str(text) for text in decode(run, z)],
        run.latents.mean[chosen],
        dimension,
        ends,
    )
