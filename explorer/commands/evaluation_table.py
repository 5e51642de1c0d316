"""What `latentscape evaluate` found, as lines for people."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

_NAME_WIDTH = 36
_LINE_WIDTH = 100
_GROUP_WIDTH, _CELL, _WIDE_CELL = 18, 11, 16

_MOST_CLASSES = 20

_EXPLAINED = {
    "posterior": "what z keeps of an item, in nats; information is at most ln(items)",
    "likelihood": "−log p(x) by importance sampling, in nats an item; lower is better",
    "text": "BLEU from 0 to 100; self-BLEU is lower where samples are more various; a path is "
    "perfectly smooth at 1",
    "probe": "a linear classifier of the labels, on μ and on what one would use instead; 0 to 1",
    "clustering": "k-means against the labels, mean and spread over seeds; 1 is perfect",
    "topics": "top words that occur together (NPMI, −1 to 1), and unique ÷ all top words",
    "factors": "whether a single dimension tells a factor (MIG), and whether all together do",
    "gate": "a text model counts as trained only if it passes",
}
_NAMES = {"perplexity": "perplexity, from the ELBO", "unknown_words": "unknown words, share"}
_VERDICTS = {True: "passed", False: "FAILED", None: "not known"}
_CHECKS = {
    "mutual_information": ("z tells of its text, nats", "at least"),
    "exchange_drop": ("words lose when z is exchanged, nats", "at least"),
    "language_model_gap": ("NLL above the plain language model's", "at most"),
}


def printed(result: Mapping[str, Any]) -> Iterator[str]:
    """The lines for ``result`` of the command: first the quick measures, then each section."""
    yield f"{result['run']} on {result['data']} ({result['split']}, {result['items']:,} items)"
    for key, value in result.items():
        if not isinstance(value, Mapping) and key not in ("run", "data", "split"):
            yield _row(_NAMES.get(key, key), value)
    for name, told in _EXPLAINED.items():
        if name in result:
            yield ""
            yield from _wrapped(f"{name.capitalize()}: {told}.", "")
            yield from _section(name, result[name])


def _section(name: str, section: Mapping[str, Any]) -> Iterator[str]:
    if "left_out" in section and isinstance(section["left_out"], str):
        yield from _wrapped(f"left out: {section['left_out']}", "  ")
    elif name == "gate":
        yield from _gate(section)
    elif name == "probe":
        yield from _rows(section)
        yield from _grid(_mappings(section, "by_class"))
        yield from _classes(section)
    elif name == "factors":
        yield from _rows(section)
        yield from _grid(_by_factor(section))
    else:
        yield from _rows(section)
        yield from _grid(_mappings(section))
    if "note" in section:
        yield from _wrapped(section["note"], "  ")


def _mappings(section: Mapping[str, Any], *without: str) -> dict[str, Mapping[str, Any]]:
    return {
        name: value
        for name, value in section.items()
        if isinstance(value, Mapping) and name not in without
    }


def _classes(section: Mapping[str, Any]) -> Iterator[str]:
    """What the probe of μ is worth for each class, the most frequent ones first."""
    known = section.get("by_class")
    if known is None:
        return
    first = sorted(range(len(known["names"])), key=lambda number: -known["support"][number])
    yield f"  of μ, class by class ({len(first)})"
    yield from _grid(
        {
            known["names"][number]: {
                "items": known["support"][number],
                **{name: known["latent"][name][number] for name in ("precision", "recall", "f1")},
            }
            for number in first[:_MOST_CLASSES]
        }
    )
    if len(first) > _MOST_CLASSES:
        yield f"  … {len(first) - _MOST_CLASSES} more; the JSON has all, and the matrix"


def _rows(section: Mapping[str, Any]) -> Iterator[str]:
    for key, value in section.items():
        if key != "note" and not isinstance(value, Mapping) and value != []:
            yield _row(key, value)


def _row(key: str, value: Any) -> str:
    return f"  {key.replace('_', ' '):<{_NAME_WIDTH}} {_shown(value)}"


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.4f}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(map(_shown, value))
    return "-" if value is None else str(value)


def _grid(groups: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """One line a group, one column a measure; spreads stand behind their means."""
    if not groups:
        return
    first = next(iter(groups.values()))
    columns = [key for key in first if not key.endswith("_spread")]
    width = _WIDE_CELL if len(columns) < len(first) else _CELL
    yield f"  {'':<{_GROUP_WIDTH}}" + "".join(f"{name:>{width}}" for name in columns)
    for name, values in groups.items():
        cells = (_cell(values, column) for column in columns)
        yield f"  {name[: _GROUP_WIDTH - 1]:<{_GROUP_WIDTH}}" + "".join(
            f"{cell:>{width}}" for cell in cells
        )


def _cell(values: Mapping[str, Any], column: str) -> str:
    value = values.get(column)
    shown = f"{value:.3f}" if isinstance(value, float) else _shown(value)
    spread = values.get(f"{column}_spread")
    return shown if spread is None else f"{shown} ± {spread:.3f}"


def _by_factor(section: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        name: {"mig": gap, **section["probe_of"].get(name, {})}
        for name, gap in section["mig_of"].items()
    }


def _gate(section: Mapping[str, Any]) -> Iterator[str]:
    yield f"  {'the gate':<{_NAME_WIDTH}} {_VERDICTS[section['passed']]}"
    for name, holds in section["checks"].items():
        told, side = _CHECKS[name]
        value = section[name]
        measured = "not measured" if value is None else f"{value:.2f}"
        threshold = section[f"{name}_{side.replace(' ', '_')}"]
        yield f"  {told:<{_NAME_WIDTH}} {_VERDICTS[holds]} ({measured}, {side} {threshold:g})"
    for sentence in section["advice"]:
        yield from _wrapped(f"→ {sentence}", "  ")


def _wrapped(text: str, indent: str) -> list[str]:
    return textwrap.wrap(text, _LINE_WIDTH, initial_indent=indent, subsequent_indent=f"{indent}  ")
