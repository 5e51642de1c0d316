"""What a model can do while it is still learning: looked at every few seconds, kept in one file."""

from __future__ import annotations

import io
import time
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from vae_core.data.dataset import Dataset
from vae_core.data.images import as_bytes
from vae_core.data.tensors import ItemTensors
from vae_core.data.text_column import take
from vae_core.evaluation.posterior import encode_items, mutual_information
from vae_core.files import whole_file
from vae_core.models.base import VAE, Items, Posterior, measuring

if TYPE_CHECKING:
    from vae_core.checkpoint import Run

SNAPSHOT = "snapshot.npz"
SHOWN, CLOUD = 8, 512
_SECONDS = 3.0
# Looking may take this share of the time.
_SHARE = 0.03

Shown = npt.NDArray[np.uint8] | tuple[str, ...]


@dataclass(frozen=True)
class Snapshot:
    """A look at a model in training.

    ``originals``, ``reconstructions`` (of the same items) and ``samples`` (of the prior): pictures
    uint8 (n, height, width[, colours]) or n texts. ``kl``: of each dimension, nats, mean over the
    items looked at. ``cloud`` (items, 2): where their μ lie, turned to lie as in the look before.
    ``labels``: of these items, empty where there are none. ``information``: I(x; z) of them, nats.
    """

    step: int
    epoch: float
    originals: Shown
    reconstructions: Shown
    samples: Shown
    kl: npt.NDArray[np.float32]
    cloud: npt.NDArray[np.float32]
    labels: tuple[str, ...]
    information: float


class Watcher:
    """Looks at a model in training, at the same held-out items and the same draws each time.

    It draws from no generator of the training's, so that a training that is watched ends with the
    same weights as one that is not.
    """

    def __init__(
        self, folder: Path, dataset: Dataset, items: ItemTensors, held_out: npt.NDArray[np.int64]
    ) -> None:
        chosen = held_out[:CLOUD]
        self._path = folder / SNAPSHOT
        self._cloud = items.part(torch.from_numpy(chosen))
        self._originals = _items_of(dataset, chosen[:SHOWN])
        labels = dataset.labels
        self._labels = () if labels is None else tuple(take(labels, chosen))
        self._before: npt.NDArray[np.float32] | None = None
        self._next = 0.0

    def look(self, model: VAE, step: int, epoch: float) -> None:
        """Look and write what is seen, where it is time."""
        began = time.perf_counter()
        if began < self._next:
            return
        snapshot = self._seen(model, step, epoch)
        if snapshot is not None:
            write_snapshot(self._path, snapshot)
        taken = time.perf_counter() - began
        self._next = began + max(_SECONDS, taken / _SHARE)

    def remove(self) -> None:
        """The training is done: what it was like on the way is past."""
        self._path.unlink(missing_ok=True)

    def _seen(self, model: VAE, step: int, epoch: float) -> Snapshot | None:
        posterior = encode_items(model, self._cloud)
        if not posterior.mean.isfinite().all():  # the training is about to say so itself
            return None
        rebuilt, drawn = _decoded(model, posterior)
        self._before = aligned(plane_of(posterior.mean), self._before)
        return Snapshot(
            step=step,
            epoch=epoch,
            originals=self._originals,
            reconstructions=rebuilt,
            samples=drawn,
            kl=posterior.kl().mean(dim=0).numpy(),
            cloud=self._before,
            labels=self._labels,
            information=mutual_information(posterior),
        )


def look_at(run: Run) -> Snapshot:
    """A look at a finished run: at the same items as those while it trained, and the same draws."""
    rows = np.flatnonzero(np.asarray(run.split) == "validation")[:CLOUD].astype(np.int64)
    latents, labels = run.latents, run.labels
    posterior = Posterior(
        torch.from_numpy(np.array(latents.mean[rows], np.float32)),
        torch.from_numpy(np.array(latents.log_variance[rows], np.float32)),
    )
    rebuilt, drawn = _decoded(run.model, posterior)
    return Snapshot(
        step=0,
        epoch=0.0,
        originals=_shown(run.items(rows[:SHOWN])),
        reconstructions=rebuilt,
        samples=drawn,
        kl=posterior.kl().mean(dim=0).numpy(),
        cloud=plane_of(posterior.mean),
        labels=() if labels is None else tuple(take(labels, rows)),
        information=mutual_information(posterior),
    )


def plane_of(mean: Tensor) -> npt.NDArray[np.float32]:
    """Points (items, latent_dim) in the plane that shows most of them (PCA): (items, 2)."""
    centred = (mean - mean.mean(dim=0)).double()
    if mean.shape[1] > 2:
        _, vectors = torch.linalg.eigh(centred.T @ centred)
        centred = centred @ vectors[:, -2:].flip(1)
    flat = torch.zeros(len(mean), 2, dtype=torch.float64)
    flat[:, : min(2, mean.shape[1])] = centred[:, :2]
    return flat.float().numpy()


def aligned(
    points: npt.NDArray[np.float32], before: npt.NDArray[np.float32] | None
) -> npt.NDArray[np.float32]:
    """Points (items, 2) turned and mirrored to lie as close to ``before`` as they can.

    Orthogonal Procrustes: a principal axis has no sign, and two of like size change places.
    """
    if before is None:
        return points
    left, _, right = np.linalg.svd(points.T.astype(np.float64) @ before)
    turned: npt.NDArray[np.float32] = (points @ (left @ right)).astype(np.float32)
    return turned


def write_snapshot(path: Path, snapshot: Snapshot) -> None:
    """Write a snapshot, whole or not at all. Texts are arrays of characters: no pickle."""
    fields: dict[str, Any] = {
        name: np.array(value) if isinstance(value, tuple) else value
        for name, value in vars(snapshot).items()
    }
    with whole_file(path) as stream:
        np.savez(stream, allow_pickle=False, **fields)


def read_snapshot(path: Path) -> Snapshot | None:
    """What ``write_snapshot`` wrote last; None where there is nothing yet, or nothing to read."""
    try:
        with np.load(io.BytesIO(path.read_bytes()), allow_pickle=False) as file:
            values: dict[str, Any] = {name: file[name] for name in file.files}
        texts = {
            name: tuple(str(text) for text in value)
            for name, value in values.items()
            if value.dtype.kind == "U" or name == "labels"
        }
        numbers = {
            "step": int(values["step"]),
            "epoch": float(values["epoch"]),
            "information": float(values["information"]),
        }
        return Snapshot(**{**values, **texts, **numbers})
    except (OSError, EOFError, ValueError, KeyError, TypeError, zipfile.BadZipFile):
        # A look that cannot be read is one look less: the next comes in seconds.
        return None


def _decoded(model: VAE, posterior: Posterior) -> tuple[Shown, Shown]:
    """The first items rebuilt, and draws of the prior, the same ones each time."""
    generator = torch.Generator(device=model.device).manual_seed(0)
    with measuring(model):
        rebuilt = model.decode(posterior.mean[:SHOWN].to(model.device))
        drawn = model.decode(model.sample_prior(SHOWN, generator))
    return _shown(rebuilt), _shown(drawn)


def _items_of(dataset: Dataset, indices: npt.NDArray[np.int64]) -> Shown:
    if dataset.images is not None:
        return np.asarray(dataset.images[indices])
    return tuple(take(dataset.texts or (), indices))


def _shown(items: Items) -> Shown:
    if isinstance(items, list):
        return tuple(items)
    return as_bytes(items)
