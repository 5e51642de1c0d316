"""Items with what is known of them, in one order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import torch

from vae_core.data.dataset import DataError
from vae_core.data.tensors import ItemTensors
from vae_core.data.text_column import take

Rows = npt.NDArray[np.int64]


@dataclass(frozen=True)
class DescribedItems:
    """Items as a model takes them, and a label, a text and factors of each, where there are any.

    An empty label, or None, is one that is not known.
    """

    items: ItemTensors
    labels: Sequence[str | None] | None = None
    texts: Sequence[str] | None = None
    factors: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        columns = {"labels": self.labels, "texts": self.texts, **self.factors}
        for name, column in columns.items():
            if column is not None and len(column) != len(self.items):
                raise DataError(
                    f"{name} has {len(column)} entries for {len(self.items)} items; each item "
                    "needs exactly one."
                )

    def __len__(self) -> int:
        return len(self.items)

    def labelled(self) -> Rows:
        """Numbers of the items whose label is known, in rising order."""
        known = [number for number, label in enumerate(self.labels or ()) if label]
        return np.array(known, dtype=np.int64)

    def at(self, rows: Rows) -> DescribedItems:
        """The items at ``rows``, in that order."""
        return DescribedItems(
            self.items.part(torch.from_numpy(rows)),
            None if self.labels is None else take(self.labels, rows),
            None if self.texts is None else take(self.texts, rows),
            {name: take(column, rows) for name, column in self.factors.items()},
        )

    def with_labels(self, labels: Sequence[str | None]) -> DescribedItems:
        """The same items under other labels."""
        return DescribedItems(self.items, labels, self.texts, self.factors)


def drawn(rows: Rows, most: int, seed: int) -> Rows:
    """At most ``most`` of ``rows``, drawn without replacement, in rising order."""
    if len(rows) <= most:
        return rows
    return np.sort(np.random.default_rng(seed).choice(rows, most, replace=False))


def random_parts(items: DescribedItems, seed: int) -> tuple[Rows, Rows, Rows]:
    """Three fifths, one fifth and one fifth of the labelled items, drawn at random."""
    order = np.random.default_rng(seed).permutation(items.labelled())
    fifth = len(order) // 5
    return np.sort(order[2 * fifth :]), np.sort(order[:fifth]), np.sort(order[fifth : 2 * fifth])
