"""Beam search: the likeliest of many texts at one latent point, where greedy looks at one alone."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional as F

from vae_core.config import check_whole
from vae_core.data.tokenizer import BOS, EOS
from vae_core.models.base import measuring
from vae_core.models.sentence import SentenceVAE
from vae_core.models.writing import NEVER_WRITTEN, TokenText, token_text

MOST_WIDTH = 1_000


@dataclass(frozen=True)
class Scored:
    """A text with its tokens and their probabilities.

    ``log_probability`` is Σ log p(token | tokens before, z), nats, that of the end included where
    the text has one: it has none where ``max_tokens`` cut it off.
    """

    written: TokenText
    log_probability: float


@torch.no_grad()
def beam_search(model: SentenceVAE, z: Tensor, width: int = 5) -> list[Scored]:
    """The ``width`` likeliest texts at z (latent_dim,) that a beam finds, the likeliest first.

    At each token the ``width`` likeliest beginnings are kept, whether they have ended or not;
    nothing is said for length, so short texts are at an advantage. <unk> is never written.
    Width 1 is greedy; a beam as wide as there are texts finds the likeliest of all.
    Raises ConfigError for a bad width.
    """
    check_whole("width", width, 1, MOST_WIDTH)
    with measuring(model):
        found = _searched(model, z.to(model.device)[None], width)
    return [
        Scored(token_text(model.tokenizer, text.tokens[: -1 if text.ended else None], text.shares),
               text.score)
        for text in found
    ]  # fmt: skip


class _Text(NamedTuple):
    """The beginning of a text: token numbers, p of each, and their summed logarithm."""

    tokens: tuple[int, ...]
    shares: tuple[float, ...]
    score: float

    @property
    def ended(self) -> bool:
        return self.tokens[-1:] == (EOS,)


def _searched(model: SentenceVAE, z: Tensor, width: int) -> list[_Text]:
    """The best texts at z (1, latent_dim), the likeliest first; at most ``width``."""
    going, ended = [_Text((), (), 0.0)], list[_Text]()
    memory = model._start(z)
    token = torch.full((1,), BOS, device=z.device)
    for _ in range(model.config.max_tokens):
        of_all = z.expand(len(going), -1)
        state, memory = model._step(token, of_all, memory)
        longer = _longer(going, _log_shares(model, state, of_all), width)
        # Those that have ended hold their places among the best.
        kept = _best([*((-1, text) for text in ended), *longer], width)
        ended = [text for _, text in kept if text.ended]
        rows = [row for row, text in kept if not text.ended]
        going = [text for _, text in kept if not text.ended]
        if not going:
            break
        memory = model._kept(memory, torch.tensor(rows, device=z.device))
        token = torch.tensor([text.tokens[-1] for text in going], device=z.device)
    return [text for _, text in _best([(0, text) for text in [*ended, *going]], width)]


def _longer(going: list[_Text], log_shares: Tensor, width: int) -> list[tuple[int, _Text]]:
    """The best texts of one more token, with the row of what they begin with."""
    scores = torch.tensor([text.score for text in going], dtype=torch.float64)
    total = (scores[:, None] + log_shares).flatten()
    best = total.topk(min(width, len(total)))
    found = []
    for score, place in zip(best.values.tolist(), best.indices.tolist(), strict=True):
        row, token = divmod(place, log_shares.shape[1])
        if score > -math.inf:
            before = going[row]
            share = math.exp(log_shares[row, token])
            found.append((row, _Text((*before.tokens, token), (*before.shares, share), score)))
    return found


def _best(texts: list[tuple[int, _Text]], width: int) -> list[tuple[int, _Text]]:
    return sorted(texts, key=lambda one: -one[1].score)[:width]


def _log_shares(model: SentenceVAE, state: Tensor, z: Tensor) -> Tensor:
    """log p(token) after each beginning, (beginnings, vocabulary), on the CPU.

    What is never written has −inf.
    """
    features = model._to_output(state, z)
    logits = F.linear(features, model.embedding.weight, model.output_bias).double()
    log_shares = logits.log_softmax(dim=1).cpu()
    for never in NEVER_WRITTEN:
        log_shares[:, never] = -math.inf
    return log_shares
