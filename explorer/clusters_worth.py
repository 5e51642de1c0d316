"""What clusters are worth: found again or not, beside labels, beside what needs no model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st

from explorer import (
    cluster_place,
    clusters_state,
    computed_clusters,
    page_parts,
    session,
    side_work,
    wording,
)
from explorer.clusters_state import Focus

if TYPE_CHECKING:
    from explorer.analysis.clusters.agreement import Agreement
    from explorer.clusters_view import View
    from explorer.side_work import Work
    from vae_core.checkpoint import Run

REFRESH_SECONDS = 0.5
# Of more items nobody is kept waiting without having asked.
MOST_UNASKED = 50_000
MOST_LABELS = 40
_MEANS = {
    "Found again": "Adjusted Rand index (ARI) of the same search from other seeds (HDBSCAN: of "
    "other samples). 1: the same clusters each time; above 0.75 good; below 0.5 no single cluster "
    "means much.",
    "Silhouette": "How much nearer items are to their own cluster than to the next, −1 to 1. Above "
    "0.5 they lie apart; below 0.25 they touch, as themes of texts mostly do.",
    "NMI": "What clusters and labels tell of each other, 0 to 1. Above 0.5 is good.",
    "ARI": "Pairs of items that are together in both or in neither, less what chance gives. 0 is "
    "chance, 1 the same division.",
    "Accuracy": "Items under the right label where each cluster stands for one label of its own. "
    "Compare it with the share of the most frequent label, {largest}.",
    "The same clusters": "ARI of the two divisions themselves. Near 0 they see other things.",
}


def show(run: Run, view: View) -> None:
    """Show what the clusters are worth; while that is measured this part renews itself."""
    key = (computed_clusters.digest(run, view.clustering), "measures")
    work = side_work.works().known(key)
    if work is None and len(run) <= MOST_UNASKED:
        work = _measure(run, view, key)
    busy = work is not None and not work.over

    @st.fragment(run_every=REFRESH_SECONDS if busy else None)
    def worth() -> None:
        known = side_work.works().known(key)
        if clusters_state.take_change() or busy != (known is not None and not known.over):
            st.rerun()
        with st.container(key="cluster_worth", gap="small"):
            st.markdown("**What they are worth**")
            agreed = computed_clusters.agreed(run, view.clustering)
            _show_work(run, view, known, key)
            _show_table(agreed, known)
            if agreed is not None:
                _show_labels(run, view, agreed)

    worth()


def _measure(run: Run, view: View, key: side_work.Key) -> Work:
    spec = view.clustering.spec
    size = (
        ["--k", str(spec.k)]
        if spec.method == "kmeans"
        else [
            "--min-cluster-size", str(spec.min_cluster_size),
            "--min-samples", str(spec.min_samples),
        ]
    )  # fmt: skip
    arguments = [
        "cluster", str(run.path), "--method", spec.method, *size, "--space", spec.space,
        "--seed", str(spec.seed), "--only", "measures", "--compare-lsa",
        "--into", str(cluster_place.place_of(run)),
    ]  # fmt: skip
    return side_work.works().ask(key, arguments, "Measuring", "try it again")


def _ask(run: Run, view: View, key: side_work.Key) -> None:
    _measure(run, view, key)


def _show_work(run: Run, view: View, work: Work | None, key: side_work.Key) -> None:
    """How far the measuring is, or what came of it; or the way to have it done."""
    if work is not None and not work.over:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f":material/hourglass_top: {work.words()}", width="content")
            st.button("Cancel", key="clusters.cancel.measures", on_click=work.stop)
        return
    if work is not None and work.result is not None:
        for note in work.result["notes"]:
            st.caption(page_parts.literal(note))
        return
    if work is not None and work.problem is not None:
        page_parts.problem(work.problem)
    st.button(
        "Measure them",
        key="clusters.measure",
        icon=":material/straighten:",
        help="Stability from other seeds, silhouette, and the same without the model.",
        on_click=_ask,
        args=(run, view, key),
    )


def _show_table(agreed: Agreement | None, work: Work | None) -> None:
    found = work.result if work is not None else None
    other = found["compared"] if found else None
    rows = list(_rows(agreed, found, other))
    if not rows:
        return
    sizes = agreed.table.sum(axis=1) if agreed is not None else np.zeros(1)
    largest = wording.share(int(sizes.max()), max(1, int(sizes.sum())))
    st.table(
        {
            "Measure": [name for name, *_ in rows],
            "These clusters": [value for _, value, _ in rows],
            **({other["name"]: [beside for *_, beside in rows]} if other else {}),
            "What it says": [_MEANS[name].format(largest=largest) for name, *_ in rows],
        },
        border="horizontal",
        hide_index=True,
    )


def _rows(agreed: Agreement | None, found: Mapping[str, Any] | None, other: Any) -> Any:
    """Name, value here, value beside, for each measure that is known."""
    if found is not None:
        if found["stability"] is not None:
            again = found["stability"]
            yield "Found again", f"**{again['ari']:.2f}**: {again['said'].split(' (')[0]}", ""
        yield "Silhouette", f"**{found['silhouette']:.2f}**", ""
    if agreed is not None:
        for name, value in (
            ("NMI", "nmi"),
            ("ARI", "ari"),
            ("Accuracy", "accuracy"),
        ):
            beside = f"{other[value]:.2f}" if other and value in other else ""
            yield name, f"**{getattr(agreed.scores, value):.2f}**", beside
    if other:
        yield "The same clusters", "", f"{other['same']:.2f}"


def _show_labels(run: Run, view: View, agreed: Agreement) -> None:
    """Labels by clusters; a click on a cell selects its items."""
    from explorer import figures, figures_clusters

    labels = _labels(agreed)
    clusters = [number for number in view.largest_first if number in agreed.clusters]
    clusters += [number for number in agreed.clusters if number < 0]
    columns = [agreed.clusters.index(number) for number in clusters]
    table = agreed.table[labels][:, columns]
    names = [agreed.labels[row] for row in labels]
    left = len(agreed.labels) - len(labels)
    more = f" The {left:,} less frequent labels are left out." if left else ""
    words = agreed.words()
    st.markdown("**Labels in the clusters**")
    st.caption(
        f"{words[0].upper()}{words[1:]}. A cell says how many items; it is the stronger the larger "
        f"its share of the label. Click one to select them.{more}"
    )
    titles = [view.title(one) for one in clusters]
    dark = st.context.theme.type == "dark"
    figure = figures_clusters.contingency(table, names, titles, dark=dark)
    key = f"clusters.cells.{run.content_hash}"

    def select() -> None:
        picked = _picked(session.recall(key), len(clusters), len(labels))
        if picked is None:
            return
        row, column = picked
        focus = Focus(view.clustering.spec.id, (clusters[column],), names[row])
        clusters_state.focus_on(run, focus)
        clusters_state.note("Selected on the map above; the list stands beside it.")

    st.plotly_chart(
        figure,
        key=key,
        height=int(figure.layout.height),
        on_select=select,
        selection_mode="points",
        config=figures.PLAIN,
        alt="How many items have each label and are in each cluster",
    )


def _labels(agreed: Agreement) -> list[int]:
    """The rows of the most frequent labels, those of one cluster beside each other."""
    sizes = agreed.table.sum(axis=1)
    most = np.argsort(-sizes, kind="stable")[:MOST_LABELS]
    return sorted(
        most.tolist(), key=lambda row: (int(agreed.table[row].argmax()), -int(sizes[row]))
    )


def _picked(said: Any, columns: int, rows: int) -> tuple[int, int] | None:
    """The row and column of the cell that was clicked; None for what makes no sense."""
    try:
        point = said["selection"]["points"][0]
        column, row = int(point["x"]), int(point["y"])
    except (KeyError, IndexError, TypeError, ValueError):
        return None
    return (row, column) if 0 <= row < rows and 0 <= column < columns else None
