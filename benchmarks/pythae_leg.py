"""The leg of train_images that pythae runs, in an environment of its own; not to be called alone.

pythae is given this project's own layers as its encoder and decoder, and trains them its own way.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import logging
import tempfile
from pathlib import Path
from typing import Any

import torch
from pythae.data.datasets import BaseDataset
from pythae.models import VAE, VAEConfig
from pythae.models.base.base_utils import ModelOutput
from pythae.models.nn import BaseDecoder, BaseEncoder
from pythae.trainers import BaseTrainer, BaseTrainerConfig
from pythae.trainers.training_callbacks import TrainingCallback
from torch import Tensor, nn

from benchmarks.train_images import LEARNING_RATE, MODELS, Times, now, pictures, result
from vae_core.models import build_model


class Encoder(BaseEncoder):
    def __init__(self, layers: nn.Module) -> None:
        super().__init__()
        self.layers = layers

    def forward(self, batch: Tensor) -> ModelOutput:
        mean, log_variance = self.layers.encode(batch)
        return ModelOutput(embedding=mean, log_covariance=log_variance)


class Decoder(BaseDecoder):
    def __init__(self, layers: nn.Module) -> None:
        super().__init__()
        self.layers = layers

    def forward(self, z: Tensor) -> ModelOutput:
        return ModelOutput(reconstruction=torch.sigmoid(self.layers._draw(z)))


class Clock(TrainingCallback):
    """When epochs end, and the loss of the last one."""

    def __init__(self) -> None:
        self.ends: list[Times] = []
        self.loss = 0.0

    def on_epoch_end(self, training_config: Any, **given: Any) -> None:
        self.ends.append(now())

    def on_log(self, training_config: Any, logs: dict[str, float], **given: Any) -> None:
        self.loss = logs["train_epoch_loss"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--models")
    parser.add_argument("--data", type=Path)
    parser.add_argument("--device")
    for name in ("batch-size", "items", "epochs", "threads"):
        parser.add_argument(f"--{name}", type=int)
    parser.add_argument("--tuned", action="store_true")
    parser.add_argument("--workers", action="store_true")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    logging.disable(logging.WARNING)
    with (
        tempfile.TemporaryDirectory() as folder,
        contextlib.redirect_stdout(io.StringIO()),
        contextlib.redirect_stderr(io.StringIO()),
    ):
        found = _train(arguments, folder)
    print(json.dumps(found))


def _train(arguments: argparse.Namespace, folder: str) -> dict[str, Any]:
    config = MODELS[arguments.models]
    layers = build_model(config)
    settings = VAEConfig(
        input_dim=config.item_shape, latent_dim=config.latent_dim, reconstruction_loss="bce"
    )
    model = VAE(settings, Encoder(layers), Decoder(layers))
    data = pictures(arguments.data, arguments.items).float() / 255
    clock = Clock()
    trainer = BaseTrainer(
        model,
        BaseDataset(data, torch.zeros(len(data))),
        training_config=BaseTrainerConfig(
            output_dir=folder,
            per_device_train_batch_size=arguments.batch_size,
            num_epochs=1 + arguments.epochs,
            learning_rate=LEARNING_RATE,
            no_cuda=arguments.device == "cpu",
            optimizer_params={"fused": True} if arguments.tuned else None,
            train_dataloader_num_workers=1 if arguments.workers else 0,
        ),
        callbacks=[clock],
    )
    trainer.train()
    return result(model, data, clock.ends, clock.loss)


if __name__ == "__main__":
    main()
