"""What `latentscape cluster` found, as lines for people."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping
from typing import Any

_LINE_WIDTH = 100
_NAME_WIDTH, _CELL = 34, 11
_TEXTS, _LONGEST_TEXT = 3, 86
_SCORES = ("nmi", "ari", "accuracy")


def printed(result: Mapping[str, Any]) -> Iterator[str]:
    """The lines for the result of the command."""
    title = f"{result['title']}: " if result["title"] else ""
    yield f"{title}{result['said']}; {result['items']:,} items."
    if result["choice"] is not None:
        yield from _wrapped(result["choice"]["said"], "")
    for cluster in result["clusters"]:
        yield ""
        yield from _cluster(cluster, result["items"])
    if result["noise"]:
        yield ""
        yield f"Noise, in no cluster: {_share(result['noise'], result['items'])}"
    if "themes" in result:
        yield ""
        yield "Larger themes, by Ward's method on the clusters' centres and sizes:"
        for number, theme in enumerate(result["themes"], 1):
            yield from _theme(number, theme, result["items"])
    yield ""
    yield from measured(result)
    for note in result["notes"]:
        yield from _wrapped(f"Note: {note}", "")
    kept = result["kept"]
    yield f"Kept as {kept}." if kept else "Not kept: bundled models are the same for everybody."


def _cluster(cluster: Mapping[str, Any], items: int) -> Iterator[str]:
    share = _share(cluster["items"], items)
    tightness = f"{cluster['tightness_said']} ({cluster['tightness']:.2f})"
    yield f"{cluster['name']} · {share} · {tightness}"
    if cluster.get("keywords"):
        yield from _named("keywords", ", ".join(cluster["keywords"]))
    if "centre" in cluster:
        yield from _named("centre", cluster["centre"] or "(no words)")
    for name in ("typical", "borderline"):
        shown = cluster[name][:_TEXTS]
        texts = [_short(item["text"]) for item in shown if "text" in item]
        if texts:
            for number, text in enumerate(texts):
                yield from _named("" if number else name, text or "(empty)")
        elif shown:
            yield from _named(name, "items " + ", ".join(str(item["item"]) for item in shown))


def _theme(number: int, theme: Mapping[str, Any], items: int) -> Iterator[str]:
    clusters = ", ".join(map(str, theme["clusters"]))
    words = f": {', '.join(theme['keywords'])}" if theme.get("keywords") else ""
    share = _share(theme["items"], items)
    noun = "Cluster" if len(theme["clusters"]) == 1 else "Clusters"
    yield from _wrapped(f"{number}. {noun} {clusters} · {share}{words}", "  ")


def measured(result: Mapping[str, Any]) -> Iterator[str]:
    """The lines that say what clusters are worth."""
    noisy = ", without noise" if result["noise"] else ""
    yield f"{f'Silhouette (−1 to 1{noisy})':<{_NAME_WIDTH}} {result['silhouette']:.3f}"
    if result["stability"] is not None:
        yield f"{'Found again':<{_NAME_WIDTH}} {result['stability']['said']}"
    labels, other = result["labels"], result["compared"]
    if labels is not None:
        yield ""
        yield f"Against the labels (1 is perfect; {labels['said']}):"
        yield f"  {'':<{_NAME_WIDTH}}" + "".join(f"{name:>{_CELL}}" for name in _SCORES)
        yield _scores("these clusters", labels)
        if other is not None:
            yield _scores(other["name"], other)
    if other is not None:
        note = f"; {other['note']}" if other["note"] else ""
        yield from _wrapped(
            f"{other['name']} agrees with these clusters at ARI {other['same']:.3f}{note}.", ""
        )


def _scores(name: str, scores: Mapping[str, float]) -> str:
    return f"  {name:<{_NAME_WIDTH}}" + "".join(f"{scores[of]:>{_CELL}.3f}" for of in _SCORES)


def _share(count: int, items: int) -> str:
    return f"{count:,} {'item' if count == 1 else 'items'} ({count / items:.0%})"


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST_TEXT else line[: _LONGEST_TEXT - 1] + "…"


def _named(name: str, text: str) -> list[str]:
    start = f"  {name:<11} "
    return textwrap.wrap(
        text, _LINE_WIDTH, initial_indent=start, subsequent_indent=" " * len(start)
    ) or [start]


def _wrapped(text: str, indent: str) -> list[str]:
    return textwrap.wrap(text, _LINE_WIDTH, initial_indent=indent, subsequent_indent=f"{indent}  ")
