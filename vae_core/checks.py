"""Checks that every configuration shares, and its JSON round trip."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from vae_core.errors import UserError


class ConfigError(UserError, ValueError):
    """A setting has a value that cannot work; the message names key, value and range."""


def check_range(name: str, value: float, low: float, high: float) -> None:
    """Refuse a number outside [low, high], NaN included."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not low <= value <= high:
        limits = f"{low:g} or more" if math.isinf(high) else f"between {low:g} and {high:g}"
        raise ConfigError(f"{name} must be {limits}, but is {value!r}.")


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


def check_flag(name: str, value: bool) -> None:
    """Refuse what is neither true nor false."""
    if not isinstance(value, bool):
        raise ConfigError(f"{name} must be true or false, but is {value!r}.")


@dataclass(frozen=True)
class JsonConfig:
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
