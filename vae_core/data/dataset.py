"""A data set: items in a fixed order, with their labels and metadata, and seeded splits."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from vae_core.data.text_column import blocks, take
from vae_core.errors import UserError

Modality = Literal["images", "sentences", "documents"]
Indices = npt.NDArray[np.int64]
MIN_ITEMS = 3


class DataError(UserError, ValueError):
    """Data that cannot be used; the message says what was expected, what came, what to do."""


@dataclass(frozen=True)
class Splits:
    """Item numbers of each part; disjoint, together all items, each in rising order."""

    train: Indices
    validation: Indices
    test: Indices

    def names(self) -> tuple[str, ...]:
        """The part ("train", "validation", "test") of every item, in item order."""
        names = np.empty(len(self.train) + len(self.validation) + len(self.test), dtype=object)
        for part in ("train", "validation", "test"):
            names[getattr(self, part)] = part
        return tuple(names)


@dataclass(frozen=True)
class Dataset:
    """Items of one modality. Everything that describes items has their order and length.

    ``images``: uint8 (items, height, width[, colours]), 0 is background, 255 is full ink.
    ``source``: JSON values from which the same data can be loaded again.
    ``test_indices``: the held-out items, where the data set itself names them.
    ``empty_items``: how many entries of the source had no text, and are not among the items.
    ``notes``: sentences on what was guessed, changed or left out when it was read.
    Texts, labels and metadata may lie on the disk (``TextColumn``), and so may images.
    An empty label is one that is not known.
    """

    name: str
    modality: Modality
    images: npt.NDArray[np.uint8] | None = None
    texts: Sequence[str] | None = None
    labels: Sequence[str] | None = None
    metadata: Mapping[str, Sequence[str]] = field(default_factory=dict)
    source: dict[str, Any] = field(default_factory=dict)
    test_indices: Indices | None = None
    empty_items: int = 0
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        items = self.images if self.modality == "images" else self.texts
        if items is None:
            raise DataError(f"A data set of {self.modality} needs {self.modality}; none came.")
        if self.images is not None and (
            self.images.ndim not in (3, 4) or self.images.dtype != np.uint8
        ):
            raise DataError(
                "Images must be bytes of shape (items, height, width[, colours]), but are "
                f"{self.images.dtype} of shape {self.images.shape}."
            )
        columns: dict[str, Sequence[str]] = dict(self.metadata)
        if self.labels is not None:
            columns["labels"] = self.labels
        for name, column in columns.items():
            if len(column) != len(items):
                raise DataError(
                    f"{name} has {len(column)} entries for {len(items)} items; "
                    "each item needs exactly one."
                )

    def __len__(self) -> int:
        items = self.images if self.images is not None else self.texts
        return 0 if items is None else len(items)

    @property
    def unlabelled_items(self) -> int:
        """How many items have no label, where others have one."""
        return sum(not label for label in self.labels or ())

    def fingerprint(self) -> str:
        """A SHA-256 of items and labels in their order: the same data give the same one."""
        digest = hashlib.sha256()
        if self.images is not None:
            digest.update(str(self.images.shape).encode())
            digest.update(np.ascontiguousarray(self.images).data)
        for column in (self.texts, self.labels):
            for block in blocks(column or ()):
                entries = [entry.encode("utf-8", "surrogatepass") for entry in block]
                digest.update(b"".join(len(e).to_bytes(8, "little") + e for e in entries))
        return digest.hexdigest()

    def subset(self, indices: Indices) -> Dataset:
        """The items at ``indices``, in that order, in memory; split marks do not carry over."""

        def chosen(column: Sequence[str]) -> tuple[str, ...]:
            return tuple(take(column, indices))

        return Dataset(
            name=self.name,
            modality=self.modality,
            images=None if self.images is None else self.images[indices],
            texts=None if self.texts is None else chosen(self.texts),
            labels=None if self.labels is None else chosen(self.labels),
            metadata={name: chosen(column) for name, column in self.metadata.items()},
            source=self.source,
        )

    def split(self, seed: int = 0, held_out: float = 0.1) -> Splits:
        """Train, validation and test parts: a seeded draw of ``held_out`` each for the last two.

        Where the data set names its own test items, those are the test part.
        Raises DataError below three items, since each part needs one, and where all are the same.
        """
        count = len(self)
        if count < MIN_ITEMS:
            raise DataError(
                f"{self.name} has {count} item{'s' * (count != 1)}; training needs at least "
                f"{MIN_ITEMS}, one each to train, to validate and to test. Add more items."
            )
        if self._all_the_same():
            raise DataError(
                f"All {count:,} items of {self.name} are the same, so there is nothing to learn; "
                "give items that differ."
            )
        order = np.random.default_rng(seed).permutation(count).astype(np.int64)
        part = max(1, round(count * held_out))
        if self.test_indices is not None:
            test = np.asarray(self.test_indices, dtype=np.int64)
            rest = order[~np.isin(order, test)]
        else:
            test, rest = order[:part], order[part:]
        splits = Splits(np.sort(rest[part:]), np.sort(rest[:part]), np.sort(test))
        if not (len(splits.train) and len(splits.test)):
            raise DataError(
                f"{self.name} has {count} items, {len(test)} of them to test; too few are left to "
                "train and to validate. Add more items."
            )
        return splits

    def _all_the_same(self) -> bool:
        """Looked through only as far as the first item that differs."""
        if self.images is not None:
            return all(np.array_equal(image, self.images[0]) for image in self.images)
        texts = iter(self.texts or ())
        first = next(texts, None)
        return all(text == first for text in texts)
