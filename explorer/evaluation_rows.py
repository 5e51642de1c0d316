"""One measure of a run, and sections of them: what pages and tables show of an evaluation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from explorer.evaluation_words import WORDS, Better, Words
from explorer.loose_json import number

Family = Literal["likelihood", "space", "text", "topics", "probe", "clustering", "factors"]
TITLES: dict[Family, str] = {
    "space": "Does it use its latent space?",
    "likelihood": "How likely does it find items that it has not seen?",
    "text": "How well does it write?",
    "topics": "Are its topics good?",
    "probe": "What does the latent space know of the labels?",
    "clustering": "Do items of one label lie together?",
    "factors": "Does a dimension stand for a property?",
}


@dataclass(frozen=True)
class Metric:
    """One measure of one run.

    Attributes:
        id: by which measures of several runs are put side by side.
        words: what it is called, means, and is good.
        value: in its unit. error: of the mean, or over seeds, as `error_kind` says; None: unknown.
        of: what it was measured on, with N, K and so on.
        beside: what one would use instead, by the names of `BASELINES`.
        subject: what it is of, where a section has the same measure several times: a column's name.
        alike: what must be the same where two such values are compared: K, N and so on.
        recorded: at the end of training.
    """

    id: str
    words: Words
    value: float
    of: str
    family: Family
    error: float | None = None
    error_kind: str = ""
    beside: Mapping[str, float] = field(default_factory=dict)
    subject: str = ""
    alike: Mapping[str, str] = field(default_factory=dict)
    recorded: bool = False

    @property
    def better(self) -> Better:
        """Which way is good."""
        return self.words.better

    def text(self, value: float | None = None) -> str:
        """Write the value, or another one of the same unit."""
        return figure(self.value if value is None else value, self.words.digits)


@dataclass(frozen=True)
class Section:
    """Measures that answer one question, and sentences on what is not, or to be known of it."""

    family: Family
    metrics: tuple[Metric, ...]
    notes: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """The question."""
        return TITLES[self.family]


def figure(value: float, digits: int) -> str:
    """Write a number as people do: with a minus, and not all its digits where it is large."""
    return f"{value:,.{digits}f}".replace("-", "−")


def every(found: Sequence[Section]) -> Iterator[Metric]:
    """Go through the measures of all sections."""
    for section in found:
        yield from section.metrics


class Maker:
    """Makes rows of a section out of numbers that are there; leaves out what is not."""

    def __init__(
        self,
        family: Family,
        values: Mapping[str, Any],
        of: str,
        recorded: bool = False,
        alike: Mapping[str, str] | None = None,
    ) -> None:
        self.of = of
        self.metrics: list[Metric] = []
        self._family, self._values = family, values
        self._recorded, self._alike = recorded, alike or {}

    def add(
        self,
        name: str,
        *,
        value: float | None = None,
        of: str | None = None,
        error: str = "",
        error_value: float | None = None,
        error_kind: str = "standard error",
        beside: Mapping[str, float] | None = None,
        subject: str = "",
        alike: Mapping[str, str] | None = None,
    ) -> None:
        """Add the measure of this name, where it is known."""
        found = number(self._values, name) if value is None else value
        if found is None:
            return
        known = number(self._values, error) if error else error_value
        about = self.of if of is None else of
        self.metrics.append(
            Metric(
                f"{self._family}.{name}" + (f".{subject}" if subject else ""),
                WORDS[name],
                found,
                f"{about}, at the end of training" if self._recorded else about,
                self._family,
                known,
                error_kind if known is not None else "",
                beside or {},
                subject,
                {**self._alike, **(alike or {})},
                self._recorded,
            )
        )
