"""Annealed importance sampling: a check of the importance-weighted likelihood."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

import torch
from torch import Tensor

from vae_core.checks import check_whole
from vae_core.data.tensors import ItemTensors
from vae_core.evaluation.passes import Progress, even_batches, repeated, silent
from vae_core.models.base import VAE, measuring

# How steeply the schedule leaves 0 and nears 1 (Wu et al. 2017).
_SIGMOID_SPAN = 4.0
# Neal 2011 finds 0.65 best; the step grows or shrinks by this much to get there.
_ACCEPTANCE, _GROWTH, _SHRINKAGE = 0.65, 1.02, 0.98
_FIRST_STEP, _LEAST_STEP, _LARGEST_STEP = 0.1, 1e-4, 0.5


def ais_nll(
    model: VAE,
    items: ItemTensors,
    *,
    temperatures: int = 1000,
    chains: int = 16,
    leapfrog: int = 10,
    seed: int = 0,
    rows: int = 1024,
    progress: Progress = silent,
) -> Tensor:
    """Upper bound in expectation on −log p(x) of every item: (items,), float64, nats.

    Annealed importance sampling from p(z) to p(z) p(x|z) over ``temperatures`` steps of a
    sigmoidal schedule, each followed by a Hamiltonian move of ``leapfrog`` steps, averaged over
    ``chains`` in probability (Neal 2001; Wu et al. 2017). Needs no encoder, so it also shows where
    importance sampling fails for the encoder's sake.
    """
    check_whole("temperatures", temperatures, 1, 1_000_000)
    check_whole("chains", chains, 1, 100_000)
    check_whole("leapfrog", leapfrog, 1, 10_000)
    generator = torch.Generator(device=model.device).manual_seed(seed)
    schedule = sigmoidal_schedule(temperatures)
    found = torch.empty(len(items), dtype=torch.float64)
    done = 0
    with measuring(model):
        for indices in even_batches(items, max(1, rows // chains)):
            batch = repeated(items.batch(indices), chains)
            weights = _anneal(model, batch, schedule, leapfrog, generator)
            mean = weights.view(chains, -1).logsumexp(dim=0) - math.log(chains)
            found[indices] = -mean
            done += len(indices)
            progress("annealing", done, len(items))
    return found


def sigmoidal_schedule(steps: int) -> list[float]:
    """Inverse temperatures from 0 to 1, both included, rising slowly at the ends: steps + 1."""
    at = torch.linspace(-_SIGMOID_SPAN, _SIGMOID_SPAN, steps + 1, dtype=torch.float64).sigmoid()
    rescaled: list[float] = ((at - at[0]) / (at[-1] - at[0])).tolist()
    return rescaled


def _anneal(
    model: VAE, batch: Tensor, schedule: list[float], leapfrog: int, generator: torch.Generator
) -> Tensor:
    """The log weight of one chain for each row of ``batch``: (batch,), float64, on the CPU."""
    z = model.sample_prior(len(batch), generator)
    mover = Hamiltonian(model, batch, leapfrog, generator)
    likelihood = model.log_likelihood(batch, z)
    weights = torch.zeros(len(batch), dtype=torch.float64)
    for before, beta in pairwise(schedule):
        weights += (beta - before) * likelihood.cpu().double()
        if beta < 1:
            z, likelihood = mover.move(z, beta)
    return weights


@dataclass(frozen=True)
class _Point:
    """z (n, latent_dim), its log density and likelihood (n,), and the density's gradient."""

    z: Tensor
    density: Tensor
    likelihood: Tensor
    slope: Tensor


class Hamiltonian:
    """Moves that leave log p(z) + β log p(x|z) as it is, with a step of its own for each row."""

    def __init__(
        self, model: VAE, batch: Tensor, leapfrog: int, generator: torch.Generator
    ) -> None:
        self.model = model
        self.batch = batch
        self.leapfrog = leapfrog
        self.generator = generator
        # The size of each row's steps, (n, 1).
        self.step = torch.full((len(batch), 1), _FIRST_STEP, device=model.device)
        self.accepted = torch.full((len(batch), 1), _ACCEPTANCE, device=model.device)

    def move(self, z: Tensor, beta: float) -> tuple[Tensor, Tensor]:
        """The next z (n, latent_dim) and log p(x|z) there, (n,)."""
        start = self._at(z, beta)
        momentum = torch.empty_like(z).normal_(generator=self.generator)
        energy = start.density - 0.5 * (momentum**2).sum(dim=1)
        end = start
        for _ in range(self.leapfrog):
            momentum = momentum + 0.5 * self.step * end.slope
            end = self._at(end.z + self.step * momentum, beta)
            momentum = momentum + 0.5 * self.step * end.slope
        change = end.density - 0.5 * (momentum**2).sum(dim=1) - energy
        draws = torch.empty_like(change).uniform_(generator=self.generator)
        # A point that is not a number is never accepted: no comparison with it holds.
        kept = draws.log() < change
        self._adapt(kept)
        return (
            torch.where(kept[:, None], end.z, start.z),
            torch.where(kept, end.likelihood, start.likelihood),
        )

    def _at(self, z: Tensor, beta: float) -> _Point:
        with torch.enable_grad():
            z = z.detach().requires_grad_()
            likelihood = self.model.log_likelihood(self.batch, z)
            density = self.model.log_prior(z) + beta * likelihood
            (slope,) = torch.autograd.grad(density.sum(), z)
        return _Point(z.detach(), density.detach(), likelihood.detach(), slope)

    def _adapt(self, kept: Tensor) -> None:
        self.accepted = 0.9 * self.accepted + 0.1 * kept[:, None].float()
        enough = self.accepted > _ACCEPTANCE
        factor = torch.where(enough, _GROWTH, _SHRINKAGE)
        self.step = (self.step * factor).clamp(_LEAST_STEP, _LARGEST_STEP)
