"""Write a map with its decoder as one HTML file: what is asked for, checked, and where it goes."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from vae_core.export.destination import check_file, file_at
from vae_core.export.errors import ExportError
from vae_core.export.formats import Exported, outside

if TYPE_CHECKING:
    from explorer.analysis.projection import Projection
    from explorer.canvas.state import Pin
    from vae_core.checkpoint import Run

FORMAT, SUFFIX = "html", ".html"
MOST_ITEMS = 100_000
# Further ways to colour the map take two bytes an item each.
_MOST_COLOURS = 12
_REMARKS = "streamlit.runtime.scriptrunner_utils.script_run_context"


@dataclass(frozen=True)
class HtmlOptions:
    """What the file is to show.

    Attributes:
        view: the id of a projection, as in `?view=`, or how it begins; None for what the app
            shows first.
        colour: how the map is coloured at first, as the app's "Colour by"; None for its first.
        most: how many items at most; None for all.
        only: the numbers of the items that go into it; None for all.
        pins: pins to show, with their notes.

    Raises:
        ExportError: `most` is no number that can be.
    """

    view: str | None = None
    colour: str | None = None
    most: int | None = None
    only: tuple[int, ...] | None = None
    pins: tuple[Pin, ...] = ()

    def __post_init__(self) -> None:
        if self.most is not None and not 1 <= self.most <= MOST_ITEMS:
            raise ExportError(
                f"--most takes 1 to {MOST_ITEMS:,} items, but {self.most:,} came; choose another."
            )


def check_html(out: Path, folder: Path, *, overwrite: bool) -> None:
    """Raises ExportError where a run in a folder cannot be written there; nothing is opened."""
    if out.suffix.lower() != SUFFIX:
        raise ExportError(f"An html file's name must end in {SUFFIX}, but {out.name!r} came.")
    check_file(outside(out, folder), overwrite=overwrite)


def export_html(
    run: Run, out: Path, options: HtmlOptions | None = None, *, overwrite: bool = False
) -> Exported:
    """Write a run's map to `out`, whole or not at all.

    Raises:
        ExportError: there are too many items, no such view or colour, or it cannot be written.
    """
    options = HtmlOptions() if options is None else options
    check_html(out, run.path, overwrite=overwrite)
    content, differences, items = _made(run, options)
    with file_at(out, overwrite=overwrite) as aside:
        aside.write_bytes(content)
    return Exported(out, FORMAT, items, {out.name: len(content)}, dict(differences))


def _made(run: Run, options: HtmlOptions) -> tuple[bytes, dict[str, float], int]:
    from explorer import item_numbers
    from explorer.html_export import sampling
    from explorer.html_export.content import contents
    from explorer.html_export.page import page
    from explorer.html_export.sections import letters, packed
    from vae_core.data.text_column import take

    # What pages cache is computed here without a page, which Streamlit remarks each time.
    logging.getLogger(_REMARKS).setLevel(logging.ERROR)
    chosen = item_numbers.chosen(options.only, len(run))
    if options.most is None and len(chosen) > MOST_ITEMS:
        raise ExportError(
            f"A map in a file has at most {MOST_ITEMS:,} items, but this run has {len(chosen):,}; "
            f"choose a fair sample of it (--most {MOST_ITEMS})."
        )
    projection = _projection(run, options.view)
    choices = _choices(run, options.colour)
    labels = None if run.labels is None else take(run.labels, chosen)
    items = chosen[sampling.sample(len(chosen), options.most or MOST_ITEMS, labels)]
    among = None if options.only is None else len(chosen)
    made = contents(run, projection, choices, items, chosen=among, held=options.pins)
    inside = letters(packed(made.header, made.sections))
    content = page(f"{made.header['title']} · Latentscape", inside)
    return content, dict(made.differences), len(items)


def _projection(run: Run, view: str | None) -> Projection:
    from explorer import computed, projections

    at_once = computed.projected(run)
    if view is None:
        return at_once
    kept = {one.spec.id: one.spec for one in projections.projections_of(run)}
    known = dict.fromkeys([at_once.spec.id, *(kept if run.latent_dim > 2 else ())])
    # The beginning is enough where there is only one.
    meant = [view] if view in known else [name for name in known if name.startswith(view)]
    if len(meant) == 1:
        found = at_once if meant[0] == at_once.spec.id else projections.find(run, kept[meant[0]])
        if found is not None:
            return found
    raise ExportError(
        f"This run has no view {view!r} or several; choose of {', '.join(known)}, or compute "
        "others with `latentscape project`."
    )


def _choices(run: Run, colour: str | None) -> list[str]:
    """The ways to colour the map, what is asked for first."""
    from explorer import computed

    known = computed.colour_choices(run)
    if colour is not None and colour not in known:
        raise ExportError(
            f"This run cannot be coloured by {colour!r}; choose of {', '.join(known)}."
        )
    first = known[0] if colour is None else colour
    # To measure how well every item comes back takes long: only where it is asked for.
    others = [choice for choice in known if choice not in (first, computed.ERROR)]
    return [first, *others][:_MOST_COLOURS]
