"""The choice of device."""

from __future__ import annotations

import pytest
import torch

from tests.core.support import one_sentence
from vae_core.config import ConfigError
from vae_core.device import available_devices, choose_device


def pretend(monkeypatch: pytest.MonkeyPatch, *, cuda: bool, mps: bool) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: cuda)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: mps)


@pytest.mark.parametrize(
    ("cuda", "mps", "expected"),
    [
        (True, True, ["cuda", "mps", "cpu"]),
        (True, False, ["cuda", "cpu"]),
        (False, True, ["mps", "cpu"]),
        (False, False, ["cpu"]),
    ],
)
def test_auto_takes_the_best_there_is(
    monkeypatch: pytest.MonkeyPatch, cuda: bool, mps: bool, expected: list[str]
) -> None:
    pretend(monkeypatch, cuda=cuda, mps=mps)
    assert available_devices() == expected
    assert choose_device("auto").type == expected[0]
    assert choose_device("cpu").type == "cpu"


def test_a_device_that_is_not_there_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    pretend(monkeypatch, cuda=False, mps=False)
    with pytest.raises(ConfigError) as caught:
        choose_device("cuda")
    assert "this machine has cpu" in one_sentence(caught.value)


def test_an_unknown_device_is_refused() -> None:
    with pytest.raises(ConfigError, match="'gpu'"):
        choose_device("gpu")
