"""The sliced softmax equals the plain one, in value and in gradient."""

from __future__ import annotations

import pytest
import torch
from torch.nn import functional as F

from vae_core.models.output_layer import _ROWS, token_log_likelihood


def drawn(tokens: int, dtype: torch.dtype) -> tuple[torch.Tensor, ...]:
    generator = torch.Generator().manual_seed(0)
    sizes = ((tokens, 7), (31, 7), (31,))
    made = [torch.randn(*size, generator=generator, dtype=dtype) for size in sizes]
    targets = torch.randint(31, (tokens,), generator=generator)
    return (*(value.requires_grad_() for value in made), targets)


@pytest.mark.parametrize("tokens", [0, 1, _ROWS, _ROWS + 1, 3 * _ROWS - 5])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_value_and_gradient_equal_cross_entropy(tokens: int, dtype: torch.dtype) -> None:
    features, weight, bias, targets = drawn(tokens, dtype)
    # Not all the same, as in a sum over sentences of unequal weight.
    scale = torch.linspace(-1, 2, tokens)
    found = token_log_likelihood(features, weight, bias, targets)
    assert found.dtype == torch.float32
    gradients = torch.autograd.grad((found * scale).sum(), (features, weight, bias))
    plain = -F.cross_entropy(F.linear(features, weight, bias), targets, reduction="none")
    expected = torch.autograd.grad((plain * scale).sum(), (features, weight, bias))
    torch.testing.assert_close(found, plain.float(), atol=1e-5, rtol=1e-5)
    for gradient, wanted in zip(gradients, expected, strict=True):
        torch.testing.assert_close(gradient, wanted, atol=2e-4, rtol=1e-4)


def test_the_gradient_equals_finite_differences() -> None:
    features, weight, bias, targets = drawn(5, torch.float64)

    def total(*inputs: torch.Tensor) -> torch.Tensor:
        return token_log_likelihood(*inputs, targets)

    # The sums are float32, which bounds what differences can show.
    assert torch.autograd.gradcheck(
        total, (features, weight, bias), eps=1e-2, atol=1e-3, rtol=1e-2, check_undefined_grad=False
    )


def test_large_logits_do_not_overflow() -> None:
    features = torch.full((2, 1), 200.0, requires_grad=True)
    weight, bias = torch.tensor([[1.0], [-1.0]]), torch.zeros(2)
    found = token_log_likelihood(features, weight, bias, torch.tensor([0, 1]))
    assert found.tolist() == [0.0, -400.0]
    found.sum().backward()
    assert torch.isfinite(features.grad).all()  # type: ignore[arg-type]


def test_bfloat16_features_keep_a_float32_sum() -> None:
    features, weight, bias, targets = drawn(40, torch.float32)
    found = token_log_likelihood(features.bfloat16(), weight, bias, targets)
    plain = -F.cross_entropy(F.linear(features, weight, bias), targets, reduction="none")
    assert found.dtype == torch.float32
    torch.testing.assert_close(found, plain, atol=0.1, rtol=0.05)
    (gradient,) = torch.autograd.grad(found.sum(), weight)
    assert gradient.dtype == torch.float32
