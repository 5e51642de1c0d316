"""A run's data and settings as the values of the Train form, to train it again with changes."""

from __future__ import annotations

import dataclasses
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from explorer import data_fixes, data_reading, session, uploads
from explorer.configurations import usual_vocabulary
from explorer.loose_json import mapping
from explorer.own_data import HUB, NO_LABELS, PATH, UPLOAD
from explorer.train_controls import MOST_DIMENSIONS, MOST_EPOCHS, OWN_DATA, USUAL_SIZE
from explorer.train_fields import SECTIONS, SEED, Choice, Field, Number, Situation

if TYPE_CHECKING:
    from vae_core.config import ModelConfig, TrainConfig
    from vae_core.data.tokenizer import TokenizerKind

# What the form takes elsewhere, or finds out from the data.
_ELSEWHERE = {"latent_dim", "image_height", "image_width", "image_channels", "vocabulary_size"}
_VOCABULARY = "--vocabulary-size"


@dataclass(frozen=True)
class Form:
    """The Train form filled in.

    Attributes:
        values: of its kept widgets, by their keys.
        uploaded: the file that was uploaded for the run, where it is still there.
        missing: one sentence on data that cannot be chosen again, or None.
        left: settings of the run that the form has no place for, in words.
        command: that it was trained with; "" where that is not known.
    """

    values: Mapping[str, Any]
    uploaded: Path | None
    missing: str | None
    left: tuple[str, ...]
    command: str


def form_of_run(run: Path, runs: Path) -> Form:
    """Return the form for the run in a folder, also for one that is not finished.

    Raises:
        RunError: it cannot be read.
        ConfigError: it has settings that cannot be.
    """
    from vae_core.checkpoint import read_config, read_tokenizer

    tokenizer = read_tokenizer(run)
    return form_of(read_config(run), None if tokenizer is None else tokenizer.kind, runs)


def form_of(config: Mapping[str, Any], kind: TokenizerKind | None, runs: Path) -> Form:
    """Return the form for the run of a checked `config`; `kind` of tokenizer, for texts.

    Raises:
        ConfigError: the config has settings that cannot be.
    """
    from vae_core.config import TrainConfig
    from vae_core.families import data_modality
    from vae_core.models import model_class, model_config_from_json
    from vae_core.presets import recommended

    model = model_config_from_json(mapping(config.get("model")))
    training = TrainConfig.from_json(mapping(config.get("training")))
    modality = model_class(model.family).modality
    size, left = _size_of(model)
    preset = recommended(modality, int(config["items"]), training.epochs)
    command = str(config.get("command") or "")
    recorded = _recorded(model, training, kind)
    if "vocabulary_size" in recorded:
        recorded["vocabulary_size"] = _asked_words(command, recorded["vocabulary_size"])
    fields, unfit = _fields(recorded, model.family, modality, preset)
    source = mapping(mapping(config.get("dataset")).get("source"))
    command = str(config.get("command") or "")
    values, uploaded, missing = _data(source, runs, command)
    values |= {
        f"train.model.{data_modality(modality)}": model.family,
        f"train.size.{model.family}": size or USUAL_SIZE,
        f"train.latent_dim.{model.family}.{size}": min(model.latent_dim, MOST_DIMENSIONS),
        f"train.epochs.{modality}": min(training.epochs, MOST_EPOCHS),
        "train.name": "",
        **fields,
    }
    left += unfit + _too_large(model, training) + _not_asked(training)
    if config.get("language_model") is False and modality == "sentences":
        left.append("no language model")
    return Form(values, uploaded, missing, tuple(left), command)


def fill(form: Form) -> None:
    """Fill in the Train form of this session."""
    for key, value in form.values.items():
        session.set_kept(key, value)
    session.remember("train.uploaded", form.uploaded and ("", str(form.uploaded)))


def _reading(source: Mapping[str, Any], path: Path, command: str) -> dict[str, Any]:
    """How the file was read, where that was asked for; what was found by itself is found again."""
    values: dict[str, Any] = {}
    if isinstance(side := source.get("side"), int):
        values[data_reading.key(path, "side")] = side
    for name in ("encoding", "delimiter"):
        if source.get(name) and f"--{name}" in command:
            said = str(source[name])
            shown = data_reading.delimiter_name(said) if name == "delimiter" else said
            values[data_reading.key(path, name)] = shown
    return values


def _data(
    source: Mapping[str, Any], runs: Path, command: str
) -> tuple[dict[str, Any], Path | None, str | None]:
    from vae_core.data.registry import DATASETS

    if source.get("dataset") in DATASETS:
        return _named(str(source["dataset"]), source.get("folder"))
    own: dict[str, Any] = {"train.dataset": OWN_DATA}
    if "hub" in source:
        names = ("hub", "split", "config", "text_column", "label_column")
        asked = {f"train.hub.{name}": str(source.get(name) or "") for name in names}
        fixes = data_fixes.values_of(mapping(source.get("fixes")), f"hub.{source['hub']}")
        return {**own, "train.way": HUB, **asked, **fixes}, None, None
    found = source.get("text") or source.get("pictures")
    if not isinstance(found, str):
        return own, None, "Where the data came from was not recorded; bring them again."
    path = Path(found)
    if not path.is_absolute() or not path.exists():
        return own, None, f"The file {found} is not there any more; bring it again."
    for name, none in (("text", None), ("label", NO_LABELS)):
        column = source.get(f"{name}_column", none)
        if column is not None:
            own[f"train.{name}_column.{path}"] = str(column)
    if source.get("header") is False:
        own[f"train.header.{path}"] = False
    own |= _reading(source, path, command)
    own |= data_fixes.values_of(mapping(source.get("fixes")), str(path))
    if source.get("sheet"):
        own[f"train.sheet.{path}"] = str(source["sheet"])
    if path.is_relative_to(runs / uploads.FOLDER):
        return {**own, "train.way": UPLOAD}, path, None
    return {**own, "train.way": PATH, "train.text": str(path)}, None, None


def _named(name: str, folder: Any) -> tuple[dict[str, Any], Path | None, str | None]:
    values: dict[str, Any] = {"train.dataset": name}
    if not isinstance(folder, str):
        return values, None, None
    if not Path(folder).is_dir() or not Path(folder).is_absolute():
        return values, None, (
            f"The folder {folder} with its data is not there any more; name another one."
        )  # fmt: skip
    return {**values, f"train.folder.{name}": folder}, None, None


def _size_of(model: ModelConfig) -> tuple[str | None, list[str]]:
    """The pre-set size that a model comes nearest to, and what it has otherwise."""
    from vae_core.families import SIZES

    asked = {field.name for _, fields in SECTIONS for field in fields}
    settings = {
        name: value
        for name, value in dataclasses.asdict(model).items()
        if name not in asked | _ELSEWHERE
    }
    found: list[tuple[str | None, list[str]]] = []
    for size in (None, *SIZES.get(model.family, {})):
        usual = dataclasses.asdict(type(model)(**SIZES[model.family][size] if size else {}))
        other = [name for name, value in settings.items() if value != usual[name]]
        found.append((size, [f"{name.replace('_', ' ')} {settings[name]}" for name in other]))
    return min(found, key=lambda one: len(one[1]))


def _asked_words(command: str, learned: int) -> int | None:
    """How large a vocabulary was asked for: what was `learned` of it may be less.

    None where nothing was asked; what was learned, where the command is not known.
    """
    try:
        words = shlex.split(command)
    except ValueError:
        words = []
    if "train" not in words[:2] or "--resume" in words:
        return learned
    asked = [after for word, after in pairwise([*words, ""]) if word == _VOCABULARY]
    asked += [word.partition("=")[2] for word in words if word.startswith(f"{_VOCABULARY}=")]
    if not asked:
        return None
    return int(asked[-1]) if asked[-1].isdecimal() else learned


def _recorded(
    model: ModelConfig, training: TrainConfig, kind: TokenizerKind | None
) -> dict[str, Any]:
    objective = dataclasses.asdict(training.objective)
    of_training = {**dataclasses.asdict(training), **objective, "objective": objective["kind"]}
    return {**of_training, **dataclasses.asdict(model), "tokenizer": kind, SEED: training.seed}


def _fields(
    recorded: Mapping[str, Any], family: str, modality: Any, preset: TrainConfig
) -> tuple[dict[str, Any], list[str]]:
    """The folded settings by their keys, and those that the form cannot say."""
    usual = {**dataclasses.asdict(preset), **dataclasses.asdict(preset.objective)}
    chosen: dict[str, Any] = {}
    situation = Situation(family, modality, preset, chosen)
    values: dict[str, Any] = {}
    unfit: list[str] = []
    for field in (field for _, fields in SECTIONS for field in fields):
        if not field.applies(situation):
            continue
        value: Any = recorded.get(field.name)
        default = _usual(field, situation, usual)
        key = field.name if isinstance(field, Number) else f"{field.name}.{modality}"
        if not _fits(field, situation, value):
            unfit += [] if value is None else [f"{field.title}: {value}"]
            value = default
        empty = isinstance(field, Choice) or field.empty is not None
        chosen[field.name] = None if empty and value == default else value
        if isinstance(field, Choice):
            values[f"train.{key}"] = default if value is None else value
        else:
            left_empty = field.empty is not None and (value is None or value == default)
            values[f"train.{key}"] = None if left_empty else type(field.step)(value)
    return values, unfit


def _usual(field: Field, situation: Situation, usual: Mapping[str, Any]) -> Any:
    """What is taken where a setting is left as it is."""
    if isinstance(field, Choice):
        return field.usual(situation)
    if field.empty is None:
        return field.first
    if field.name == "vocabulary_size":
        return usual_vocabulary(situation.family)
    return situation.default(field.name) if situation.has(field.name) else usual[field.name]


def _fits(field: Field, situation: Situation, value: Any) -> bool:
    if isinstance(field, Choice):
        return value in field.options(situation)
    return isinstance(value, int | float) and field.low <= value <= field.high


def _too_large(model: ModelConfig, training: TrainConfig) -> list[str]:
    found = []
    if model.latent_dim > MOST_DIMENSIONS:
        found.append(f"latent dim {model.latent_dim}")
    if training.epochs > MOST_EPOCHS:
        found.append(f"epochs {training.epochs}")
    return found


def _not_asked(training: TrainConfig) -> list[str]:
    usual = type(training)()
    names = ("gradient_clip", "compile", "held_out", "device")
    found = [(name, getattr(training, name)) for name in names]
    return [
        f"{name.replace('_', ' ')} {value}"
        for name, value in found
        if value != getattr(usual, name)
    ]
