"""The configurations that settings come to: for the command that trains, and to check them before.

Settings are named as the command's options are (`Setting.option`).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from explorer.settings import MODEL, OBJECTIVE, TRAINING, Setting
from vae_core.checks import ConfigError

if TYPE_CHECKING:
    from explorer.train_settings import TrainSettings
    from vae_core.config import ModelConfig, TrainConfig

# What recommendations are looked up for before the data are read: an ordinary number of items.
ORDINARY_ITEMS = 20_000
# What does something only where another setting has one of these values: it is not taken silently.
_ONLY_WITH: dict[str, tuple[str, tuple[str, ...]]] = {
    "prior_components": ("prior", ("mixture", "vamp")),
    "concentration": ("style", ("prodlda",)),
    "cycles": ("kl_schedule", ("cyclical",)),
    "mmd_weight": ("kind", ("mmd",)),
}


def model_config(family: str, size: str | None, settings: Mapping[str, Any]) -> ModelConfig:
    """Return the model's configuration: the pre-set size, and over it what was chosen.

    Raises:
        ConfigError: an unknown family, size or setting, or values that cannot work together.
    """
    from vae_core.families import sized
    from vae_core.models import model_class

    check_model(family, size, settings)
    config_class = model_class(family).config_class
    chosen = _chosen(settings, MODEL)
    config = config_class(**{**(sized(family, size) if size else {}), **chosen})
    _check_effect(chosen, config)
    return config


def check_model(family: str, size: str | None, settings: Mapping[str, Any]) -> bool:
    """Refuse what is known to be wrong without torch; return whether more is to be checked.

    Raises:
        ConfigError: an unknown family, size or setting, or values that no model can have.
    """
    from vae_core.config import ModelConfig
    from vae_core.families import modality_of, sized

    modality_of(family)
    if size:
        sized(family, size)
    chosen = _chosen(settings, MODEL)
    families = {setting.name: setting.families for setting in MODEL}
    for name in chosen:
        if families[name] and family not in families[name]:
            raise ConfigError(
                f"The model {family} has no --{name.replace('_', '-')}; leave it out."
            )
    common = {field.name for field in dataclasses.fields(ModelConfig)}
    ModelConfig(**{name: value for name, value in chosen.items() if name in common})
    return not chosen.keys() <= common


def train_config(family: str, items: int, epochs: int, settings: Mapping[str, Any]) -> TrainConfig:
    """Return how to train on so many items: what is recommended, and over it what was chosen.

    Raises:
        ConfigError: values that cannot work, alone or together.
    """
    from vae_core.families import modality_of
    from vae_core.presets import recommended

    preset = recommended(modality_of(family), items, epochs)
    objective = _chosen(settings, OBJECTIVE)
    changes = _fitting(objective, preset, settings.get("prior"))
    config = dataclasses.replace(
        preset,
        **_chosen(settings, TRAINING),
        objective=dataclasses.replace(preset.objective, **changes),
    )
    _check_effect(objective, config.objective)
    return config


def _check_effect(chosen: Mapping[str, Any], config: object) -> None:
    """Refuse what was chosen and would do nothing."""
    for name, (other, values) in _ONLY_WITH.items():
        if name in chosen and (found := getattr(config, other)) not in values:
            option = "objective" if other == "kind" else other.replace("_", "-")
            raise ConfigError(
                f"--{name.replace('_', '-')} goes with --{option} {' or '.join(values)}, but that "
                f"is {found}; leave it out."
            )


def usual_vocabulary(family: str) -> int:
    """Return how many words a model of texts knows where nothing else is asked for."""
    return 2_000 if family == "bag-of-words" else 10_000


def problem(settings: TrainSettings) -> str | None:
    """Say in one sentence which of the settings cannot go together, or None where all can."""
    from vae_core.compatibility import check_run, check_training
    from vae_core.models import model_class

    chosen = {**settings.more, "latent_dim": settings.latent_dim, "seed": settings.seed}
    try:
        model = model_config(settings.model, settings.size, chosen)
        training = train_config(settings.model, ORDINARY_ITEMS, settings.epochs, chosen)
        check_run(training)
        check_training(model, training, model_class(settings.model).modality)
    except ConfigError as error:
        return str(error)
    return None


def _chosen(settings: Mapping[str, Any], known: Sequence[Setting]) -> dict[str, Any]:
    """What was given, of the settings that are known, by field name."""
    given = {setting.name: settings.get(setting.option) for setting in known}
    return {name: value for name, value in given.items() if value is not None}


def _fitting(objective: dict[str, Any], preset: TrainConfig, prior: str | None) -> dict[str, Any]:
    """The chosen objective, with what the preset has and it cannot go with set to none."""
    changes: dict[str, Any] = {}
    if objective.get("kl_schedule") == "constant" and "warmup_epochs" not in objective:
        changes["warmup_epochs"] = 0.0
    kind_takes_them = objective.get("kind", "elbo") in ("elbo", "mmd")
    prior_takes_them = prior in (None, "normal")
    if not kind_takes_them or not prior_takes_them or objective.get("target_kl"):
        changes["free_bits"] = 0.0
    if objective.get("kind") == "iwae":
        changes["beta"] = 1.0
    if objective.get("kl_schedule") == "autoencoder-first":
        changes["autoencoder_epochs"] = max(1.0, round(preset.epochs / 5))
    return {**changes, **objective}
