"""Configuration: frozen dataclasses, checked on construction, with a JSON round trip."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Self

from vae_core.checks import (
    ConfigError,
    JsonConfig,
    check_choice,
    check_flag,
    check_range,
    check_whole,
)
from vae_core.objective_config import ObjectiveConfig

__all__ = [
    "ConfigError",
    "ModelConfig",
    "ObjectiveConfig",
    "TrainConfig",
    "check_choice",
    "check_range",
    "check_whole",
]

MAX_LATENT_DIM = 1024
# Draws of z an item when its likelihood is measured.
MAX_SAMPLES = 100_000
SCHEDULES = ("constant", "cosine")
PRECISIONS = ("float32", "bfloat16")
DEVICES = ("auto", "cpu", "cuda", "mps")
PRIORS = ("normal", "mixture", "vamp")


@dataclass(frozen=True)
class ModelConfig(JsonConfig):
    """What every model family has. Families add their own fields beside their model.

    ``latent_dim`` is the number of coordinates of z.
    ``prior`` over z: "normal" N(0, I); "mixture" of ``prior_components`` learned normals; "vamp",
    the mixture of the posteriors of that many learned items (Tomczak & Welling 2018).
    ``mean_batch_norm`` is γ of a BatchNorm on μ, which keeps the KL at or above
    latent_dim · γ² / 2 (Zhu et al. 2020); 0 has none.
    """

    family: ClassVar[str] = ""

    latent_dim: int = 2
    prior: str = field(default="normal", kw_only=True)
    prior_components: int = field(default=100, kw_only=True)
    mean_batch_norm: float = field(default=0.0, kw_only=True)

    def __post_init__(self) -> None:
        check_whole("latent_dim", self.latent_dim, 1, MAX_LATENT_DIM)
        check_choice("prior", self.prior, PRIORS)
        check_whole("prior_components", self.prior_components, 1, 100_000)
        check_range("mean_batch_norm", self.mean_batch_norm, 0.0, 10.0)

    def to_json(self) -> dict[str, Any]:
        return {"family": self.family, **super().to_json()}


@dataclass(frozen=True)
class TrainConfig(JsonConfig):
    """How a model is trained. ``device`` "auto" takes cuda, then mps, then cpu.

    ``schedule`` "cosine" lowers the learning rate to 0 over the run (Loshchilov & Hutter 2017).
    ``precision`` "bfloat16" runs the matrix products of training in bfloat16; weights, likelihood
    sums and validation stay in float32.
    ``patience`` epochs without a better validation ELBO end the training, counted from where β is
    at its full value; 0: never.
    ``aggressive_epochs``: for so many epochs the encoder takes up to 20 steps for each one of the
    decoder (after He et al. 2019).
    ``augment_shift`` (pixels) and ``augment_rotation`` (degrees) move training pictures at random
    by at most so much.
    ``compile`` runs the model through torch.compile.
    ``held_out`` is the share of the items that validates, and, where the data set names no test
    items, the share that tests.
    """

    epochs: int = 20
    batch_size: int = 128
    learning_rate: float = 1e-3
    seed: int = 0
    device: str = "auto"
    gradient_clip: float = 5.0
    schedule: str = "constant"
    precision: str = "float32"
    patience: int = 0
    aggressive_epochs: int = 0
    augment_shift: int = 0
    augment_rotation: float = 0.0
    compile: bool = False
    held_out: float = 0.1
    objective: ObjectiveConfig = field(default_factory=ObjectiveConfig)

    def __post_init__(self) -> None:
        check_whole("epochs", self.epochs, 1, 1_000_000)
        check_whole("batch_size", self.batch_size, 1, 1_000_000)
        check_range("learning_rate", self.learning_rate, 1e-9, 10.0)
        check_whole("seed", self.seed, 0, 2**63 - 1)
        check_range("gradient_clip", self.gradient_clip, 1e-6, math.inf)
        check_choice("schedule", self.schedule, SCHEDULES)
        check_choice("precision", self.precision, PRECISIONS)
        check_choice("device", self.device, DEVICES)
        check_whole("patience", self.patience, 0, 1_000_000)
        check_whole("aggressive_epochs", self.aggressive_epochs, 0, 1_000_000)
        check_whole("augment_shift", self.augment_shift, 0, 1024)
        check_range("augment_rotation", self.augment_rotation, 0.0, 180.0)
        check_flag("compile", self.compile)
        check_range("held_out", self.held_out, 0.0001, 0.4)
        if not isinstance(self.objective, ObjectiveConfig):
            raise ConfigError(f"objective must be an ObjectiveConfig, but is {self.objective!r}.")

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        values = dict(values)
        if isinstance(values.get("objective"), Mapping):
            values["objective"] = ObjectiveConfig.from_json(values["objective"])
        return super().from_json(values)
