"""An evaluation to take away: a table with one row a figure, or all of it as JSON."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Sequence
from typing import Any

from explorer.evaluation_rows import Metric, Section
from explorer.evaluation_words import BASELINES
from explorer.kept_evaluations import Evaluation

THIS = "this model"
COLUMNS = (
    "question", "measure", "of", "value", "unit", "error", "error_kind", "better", "measured_on",
    "meaning",
)  # fmt: skip


def as_csv(sections: Sequence[Section]) -> str:
    """Return every figure as a row, those of what stands beside the model among them."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for section in sections:
        for metric in section.metrics:
            writer.writerows(_rows(section, metric))
    return text.getvalue()


def as_json(sections: Sequence[Section], evaluation: Evaluation | None) -> str:
    """Return what `latentscape evaluate --json` prints, or what training noted, as JSON."""
    found: dict[str, Any]
    if evaluation is None:
        found = {metric.id: metric.value for one in sections for metric in one.metrics}
    else:
        found = {"samples": evaluation.samples, "seed": evaluation.seed, **evaluation.result}
    return json.dumps(found, ensure_ascii=False, indent=2) + "\n"


def _rows(section: Section, metric: Metric) -> Iterator[list[str]]:
    name = f"{metric.words.name}: {metric.subject}" if metric.subject else metric.words.name
    about = [metric.better, metric.of, f"{metric.words.meaning} {metric.words.good}"]
    error = "" if metric.error is None else f"{metric.error:.6g}"
    figures = [f"{metric.value:.6g}", metric.words.unit, error, metric.error_kind]
    yield [section.title, name, THIS, *figures, *about]
    for beside, value in metric.beside.items():
        figures = [f"{value:.6g}", metric.words.unit, "", ""]
        yield [section.title, name, BASELINES[beside], *figures, *about]
