"""The softmax over the vocabulary, in slices, so that memory stays flat in batch and length."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import torch
from torch import Tensor

# Rows of logits that exist at a time, and numbers in them: 10 MB of float32 stay in a CPU's cache;
# a GPU wants more to do at a time.
_ROWS, _NUMBERS, _FEWEST = 256, 2_560_000, 32
_ROWS_ON_GPU, _NUMBERS_ON_GPU = 8192, 80_000_000
_LN2 = math.log(2.0)


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
        # Logits to the base 2: exp2 is several times faster than exp where MKL's exp is slow.
        weight = (weight / _LN2).to(features.dtype)
        bias = (bias / _LN2).to(features.dtype)
        ones = torch.ones(len(features), device=features.device) if with_slopes else None
        found, slopes = _in_slices(features, weight, bias, targets, ones)
        ctx.save_for_backward(features, weight, bias, targets, *(slopes or ()))
        return found

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        features, weight, bias, targets, *saved = ctx.saved_tensors
        gradient = gradients[0]
        if len(gradient) and bool((gradient == gradient[0]).all()):
            return (*(slope * gradient[0].to(slope.dtype) for slope in saved), None, None)
        _, slopes = _in_slices(features, weight, bias, targets, gradient)
        assert slopes is not None
        return (*slopes, None, None)


def _in_slices(
    features: Tensor, weight: Tensor, bias: Tensor, targets: Tensor, gradient: Tensor | None
) -> tuple[Tensor, _Slopes | None]:
    """The log likelihoods, and their slopes where a ``gradient`` (tokens,) is given.

    ``weight`` and ``bias`` are divided by ln 2.
    """
    rows = min(len(features), _rows_at_a_time(features.device.type, len(weight)))
    logits = torch.empty(rows, len(weight), dtype=features.dtype, device=features.device)
    powers = torch.empty_like(logits, dtype=torch.float32) if logits.itemsize != 4 else logits
    found = torch.empty(len(features), device=features.device)
    slopes = None if gradient is None else _Slopes(
        torch.empty_like(features),
        torch.zeros_like(weight, dtype=torch.float32),
        torch.zeros_like(bias, dtype=torch.float32),
    )  # fmt: skip
    for start in range(0, len(features), max(rows, 1)):
        part = slice(start, start + rows)
        count = len(features[part])
        here, shares = logits[:count], powers[:count]
        torch.addmm(bias, features[part], weight.T, out=here)
        top = here.amax(dim=1, keepdim=True)
        wanted = here.gather(1, targets[part, None]).float() - top.float()
        if shares is not here:
            shares.copy_(here)
        total = shares.sub_(top).exp2_().sum(dim=1, keepdim=True)
        found[part] = ((wanted - total.log2()) * _LN2)[:, 0]
        if slopes is not None and gradient is not None:
            _add_slopes(slopes, part, (here, shares, total), (features, weight, targets), gradient)
    if slopes is not None:
        slopes.features.mul_(_LN2)
    return found, slopes


def _rows_at_a_time(device: str, vocabulary: int) -> int:
    if device == "cpu":
        return max(_FEWEST, min(_ROWS, _NUMBERS // vocabulary))
    return max(_FEWEST, min(_ROWS_ON_GPU, _NUMBERS_ON_GPU // vocabulary))


def _add_slopes(
    slopes: _Slopes,
    part: slice,
    slice_: tuple[Tensor, Tensor, Tensor],
    inputs: tuple[Tensor, Tensor, Tensor],
    gradient: Tensor,
) -> None:
    """Those of one slice, whose logits and powers are spent.

    d log p(target) / d logits = one-hot(target) − softmax(logits).
    """
    (logits, shares, total), (features, weight, targets) = slice_, inputs
    times = gradient[part, None]
    shares.mul_(-times / total).scatter_add_(1, targets[part, None], times)
    slopes.bias.add_(shares.sum(dim=0))
    if shares is not logits:
        logits.copy_(shares)
    torch.mm(logits, weight, out=slopes.features[part])
    if logits.dtype == torch.float32:
        slopes.weight.addmm_(logits.T, features[part])
    else:
        slopes.weight.add_(logits.T @ features[part])
