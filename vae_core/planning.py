"""A model and a schedule that suit a corpus, and how long they take here, by trying."""

from __future__ import annotations

import dataclasses
import time
from dataclasses import dataclass
from typing import Any

from vae_core.config import ModelConfig, TrainConfig
from vae_core.data.dataset import Dataset
from vae_core.data.profile import Profile
from vae_core.data.tokenizer import TokenizerKind

# From so many words on a text is more what it is about than how it goes on.
_DOCUMENT_WORDS = 40
# A vocabulary that leaves out more of the words than this hides what texts say.
_MOST_UNKNOWN = 0.05
_MOST_WORDS = 20_000
_UNSPACED = 0.2
# Trainings that come out well take about so many items, whatever the corpus.
_ITEMS_SEEN, _PICTURES_SEEN = 2_000_000, 1_000_000
_SMALL_PICTURE = 28
_FEWEST_EPOCHS, _MOST_EPOCHS = 6, 80
_LONGEST, _SHORTEST = 60, 8
TRIAL_SECONDS = 4.0
# Who brings a file wants to see something of it within so long.
PATIENCE_SECONDS = 3600.0
_TRIAL_ITEMS = 4096


@dataclass(frozen=True)
class Proposal:
    """Settings of the `latentscape train` command, and in one sentence each why they are so."""

    model: str
    latent_dim: int
    epochs: int
    reasons: tuple[str, ...]
    vocabulary_size: int | None = None
    tokenizer: TokenizerKind | None = None
    max_tokens: int | None = None

    def to_json(self) -> dict[str, Any]:
        return dataclasses.asdict(self)

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Proposal:
        """What ``to_json`` gave, after a journey as JSON."""
        return cls(**{**values, "reasons": tuple(values["reasons"])})


def propose(profile: Profile) -> Proposal:
    """What to train on a corpus that is like this."""
    documents = profile.median_words >= _DOCUMENT_WORDS and profile.unspaced < _UNSPACED
    epochs = _epochs(profile.items, _ITEMS_SEEN)
    size, kind, words = _vocabulary(profile, documents)
    if documents:
        reason = (
            f"Half of the items have {profile.median_words} words or more: bag-of-words finds "
            "what they are about."
        )
        reasons = (reason, words, _pace(profile.items, epochs))
        return Proposal("bag-of-words", 20, epochs, reasons, size)
    longest = max(_SHORTEST, min(_LONGEST, profile.most_words))
    if kind == "bpe":
        longest = min(_LONGEST, 2 * longest)
    reason = (
        f"Items are short (half have {profile.median_words} words or fewer): gru writes them "
        "word by word."
    )
    dimensions = 32 if profile.items >= 20_000 else 16
    reasons = (reason, words, _pace(profile.items, epochs))
    return Proposal("gru", dimensions, epochs, reasons, size, kind, longest)


def propose_for_pictures(dataset: Dataset) -> Proposal:
    """What to train on these pictures."""
    assert dataset.images is not None
    count, height, width, *channels = dataset.images.shape
    small = max(height, width) <= _SMALL_PICTURE and not channels
    epochs = _epochs(count, _PICTURES_SEEN)
    why = "small and grey: dense is quick" if small else "large or in colour: conv suits them"
    return Proposal(
        "dense" if small else "conv",
        2 if small else 16,
        epochs,
        (f"Pictures of {height} x {width} pixels are {why}.", _pace(count, epochs)),
    )


def fitted_to_time(proposal: Proposal, seconds: float, items: int) -> Proposal:
    """The proposal, of fewer epochs where all of them would take longer than an hour or so."""
    fitting = max(_FEWEST_EPOCHS, int(proposal.epochs * PATIENCE_SECONDS / max(seconds, 1e-9)))
    if fitting >= proposal.epochs:
        return proposal
    *reasons, _ = proposal.reasons
    pace = f"{_pace(items, fitting)} More would do it good, but takes longer than an hour here."
    return dataclasses.replace(proposal, epochs=fitting, reasons=(*reasons, pace))


def _epochs(items: int, seen: int) -> int:
    return max(_FEWEST_EPOCHS, min(_MOST_EPOCHS, round(seen / max(1, items))))


def _vocabulary(profile: Profile, documents: bool) -> tuple[int, TokenizerKind, str]:
    if profile.unspaced >= _UNSPACED:
        return 8000, "bpe", "Its script has no spaces between words: pieces of words are learned."
    if documents:
        return 2000, "word", "The 2,000 most telling words are counted."
    enough = [size for size, share in profile.unknown.items() if share <= _MOST_UNKNOWN]
    if not enough or enough[0] > _MOST_WORDS:
        share = profile.unknown[max(size for size in profile.unknown if size <= _MOST_WORDS)]
        reason = (
            f"It has very many different words ({_MOST_WORDS:,} would leave out {share:.0%}): "
            "pieces of words are learned."
        )
        return 8000, "bpe", reason
    size, share = enough[0], profile.unknown[enough[0]]
    size = max(16, min(size, profile.words + 4))
    return size, "word", f"A vocabulary of {size:,} leaves out {share:.1%} of the words."


def _pace(items: int, epochs: int) -> str:
    return f"{epochs} times through {items:,} items."


def seconds_for(
    dataset: Dataset,
    model: ModelConfig,
    config: TrainConfig,
    *,
    tokenizer_kind: TokenizerKind = "word",
    vocabulary_size: int = 10_000,
    seconds: float = TRIAL_SECONDS,
) -> float:
    """How many seconds the whole training takes on this device: measured over a few steps.

    Reading the data and the last measurements are not in it. Raises as ``train_run`` does for
    settings and data that cannot go together.
    """
    import torch

    from vae_core.compatibility import check_run, check_training
    from vae_core.device import choose_device
    from vae_core.fitting import fit
    from vae_core.models import build_model, model_class
    from vae_core.runs import item_tensors
    from vae_core.trainer import TrainingData
    from vae_core.training import train

    check_run(config)
    splits = dataset.split(config.seed, config.held_out)
    # A few items are all needed: of a part of them, none may be left to validate with.
    few = len(dataset) <= _TRIAL_ITEMS
    some = dataset if few else dataset.subset(splits.train[:_TRIAL_ITEMS])
    parts = some.split(config.seed, config.held_out)
    # The vocabulary is of the size that the whole corpus gives: the output layer costs by it.
    fitted, tokenizer = fit(model, dataset, splits, tokenizer_kind, vocabulary_size)
    check_training(fitted, config, model_class(fitted.family).modality)
    network = build_model(fitted, tokenizer, seed=config.seed).to(choose_device(config.device))
    items = item_tensors(network, some)
    data = TrainingData(
        items.part(torch.from_numpy(parts.train)), items.part(torch.from_numpy(parts.validation))
    )
    began = time.perf_counter()
    per_item: list[float] = []
    # Many epochs of a few items: the trial ends by the clock.
    trial = dataclasses.replace(config, epochs=1000, patience=0)
    for progress in train(
        network,
        data,
        trial,
        should_stop=lambda: bool(per_item) and time.perf_counter() - began > seconds,
    ):
        if progress.items_per_second > 0:
            per_item.append(1 / progress.items_per_second)
    # The first report holds what is done once.
    steady = per_item[1:] or per_item
    return sum(steady) / len(steady) * len(splits.train) * config.epochs
