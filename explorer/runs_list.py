"""The list of runs: what each is, in which order, which of them are looked for."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from explorer import job_state, wording
from explorer.catalogue import UNFINISHED, Entry
from explorer.gate import gate_of
from explorer.job_log import MetricsLog
from explorer.job_queue import last_trainings
from explorer.loose_json import mapping, number

if TYPE_CHECKING:
    from typing import Any

    from explorer.job import Job

# In the words of jobs, and what there is besides: a folder that nobody goes on with.
State = job_state.State | Literal["unfinished", "broken"]
STATES: Mapping[State, str] = {
    **{state: state for state in job_state.MEANINGS},
    "unfinished": "not finished",
    "broken": "cannot be opened",
}


@dataclass(frozen=True)
class Listed:
    """One run of the list; `bytes` is what it takes on the disk.

    `job` is the last training of it that was asked for here.
    """

    entry: Entry
    state: State
    bytes: int
    job: Job | None = None

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
        return not self.entry.bundled and not self.active

    @property
    def active(self) -> bool:
        """Tell whether it is being trained, or waits to be."""
        return self.state in job_state.ACTIVE


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


def listed(entries: Sequence[Entry], jobs: Sequence[Job] = ()) -> list[Listed]:
    """Return what the list shows of models; none of them is opened for it.

    `jobs`: those of the runs folder, the last one first.
    """
    trainings = last_trainings(jobs)
    found = []
    for entry in entries:
        job = None if entry.bundled else trainings.get(entry.path.absolute())
        found.append(Listed(entry, state_of(entry, job), size_of(entry.path), job))
    return found


def chosen(runs: Sequence[Listed], words: str, order: str) -> list[Listed]:
    """Return the runs in which every one of the words is found, in the order of that name."""
    key, largest_first = ORDERS[order]
    wanted = words.casefold().split()
    found = [run for run in runs if all(word in _searched(run) for word in wanted)]
    return sorted(found, key=key, reverse=largest_first)


def state_of(entry: Entry, job: Job | None = None) -> State:
    """Say how far a run is; `job`: the last training of it, where that was a job."""
    from vae_core.checkpoint import has_state
    from vae_core.run_lock import is_locked

    if entry.bundled:
        return "finished" if entry.problem is None else "broken"
    if job is not None and not job.over():
        return job.state()
    if is_locked(entry.path):
        return "running"
    if has_state(entry.path):
        # A folder alone does not tell who ended it.
        guess: State = "stopped" if entry.problem is None else "interrupted"
        return _end_of(job) or guess
    if entry.problem is None:
        return "finished"
    return (_end_of(job) or "unfinished") if entry.problem == UNFINISHED else "broken"


def _end_of(job: Job | None) -> State | None:
    """How a training ended that left something to do; None where another one came after it."""
    state = None if job is None else job.state()
    return None if state == "finished" else state


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
    elbo = _so_far(entry.path) if entry.elbo is None else f"ELBO {_figure(entry.elbo)}"
    when = wording.age(entry.created, now)
    return [
        f"{what} · {model}",
        " · ".join([elbo, *_gate(entry, config), wording.size(run.bytes), when]),
    ]


def _so_far(folder: Path) -> str:
    """The best validation ELBO of a training that has no result yet."""
    measured = [
        (value, row)
        for row in _metrics(folder).rows()
        if (value := number(row, "validation_elbo")) is not None
    ]
    if not measured:
        return "no ELBO yet"
    best, last = max(value for value, _ in measured), measured[-1][1]
    epoch, epochs = number(last, "epoch"), number(last, "epochs")
    at = "" if epoch is None or epochs is None else f", epoch {epoch:.0f} of {epochs:.0f}"
    return f"best validation ELBO {_figure(best)} so far{at}"


@functools.lru_cache(maxsize=64)
def _metrics(folder: Path) -> MetricsLog:
    return MetricsLog(folder / "metrics.jsonl")


def _figure(value: float) -> str:
    return f"{value:,.2f}".replace("-", "−")


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
