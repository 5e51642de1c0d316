"""How a text is written token by token: which one comes next, and how probable it was."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from vae_core.config import ConfigError, check_range
from vae_core.data.tokenizer import BOS, PAD, UNK, Tokenizer

MAX_TEMPERATURE = 100.0
NEVER_WRITTEN = (PAD, BOS, UNK)
# Below it nothing but the likeliest token is ever drawn, and 1/temperature stays finite.
_COLDEST = 1e-20
_LN2 = math.log(2.0)


class TokenText(NamedTuple):
    """A text, the pieces that it is made of, and the probability of each."""

    text: str
    tokens: tuple[str, ...]
    probabilities: tuple[float, ...]


def token_text(tokenizer: Tokenizer, ids: Sequence[int], shares: Sequence[float]) -> TokenText:
    """The text of token numbers; of ``shares`` as many count as there are tokens."""
    pieces = tokenizer.pieces(ids)
    return TokenText("".join(pieces).strip(), tuple(pieces), tuple(shares[: len(pieces)]))


def checked_temperatures(temperature: float | Tensor, count: int) -> Tensor:
    """A temperature for each of ``count`` texts: (count,). Raises ConfigError for a bad one."""
    if not isinstance(temperature, Tensor):
        check_range("temperature", temperature, 0.0, MAX_TEMPERATURE)
        return torch.full((count,), float(temperature))
    if temperature.shape != (count,):
        raise ConfigError(
            f"temperature must be one number, or one for each of {count} texts, but has shape "
            f"{tuple(temperature.shape)}."
        )
    for value in temperature.tolist():
        check_range("temperature", value, 0.0, MAX_TEMPERATURE)
    return temperature.float()


class Chooser:
    """Chooses the next tokens of texts: the likeliest ones, or drawn ones.

    ``temperatures`` (texts,), on the model's device; the generator must be of that device.
    """

    def __init__(self, temperatures: Tensor, generator: torch.Generator | None = None) -> None:
        self._temperatures = temperatures
        self._generator = generator
        self._greedy = not bool((temperatures > 0).any())

    def choose(
        self, logits: Tensor, rows: Tensor, with_shares: bool
    ) -> tuple[Tensor, Tensor | None]:
        """The next token of the texts ``rows`` (n,), and its probability where asked for: (n,).

        ``logits`` (n, vocabulary), float32, are spent. The probability is among all tokens, those
        that are never written included, as in the likelihood.
        """
        top = logits.amax(dim=1, keepdim=True)
        # exp2 is several times faster than exp where MKL's exp is slow.
        total = (logits - top).mul_(1 / _LN2).exp2_().sum(dim=1) if with_shares else None
        for never in NEVER_WRITTEN:  # one by one, since an index of several costs more
            logits[:, never] = float("-inf")
        token = _likeliest(logits)
        if not self._greedy:
            token = self._drawn(logits, rows, token)
        if total is None:
            return token, None
        found = logits.gather(1, token[:, None]) - top
        return token, found[:, 0].exp() / total

    def _drawn(self, logits: Tensor, rows: Tensor, likeliest: Tensor) -> Tensor:
        """Drawn from p^(1/temperature) by inversion: one random number a token."""
        temperatures = self._temperatures[rows]
        # One for every text that there was, so that no draw depends on which others have ended.
        count = len(self._temperatures)
        even = torch.rand(count, device=logits.device, generator=self._generator)[rows]
        best = logits.gather(1, likeliest[:, None])
        scale = 1 / (temperatures.clamp(min=_COLDEST) * _LN2)
        shares = (logits - best).mul_(scale[:, None]).exp2_()
        summed = shares.cumsum(dim=1)
        wanted = (even * summed[:, -1])[:, None]
        found = torch.searchsorted(summed, wanted, right=True)[:, 0]
        # Rounding may put the last one past the end.
        found = torch.where(found < logits.shape[1], found, likeliest)
        return torch.where(temperatures > 0, found, likeliest)


def _likeliest(logits: Tensor) -> Tensor:
    if logits.device.type == "cpu":
        # Numpy's argmax along a row is ten times faster than torch's.
        return torch.from_numpy(logits.numpy().argmax(axis=1))
    return logits.argmax(dim=1)
