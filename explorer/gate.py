"""The collapse gate of a run as its config.json tells it: numbers alone are taken from there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from explorer.loose_json import mapping, number

if TYPE_CHECKING:
    from vae_core.evaluation.collapse import CollapseGate

Light = Literal["passed", "failed", "unknown"]
WORDS: dict[Light, str] = {
    "passed": "passed",
    "failed": "failed",
    "unknown": "not fully measured",
}
MEANING: dict[Light, str] = {
    "passed": "What the model writes really comes from the latent space.",
    "failed": "The model makes too little of its latent space; what to do stands below.",
    "unknown": "What was measured is fine, but not everything was.",
}
# ln(items) bounds the information, so fewer cannot show a collapse.
_FEWEST_ITEMS = 8
_TITLES = {
    "mutual_information": "What the latent numbers tell about a text",
    "exchange_drop": "What exchanging them costs",
    "language_model_gap": "How far behind a plain language model",
}


@dataclass(frozen=True)
class Check:
    """One check in words: its title, its number and threshold, and whether it holds."""

    title: str
    number: str
    holds: bool | None


@dataclass(frozen=True)
class Gate:
    """The gate as it is shown."""

    light: Light
    checks: tuple[Check, ...]
    advice: tuple[str, ...]

    @property
    def words(self) -> str:
        """Say in plain words whether the gate is passed."""
        return WORDS[self.light]

    @property
    def meaning(self) -> str:
        """Say what that means."""
        return MEANING[self.light]


def gate_of(config: Mapping[str, Any]) -> Gate | None:
    """Return the gate of a run of texts, as far as its result tells; None where it tells nothing.

    Runs made before there was a gate have two of its numbers under other names.
    """
    from vae_core.evaluation.collapse import CollapseGate

    result = mapping(config.get("result"))
    stored = mapping(result.get("gate"))
    if config.get("modality") == "images":
        return None
    information = number(stored, "mutual_information")
    drop = number(stored, "exchange_drop")
    if not stored and (number(result, "mutual_information_items") or 0) >= _FEWEST_ITEMS:
        information = number(result, "mutual_information")
        drop = number(result, "reconstruction_drop_when_z_exchanged")
    if not stored and information is None and drop is None:
        return None
    return _shown(
        CollapseGate(
            information,
            drop,
            number(stored, "language_model_gap"),
            has_language_model=config.get("modality") == "sentences",
        )
    )


def _shown(gate: CollapseGate) -> Gate:
    from vae_core.evaluation import collapse

    limits = {
        "mutual_information": (gate.mutual_information, "at least", collapse.MIN_INFORMATION),
        "exchange_drop": (gate.exchange_drop, "at least", collapse.MIN_DROP),
        "language_model_gap": (
            gate.language_model_gap, "at most", collapse.MAX_LANGUAGE_MODEL_GAP,
        ),
    }  # fmt: skip
    checks = tuple(
        Check(_TITLES[name], _said(*limits[name]), holds) for name, holds in gate.checks.items()
    )
    light: Light = {True: "passed", False: "failed", None: "unknown"}[gate.passed]  # type: ignore[assignment]
    return Gate(light, checks, tuple(gate.advice()))


def _said(value: float | None, bound: str, limit: float) -> str:
    found = "not measured" if value is None else f"{value:.2f} nats".replace("-", "−")
    return f"{found} ({bound} {limit:g})"
