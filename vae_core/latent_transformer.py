"""A finished run as a transformer in scikit-learn's manner: items in, latent vectors out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import torch
from sklearn.base import BaseEstimator, TransformerMixin

from vae_core.checkpoint import Run, load_run
from vae_core.data.dataset import DataError, Dataset
from vae_core.data.images import as_bytes
from vae_core.device import choose_device
from vae_core.errors import reason
from vae_core.evaluation.posterior import encode_items
from vae_core.families import data_modality
from vae_core.models import Items, Posterior
from vae_core.models.image import ImageConfig
from vae_core.runs import item_tensors

Vectors = npt.NDArray[np.float32]


class LatentTransformer(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Posterior means of new items, by a run that is trained already; ``vae_core.load`` makes one.

    It can be the first step of a ``sklearn.pipeline.Pipeline``. The run is opened when it is first
    used, and by copies (``sklearn.base.clone``, other processes) again.

    ``run``: a run folder. ``device``: "cpu", "cuda", "mps" or "auto". ``batch_size``: items that
    are encoded or decoded at a time; it changes the numbers by rounding at most.
    """

    _opened: Run | None = None

    def __init__(self, run: str | Path, device: str = "cpu", batch_size: int = 512) -> None:
        self.run = run
        self.device = device
        self.batch_size = batch_size

    @property
    def opened(self) -> Run:
        """The run. Raises RunError where its folder cannot be opened."""
        if self._opened is None:
            self._opened = load_run(self.run, choose_device(self.device))
        return self._opened

    def fit(self, X: Any = None, y: Any = None) -> Self:
        """Nothing: the run is trained already. It is opened, so that what is wrong shows here."""
        assert self.opened
        return self

    def transform(self, X: Any) -> Vectors:
        """μ of each item, (items, latent_dim), float32.

        Texts: a list, array or pandas column of strings. Pictures: uint8 of 0 to 255, or numbers
        from 0 to 1, which are rounded to these; (items, height, width[, colours]) or a row of
        pixels an item. A model of binarised pictures draws each pixel by its place among X, as in
        training. Raises DataError for anything else.
        """
        return self._posterior(X).mean.numpy()

    def transform_sigma(self, X: Any) -> Vectors:
        """σ of each item, the standard deviations that belong to ``transform``."""
        found: Vectors = torch.exp(0.5 * self._posterior(X).log_variance).numpy()
        return found

    def inverse_transform(self, Z: Any) -> Items:
        """What is decoded at each row of Z (n, latent_dim): a list of texts, or pictures.

        Pictures are float32 (n, height, width[, colours]) from 0 to 1. Raises DataError where Z is
        not of that shape, or not finite.
        """
        run = self.opened
        try:
            points = torch.from_numpy(np.array(Z, dtype=np.float32))
        except (TypeError, ValueError) as error:
            raise DataError(
                f"Latent vectors must be numbers (n, {run.latent_dim}), but {reason(error)}."
            ) from error
        if points.ndim != 2 or points.shape[1] != run.latent_dim:
            raise DataError(
                f"Latent vectors must have shape (n, {run.latent_dim}), but have "
                f"{tuple(points.shape)}."
            )
        if not bool(torch.isfinite(points).all()):
            raise DataError("Latent vectors must be finite numbers, but some are not.")
        parts = [run.model.decode(part) for part in torch.split(points, self.batch_size)]
        if run.modality != "images":
            return [text for part in parts for text in part]
        assert isinstance(run.model.config, ImageConfig)
        shape = run.model.config.item_shape
        return np.concatenate(parts) if len(points) else np.empty((0, *shape), np.float32)

    def get_feature_names_out(self, input_features: Any = None) -> npt.NDArray[np.object_]:
        """mu_0, mu_1 …"""
        return np.array([f"mu_{number}" for number in range(self.opened.latent_dim)], dtype=object)

    def _posterior(self, X: Any) -> Posterior:
        run = self.opened
        if run.modality == "images":
            data = Dataset("the given data", "images", images=self._pictures(X))
        else:
            texts = _texts(X)
            data = Dataset("the given data", data_modality(run.modality), texts=texts)
        if len(data) == 0:
            empty = torch.empty(0, run.latent_dim)
            return Posterior(empty, empty)
        return encode_items(run.model, item_tensors(run.model, data), self.batch_size)

    def _pictures(self, X: Any) -> npt.NDArray[np.uint8]:
        config = self.opened.model.config
        assert isinstance(config, ImageConfig)
        shape = config.item_shape
        try:
            array = np.asarray(X)
            numbers = array if array.dtype == np.uint8 else array.astype(np.float32)
        except (TypeError, ValueError) as error:
            raise DataError(f"This model takes pictures, but {reason(error)}.") from error
        if numbers.ndim == 2 and numbers.shape[1] == int(np.prod(shape)):
            numbers = numbers.reshape(-1, *shape)
        if numbers.shape[1:] != shape:
            raise DataError(
                f"This model takes pictures of shape (n, {', '.join(map(str, shape))}), but "
                f"{array.shape} came."
            )
        if array.dtype == np.uint8:
            return numbers.astype(np.uint8, copy=False)
        if not bool(((numbers >= 0) & (numbers <= 1)).all()):
            raise DataError(
                "Pictures must be uint8 of 0 to 255, or numbers from 0 to 1; divide yours by their "
                "largest value."
            )
        return as_bytes(numbers)

    def __sklearn_is_fitted__(self) -> bool:
        return True

    def __getstate__(self) -> dict[str, Any]:
        # Copies open the run again: a model is large, and its tokenizer is not to be copied.
        state: dict[str, Any] = dict(super().__getstate__())
        state.pop("_opened", None)
        return state


def load(run: str | Path, *, device: str = "cpu", batch_size: int = 512) -> LatentTransformer:
    """The transformer of a finished run, opened. Raises RunError where the folder is not one."""
    made = LatentTransformer(run, device, batch_size)
    assert made.opened
    return made


def _texts(X: Any) -> tuple[str, ...]:
    if isinstance(X, str):
        raise DataError("Give a list of texts, not one text; put it into a list.")
    try:
        found = tuple(_flat(X))
    except TypeError as error:
        raise DataError(f"This model takes texts, but {type(X).__name__} came.") from error
    for text in found:
        if not isinstance(text, str):
            raise DataError(
                f"This model takes texts, but {type(text).__name__} came; turn every item into a "
                "text."
            )
    return found


def _flat(X: Any) -> Iterator[Any]:
    """The entries of a list, an array, or a table of one column."""
    values: Sequence[Any] | npt.NDArray[Any] = X
    shape = getattr(X, "shape", None)
    if shape is not None and len(shape) == 2 and shape[1] == 1:
        values = np.asarray(X).reshape(-1)
    return iter(values)
