"""The softmax over the vocabulary, in slices, so that memory stays flat in batch and length."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

# Rows of logits that exist at a time: at 10,000 words of float32, 20 MB.
_SLICE = 512


def token_log_likelihood(features: Tensor, weight: Tensor, bias: Tensor, targets: Tensor) -> Tensor:
    """log softmax(features weightᵀ + bias)[target] of each token: (tokens,), float32, nats.

    ``features`` (tokens, width), ``weight`` (vocabulary, width), ``bias`` (vocabulary,),
    ``targets`` (tokens,) int64. The logits are made slice by slice, and made again for the
    gradient, instead of being kept: (tokens, vocabulary) numbers never exist at once.
    """
    result: Tensor = _TokenLogLikelihood.apply(features, weight, bias, targets)  # type: ignore[no-untyped-call]
    return result


class _TokenLogLikelihood(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any, features: Tensor, weight: Tensor, bias: Tensor, targets: Tensor
    ) -> Tensor:
        weight, bias = weight.to(features.dtype), bias.to(features.dtype)
        normalisers, chosen = [], []
        for start in range(0, max(len(features), 1), _SLICE):
            part = slice(start, start + _SLICE)
            logits = F.linear(features[part], weight, bias).float()
            normalisers.append(logits.logsumexp(dim=1))
            chosen.append(logits.gather(1, targets[part, None])[:, 0])
        normaliser = torch.cat(normalisers)
        ctx.save_for_backward(features, weight, bias, targets, normaliser)
        return torch.cat(chosen) - normaliser

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, Tensor, Tensor, None]:
        features, weight, bias, targets, normaliser = ctx.saved_tensors
        to_features = torch.empty_like(features)
        to_weight = torch.zeros_like(weight, dtype=torch.float32)
        to_bias = torch.zeros_like(bias, dtype=torch.float32)
        for start in range(0, len(features), _SLICE):
            part = slice(start, start + _SLICE)
            logits = F.linear(features[part], weight, bias).float()
            # d log p(target) / d logits = one-hot(target) − softmax(logits)
            slope = logits.sub_(normaliser[part, None]).exp_().neg_()
            slope.scatter_add_(1, targets[part, None], torch.ones_like(slope[:, :1]))
            slope.mul_(gradients[0][part, None])
            to_bias += slope.sum(dim=0)
            slope = slope.to(features.dtype)
            to_features[part] = slope @ weight
            to_weight += slope.T @ features[part]
        return to_features, to_weight, to_bias, None
