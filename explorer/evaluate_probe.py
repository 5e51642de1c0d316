"""The linear probe class by class: its scores, which labels it takes for which, and those items."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from explorer import page_parts, selection, session
from explorer.evaluation_words import FEATURES
from explorer.kept_evaluations import Evaluation
from explorer.loose_json import mapping

if TYPE_CHECKING:
    from vae_core.checkpoint import Run

MOST_LABELS = 40
# A matrix of more takes the whole width.
MOST_BESIDE = 16
MOST_ITEMS = 60
TABLE_HEIGHT, ITEMS_HEIGHT = 420, 320
_SCORES = ("precision", "recall", "f1")


@dataclass(frozen=True)
class Classes:
    """What a probe was worth class by class, checked.

    Attributes:
        names: of the labels, (classes,). support: items of each.
        scores: by features and score, (classes,). confusion: by features, (classes, classes).
        rows: numbers in the run of the probed items. truth: the class of each.
        taken: by features, the class that each was taken for.
    """

    names: list[str]
    support: NDArray[np.int64]
    scores: Mapping[str, Mapping[str, NDArray[np.float64]]]
    confusion: Mapping[str, NDArray[np.int64]]
    rows: NDArray[np.int64]
    truth: NDArray[np.int64]
    taken: Mapping[str, NDArray[np.int64]]

    def order(self) -> list[int]:
        """Return the classes to show, by name: those that have most items where they are many."""
        first = np.argsort(-self.support, kind="stable")[:MOST_LABELS]
        return sorted(int(number) for number in first)

    def items(self, features: str, true: int, taken: int) -> NDArray[np.int64]:
        """Return the numbers in the run of the items of one class taken for another."""
        found: NDArray[np.int64] = self.rows[(self.truth == true) & (self.taken[features] == taken)]
        return found


def classes_of(evaluation: Evaluation) -> Classes | None:
    """Return the classes of a kept evaluation; None where there are none or they do not fit."""
    known = mapping(mapping(evaluation.result.get("probe")).get("by_class"))
    names = known.get("names")
    of = evaluation.of_items
    if not isinstance(names, list) or not names or "probe_rows" not in of:
        return None
    try:
        features = [name for name in FEATURES if f"probe_{name}" in of and name in known]
        found = Classes(
            [str(name) for name in names],
            _numbers(known["support"], np.int64, (len(names),)),
            {
                name: {
                    score: _numbers(known[name][score], np.float64, (len(names),))
                    for score in _SCORES
                }
                for name in features
            },
            {
                name: _numbers(known[name]["confusion"], np.int64, (len(names), len(names)))
                for name in features
            },
            evaluation.rows[of["probe_rows"]],
            of["probe_truth"],
            {name: of[f"probe_{name}"] for name in features},
        )
    except (KeyError, TypeError, ValueError, OverflowError):
        return None
    return found if "latent" in features else None


def show(run: Run, evaluation: Evaluation) -> None:
    """Show the probe class by class, and the items of a cell of its matrix."""
    classes = classes_of(evaluation)
    if classes is None:
        return
    key = f"evaluate.features.{run.content_hash}"

    @st.fragment
    def room() -> None:
        names = list(classes.taken)
        features = "latent"
        if len(names) > 1:
            features = st.segmented_control(
                "Probe of", names, required=True,
                key=session.kept_widget(key, "latent", names),
                format_func=lambda name: FEATURES[name].capitalize()
                if name == "latent" else FEATURES[name],
            ) or "latent"  # fmt: skip
        if len(classes.names) > MOST_BESIDE:
            _matrix(run, classes, features)
            _cell(run, classes, features)
            _table(classes, features)
            return
        left, right = st.columns([1.25, 1], gap="medium")
        with left:
            _matrix(run, classes, features)
        with right:
            _table(classes, features)
        _cell(run, classes, features)

    room()


def _matrix(run: Run, classes: Classes, features: str) -> None:
    from explorer import figures, figures_evaluation

    order = classes.order()
    names = [classes.names[number] for number in order]
    left = len(classes.names) - len(order)
    more = f" The {left:,} labels with fewest items are left out." if left else ""
    st.markdown("**Which labels it takes for which**")
    st.caption(
        "A row is a true label, a column what its items were taken for. Blue is right, orange is "
        f"not. Click a cell to see its items.{more}"
    )
    table = classes.confusion[features][np.ix_(order, order)]
    figure = figures_evaluation.confusion(table, names, dark=st.context.theme.type == "dark")
    key = f"evaluate.cells.{features}.{run.content_hash}"

    def pick() -> None:
        picked = _picked(session.recall(key), len(order))
        if picked is not None:
            session.set_kept(_true_key(run), order[picked[0]])
            session.set_kept(_taken_key(run), order[picked[1]])

    st.plotly_chart(
        figure, key=key, height=int(figure.layout.height), on_select=pick,
        selection_mode="points", config=figures.PLAIN,
        alt="How many items of each true label were taken for each label",
    )  # fmt: skip


def _table(classes: Classes, features: str) -> None:
    order = list(range(len(classes.names)))
    scores = classes.scores[features]
    other = next((one for one in ("pca", "lsa") if one in classes.scores), None)
    columns: dict[str, list[Any]] = {
        "Label": [classes.names[number] for number in order],
        "Items": classes.support[order].tolist(),
        "Precision": scores["precision"][order].tolist(),
        "Recall": scores["recall"][order].tolist(),
        "F1": scores["f1"][order].tolist(),
    }
    if other is not None and other != features:
        columns[f"F1, {FEATURES[other]}"] = classes.scores[other]["f1"][order].tolist()
    st.markdown("**Label by label**")
    st.caption(
        "Precision: of the items given this label, how many have it. Recall: of those that have "
        "it, how many were found. F1: both in one."
    )
    st.dataframe(
        columns,
        column_config={
            name: st.column_config.NumberColumn(name, format="%.2f")
            for name in columns
            if name not in ("Label", "Items")
        },
        hide_index=True,
        height=min(TABLE_HEIGHT, 38 + 35 * len(order)),
        key=f"evaluate.classes.{features}",
    )


def _cell(run: Run, classes: Classes, features: str) -> None:
    """Choose a cell by its labels as well, and see what is in it."""
    every = list(range(len(classes.names)))
    true, taken = _worst(classes, features)
    with st.container(horizontal=True, key="evaluate_cell", vertical_alignment="bottom"):
        true = st.selectbox(
            "Items that are", every, format_func=lambda number: classes.names[number],
            key=session.kept_widget(_true_key(run), true, every), width=260,
        )  # fmt: skip
        taken = st.selectbox(
            "taken for", every, format_func=lambda number: classes.names[number],
            key=session.kept_widget(_taken_key(run), taken, every), width=260,
        )  # fmt: skip
    items = classes.items(features, true, taken)
    _show_items(run, items)


def _show_items(run: Run, items: NDArray[np.int64]) -> None:
    if not len(items):
        st.caption("No item is there: choose other labels, or click another cell.")
        return
    shown = items[:MOST_ITEMS]
    decoded = " as the model decodes them" if run.items_are_decoded else ""
    first = f", the first {MOST_ITEMS} of them" if len(items) > MOST_ITEMS else ""
    st.caption(f"{len(items):,} item{'s' if len(items) != 1 else ''}{first}{decoded}")
    if run.modality == "images":
        pictures = run.items(shown)
        names = [f"{number}" for number in shown.tolist()]
        page_parts.show_pictures(np.asarray(pictures), names, width=64)
        return
    st.dataframe(
        {key: selection.table_columns(run, shown)[key] for key in ("Item", "Text")},
        column_config={
            "Text": st.column_config.TextColumn("Text", width="large"),
            "Item": st.column_config.NumberColumn("Item", format="%d", width="small"),
        },
        hide_index=True,
        height=min(ITEMS_HEIGHT, 38 + 35 * len(shown)),
        key="evaluate.items",
    )


def _worst(classes: Classes, features: str) -> tuple[int, int]:
    """The two labels that are mistaken for one another most; the largest one where none are."""
    wrong = np.array(classes.confusion[features])
    np.fill_diagonal(wrong, 0)
    if not wrong.any():
        most = int(np.argmax(classes.support))
        return most, most
    row, column = np.unravel_index(int(wrong.argmax()), wrong.shape)
    return int(row), int(column)


def _picked(said: Any, count: int) -> tuple[int, int] | None:
    """The row and column of the cell that was clicked; None for what makes no sense."""
    try:
        point = said["selection"]["points"][0]
        column, row = int(point["x"]), int(point["y"])
    except (KeyError, IndexError, TypeError, ValueError):
        return None
    return (row, column) if 0 <= row < count and 0 <= column < count else None


def _numbers(values: Sequence[Any], kind: type[Any], shape: tuple[int, ...]) -> NDArray[Any]:
    found = np.asarray(values, kind)
    if found.shape != shape or not np.isfinite(found).all() or (found < 0).any():
        raise ValueError("These are no scores of classes.")
    return found


def _true_key(run: Run) -> str:
    return f"evaluate.true.{run.content_hash}"


def _taken_key(run: Run) -> str:
    return f"evaluate.taken.{run.content_hash}"
