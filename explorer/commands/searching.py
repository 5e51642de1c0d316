"""`latentscape search`: items of a run by words, patterns, meaning or nearness."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
import typer

from explorer.commands.using import AsJson, RunFolder, open_run
from vae_core.config import ConfigError

if TYPE_CHECKING:
    from explorer.analysis.ranking import Ranked
    from vae_core.checkpoint import Run

_MODES = ("words", "phrase", "prefix", "regex", "meaning")
_LONGEST_TEXT = 100


def search(
    run: RunFolder,
    query: Annotated[str, typer.Argument(help="What to search for; none with --like.")] = "",
    mode: Annotated[str, typer.Option(help="words, phrase, prefix, regex or meaning.")] = "words",
    like: Annotated[
        int | None, typer.Option(help="An item, by number from 0: what lies nearest to it.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, help="How many items to list.")] = 20,
    as_json: AsJson = False,
) -> None:
    """Search the items of a run, in any case and any language.

    `words`: all of them, or parts of them, in any order. `phrase`: one after the other. `prefix`:
    words that begin so. `regex`: a pattern, stopped after some seconds. `meaning`: the query is
    encoded, and what lies nearest in the latent space is listed with its distance.

    Examples:

      latentscape search sentences "small animal"

      latentscape search runs/reviews "a waste of time" --mode meaning --limit 5

      latentscape search digits --like 0
    """
    if mode not in _MODES:
        raise ConfigError(f"--mode must be one of {', '.join(_MODES)}, but is {mode!r}.")
    if (like is None) == (not query.strip()):
        raise ConfigError("Give either something to search for or --like with an item's number.")
    opened = open_run(run, "cpu")
    found = count = note = None
    if like is None and mode != "meaning":
        found, note = _written(opened, query, mode)
        count = len(found)
        values, name = None, None
    else:
        ranked, note = _ranked(opened, query, like, limit)
        found, values, name = ranked.items, ranked.values, ranked.name
    shown = found[:limit]
    rows = [_row(opened, int(item)) for item in shown]
    for row, value in zip(rows, [] if values is None else values.tolist(), strict=False):
        row[str(name).lower()] = float(f"{value:.6g}")
    if as_json:
        said = {"run": str(opened.path), "found": count, "items": rows, "note": note}
        typer.echo(json.dumps(said, ensure_ascii=False))
        return
    if count is not None:
        typer.echo(f"{count:,} of {len(opened):,} items.")
    for row in rows:
        typer.echo(_line(row))
    if count is not None and count > limit:
        typer.echo(f"… and {count - limit:,} more; --limit lists them.")
    if note:
        typer.echo(note, err=True)


def _written(run: Run, query: str, mode: str) -> tuple[Any, str | None]:
    from explorer.analysis.search import index_of, matching

    found = matching(index_of(run), query, mode)
    return np.flatnonzero(found.mask), found.note


def _ranked(run: Run, query: str, like: int | None, limit: int) -> tuple[Ranked, str | None]:
    from explorer import wording
    from explorer.analysis import ranking
    from explorer.nearby import NEARBY, others

    ranking.check_space(run)
    if like is not None:
        if not 0 <= like < len(run):
            raise ConfigError(f"--like takes numbers from 0 to {len(run) - 1}, but {like} came.")
        return others(run, like, limit), ranking.doubt(run)
    z, unknown = ranking.point_of(run, query)
    unread = wording.unknown(unknown, run.modality) if unknown else None
    note = " ".join(filter(None, (unread, ranking.doubt(run)))) or None
    return ranking.by_distance(NEARBY.nearest(run, z, limit)), note


def _row(run: Run, item: int) -> dict[str, Any]:
    row: dict[str, Any] = {"item": item}
    if run.labels is not None:
        row["label"] = run.labels[item]
    if run.table.texts is not None:
        row["text"] = run.table.texts[item]
    return row


def _line(row: dict[str, Any]) -> str:
    text = " ".join(str(row.get("text", "")).split())
    if len(text) > _LONGEST_TEXT:
        text = text[: _LONGEST_TEXT - 1] + "…"
    distance = f"{row['distance']:9.4g}" if "distance" in row else ""
    label = f"  [{row['label']}]" if "label" in row else ""
    return f"{row['item']:>9}{distance}{label}  {text}".rstrip()
