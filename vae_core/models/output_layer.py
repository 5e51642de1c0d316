"""The softmax over the vocabulary, in slices, so that memory stays flat in batch and length."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import torch
from torch import Tensor
from torch.nn import functional as F

# Rows of logits that exist at a time: at 10,000 words of float32, 20 MB.
_SLICE = 512


# The number of slices and the choice in the backward pass depend on the data.
@torch.compiler.disable  # type: ignore[untyped-decorator]
def token_log_likelihood(features: Tensor, weight: Tensor, bias: Tensor, targets: Tensor) -> Tensor:
    """log softmax(features weightᵀ + bias)[target] of each token: (tokens,), float32, nats.

    ``features`` (tokens, width), ``weight`` (vocabulary, width), ``bias`` (vocabulary,),
    ``targets`` (tokens,) int64. The logits are made slice by slice and not kept:
    (tokens, vocabulary) numbers never exist at once.
    """
    result: Tensor = _TokenLogLikelihood.apply(  # type: ignore[no-untyped-call]
        features, weight, bias, targets, torch.is_grad_enabled()
    )
    return result


class _Slopes(NamedTuple):
    """Derivatives of Σ_i g_i log p(target_i) by each input."""

    features: Tensor
    weight: Tensor
    bias: Tensor


class _TokenLogLikelihood(torch.autograd.Function):
    """Nearly every objective gives all tokens the same weight g.

    Then the slopes at g = 1, which cost least while the logits are there, are g times off, and the
    logits need not be made again for the gradient.
    """

    @staticmethod
    def forward(
        ctx: Any,
        features: Tensor,
        weight: Tensor,
        bias: Tensor,
        targets: Tensor,
        with_slopes: bool,
    ) -> Tensor:
        weight, bias = weight.to(features.dtype), bias.to(features.dtype)
        slopes = _no_slopes(features, weight, bias) if with_slopes else None
        found = torch.empty(len(features), device=features.device)
        ones = torch.ones_like(found)
        for part, log_shares in _slices(features, weight, bias):
            found[part] = log_shares.gather(1, targets[part, None])[:, 0]
            if slopes is not None:
                _add_slopes(slopes, part, log_shares, features, weight, targets, ones)
        ctx.save_for_backward(features, weight, bias, targets, *(slopes or ()))
        return found

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        features, weight, bias, targets, *saved = ctx.saved_tensors
        gradient = gradients[0]
        if len(gradient) and bool((gradient == gradient[0]).all()):
            return (*(slope * gradient[0].to(slope.dtype) for slope in saved), None, None)
        slopes = _no_slopes(features, weight, bias)
        for part, log_shares in _slices(features, weight, bias):
            _add_slopes(slopes, part, log_shares, features, weight, targets, gradient)
        return (*slopes, None, None)


def _slices(features: Tensor, weight: Tensor, bias: Tensor) -> Iterator[tuple[slice, Tensor]]:
    """Rows of ``features``, and their log softmax (rows, vocabulary) in float32."""
    for start in range(0, len(features), _SLICE):
        part = slice(start, start + _SLICE)
        yield part, F.linear(features[part], weight, bias).float().log_softmax(dim=1)


def _no_slopes(features: Tensor, weight: Tensor, bias: Tensor) -> _Slopes:
    return _Slopes(
        torch.zeros_like(features),
        torch.zeros_like(weight, dtype=torch.float32),
        torch.zeros_like(bias, dtype=torch.float32),
    )


def _add_slopes(
    slopes: _Slopes,
    part: slice,
    log_shares: Tensor,
    features: Tensor,
    weight: Tensor,
    targets: Tensor,
    gradient: Tensor,
) -> None:
    """Add those of one slice; ``log_shares`` is spent.

    d log p(target) / d logits = one-hot(target) − softmax(logits), taken apart so that nothing
    more of that size is made.
    """
    shares, wanted, times = log_shares.exp_(), targets[part], gradient[part]
    slopes.bias.sub_(times @ shares).index_add_(0, wanted, times)
    shares = shares.to(features.dtype)
    times = times[:, None].to(features.dtype)
    rows = features[part] * times
    slopes.features[part] = (weight[wanted] - shares @ weight) * times
    slopes.weight.sub_(shares.T @ rows).index_add_(0, wanted, rows.float())
