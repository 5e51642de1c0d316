"""Evaluations of several runs side by side: what may be compared, what is best, what is noise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from explorer.evaluation_rows import Metric, Section, every
from explorer.kept_evaluations import Evaluation
from explorer.loose_json import mapping
from explorer.runs_diff import measured_alike

NOTHING = "–"
# Two means that differ by less than so many standard errors may be the same.
_ERRORS = 2.0
_PER_ITEM = {"likelihood.iw_nll": "nll", "likelihood.elbo": "elbo"}


@dataclass(frozen=True)
class Measured:
    """One run of a comparison: what it is called, and what is known of it."""

    title: str
    config: Mapping[str, Any]
    sections: Sequence[Section]
    evaluation: Evaluation | None


@dataclass(frozen=True)
class Cell:
    """What one run has of a measure: a figure, or why there is none that may stand here.

    `near`: not the best, but the difference may be chance; None where that is not known.
    """

    text: str
    best: bool = False
    near: bool | None = None


@dataclass(frozen=True)
class Row:
    """One measure of all runs, the first of which is the one that the others must match."""

    metric: Metric
    cells: tuple[Cell, ...]

    @property
    def name(self) -> str:
        """What is measured."""
        subject = self.metric.subject
        return f"{self.metric.words.name}: {subject}" if subject else self.metric.words.name


def why_not(
    own: Mapping[str, Any], own_print: str | None, other: Mapping[str, Any], other_print: str | None
) -> str | None:
    """Say why two runs, by their config.json and data's fingerprint, are not to be compared.

    None where they are.
    """
    if own.get("modality") != other.get("modality"):
        return f"it is a model of {other.get('modality', 'other things')}"
    if other_print is None:
        return "it notes no fingerprint of its data, so they may be others"
    if own_print is None:
        return "the open model notes no fingerprint of its data, so these may be others"
    if own_print != other_print:
        return f"it learned from other data ({mapping(other.get('dataset')).get('name', '?')})"
    return None


def rows(runs: Sequence[Measured]) -> list[Row]:
    """Return every measure that any of the runs has, in their order."""
    known = [{metric.id: metric for metric in every(run.sections)} for run in runs]
    ids = dict.fromkeys(name for one in known for name in one)
    return [_row(runs, [one.get(name) for one in known], name) for name in ids]


def same_items(one: Evaluation | None, other: Evaluation | None) -> bool | None:
    """Tell whether two evaluations are of the same items; None where one is not there."""
    if one is None or other is None:
        return None
    return np.array_equal(one.rows, other.rows)


def _row(runs: Sequence[Measured], metrics: Sequence[Metric | None], name: str) -> Row:
    first = next(metric for metric in metrics if metric is not None)
    at = next(number for number, metric in enumerate(metrics) if metric is not None)
    cells: list[Cell | None] = []
    for run, metric in zip(runs, metrics, strict=True):
        if metric is None:
            cells.append(Cell(NOTHING))
            continue
        odd = _odd(runs[at], first, run, metric)
        cells.append(Cell(f"{metric.text()} ({odd})") if odd else None)
    comparable = [number for number, cell in enumerate(cells) if cell is None]
    best = _best(metrics, comparable, first)
    shown = []
    for number, cell in enumerate(cells):
        metric = metrics[number]
        if cell is not None or metric is None:
            shown.append(cell or Cell(NOTHING))
        elif best is None or number == best:
            shown.append(Cell(metric.text(), best=number == best))
        else:
            alike = metric.text() == metrics[best].text()  # type: ignore[union-attr]
            near = True if alike else _near(runs, (best, number), name)
            shown.append(Cell(metric.text(), near=near))
    return Row(first, tuple(shown))


def _odd(own: Measured, first: Metric, run: Measured, metric: Metric) -> str | None:
    """In what a figure differs from the first, so that which is larger tells nothing."""
    if metric is first:
        return None
    if metric.recorded != first.recorded:
        return "not measured here yet" if metric.recorded else "measured, the first is not"
    for what, value in metric.alike.items():
        if first.alike.get(what) != value:
            return f"{what} = {value}"
    if metric.family == "likelihood" and not measured_alike(own.config, run.config):
        return "other vocabulary or pixels"
    return None


def _best(metrics: Sequence[Metric | None], comparable: Sequence[int], first: Metric) -> int | None:
    if len(comparable) < 2 or not first.better:
        return None
    values = {number: metric.value for number in comparable if (metric := metrics[number])}
    if len(set(values.values())) < 2:
        return None
    pick = max if first.better == "higher" else min
    return pick(values, key=lambda number: values[number])


def _near(runs: Sequence[Measured], pair: tuple[int, int], name: str) -> bool | None:
    """Whether the difference of two runs may be chance."""
    # A perplexity is the likelihood by another name, and that one's error is known.
    name = "likelihood.iw_nll" if name.startswith("likelihood.perplexity_") else name
    one, two = (
        next((metric for metric in every(runs[number].sections) if metric.id == name), None)
        for number in pair
    )
    if one is None or two is None:
        return None
    error = _paired_error(runs[pair[0]].evaluation, runs[pair[1]].evaluation, name)
    if error is None:
        if one.error is None or two.error is None:
            return None
        error = float(np.hypot(one.error, two.error))
    return abs(one.value - two.value) < _ERRORS * error


def _paired_error(one: Evaluation | None, other: Evaluation | None, name: str) -> float | None:
    """The standard error of the mean difference of two runs on the same items, one by one."""
    if one is None or other is None:
        return None
    first, second = _of_items(one, name), _of_items(other, name)
    if first is None or second is None:
        return None
    (rows_one, values_one), (rows_other, values_other) = first, second
    if len(rows_one) < 2 or not np.array_equal(rows_one, rows_other):
        return None
    differences = values_one - values_other
    return float(differences.std(ddof=1) / np.sqrt(len(differences)))


def _of_items(
    evaluation: Evaluation, name: str
) -> tuple[NDArray[np.int64], NDArray[np.float64]] | None:
    """The numbers of the items in the run, and what was measured of each."""
    of = evaluation.of_items
    if name in _PER_ITEM and _PER_ITEM[name] in of:
        return evaluation.rows, of[_PER_ITEM[name]]
    if name == "probe.accuracy" and {"probe_rows", "probe_truth", "probe_latent"} <= of.keys():
        right = (of["probe_truth"] == of["probe_latent"]).astype(np.float64)
        return evaluation.rows[of["probe_rows"]], right
    return None
