"""Two runs beside each other: their maps, their results, their settings, how they were trained."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import streamlit as st

from explorer import (
    catalogue,
    computed,
    figures,
    map_source,
    page_parts,
    runs_diff,
    selection,
    session,
)
from explorer.canvas.mount import Sent, current, latent_map, send
from explorer.content import key_of
from explorer.job_log import MetricsLog, thin

if TYPE_CHECKING:
    from explorer.runs_diff import Difference
    from vae_core.checkpoint import Run

LETTERS = ("A", "B")
MAP_HEIGHT, CHART_HEIGHT = 440, 240
_ONE, _OTHER = "compare", "with"


def asked() -> tuple[str, str] | None:
    """Return the ids of the two runs that the visitor compares, by the URL, or None."""
    one, other = session.url_value(_ONE), session.url_value(_OTHER)
    return (one, other) if one and other else None


def ask(one: str | None, other: str | None) -> None:
    """Compare these two from now on, also after a reload; none of them ends it."""
    session.set_url_value(_ONE, one)
    session.set_url_value(_OTHER, other)


def show(ids: tuple[str, str]) -> None:
    """Show everything in which the two runs differ."""
    from vae_core.checkpoint import RunError

    st.button("All runs", icon=":material/arrow_back:", on_click=ask, args=(None, None))
    if ids[0] == ids[1]:
        page_parts.problem("These are one and the same run; choose two to compare.")
        return
    try:
        titles = {entry.id: entry.title for entry in catalogue.list_models()}
        pair = [catalogue.open_run(model_id) for model_id in ids]
    except (catalogue.UnknownModelError, RunError) as error:
        page_parts.problem(f"{error} Choose two others to compare.")
        return
    linked = _same_items(key_of(pair[0]), key_of(pair[1]), *pair)
    _show_maps(ids, pair, [titles.get(model_id, model_id) for model_id in ids], linked)
    _show_tables(pair[0], pair[1])
    _show_curves(pair)


def _show_maps(
    ids: Sequence[str], pair: Sequence[Run], titles: Sequence[str], linked: bool
) -> None:
    link = f"{key_of(pair[0])} {key_of(pair[1])}" if linked else None
    keys = [
        f"compare.{letter}.{linked}.{key_of(run)}"
        for letter, run in zip(LETTERS, pair, strict=True)
    ]
    sent = [_send(run, key) for run, key in zip(pair, keys, strict=True)]

    @st.fragment
    def room() -> None:
        """Both maps: what is done on one reruns this part alone."""
        states = [current(key, len(run)) for key, run in zip(keys, pair, strict=True)]
        item = _picked(link, [state.picked for state in states]) if link is not None else None
        for side, number in zip(st.columns(2, gap="small"), range(2), strict=True):
            with side:
                st.markdown(f"**{LETTERS[number]}** · {page_parts.literal(titles[number])}")
                latent_map(
                    sent[number],
                    map_source.source_of(pair[number], ids[number]),
                    key=keys[number],
                    picked=states[number].picked if link is None else item,
                    pins=states[number].pins,
                    compact=True,
                    link=link,
                    height=MAP_HEIGHT,
                )
                st.caption(computed.map_note(pair[number]))
        if link is None:
            st.info(_apart(pair), icon=":material/link_off:")
            return
        st.caption(
            ":material/link: Both hold the same items: what you select or click on one map is "
            "marked on the other."
        )
        selected = max(states, key=lambda state: state.turn).selection
        shown = selection.show(pair[0], selected, item, can_filter=False)
        if shown is not None:
            _show_item(pair, shown)

    room()


def _send(run: Run, key: str) -> Sent:
    choice = computed.colour_choices(run)[0]
    return send(
        computed.projected(run).points,
        key=key,
        colour=computed.colouring(run, choice),
        title=choice,
    )


def _picked(link: str, now: list[int | None]) -> int | None:
    """Return the item that was clicked last, on whichever map."""
    key = f"compare.picked.{link}"
    before, item = session.recall(key, ([None, None], None))
    for earlier, later in zip(before, now, strict=True):
        if earlier != later:
            item = later
    session.remember(key, (now, item))
    found: int | None = item
    return found


def _show_item(pair: Sequence[Run], item: int) -> None:
    """Show an item and what each model makes of it."""
    st.markdown(f"**{page_parts.literal(page_parts.item_name(pair[0], item))}**")
    for side, run, letter in zip(st.columns(2, gap="small"), pair, LETTERS, strict=True):
        with side:
            made = page_parts.decoded(run, run.latents.mean[item])
            st.caption(f"{letter} makes of it")
            if isinstance(made, str):
                st.text(made)
            else:
                page_parts.show_pictures(made[None], width=112)


def _apart(pair: Sequence[Run]) -> str:
    counts = [f"{len(run):,} {run.modality}" for run in pair]
    if counts[0] == counts[1]:
        return (
            f"Both hold {counts[0]}, but not the same ones, so what is selected on one map is not "
            "marked on the other."
        )
    return (
        f"A holds {counts[0]} and B {counts[1]}: these are different items, so what is selected "
        "on one map is not marked on the other."
    )


def _show_tables(one: Run, other: Run) -> None:
    left, right = st.columns([1, 1.4], gap="medium")
    with left:
        st.markdown("**Results**")
        with st.container(key="compare_results", gap="xsmall"):
            _table(runs_diff.results(one.config, other.config))
        if not runs_diff.measured_alike(one.config, other.config):
            st.caption(
                "ELBO, reconstruction and KL were not measured on the same data in the same way: "
                "which is larger tells nothing."
            )
    with right:
        st.markdown("**Settings that differ**")
        found = runs_diff.settings(one.config, other.config)
        if found:
            with st.container(key="compare_settings", gap="xsmall"):
                _table(found)
        else:
            st.caption("None: data, model and training are the same.")


def _table(differences: Sequence[Difference]) -> None:
    """Show differences, all of them as plain text; long values take several lines."""
    columns = {"What": "name", "A": "one", "B": "other"}
    st.table(
        {
            title: [page_parts.literal(getattr(one, field)) for one in differences]
            for title, field in columns.items()
        },
        hide_index=True,
    )
    for one in differences:
        for letter, paths in zip(LETTERS, one.paths, strict=True):
            for path in paths:
                st.caption(page_parts.literal(f"{one.name}, {letter}: {path}"))


def _show_curves(pair: Sequence[Run]) -> None:
    from vae_core.checkpoint import METRICS

    rows = [thin(MetricsLog(run.path / METRICS).rows()) for run in pair]
    if not any(rows):
        st.caption("Neither run has kept how its training went.")
        return
    titles = (("elbo", "ELBO, nats per item"), ("kl", "KL, nats per item"))
    for side, (term, title) in zip(st.columns(2, gap="medium"), titles, strict=True):
        with side:
            st.markdown(f"**{title}**")
            st.plotly_chart(
                figures.compared_curves(rows[0], rows[1], term),
                key=f"compare.{term}",
                height=CHART_HEIGHT,
                config=figures.PLAIN,
                alt=f"{title} of both trainings over their epochs",
            )


@st.cache_resource(max_entries=32, show_spinner="Comparing the items…")
def _same_items(key: str, other_key: str, _one: Run, _other: Run) -> bool:
    return runs_diff.same_items(_one, _other)
