"""What each folded setting of the Train page asks for: its words, its range, when it applies."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import Field as DataclassField
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from explorer.configurations import usual_vocabulary

if TYPE_CHECKING:
    from vae_core.config import TrainConfig
    from vae_core.data.dataset import Modality

MOST_EPOCHS = 1000.0
SEED = "seed"


@dataclass(frozen=True)
class Situation:
    """What decides which settings apply: the model, and what was chosen of those before."""

    family: str
    modality: Modality
    preset: TrainConfig
    chosen: Mapping[str, Any]

    @property
    def objective(self) -> str:
        """The objective that is chosen."""
        return str(self.chosen.get("objective") or "elbo")

    @property
    def kl_schedule(self) -> str:
        """How the weight of the KL moves."""
        return str(self.chosen.get("kl_schedule") or self.preset.objective.kl_schedule)

    @property
    def prior(self) -> str:
        """The prior that is chosen."""
        return str(self.chosen.get("prior") or "normal")

    def has(self, name: str) -> bool:
        """Tell whether the model has a setting of its own of this name."""
        return name in self._fields()

    def default(self, name: str) -> Any:
        """Return what the model takes where this setting of its own is left empty."""
        return self._fields()[name].default

    def _fields(self) -> Mapping[str, DataclassField[Any]]:
        from vae_core.models import model_class

        return {field.name: field for field in fields(model_class(self.family).config_class)}


def always(_: Situation) -> bool:
    """Apply whatever is chosen."""
    return True


@dataclass(frozen=True)
class Number:
    """A number; left empty it is what `empty` says, or always given where that is None."""

    name: str
    title: str
    help: str
    low: float | int
    high: float | int
    step: float | int
    empty: Callable[[Situation], str] | None
    applies: Callable[[Situation], bool] = always
    first: int = 0  # where it is never empty


@dataclass(frozen=True)
class Choice:
    """One of a few words; the usual one is not passed on."""

    name: str
    title: str
    help: str
    options: Callable[[Situation], Mapping[str, str]]
    usual: Callable[[Situation], str]
    applies: Callable[[Situation], bool] = always


Field = Number | Choice


def _images(situation: Situation) -> bool:
    return situation.modality == "images"


def _with(*objectives: str) -> Callable[[Situation], bool]:
    return lambda situation: situation.objective in objectives


def _when(*schedules: str) -> Callable[[Situation], bool]:
    return lambda situation: situation.kl_schedule in schedules


def _words(**words: str) -> Callable[[Situation], Mapping[str, str]]:
    """Options by the command's names, which have hyphens where these have underscores."""
    options = {name.replace("_", "-"): text for name, text in words.items()}
    return lambda _: options


def _same(text: str) -> Callable[[Situation], str]:
    return lambda _: text


def _free_bits_apply(situation: Situation) -> bool:
    if situation.prior != "normal" or situation.chosen.get("target_kl"):
        return False
    return situation.objective in ("elbo", "mmd")


def _priors(situation: Situation) -> Mapping[str, str]:
    priors = {
        "normal": "normal: one round cloud",
        "mixture": "mixture: several learned clouds",
        "vamp": "vamp: learned typical items",
    }
    if situation.modality == "sentences":  # words cannot be learned as numbers
        del priors["vamp"]
    return priors


def _warm_up(situation: Situation) -> str:
    return f"{situation.preset.objective.warmup_epochs:.2g}"


def _batch_size(situation: Situation) -> str:
    from vae_core.presets import recommended

    usual = situation.preset.batch_size
    small = recommended(situation.modality, 1, situation.preset.epochs).batch_size
    return f"{small} for small data sets, else {usual}"


def _autoencoder_epochs(situation: Situation) -> str:
    return f"{max(1, round(situation.preset.epochs / 5))}"


_PRIOR = (
    Choice("prior", "Prior", "Where the model expects its latent numbers to lie.", _priors,
           _same("normal")),
    Number("prior_components", "Parts of the prior", "How many clouds or typical items it learns.",
           1, 100_000, 1, _same("100"), lambda s: s.prior != "normal"),
)  # fmt: skip
_OBJECTIVE: tuple[Field, ...] = (
    Choice("objective", "Objective", "What the training makes as large as it can.",
           _words(elbo="elbo: the plain VAE", iwae="iwae: several draws for each item",
                  tcvae="tcvae: dimensions that mean one thing each",
                  mmd="mmd: Wasserstein, a well-filled space"), _same("elbo")),
    Number("samples", "Draws for each item", "How many latent points iwae averages over; more "
           "are closer to the truth, and slower.", 2, 10_000, 1, None, _with("iwae"), 5),
    Number("mmd_weight", "Weight of the discrepancy", "How strongly the items are made to fill the "
           "space as the prior does.", 0.0, 1e6, 1.0, _same("10"), _with("mmd")),
    Number("beta", "Weight of the KL (β)", "More makes the latent space smoother and the items "
           "vaguer. 1 is the plain VAE.", 0.0, 100.0, 0.1,
           lambda s: f"{s.preset.objective.beta:g}", _with("elbo", "tcvae", "mmd")),
    Choice("kl_schedule", "KL schedule", "How β moves while the model learns: starting low lets it "
           "learn to copy first.",
           _words(constant="constant: β from the start", linear="linear: β rises once",
                  cyclical="cyclical: β rises again and again",
                  autoencoder_first="autoencoder-first: copy, then begin anew"),
           lambda s: s.preset.objective.kl_schedule),
    Number("warmup_epochs", "KL warm-up (epochs)", "Over how many epochs β rises from 0, so that "
           "the model first learns to copy.", 0.0, MOST_EPOCHS, 1.0, _warm_up,
           _when("linear", "autoencoder-first")),
    Number("cycles", "Cycles", "How often β rises from 0.", 1, 1000, 1, _same("4"),
           _when("cyclical")),
    Number("autoencoder_epochs", "Autoencoder epochs", "How many epochs it only learns to copy, "
           "before the decoder begins anew.", 0.0, MOST_EPOCHS, 1.0, _autoencoder_epochs,
           _when("autoencoder-first")),
    *_PRIOR,
    Number("mean_batch_norm", "Floor under the KL (γ)", "Keeps the items spread out in every "
           "dimension, so that none can be ignored.", 0.0, 10.0, 0.1, _same("none"),
           lambda s: s.prior != "vamp"),
    Number("target_kl", "Target KL (nats)", "Holds the KL at so many nats an item, instead of "
           "weighing it.", 0.0, 10_000.0, 1.0, _same("none"), _with("elbo")),
    Number("free_bits", "Free bits (nats)", "How much each dimension may carry at no cost; it "
           "keeps the model from ignoring them.", 0.0, 10.0, 0.05,
           lambda s: f"{s.preset.objective.free_bits:g}", _free_bits_apply),
)  # fmt: skip
_MODEL: tuple[Field, ...] = (
    Choice("binarisation", "Binarisation", "Whether pixels are grey, or black or white by chance "
           "of how much ink they have.",
           _words(none="none: grey pixels", static="static: drawn once",
                  dynamic="dynamic: drawn anew each time"), _same("none"), _images),
    Choice("style", "Topics", "How topics make words: as directions that add up, or as shares of "
           "a whole.",
           _words(nvdm="nvdm: directions", prodlda="prodlda: shares"), _same("nvdm"),
           lambda s: s.has("style")),
    Choice("likelihood", "Pixels", "Whether a pixel is a share of ink, or one of 256 levels with "
           "its own probability.",
           _words(bernoulli="bernoulli: shares of ink", logistic="logistic: 256 levels"),
           _same("bernoulli"), lambda s: s.chosen.get("binarisation") is None and _images(s)),
    Choice("tokenizer", "Vocabulary", "Whether texts are read as whole words, or rare ones in "
           "pieces.", _words(word="word: whole words", bpe="bpe: pieces of words"), _same("word"),
           lambda s: s.has("max_tokens")),
    Number("vocabulary_size", "Vocabulary (at most)", "How many of the most frequent words it "
           "knows; rarer ones are unknown to it.", 10, 1_000_000, 1000,
           lambda s: f"{usual_vocabulary(s.family):,}", lambda s: not _images(s)),
    Number("max_tokens", "Longest text (tokens)", "Longer texts are cut to this, and counted.", 1,
           4096, 8, lambda s: f"{s.default('max_tokens')}", lambda s: s.has("max_tokens")),
    Number("word_dropout", "Hidden words (share)", "The share of words hidden while it learns, so "
           "that the latent numbers must tell them.", 0.0, 0.95, 0.05, _same("as the model has it"),
           lambda s: s.has("word_dropout")),
    Number("augment_shift", "Shift (pixels)", "Moves training pictures at random by up to so many "
           "pixels.", 0, 1024, 1, _same("none"), _images),
    Number("augment_rotation", "Rotation (degrees)", "Turns training pictures at random by up to "
           "so many degrees.", 0.0, 180.0, 1.0, _same("none"), _images),
)  # fmt: skip
_TRAINING: tuple[Field, ...] = (
    Number("batch_size", "Batch size", "How many items each step looks at.", 1, 65_536, 16,
           _batch_size),
    Number("learning_rate", "Learning rate", "How far each step goes. Too far, and the training "
           "breaks.", 1e-6, 1.0, 1e-4, lambda s: f"{s.preset.learning_rate:g}"),
    Choice("schedule", "Learning rate schedule", "Whether steps become smaller towards the end.",
           _words(constant="constant", cosine="cosine: down to 0"), lambda s: s.preset.schedule),
    Number("patience", "Patience (epochs)", "Ends the training after so many epochs without a "
           "better ELBO on items that it does not learn from.", 0, 1000, 1, _same("never")),
    Choice("precision", "Precision", "Shorter numbers are faster on processors that know them, and "
           "a little coarser.",
           _words(float32="float32: the usual one", bfloat16="bfloat16: shorter"),
           _same("float32")),
    Number("aggressive_epochs", "Encoder first (epochs)", "Early epochs with many steps of the "
           "encoder for each one of the decoder, against collapse.", 0, 1000, 1, _same("none"),
           lambda s: s.has("max_tokens")),
    Number(SEED, "Seed", "The same seed on the same machine gives the same model.", 0,
           2**31 - 1, 1, None),
)  # fmt: skip
SECTIONS = (
    ("What it aims at", _OBJECTIVE),
    ("The data it sees", _MODEL),
    ("How it is trained", _TRAINING),
)
