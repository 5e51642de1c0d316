"""Dimensions: how much each is used, and what goes with it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import streamlit as st

from explorer import computed_reading, page_parts, read_traversal, reading_words, session
from explorer.analysis.dimensions import Dimension, Effect
from explorer.analysis.effects import SHUFFLES
from explorer.read_wait import ready

if TYPE_CHECKING:
    from explorer.canvas.state import Pin
    from vae_core.checkpoint import Run

CHART_HEIGHT = 150
TABLE_HEIGHT = 250
MOST_WORDS = 3
_MEANS = (
    "ρ: how far the order of items along the dimension is their order by this, −1 to 1 "
    "(Spearman). η²: which share of the differences along the dimension is between the "
    "categories, 0 to 1."
)


def show(run: Run, item: int, held: Sequence[Pin]) -> None:
    """Show all dimensions, and what the chosen one does."""
    st.caption(
        "A **dimension** is one number of the latent space. **KL** says how much of it is used: "
        "nats of information an item, 0 for a dimension that the model ignores."
    )
    if run.model.config.prior != "normal":
        st.caption(
            "This model's prior is not a standard normal and cannot be split by dimension: KL is "
            "measured against a standard normal here."
        )
    found = ready(
        lambda: computed_reading.read_dimensions(run),
        lambda: computed_reading.share(run, computed_reading.DIMENSIONS),
        "Moving along every dimension, and comparing.",
    )
    if not found:
        return
    unused = sum(not one.is_used for one in found)
    if unused == len(found):
        # Where the page warns of the collapse already, once is enough.
        (st.caption if run.summary.collapsed else st.warning)(
            "No dimension is used: the model decodes without looking at the latent space "
            "(posterior collapse)."
        )
    elif unused:
        st.caption(f"{unused} of {len(found)} dimensions are not used.")
    chosen = _chosen(run, found)
    _chart(found, chosen)
    _table(run, found)
    one = found[chosen]
    st.markdown(f"**{one.name}: {page_parts.literal(reading_words.headline(one))}**")
    read_traversal.show(run, one, item, held)
    _effects(run, one)
    _words(one)


def _chosen(run: Run, found: Sequence[Dimension]) -> int:
    """The place of the dimension that is looked at, in the order of their KL."""
    return min(int(session.recall(_key(run), 0)), len(found) - 1)


def _chart(found: Sequence[Dimension], chosen: int) -> None:
    from explorer import figures, figures_reading

    if len(found) < 2:
        return
    bars = figures_reading.usage_bars(
        [one.name for one in found], [one.usage for one in found], chosen
    )
    st.plotly_chart(
        figures.of_height(bars, CHART_HEIGHT),
        key="read.usage",
        height=CHART_HEIGHT,
        config=figures.PLAIN,
        alt="How much each latent dimension is used",
    )


def _table(run: Run, found: Sequence[Dimension]) -> None:
    columns: dict[str, list[str] | list[float]] = {
        "Dimension": [one.name for one in found],
        "KL": [round(one.usage, 2) for one in found],
        "What it does": [reading_words.headline(one, 1) for one in found],
    }
    if any(one.words is not None for one in found):
        columns["Words"] = [_listed(one) for one in found]
    key = f"read.dimensions.{run.content_hash}"
    most = max(one.usage for one in found)
    st.dataframe(
        columns,
        column_config={
            "KL": st.column_config.ProgressColumn(
                "KL (nats)", format="%.2f", min_value=0.0, max_value=max(most, 1e-6)
            ),
            "What it does": st.column_config.TextColumn(
                "Low → high", width="medium", help="The strongest effect that is no chance."
            ),
            "Words": st.column_config.TextColumn(
                "Words", help="+ comes towards the high end, − goes."
            ),
        },
        hide_index=True,
        height=min(TABLE_HEIGHT, 38 + 35 * len(found)),
        on_select=lambda: _choose(run, key),
        selection_mode="single-row",
        key=key,
    )


def _choose(run: Run, key: str) -> None:
    rows: list[int] = session.recall(key, {}).get("selection", {}).get("rows", [])
    if rows:
        session.remember(_key(run), rows[0])


def _effects(run: Run, one: Dimension) -> None:
    if not one.effects:
        st.caption("There is nothing to compare it with: no label, no column, no length.")
        return
    st.table(
        {
            "Goes with": [page_parts.literal(effect.name) for effect in one.effects],
            "Low → high": [
                page_parts.literal(f"{effect.low} → {effect.high}") if effect.clear else "–"
                for effect in one.effects
            ],
            "How much": [_measure(effect) for effect in one.effects],
            "Items": [f"{effect.items:,}" for effect in one.effects],
        },
        border="horizontal",
        hide_index=True,
    )
    decoded = " They are measured on decoded items." if run.items_are_decoded else ""
    st.caption(
        f"{_MEANS} An effect is clear where it is stronger than in any of {SHUFFLES} shuffles of "
        f"the items, in any dimension, and at least 0.1.{decoded}"
    )


def _measure(effect: Effect) -> str:
    value = f"η² {effect.value**2:.2f}" if effect.of_categories else f"ρ {effect.value:+.2f}"
    return f"{value}, {effect.strength}".replace("-", "−")


def _words(one: Dimension) -> None:
    if one.words is None:
        return
    if not one.words.come and not one.words.go:
        st.caption(
            f"No word comes or goes by more than chance; {one.words.changed} of {one.words.bases} "
            "texts differ between the ends."
        )
        return
    for title, words in (("Words that come", one.words.come), ("Words that go", one.words.go)):
        if words:
            st.markdown(f"**{title}**")
            st.text(" · ".join(f"{word.word} {word.low} → {word.high}" for word in words[:12]))
    st.caption(
        f"In how many of {one.words.bases} texts, decoded at the low and at the high end; what "
        f"differs by no more than in {SHUFFLES} exchanges of the ends is left out."
    )


def _listed(one: Dimension) -> str:
    """The words that differ most: + comes, − goes."""
    if one.words is None:
        return ""
    come, go = ([f"{sign}{word.word}" for word in words[:MOST_WORDS]]
                for sign, words in (("+", one.words.come), ("−", one.words.go)))  # fmt: skip
    return " ".join([*come, *go])


def _key(run: Run) -> str:
    return f"read.dimension.{run.content_hash}"
