"""The choice of device: the best there is, or the one asked for."""

from __future__ import annotations

import torch

from vae_core.config import DEVICES, ConfigError, check_choice


def available_devices() -> list[str]:
    """Devices of this machine, best first."""
    devices = []
    if torch.cuda.is_available():
        devices.append("cuda")
    if torch.backends.mps.is_available():
        devices.append("mps")
    return [*devices, "cpu"]


def choose_device(name: str = "auto") -> torch.device:
    """The device called ``name``; "auto" takes cuda, then mps, then cpu.

    Raises ConfigError where the machine has no such device.
    """
    check_choice("device", name, DEVICES)
    found = available_devices()
    if name == "auto":
        return torch.device(found[0])
    if name not in found:
        raise ConfigError(
            f"device {name!r} is not available here; this machine has {', '.join(found)}."
        )
    return torch.device(name)
