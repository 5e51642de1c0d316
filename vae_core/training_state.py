"""All that training needs to go on as if it had never stopped, in one safetensors file."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import safetensors.torch
import torch
from safetensors import SafetensorError
from torch import Tensor, nn

from vae_core.errors import UserError, reason

_HEADER = "latentscape"


class StateError(UserError, ValueError):
    """A saved training state that cannot be used; the message says why."""


@dataclass(frozen=True)
class TrainingState:
    """``values`` are JSON, ``tensors`` are on the CPU, each by a dotted name."""

    values: dict[str, Any]
    tensors: dict[str, Tensor]

    def to_bytes(self) -> bytes:
        tensors = {name: value.detach().cpu().contiguous().clone()
                   for name, value in self.tensors.items()}  # fmt: skip
        return safetensors.torch.save(tensors, {_HEADER: json.dumps(self.values)})

    @classmethod
    def from_bytes(cls, content: bytes) -> TrainingState:
        """Read what ``to_bytes`` wrote. Raises StateError."""
        try:
            tensors = safetensors.torch.load(content)
            length = int.from_bytes(content[:8], "little")
            header = json.loads(content[8 : 8 + length])["__metadata__"][_HEADER]
            return cls(dict(json.loads(header)), tensors)
        except (SafetensorError, ValueError, KeyError, TypeError, RecursionError) as error:
            raise StateError(
                f"The saved training state is damaged ({reason(error)}); train again."
            ) from error

    def part(self, name: str) -> dict[str, Tensor]:
        """The tensors below ``name``, without it."""
        prefix = f"{name}."
        return {key.removeprefix(prefix): value for key, value in self.tensors.items()
                if key.startswith(prefix)}  # fmt: skip


def optimiser_tensors(optimiser: torch.optim.Optimizer, model: nn.Module) -> dict[str, Tensor]:
    """Moments and step counts of every parameter that has some: "parameter/moment"."""
    return {
        f"{name}/{key}": torch.as_tensor(value)
        for name, parameter in model.named_parameters()
        for key, value in optimiser.state.get(parameter, {}).items()
    }


def restore_optimiser(
    optimiser: torch.optim.Optimizer, model: nn.Module, tensors: dict[str, Tensor]
) -> None:
    """Put back what ``optimiser_tensors`` took."""
    parameters = dict(model.named_parameters())
    on_device = bool(optimiser.defaults.get("fused"))
    optimiser.state.clear()
    for key, value in tensors.items():
        name, moment = key.rsplit("/", 1)
        parameter = parameters[name]
        # Plain Adam keeps its step count on the CPU, its moments beside the parameter.
        device = parameter.device if value.ndim or on_device else value.device
        optimiser.state[parameter][moment] = value.to(device)
