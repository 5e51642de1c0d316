"""What is measured of a run: the same for `latentscape evaluate` and for the Evaluate page."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from vae_core.checkpoint import Run
    from vae_core.data.dataset import Dataset
    from vae_core.evaluation import DescribedItems

# A test set of 5,000 takes a few minutes on two cores with so many draws of z an item.
PICTURE_SAMPLES, TEXT_SAMPLES = 100, 50
Progress = Callable[[str, int, int], None]
# What was measured of each item, by names of `vae_core.evaluation.evaluate`.
OfItems = dict[str, Sequence[float]]
_PARTS = {
    "test": "test",
    "validation": "validation, for want of a test part",
    "": "all items, the model learned on them",
}


@dataclass(frozen=True)
class Parts:
    """What is measured, and what the probe is fitted on and picks its C on, where there is such.

    `rows`: the numbers in the run of the items that are measured; None for other data.
    """

    test: DescribedItems
    train: DescribedItems | None
    validation: DescribedItems | None
    name: str
    split: str
    rows: NDArray[np.int64] | None = None


def usual_samples(modality: str) -> int:
    """Return how many draws of z an item the likelihood is measured with, where nobody says."""
    return PICTURE_SAMPLES if modality == "images" else TEXT_SAMPLES


def own_parts(run: Run) -> Parts:
    """Return a run's own items: its test part, else its validation part, else all of them."""
    split = np.array(run.split)
    part = next((name for name in ("test", "validation") if (split == name).any()), "")
    rows = np.flatnonzero(split == part) if part else np.arange(len(run))
    train = _part(run, split, "train") if part else None
    validation = _part(run, split, "validation") if part == "test" else None
    return Parts(_of_run(run, rows), train, validation, run.summary.dataset, _PARTS[part], rows)


def parts_of(run: Run, data: Dataset, seed: int) -> Parts:
    """Return the parts of other data: its own test part where it names one, else all of it."""
    if data.test_indices is not None:
        splits = data.split(seed)
        chosen = (splits.test, splits.train, splits.validation)
        tried, learned, checked = (_described(run, data.subset(part)) for part in chosen)
        return Parts(tried, learned, checked, data.name, "test")
    from vae_core.runs import part_of

    own = part_of(run, "train")
    if own is None or not _same_labels(own, data):
        return Parts(_described(run, data), None, None, data.name, "all items")
    other = part_of(run, "validation")
    validation = None if other is None else _described(run, other)
    return Parts(_described(run, data), _described(run, own), validation, data.name, "all items")


def measured(
    run: Run, parts: Parts, samples: int, seed: int, progress: Progress, of_items: OfItems
) -> dict[str, Any]:
    """Return all that can be measured with `samples` draws, as JSON values; 0: what takes seconds.

    `of_items` is filled with what was measured of each item. What is no number becomes None.
    """
    from vae_core.checkpoint import load_language_model
    from vae_core.evaluation import LatentItems, evaluate, evaluate_places

    test = parts.test
    head = {"run": run.summary.name, "data": parts.name, "split": parts.split}
    if isinstance(test.items, LatentItems):
        told = evaluate_places(
            run.model, test, train=parts.train, validation=parts.validation, quick=samples == 0,
            seed=seed, progress=progress, of_items=of_items,
        )  # fmt: skip
        return _finite({**head, "without_items": True, **told})
    if samples == 0:
        return _finite({**head, **evaluate(run.model, test.items, seed=seed)})
    told = evaluate(
        run.model,
        test.items,
        labels=test.labels,
        texts=test.texts,
        factors=test.factors,
        train=parts.train,
        validation=parts.validation,
        samples=samples,
        language_model=load_language_model(run.path, run.model.device),
        seed=seed,
        progress=progress,
        of_items=of_items,
    )
    return _finite({**head, **told})


def _finite(values: dict[str, Any]) -> dict[str, Any]:
    """JSON has no word for what is no number: null."""
    return {key: _known(value) for key, value in values.items()}


def _known(value: Any) -> Any:
    if isinstance(value, dict):
        return _finite(value)
    if isinstance(value, list):
        return [_known(entry) for entry in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _same_labels(train: Dataset, data: Dataset) -> bool:
    """Whether what a probe learns on `train` can be asked of `data`."""
    known = {label for label in data.labels or () if label}
    return bool(known) and known <= set(train.labels or ())


def _described(run: Run, data: Dataset) -> DescribedItems:
    from vae_core.evaluation import DescribedItems
    from vae_core.runs import item_tensors

    items = item_tensors(run.model, data)
    return DescribedItems(items, data.labels, data.texts, data.metadata)


def _part(run: Run, split: NDArray[np.str_], name: str) -> DescribedItems | None:
    rows = np.flatnonzero(split == name)
    return _of_run(run, rows) if len(rows) else None


def _of_run(run: Run, rows: NDArray[np.int64]) -> DescribedItems:
    """Items of a run; where it has no originals, the places of them."""
    from vae_core.data.text_column import take
    from vae_core.runs import dataset_of

    if not run.items_are_decoded:
        return _described(run, dataset_of(run).subset(rows))
    import torch

    from vae_core.evaluation import DescribedItems, LatentItems
    from vae_core.models.base import Posterior

    latents = run.latents
    posterior = Posterior(
        torch.from_numpy(np.array(latents.mean[rows], np.float32)),
        torch.from_numpy(np.array(latents.log_variance[rows], np.float32)),
    )
    labels = None if run.labels is None else take(run.labels, rows)
    factors = {name: take(values, rows) for name, values in run.metadata.items()}
    return DescribedItems(LatentItems(posterior), labels, None, factors)
