"""The collapse gate: whether the sentences of a text model really come from z."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

# Thresholds in nats per item: a text model that misses one does not count as trained.
MIN_INFORMATION = 2.0
MIN_DROP = 2.0
MAX_LANGUAGE_MODEL_GAP = 1.0


@dataclass(frozen=True)
class CollapseGate:
    """Three checks of a text model, in nats per item; None is what could not be measured.

    ``mutual_information`` between item and z over the full set, at least 2.
    ``exchange_drop``: how much the reconstruction worsens when z is shuffled among the items, at
    least 2.
    ``language_model_gap``: IW-NLL less the NLL of the same decoder trained without z, at most 1;
    with ``has_language_model`` False (documents) there is none to compare with, and no such check.
    """

    mutual_information: float | None
    exchange_drop: float | None
    language_model_gap: float | None = None
    has_language_model: bool = True

    @property
    def checks(self) -> dict[str, bool | None]:
        """Whether each check holds, by its name; None: not measured."""
        information, drop, gap = (
            self.mutual_information, self.exchange_drop, self.language_model_gap,
        )  # fmt: skip
        found = {
            "mutual_information": None if information is None else information >= MIN_INFORMATION,
            "exchange_drop": None if drop is None else drop >= MIN_DROP,
        }
        if self.has_language_model:
            found["language_model_gap"] = None if gap is None else gap <= MAX_LANGUAGE_MODEL_GAP
        return found

    @property
    def passed(self) -> bool | None:
        """False where a check fails; None where none fails but one was not measured."""
        found = self.checks.values()
        if False in found:
            return False
        return None if None in found else True

    def advice(self) -> list[str]:
        """What to do, one sentence for each check that failed or was not measured."""
        advice = []
        for name, holds in self.checks.items():
            if holds is False:
                advice.append(_WHEN_FAILED[name])
            elif holds is None:
                advice.append(_WHEN_UNKNOWN[name])
        return advice

    def to_json(self) -> dict[str, Any]:
        return {
            "passed": self.passed,
            "mutual_information": self.mutual_information,
            "mutual_information_at_least": MIN_INFORMATION,
            "exchange_drop": self.exchange_drop,
            "exchange_drop_at_least": MIN_DROP,
            "language_model_gap": self.language_model_gap,
            "language_model_gap_at_most": MAX_LANGUAGE_MODEL_GAP,
            "checks": self.checks,
            "advice": self.advice(),
        }


_WHEN_FAILED = {
    "mutual_information": (
        "z keeps too little of its text: train longer, raise the free bits (all dimensions "
        "together should keep 4 nats or more), let β rise slower (a longer KL warm-up, or the "
        "KL schedule cyclical or autoencoder-first), or lower β."
    ),
    "exchange_drop": (
        "The decoder hardly listens to z: train longer, start as an autoencoder (KL schedule "
        "autoencoder-first), make the decoder smaller or, where it writes word by word, hide more "
        "words (word dropout), so that it cannot live on the words before."
    ),
    "language_model_gap": (
        "The texts are less likely than under the same decoder without z, so z costs more than it "
        "tells: train longer, make the decoder larger, or lower the free bits and the word dropout."
    ),
}
_WHEN_UNKNOWN = {
    "mutual_information": (
        "Too few items to tell how much z keeps of them; measure at least eight, better thousands."
    ),
    "exchange_drop": "One item has no other to exchange z with; measure more items.",
    "language_model_gap": (
        "Not compared with a plain language model, the same decoder without z, since the run has "
        "none: let the training end, and do not leave the language model out."
    ),
}
