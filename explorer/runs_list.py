"""The list of runs: what each is, in which order, which of them are looked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from explorer import wording
from explorer.catalogue import UNFINISHED, Entry
from explorer.gate import gate_of
from explorer.loose_json import mapping, number

if TYPE_CHECKING:
    from typing import Any

State = Literal["finished", "training", "stopped", "interrupted", "unfinished", "broken"]
STATES: Mapping[State, str] = {
    "finished": "finished",
    "training": "in training",
    "stopped": "stopped early",
    "interrupted": "interrupted",
    "unfinished": "not finished",
    "broken": "cannot be opened",
}


@dataclass(frozen=True)
class Listed:
    """One run of the list; `bytes` is what it takes on the disk."""

    entry: Entry
    state: State
    bytes: int

    @property
    def name(self) -> str:
        """What its folder is called."""
        return self.entry.path.name

    @property
    def can_be_opened(self) -> bool:
        """Tell whether there is a model in it."""
        return self.entry.problem is None

    @property
    def changeable(self) -> bool:
        """Tell whether it is its owner's to rename or delete, and nobody writes it now."""
        return not self.entry.bundled and self.state != "training"


def _newest(run: Listed) -> tuple[bool, str]:
    return run.entry.created != "", run.entry.created


def _elbo(run: Listed) -> float:
    return float("-inf") if run.entry.elbo is None else run.entry.elbo


# What the list can be sorted by, and whether the largest comes first.
ORDERS: Mapping[str, tuple[Callable[[Listed], Any], bool]] = {
    "Newest first": (_newest, True),
    "Oldest first": (_newest, False),
    "By name": (lambda run: run.entry.title.casefold(), False),
    "Best ELBO first": (_elbo, True),
    "Largest first": (lambda run: run.bytes, True),
}


def listed(entries: Sequence[Entry]) -> list[Listed]:
    """Return what the list shows of models; none of them is opened for it."""
    return [Listed(entry, state_of(entry), size_of(entry.path)) for entry in entries]


def chosen(runs: Sequence[Listed], words: str, order: str) -> list[Listed]:
    """Return the runs in which every one of the words is found, in the order of that name."""
    key, largest_first = ORDERS[order]
    wanted = words.casefold().split()
    found = [run for run in runs if all(word in _searched(run) for word in wanted)]
    return sorted(found, key=key, reverse=largest_first)


def state_of(entry: Entry) -> State:
    """Say how far a run is."""
    from vae_core.checkpoint import has_state
    from vae_core.run_lock import is_locked

    if entry.bundled:
        return "finished" if entry.problem is None else "broken"
    if is_locked(entry.path):
        return "training"
    if has_state(entry.path):
        return "stopped" if entry.problem is None else "interrupted"
    if entry.problem is None:
        return "finished"
    return "unfinished" if entry.problem == UNFINISHED else "broken"


def size_of(folder: Path) -> int:
    """Return how many bytes the files of a run take; links are not followed."""
    total, folders = 0, [folder]
    while folders:
        try:
            for path in folders.pop().iterdir():
                if path.is_symlink():
                    continue
                if path.is_dir():
                    folders.append(path)
                else:
                    total += path.stat().st_size
        except OSError:
            continue  # a training has just replaced or removed it
    return total


def facts(run: Listed, config: Mapping[str, Any], now: float) -> list[str]:
    """Return what is to be said of a run in a few words each: data and model, then results."""
    entry = run.entry
    if entry.modality == "":
        return [wording.size(run.bytes)]
    dimensions = "dimension" if entry.latent_dim == 1 else "dimensions"
    what = f"{entry.dataset}, {entry.items:,} {entry.modality}"
    model = f"{entry.family}, {entry.latent_dim} {dimensions}"
    elbo = "no ELBO yet" if entry.elbo is None else f"ELBO {entry.elbo:,.2f}".replace("-", "−")
    when = wording.age(entry.created, now)
    return [
        f"{what} · {model}",
        " · ".join([elbo, *_gate(entry, config), wording.size(run.bytes), when]),
    ]


def _gate(entry: Entry, config: Mapping[str, Any]) -> list[str]:
    gate = gate_of(config)
    if gate is not None:
        return [f"gate {gate.words}"]
    if mapping(config.get("result")).get("collapsed") is True:
        return ["collapsed"]
    # There is no gate for pictures; this says the same of them.
    active = number(mapping(config.get("result")), "active_units")
    return [] if active is None else [f"{active:g} of {entry.latent_dim} active"]


def _searched(run: Listed) -> str:
    entry = run.entry
    about = (entry.title, run.name, *entry.tags, entry.dataset, entry.family, entry.modality)
    bundled = "bundled" if entry.bundled else ""
    return " ".join((*about, STATES[run.state], bundled)).casefold()
