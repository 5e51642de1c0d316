"""Training as an iterator: the caller draws progress from it, and stops it when it likes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from torch import nn

from vae_core.checks import ConfigError
from vae_core.compatibility import check_training
from vae_core.config import TrainConfig
from vae_core.models.base import VAE
from vae_core.progress import TrainProgress
from vae_core.trainer import Trainer, TrainingData, TrainingError
from vae_core.training_state import TrainingState

__all__ = ["TrainProgress", "TrainingData", "TrainingError", "train"]

SAVE_SECONDS = 30.0


def train(
    model: VAE,
    data: TrainingData,
    config: TrainConfig,
    metrics: Path | None = None,
    should_stop: Callable[[], bool] = lambda: False,
    *,
    resume: TrainingState | None = None,
    save: Callable[[TrainingState], None] | None = None,
    save_seconds: float = SAVE_SECONDS,
) -> Iterator[TrainProgress]:
    """Train ``model`` in place with Adam; it ends with the weights of the best validation ELBO.

    Only epochs that end with β at its full value compete, since before that the ELBO is not what
    is optimised. Each report is also one line of ``metrics``. When ``should_stop()`` turns true,
    the current weights are validated and training ends as it would at its last epoch. The same
    seed on the same CPU gives the same weights, bit for bit; torch's global generator is seeded,
    as dropout draws from it.

    ``save`` is given the whole state every ``save_seconds`` and when training is stopped; handed
    back as ``resume``, with the same model, data and config, training goes on from there and ends
    bit-identical (on the same CPU with as many threads) to one that was never interrupted.
    Raises ConfigError for settings that cannot go together, and TrainingError when the loss is no
    longer a number.
    """
    check_training(model.config, config, model.modality)
    _check_batches(model, data, config)
    trainer = Trainer(model, data, config, metrics)
    if resume is not None:
        trainer.restore(resume)
    with _compiled(model, config.compile):
        yield from trainer.run(should_stop, save, save_seconds)
    model.eval()


def _check_batches(model: VAE, data: TrainingData, config: TrainConfig) -> None:
    """A layer that normalises over the batch has nothing to go by in a batch of one."""
    smallest = min(len(data.train), config.batch_size)
    if smallest < 2 and any(isinstance(part, nn.BatchNorm1d) for part in model.modules()):
        raise ConfigError(
            "batch_size and the number of training items must be 2 or more for a model with "
            f"BatchNorm, but are {config.batch_size} and {len(data.train)}."
        )


@contextmanager
def _compiled(model: VAE, wanted: bool) -> Iterator[None]:
    """The model's two halves through torch.compile, for as long as it trains."""
    if not wanted:
        yield
        return
    halves: dict[str, Any] = {"encode": model.encode, "log_likelihood": model.log_likelihood}
    try:
        for name, half in halves.items():
            object.__setattr__(model, name, torch.compile(half, dynamic=True))
        yield
    except torch._dynamo.exc.TorchDynamoException as error:
        raise TrainingError(
            "torch.compile does not work on this machine; leave it out (compile = false)."
        ) from error
    finally:
        for name in halves:
            model.__dict__.pop(name, None)
