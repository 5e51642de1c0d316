"""Training settings that work without being chosen, by kind and number of items."""

from __future__ import annotations

from vae_core.config import ObjectiveConfig, TrainConfig
from vae_core.data.dataset import Modality

# Below this, batches of 128 are so few an epoch that a model hardly moves.
_SMALL_SET = 5_000


def recommended(modality: Modality, items: int, epochs: int = 20) -> TrainConfig:
    """A configuration to start from.

    Sentences get free bits and a KL warm-up over the first third (at most 3 epochs), without
    which their decoder learns to do without z (Bowman et al. 2016; Li et al. 2019). Documents get
    β = 0.6: at 1 so few words leave z less than the 2 nats of the collapse gate.
    """
    batch_size = 32 if items < _SMALL_SET else 128
    if modality == "images":
        return TrainConfig(epochs=epochs, batch_size=batch_size)
    if modality == "documents":
        return TrainConfig(
            epochs=epochs,
            batch_size=2 * batch_size,
            learning_rate=5e-3,
            objective=ObjectiveConfig(beta=0.6),
        )
    return TrainConfig(
        epochs=epochs,
        batch_size=batch_size,
        learning_rate=2e-3,
        schedule="cosine",
        objective=ObjectiveConfig(warmup_epochs=min(3.0, epochs / 3), free_bits=0.5),
    )
