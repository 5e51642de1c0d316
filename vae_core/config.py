"""Configuration: frozen dataclasses, checked on construction, with a JSON round trip."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Self

from vae_core.errors import UserError

MAX_LATENT_DIM = 1024
SCHEDULES = ("constant", "cosine")
PRECISIONS = ("float32", "bfloat16")
DEVICES = ("auto", "cpu", "cuda", "mps")


class ConfigError(UserError, ValueError):
    """A setting has a value that cannot work; the message names key, value and range."""


def check_range(name: str, value: float, low: float, high: float) -> None:
    """Refuse a number outside [low, high], NaN included."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not low <= value <= high:
        raise ConfigError(f"{name} must be between {low:g} and {high:g}, but is {value!r}.")


def check_whole(name: str, value: int, low: int, high: int) -> None:
    """Refuse what is not a whole number in [low, high]."""
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise ConfigError(
            f"{name} must be a whole number between {low} and {high}, but is {value!r}."
        )


def check_choice(name: str, value: str, choices: tuple[str, ...]) -> None:
    """Refuse what is not one of ``choices``."""
    if value not in choices:
        raise ConfigError(f"{name} must be one of {', '.join(choices)}, but is {value!r}.")


@dataclass(frozen=True)
class _Json:
    """JSON round trip for flat dataclasses; unknown keys are refused."""

    def to_json(self) -> dict[str, Any]:
        return dataclasses.asdict(self)

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        known = {f.name for f in dataclasses.fields(cls)}
        unknown = sorted(set(values) - known)
        if unknown:
            raise ConfigError(
                f"{cls.__name__} does not know the setting {unknown[0]!r}; it has {sorted(known)}."
            )
        try:
            return cls(**values)
        except TypeError as error:
            raise ConfigError(f"{cls.__name__} could not be read: {error}.") from error


@dataclass(frozen=True)
class ModelConfig(_Json):
    """What every model family has. Families add their own fields beside their model.

    ``latent_dim`` is the number of coordinates of z.
    """

    family: ClassVar[str] = ""

    latent_dim: int = 2

    def __post_init__(self) -> None:
        check_whole("latent_dim", self.latent_dim, 1, MAX_LATENT_DIM)

    def to_json(self) -> dict[str, Any]:
        return {"family": self.family, **super().to_json()}


@dataclass(frozen=True)
class ObjectiveConfig(_Json):
    """The ELBO and its weights (all in nats, summed over dimensions).

    ``beta`` weighs the KL term; over the first ``warmup_epochs`` it rises linearly from 0.
    ``free_bits`` is λ in Σ_d max(λ, mean over the batch of KL_d), nats per dimension.
    """

    beta: float = 1.0
    warmup_epochs: float = 0.0
    free_bits: float = 0.0

    def __post_init__(self) -> None:
        check_range("beta", self.beta, 0.0, 1000.0)
        check_range("warmup_epochs", self.warmup_epochs, 0.0, 1e6)
        check_range("free_bits", self.free_bits, 0.0, 100.0)

    def beta_at(self, epoch: float) -> float:
        """β after ``epoch`` (fractional) epochs."""
        if self.warmup_epochs <= 0:
            return self.beta
        return self.beta * min(1.0, epoch / self.warmup_epochs)


@dataclass(frozen=True)
class TrainConfig(_Json):
    """How a model is trained. ``device`` "auto" takes cuda, then mps, then cpu.

    ``schedule`` "cosine" lowers the learning rate to 0 over the run (Loshchilov & Hutter 2017).
    ``precision`` "bfloat16" runs the matrix products of training in bfloat16; weights, likelihood
    sums and validation stay in float32.
    """

    epochs: int = 20
    batch_size: int = 128
    learning_rate: float = 1e-3
    seed: int = 0
    device: str = "auto"
    gradient_clip: float = 5.0
    schedule: str = "constant"
    precision: str = "float32"
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
        if not isinstance(self.objective, ObjectiveConfig):
            raise ConfigError(f"objective must be an ObjectiveConfig, but is {self.objective!r}.")

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        values = dict(values)
        if isinstance(values.get("objective"), Mapping):
            values["objective"] = ObjectiveConfig.from_json(values["objective"])
        return super().from_json(values)
