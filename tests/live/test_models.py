"""One copy of each model, loaded once; memory decides which go."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from explorer.live.models import ChangedError, ModelStore, content_of, size_of
from tests.explorer.made_runs import pictures, write_run
from vae_core.checkpoint import Run, RunError, load_run, read_summary


@pytest.fixture
def folders(tmp_path: Path) -> list[Path]:
    return [write_run(tmp_path / name, pictures(9), seed=i) for i, name in enumerate("abc")]


class Loads:
    """Loads runs, and remembers which; ``gate`` holds every load back."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self.gate = threading.Event()
        self.gate.set()

    def __call__(self, path: Path) -> Run:
        self.names.append(path.name)
        assert self.gate.wait(60)
        return load_run(path)


def key(path: Path) -> tuple[Path, str]:
    return path, content_of(read_summary(path))


def test_everybody_gets_the_same_run_loaded_once(folders: list[Path]) -> None:
    loads = Loads()
    store = ModelStore(loads)
    loads.gate.clear()
    with ThreadPoolExecutor(8) as pool:
        waiting = [pool.submit(store.open, *key(folders[0])) for _ in range(8)]
        loads.gate.set()
        runs = {id(one.result()) for one in waiting}
    assert len(runs) == 1
    assert loads.names == ["a"]
    assert store.holds(*key(folders[0]))


def test_a_model_loads_while_another_does(folders: list[Path]) -> None:
    first, second = threading.Event(), threading.Event()

    def load(path: Path) -> Run:
        mine, other = (first, second) if path.name == "a" else (second, first)
        mine.set()
        assert other.wait(60), "one load waits for the other"
        return load_run(path)

    store = ModelStore(load)
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda path: store.open(*key(path)), folders[:2]))


def test_the_longest_unused_makes_room(folders: list[Path]) -> None:
    loads = Loads()
    a, b, c = (key(path) for path in folders)
    store = ModelStore(loads, most_bytes=2 * size_of(load_run(folders[0])) + 100)
    run = store.open(*a)
    store.open(*b)
    assert store.open(*a) is run
    store.open(*c)
    assert [store.holds(*one) for one in (a, b, c)] == [True, False, True]
    assert len(store.open(*b)) == 9
    assert loads.names == ["a", "b", "c", "b"]


def test_the_newest_is_kept_whatever_it_takes(folders: list[Path]) -> None:
    store = ModelStore(load_run, most_bytes=1)
    store.open(*key(folders[0]))
    assert store.open(*key(folders[1])) is store.open(*key(folders[1]))
    assert not store.holds(*key(folders[0]))


def test_a_size_counts_weights_latents_and_texts(folders: list[Path]) -> None:
    run = load_run(folders[0])
    weights = sum(value.numel() * 4 for value in run.model.state_dict().values())
    latents = 2 * 9 * 2 * 4
    assert weights + latents < size_of(run) < weights + latents + 9 * 100


def test_a_load_that_fails_fails_for_all_and_may_succeed_later(folders: list[Path]) -> None:
    place = key(folders[0])
    weights = folders[0] / "model.safetensors"
    content = weights.read_bytes()
    weights.write_bytes(b"damaged")
    store = ModelStore(load_run)
    for _ in range(2):
        with pytest.raises(RunError):
            store.open(*place)
    weights.write_bytes(content)
    assert len(store.open(*place)) == 9


def test_a_folder_that_holds_another_run_now_is_not_mistaken(folders: list[Path]) -> None:
    store = ModelStore(load_run)
    with pytest.raises(ChangedError, match="a has changed on disk; open it again"):
        store.open(folders[0], "what it was")


def test_cleared_runs_are_loaded_again(folders: list[Path]) -> None:
    store = ModelStore(load_run)
    first = store.open(*key(folders[0]))
    store.clear()
    assert store.open(*key(folders[0])) is not first
