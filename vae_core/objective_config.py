"""What training maximises: the objective, its weights, and how β moves over the epochs."""

from __future__ import annotations

import math
from dataclasses import dataclass

from vae_core.checks import ConfigError, JsonConfig, check_choice, check_range, check_whole

OBJECTIVES = ("elbo", "iwae", "tcvae", "mmd", "language-model")
KL_SCHEDULES = ("constant", "linear", "cyclical", "autoencoder-first")
# exp(-20 / 2) of a standard deviation: a dimension that carries more is a stored number.
MAX_NATS_PER_DIMENSION = 10.0


@dataclass(frozen=True)
class ObjectiveConfig(JsonConfig):
    """The objective and its weights (nats, summed over pixels or tokens and dimensions).

    ``kind``: "elbo" (with ``beta`` ≠ 1 the β-VAE, Higgins et al. 2017), "iwae" (Burda et al. 2016,
    ``samples`` draws), "tcvae" (β weighs the total correlation alone, Chen et al. 2018), "mmd"
    (β weighs the KL and ``mmd_weight`` the maximum mean discrepancy of z from the prior: β = 0 is
    the Wasserstein autoencoder, Tolstikhin et al. 2018; above 0 InfoVAE, Zhao et al. 2019),
    "language-model" (z is 0: the decoder alone, to compare with).
    ``samples``: draws of z for each item and step.
    ``kl_schedule``: "constant"; "linear" (β rises from 0 over ``warmup_epochs``); "cyclical"
    (``cycles`` times over the run, rising over the first half of each, Fu et al. 2019);
    "autoencoder-first" (β = 0 for ``autoencoder_epochs``, then a new decoder and the linear rise,
    Li et al. 2019).
    ``free_bits`` is λ in Σ_d max(λ, mean over the batch of KL_d), nats per dimension.
    ``target_kl`` (0: none) replaces β·KL by β·|KL − target| (Burgess et al. 2018), nats per item.
    """

    beta: float = 1.0
    warmup_epochs: float = 0.0
    free_bits: float = 0.0
    kind: str = "elbo"
    samples: int = 1
    kl_schedule: str = "linear"
    cycles: int = 4
    autoencoder_epochs: float = 0.0
    target_kl: float = 0.0
    mmd_weight: float = 10.0

    def __post_init__(self) -> None:
        check_range("beta", self.beta, 0.0, 1000.0)
        check_range("warmup_epochs", self.warmup_epochs, 0.0, 1e6)
        check_range("free_bits", self.free_bits, 0.0, MAX_NATS_PER_DIMENSION)
        check_choice("kind", self.kind, OBJECTIVES)
        check_whole("samples", self.samples, 1, 10_000)
        check_choice("kl_schedule", self.kl_schedule, KL_SCHEDULES)
        check_whole("cycles", self.cycles, 1, 10_000)
        check_range("autoencoder_epochs", self.autoencoder_epochs, 0.0, 1e6)
        check_range("target_kl", self.target_kl, 0.0, 1e6)
        check_range("mmd_weight", self.mmd_weight, 0.0, 1e6)
        self._check_together()

    def _check_together(self) -> None:
        if self.kind == "iwae" and self.beta != 1.0:
            raise ConfigError(f"beta must be 1 with the iwae objective, but is {self.beta:g}.")
        if self.kind == "iwae" and self.samples == 1:
            raise ConfigError("samples must be 2 or more with the iwae objective, but is 1.")
        if self.free_bits > 0 and self.kind not in ("elbo", "mmd"):
            raise ConfigError(
                f"free_bits must be 0 with the {self.kind} objective, but is {self.free_bits:g}."
            )
        if self.target_kl > 0 and (self.kind != "elbo" or self.free_bits > 0):
            raise ConfigError(
                "target_kl goes with the elbo objective without free_bits; set it to 0, but it is "
                f"{self.target_kl:g}."
            )
        if self.kl_schedule == "constant" and self.warmup_epochs > 0:
            raise ConfigError(
                "warmup_epochs must be 0 with a constant kl_schedule, but is "
                f"{self.warmup_epochs:g}."
            )
        if (self.kl_schedule == "autoencoder-first") != (self.autoencoder_epochs > 0):
            raise ConfigError(
                "autoencoder_epochs must be above 0 with kl_schedule autoencoder-first, and 0 with "
                f"any other; it is {self.autoencoder_epochs:g} with {self.kl_schedule}."
            )

    def beta_at(self, epoch: float, epochs: float = math.inf) -> float:
        """β after ``epoch`` (fractional) of ``epochs`` epochs."""
        if self.kl_schedule == "cyclical":
            return self.beta * min(1.0, 2 * (epoch * self.cycles / epochs % 1.0))
        risen = epoch - self.autoencoder_epochs
        if risen < 0:
            return 0.0
        if self.warmup_epochs <= 0:
            return self.beta
        return self.beta * min(1.0, risen / self.warmup_epochs)
