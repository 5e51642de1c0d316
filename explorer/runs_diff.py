"""In what two runs differ: their settings, their results, their items."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from explorer.gate import gate_of
from explorer.loose_json import mapping, number

if TYPE_CHECKING:
    from vae_core.checkpoint import Run

NOTHING = "–"
# By the names of config.json's result; all are in nats but the last.
_RESULTS = {
    "elbo": "ELBO",
    "reconstruction": "Reconstruction",
    "kl": "KL",
    "mutual_information": "Mutual information",
    "active_units": "Active dimensions",
}
# Of the data, what says which they are; the rest follows from it.
_DATA = ("name", "source", "splits")
_PRINT_LETTERS = 12
_PARTS_AT_ONCE = 4096


@dataclass(frozen=True)
class Difference:
    """One thing that is not the same in two runs: what it is called, and how it is in each.

    `paths`: the files of each whole, where `one` and `other` say only what they are called.
    """

    name: str
    one: str
    other: str
    paths: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())


def settings(one: Mapping[str, Any], other: Mapping[str, Any]) -> list[Difference]:
    """Return what differs of data, model and training in two `config.json`s, in their order."""
    first, second = _settings(one), _settings(other)
    pairs = (
        Difference(name, _said(pair[0]), _said(pair[1]), (_paths(pair[0]), _paths(pair[1])))
        for name in dict.fromkeys([*first, *second])
        if (pair := (first.get(name), second.get(name)))
    )
    return [one for one in pairs if one.one != one.other or one.paths[0] != one.paths[1]]


def results(one: Mapping[str, Any], other: Mapping[str, Any]) -> list[Difference]:
    """Return the results of two `config.json`s that either has, whether they differ or not."""
    first, second = _results(one), _results(other)
    names = [name for name in first if first[name] != NOTHING or second[name] != NOTHING]
    return [Difference(name, first[name], second[name]) for name in names]


def measured_alike(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Tell whether the ELBOs of two runs are of the same data, taken in the same way."""
    first, second = mapping(one.get("dataset")), mapping(other.get("dataset"))
    prints = first.get("fingerprint"), second.get("fingerprint")
    # Runs of old note no fingerprint.
    known = all(prints)
    same = prints[0] == prints[1] if known else first.get("name") == second.get("name")
    models = mapping(one.get("model")), mapping(other.get("model"))
    likelihoods = [
        (model.get("binarisation", "none"), model.get("likelihood", "bernoulli"))
        for model in models
    ]
    tokens = [(model.get("vocabulary_size"), model.get("max_tokens")) for model in models]
    kinds = one.get("modality") == other.get("modality")
    return same and kinds and likelihoods[0] == likelihoods[1] and tokens[0] == tokens[1]


def same_items(one: Run, other: Run) -> bool:
    """Tell whether two runs hold the same items in the same order."""
    if len(one) != len(other) or one.modality != other.modality:
        return False
    if one.table.texts != other.table.texts or one.labels != other.labels:
        return False
    if one.table.texts is not None:
        return True
    if one.images is None or other.images is None:
        # Of pictures that are not there, labels alone say too little.
        prints = [mapping(run.config.get("dataset")).get("fingerprint") for run in (one, other)]
        return prints[0] is not None and prints[0] == prints[1]
    first, second = one.images, other.images
    parts = (slice(at, at + _PARTS_AT_ONCE) for at in range(0, len(one), _PARTS_AT_ONCE))
    return first.shape == second.shape and all(
        np.array_equal(first[part], second[part]) for part in parts
    )


def _settings(config: Mapping[str, Any]) -> dict[str, Any]:
    data = mapping(config.get("dataset"))
    parts: dict[str, Any] = {"Items": config.get("items"), "Kind": config.get("modality")}
    parts |= {f"Data: {name}": data.get(name) for name in _DATA}
    if isinstance(fingerprint := data.get("fingerprint"), str):
        parts["Data: fingerprint"] = fingerprint[:_PRINT_LETTERS]
    parts |= {f"Model: {name}": value for name, value in mapping(config.get("model")).items()}
    training = dict(mapping(config.get("training")))
    objective = mapping(training.pop("objective", None))
    parts |= {f"Training: {name}": value for name, value in training.items()}
    parts |= {f"Objective: {name}": value for name, value in objective.items()}
    parts |= {"Threads": config.get("threads")}
    parts |= {f"Version: {name}": value for name, value in mapping(config.get("versions")).items()}
    return {name.replace("_", " "): value for name, value in parts.items() if value is not None}


def _results(config: Mapping[str, Any]) -> dict[str, str]:
    result, gate = mapping(config.get("result")), gate_of(config)
    values = {title: number(result, name) for name, title in _RESULTS.items()}
    found = {title: NOTHING if value is None else _figure(value) for title, value in values.items()}
    found["Collapse gate"] = NOTHING if gate is None else gate.words
    return found


def _figure(value: float) -> str:
    text = f"{value:,.0f}" if value == int(value) else f"{value:,.2f}"
    return text.replace("-", "−")


def _said(value: Any) -> str:
    if value is None:
        return NOTHING
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, Mapping):
        return ", ".join(f"{name.replace('_', ' ')} {_said(part)}" for name, part in value.items())
    if isinstance(value, list):
        return ", ".join(map(_said, value))
    return Path(value).name if _is_path(value) else str(value)


def _is_path(value: Any) -> bool:
    return isinstance(value, str) and Path(value).is_absolute() and Path(value).name != ""


def _paths(value: Any) -> tuple[str, ...]:
    """The files and folders that a setting names, whole."""
    if isinstance(value, Mapping):
        return tuple(path for part in value.values() for path in _paths(part))
    if isinstance(value, list):
        return tuple(path for part in value for path in _paths(part))
    return (value,) if _is_path(value) else ()
