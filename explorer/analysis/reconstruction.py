"""Items beside what comes back of them: encoded, decoded, and how much was lost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from explorer.analysis.decoding import decode
from explorer.analysis.word_diff import Piece, word_diff, word_shares
from explorer.analysis.words_along import words_of

if TYPE_CHECKING:
    from vae_core.checkpoint import Run
    from vae_core.models.writing import TokenText

# Of more items the worst are looked for in a seeded sample.
MOST_LOOKED_AT = 2_000


@dataclass(frozen=True, eq=False)
class RebuiltPicture:
    """A picture, what came back, and rebuilt − source: (h, w[, colours]), in [0, 1] and [−1, 1].

    `error` is the mean squared difference of a pixel.
    """

    source: NDArray[np.float32]
    rebuilt: NDArray[np.float32]
    difference: NDArray[np.float32]
    error: float


@dataclass(frozen=True)
class RebuiltText:
    """A text and what came back, word by word.

    `nats`: −log p(source | z) for each token that the model reads; None where it reads none.
    """

    source: str
    written: TokenText
    pieces: tuple[Piece, ...]
    nats: float | None

    @property
    def kept(self) -> int:
        """How many words of the source came back in their place."""
        return sum(piece.change == "kept" for piece in self.pieces)

    @property
    def words(self) -> int:
        """How many words the source has."""
        return sum(piece.change != "added" for piece in self.pieces)


def latents_of(run: Run, items: NDArray[np.int64]) -> NDArray[np.float32]:
    """Return what items are rebuilt from, (n, latent_dim).

    The means of their posteriors; where the folder holds no originals those of the decoded items,
    encoded once more: there what comes back is that of a decode.
    """
    if not run.items_are_decoded:
        return np.array(run.latents.mean[items], np.float32)
    return encoded(run, run.items(items))


def encoded(run: Run, items: Any) -> NDArray[np.float32]:
    """Encode pictures (n, h, w[, colours]) in [0, 1] or texts: (n, latent_dim), posterior means."""
    import torch

    from vae_core.evaluation.posterior import encode_items
    from vae_core.models.base import measuring
    from vae_core.runs import text_tensors

    if run.modality == "images":
        batch = torch.from_numpy(np.array(items, np.float32))
        with measuring(run.model):
            mean = run.model.encode(batch.to(run.model.device)).mean
        pictures: NDArray[np.float32] = mean.float().cpu().numpy()
        return pictures
    texts: NDArray[np.float32] = encode_items(
        run.model, text_tensors(run.model, [str(text) for text in items])
    ).mean.numpy()
    return texts


def rebuilt_pictures(run: Run, items: NDArray[np.int64]) -> list[RebuiltPicture]:
    """Compare pictures with what comes back of them."""
    sources = np.asarray(run.items(items), np.float32)
    rebuilt = np.asarray(decode(run, latents_of(run, items)), np.float32)
    return [
        RebuiltPicture(one, other, other - one, float(((other - one) ** 2).mean()))
        for one, other in zip(sources, rebuilt, strict=True)
    ]


def rebuilt_texts(run: Run, items: NDArray[np.int64]) -> list[RebuiltText]:
    """Compare texts with what comes back of them."""
    import torch

    sources = [str(text) for text in run.items(items)]
    z = latents_of(run, items)
    written = run.model.decode_tokens(torch.from_numpy(z))  # type: ignore[operator]
    nats = nats_a_token(run, sources, z)
    return [
        RebuiltText(source, one, tuple(_pieces(run, source, one)), lost)
        for source, one, lost in zip(sources, written, nats, strict=True)
    ]


def _pieces(run: Run, source: str, written: TokenText) -> list[Piece]:
    shares = word_shares(written)
    if run.modality != "documents":
        return word_diff(source.split(), shares)
    # A document model knows no order: of the words that it expects, those that the text has.
    has = words_of(source)
    return [Piece(word, "kept" if word in has else "added", p) for word, p in shares]


def nats_a_token(run: Run, texts: Sequence[str], z: NDArray[np.floating]) -> list[float | None]:
    """Return −log p(text | z) for each token that the model reads; None where it reads none."""
    import torch

    from vae_core.data.tensors import SentenceTensors
    from vae_core.evaluation.passes import log_likelihoods
    from vae_core.runs import text_tensors

    items = text_tensors(run.model, texts)
    nats = -log_likelihoods(run.model, items, torch.from_numpy(np.array(z, np.float32))).numpy()
    if isinstance(items, SentenceTensors):
        tokens = items.lengths.cpu().numpy() - 1.0
    else:
        words = run.tokenizer.vocabulary_size if run.tokenizer else 0
        rows = [items.batch(rows)[:, :words].sum(dim=1).cpu() for rows in items.in_order(512)]
        tokens = torch.cat(rows).numpy()
    pairs = zip(nats.tolist(), tokens.tolist(), strict=True)
    return [lost / count if count > 0 else None for lost, count in pairs]


def looked_at(count: int, seed: int = 0) -> NDArray[np.int64]:
    """Return the items among which the worst are looked for."""
    if count <= MOST_LOOKED_AT:
        return np.arange(count, dtype=np.int64)
    found = np.random.default_rng(seed).choice(count, MOST_LOOKED_AT, replace=False)
    return np.sort(found).astype(np.int64)


def losses(run: Run, items: NDArray[np.int64]) -> NDArray[np.float64]:
    """How badly each of these items comes back, (n,): squared difference, or nats a token.

    A text without words has nothing to lose: 0.
    """
    if run.modality == "images":
        return np.array([one.error for one in rebuilt_pictures(run, items)])
    sources = [str(text) for text in run.items(items)]
    found = nats_a_token(run, sources, latents_of(run, items))
    pairs = zip(sources, found, strict=True)
    return np.array([0.0 if lost is None or not text.split() else lost for text, lost in pairs])
