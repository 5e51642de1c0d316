"""Settings that are fine alone and impossible together, refused before anything is trained."""

from __future__ import annotations

from vae_core.checks import ConfigError
from vae_core.config import ModelConfig, TrainConfig
from vae_core.data.dataset import Modality
from vae_core.models.image import ImageConfig
from vae_core.objective_config import MAX_NATS_PER_DIMENSION


def check_training(model: ModelConfig, training: TrainConfig, modality: Modality) -> None:
    """Refuse a training that cannot work for this model. Raises ConfigError naming the field."""
    _check_prior(model, training)
    _check_batch(training)
    _check_modality(model, training, modality)
    _check_shift(model, training)
    target, most = training.objective.target_kl, MAX_NATS_PER_DIMENSION * model.latent_dim
    if target > most:
        raise ConfigError(
            f"target_kl must be between 0 and {most:g} nats ({MAX_NATS_PER_DIMENSION:g} for each "
            f"of {model.latent_dim} dimensions), but is {target:g}."
        )
    if training.aggressive_epochs and training.objective.kind == "language-model":
        raise ConfigError("aggressive_epochs must be 0 with the language-model objective.")


def check_run(training: TrainConfig) -> None:
    """Refuse a training whose end would be no model to look at. Raises ConfigError."""
    objective = training.objective
    if objective.kind == "language-model":
        raise ConfigError(
            "kind must be one of elbo, iwae, tcvae, mmd for a run, but is 'language-model'; every "
            "run of sentences trains one by itself, to compare with."
        )
    if objective.kl_schedule != "cyclical" and objective.warmup_epochs > training.epochs:
        raise ConfigError(
            f"warmup_epochs must be at most the {training.epochs:,} epochs of the training, or β "
            f"never gets to its full value, but is {objective.warmup_epochs:g}."
        )


def _check_prior(model: ModelConfig, training: TrainConfig) -> None:
    if model.prior != "normal" and training.objective.free_bits > 0:
        raise ConfigError(
            f"free_bits must be 0 with the {model.prior} prior, whose KL has no dimensions, but is "
            f"{training.objective.free_bits:g}."
        )


def _check_shift(model: ModelConfig, training: TrainConfig) -> None:
    if not isinstance(model, ImageConfig):
        return
    side, shift = min(model.image_height, model.image_width), training.augment_shift
    if shift >= side:
        raise ConfigError(
            f"augment_shift must be below the {side} pixels of a picture's side, but is {shift}."
        )


def _check_batch(training: TrainConfig) -> None:
    needs_two = {
        "the mmd objective": training.objective.kind == "mmd",
        "the tcvae objective": training.objective.kind == "tcvae",
    }
    for what, needed in needs_two.items():
        if needed and training.batch_size < 2:
            raise ConfigError(f"batch_size must be 2 or more with {what}, but is 1.")


def _check_modality(model: ModelConfig, training: TrainConfig, modality: Modality) -> None:
    moves = {
        "augment_shift": training.augment_shift,
        "augment_rotation": training.augment_rotation,
    }
    for name, value in moves.items():
        if value and modality != "images":
            raise ConfigError(f"{name} must be 0 for {modality}, but is {value:g}.")
        if value and getattr(model, "binarisation", "none") == "static":
            raise ConfigError(
                f"{name} must be 0 with static binarisation, whose pictures never change, but is "
                f"{value:g}."
            )
    if training.objective.kind == "language-model" and modality != "sentences":
        raise ConfigError(
            f"kind must be one of elbo, iwae, tcvae, mmd for {modality}, but is 'language-model'."
        )
