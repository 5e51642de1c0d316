"""ONNX files held to the model they were made of, on its items and on random input."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from vae_core.checkpoint import Run
from vae_core.data.documents import MAX_DOCUMENT_TOKENS, DocumentTensors
from vae_core.data.images import as_bytes
from vae_core.data.tensors import ImageTensors, ItemTensors, SentenceTensors
from vae_core.data.tokenizer import BOS, EOS, SPECIAL_TOKENS
from vae_core.export.errors import ExportError
from vae_core.models import VAE, BagOfWordsVAE, ImageVAE, SentenceVAE
from vae_core.models.base import measuring
from vae_core.models.writing import Chooser

TOLERANCE = 1e-4
_ITEMS, _SEED = 32, 0
_BATCHES = (1, 3, _ITEMS)
Arrays = dict[str, npt.NDArray[Any]]


def check_encoder(session: Any, run: Run, name: str) -> dict[str, float]:
    """The largest difference of each output. Raises ExportError where one is above 1e-4."""
    worst: dict[str, float] = {}
    for batch in (*_real_batches(run), *_random_batches(run.model)):
        with measuring(run.model):
            mean, log_variance = run.model.encode(batch)
        wanted = {"mean": mean.numpy(), "log_variance": log_variance.numpy()}
        _compare("encoder", _run(session, name, batch), wanted, worst)
    return worst


def check_decoder(session: Any, run: Run) -> dict[str, float]:
    """As ``check_encoder``, at the places of items and at random ones.

    Where a text takes another word than the model's, both must be equally likely; from there on
    it is another text.
    """
    generator = torch.Generator().manual_seed(_SEED)
    drawn = 1.5 * torch.randn(_ITEMS, run.latent_dim, generator=generator)
    worst: dict[str, float] = {}
    for points in (torch.from_numpy(run.latents.mean[:_ITEMS]), drawn):
        for count in _BATCHES:
            found = _run(session, "z", points[:count])
            wanted = _decoded(run.model, points[:count])
            if "tokens" in wanted:
                drop_after_ties(found, wanted)
            _compare("decoder", found, wanted, worst)
    return worst


def _run(session: Any, name: str, batch: Tensor) -> Arrays:
    outputs = [output.name for output in session.get_outputs()]
    return dict(zip(outputs, session.run(outputs, {name: batch.numpy()}), strict=True))


def _compare(
    what: str, found: Arrays, wanted: Mapping[str, npt.NDArray[Any]], worst: dict[str, float]
) -> None:
    for name, values in wanted.items():
        here = found[name]
        off = np.abs(here.astype(np.float64) - values)
        # Large numbers have large roundings.
        fits = here.shape == values.shape and bool((off <= TOLERANCE * (1 + np.abs(values))).all())
        if not fits:
            raise ExportError(
                f"The ONNX {what} does not give the model's {name} (off by {off.max():.2g}), so "
                "nothing was kept; upgrade onnx, onnxscript and onnxruntime, or choose safetensors."
            )
        key = f"{what} {name}"
        worst[key] = max(worst.get(key, 0.0), float(off.max(initial=0.0)))


def _decoded(model: VAE, z: Tensor) -> Arrays:
    if isinstance(model, SentenceVAE):
        with measuring(model):
            tokens, shares = model._write(z, Chooser(torch.zeros(len(z))), with_shares=True)
        return {"tokens": tokens.numpy(), "probabilities": shares.numpy()}
    if isinstance(model, BagOfWordsVAE):
        with measuring(model):
            return {"probabilities": model._logits(z).softmax(dim=1).numpy()}
    return {"pixels": np.asarray(model.decode(z))}


def drop_after_ties(found: Arrays, wanted: Arrays) -> None:
    """Take over the model's tokens from the first that differs, where both are equally likely."""
    differ = found["tokens"] != wanted["tokens"]
    for row in np.flatnonzero(differ.any(axis=1)):
        place = int(differ[row].argmax())
        shares = [float(arrays["probabilities"][row, place]) for arrays in (found, wanted)]
        if abs(shares[0] - shares[1]) <= TOLERANCE:
            for name, values in wanted.items():
                found[name] = found[name].copy()
                found[name][row, place:] = values[row, place:]


def _real_batches(run: Run) -> list[Tensor]:
    rows = np.arange(min(len(run), _ITEMS))
    items = _item_tensors(run, rows)
    return [items.batch(torch.from_numpy(rows[:count])) for count in _BATCHES]


def _item_tensors(run: Run, rows: npt.NDArray[np.int64]) -> ItemTensors:
    model, cpu = run.model, torch.device("cpu")
    items = run.items(rows)
    if not isinstance(items, list):
        return ImageTensors(as_bytes(items), cpu)
    assert isinstance(model, SentenceVAE | BagOfWordsVAE)
    if isinstance(model, SentenceVAE):
        return SentenceTensors(model.tokenizer.encode(items, model.config.max_tokens), cpu)
    tokens = model.tokenizer.encode(items, MAX_DOCUMENT_TOKENS)
    width = model.config.embedding_width
    # Any numbers do for a check; the true ones need the embedding model.
    features = np.random.default_rng(_SEED).standard_normal((len(items), width), np.float32)
    return DocumentTensors(tokens, model.config.vocabulary_size, cpu, features if width else None)


def _random_batches(model: VAE) -> list[Tensor]:
    """Batches as the model takes them; of texts from the shortest to the longest there can be."""
    draw = np.random.default_rng(_SEED)
    if isinstance(model, ImageVAE):
        shape = model.config.item_shape
        return [torch.from_numpy(draw.random((count, *shape), np.float32)) for count in _BATCHES]
    if isinstance(model, BagOfWordsVAE):
        size = (7, model.config.words + model.config.embedding_width)
        return [torch.from_numpy(draw.poisson(0.3, size).astype(np.float32))]
    assert isinstance(model, SentenceVAE)
    first, last = len(SPECIAL_TOKENS), model.config.vocabulary_size
    lengths = [0, 1, *draw.integers(0, model.config.max_tokens + 1, 5), model.config.max_tokens]
    texts = [
        [BOS, *draw.integers(min(first, last - 1), last, length).tolist(), EOS]
        for length in lengths
    ]
    items = SentenceTensors(texts, torch.device("cpu"))
    return [items.batch(torch.tensor(rows)) for rows in ([0], [0, 1], range(len(texts)))]
