"""The list of runs, its order and its words."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from explorer import catalogue, runs_list, wording
from explorer.job import Job
from explorer.job_record import JobRecord
from explorer.runs_list import Listed
from explorer.runs_thumbnails import HEIGHT, WIDTH, Thumbnails, png
from tests.explorer.made_runs import pictures, sentences, write_run
from vae_core.run_lock import locked
from vae_core.run_notes import Notes, write_notes


def change(run: Path, **changes: Any) -> None:
    config = json.loads((run / "config.json").read_text())
    (run / "config.json").write_text(json.dumps({**config, **changes}))


def runs_of(folder: Path) -> list[Listed]:
    return runs_list.listed(catalogue.list_models(folder / "none", folder))


def titles(runs: list[Listed]) -> list[str]:
    return [run.entry.title for run in runs]


@pytest.fixture
def several(tmp_path: Path) -> list[Listed]:
    """Three runs: c the newest, b the best, a (called Zebra, tagged) the largest."""
    for name, created, elbo in (("a", "2024", -9.0), ("b", "2025", -1.0), ("c", "2026", None)):
        run = write_run(tmp_path / name, pictures(5), result={"elbo": elbo})
        change(run, created=f"{created}-01-01T00:00:00+00:00")
    (tmp_path / "a" / "more").write_bytes(bytes(100_000))
    write_notes(tmp_path / "a", Notes("Zebra", ("for Class",)))
    return runs_of(tmp_path)


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ("Newest first", ["c", "b", "Zebra"]),
        ("Oldest first", ["Zebra", "b", "c"]),
        ("By name", ["b", "c", "Zebra"]),
        ("Best ELBO first", ["b", "Zebra", "c"]),
        ("Largest first", ["Zebra", "c", "b"]),
    ],
)
def test_every_order(several: list[Listed], order: str, expected: list[str]) -> None:
    found = titles(runs_list.chosen(several, "", order))
    assert found[:1] == expected[:1]
    assert sorted(found) == sorted(expected)
    if order != "Largest first":
        assert found == expected


@pytest.mark.parametrize(
    ("words", "expected"),
    [("zeb", ["Zebra"]), ("CLASS a", ["Zebra"]), ("dense", ["b", "c", "Zebra"]), ("x y", [])],
)
def test_every_word_must_be_found(several: list[Listed], words: str, expected: list[str]) -> None:
    assert titles(runs_list.chosen(several, words, "By name")) == expected


def test_a_title_changes_no_id(several: list[Listed]) -> None:
    assert {run.entry.id for run in several} == {"run:a", "run:b", "run:c"}


def test_damaged_notes_hide_no_run(tmp_path: Path) -> None:
    (write_run(tmp_path / "a", pictures(5)) / "notes.json").write_text("[")
    assert titles(runs_of(tmp_path)) == ["a"]


def test_states_of_runs(tmp_path: Path) -> None:
    names = ("finished", "stopped", "interrupted", "unfinished", "broken", "running")
    for name in names:
        run = write_run(tmp_path / name, pictures(5))
        if name in ("interrupted", "unfinished"):
            change(run, result=None)
        if name in ("stopped", "interrupted"):
            (run / "state").mkdir()
            (run / "state" / "training.safetensors").write_bytes(b"")
        if name == "broken":
            (run / "config.json").write_text("[]")
    with locked(tmp_path / "running"):
        found = runs_of(tmp_path)
    assert {run.name: run.state for run in found} == {name: name for name in names}
    assert {run.name for run in found if not run.changeable} == {"running"}


@pytest.mark.parametrize("state", ["stopped", "failed", "interrupted"])
@pytest.mark.parametrize("finished", [True, False])
def test_a_run_is_in_the_state_of_its_job(tmp_path: Path, state: str, finished: bool) -> None:
    run = write_run(tmp_path / "a", pictures(5))
    if not finished:
        change(run, result=None)
    (run / "state").mkdir()
    (run / "state" / "training.safetensors").write_bytes(b"")
    about: dict[str, Any] = {"name": "a", "out": str(run), "arguments": ("train",)}
    end: dict[str, Any] = {"pid": 1, "ended": 2.0, "ending": state}
    last = Job(tmp_path / "b", JobRecord("b", ticket=2, **about, **end))
    first = Job(tmp_path / "c", JobRecord("c", ticket=1, **about, **(end | {"ending": "failed"})))
    [one] = runs_list.listed(catalogue.list_models(tmp_path / "none", tmp_path), [last, first])
    assert (one.state, one.job) == (state, last)
    shutil.rmtree(run / "state")  # gone on with in a terminal, to its end
    change(run, result={"elbo": 1.0, "weights_sha256": "0" * 64})
    [one] = runs_list.listed(catalogue.list_models(tmp_path / "none", tmp_path), [last, first])
    assert one.state == "finished"


def test_a_run_without_a_result_tells_the_best_elbo_so_far(tmp_path: Path) -> None:
    run = write_run(tmp_path / "a", pictures(5))
    change(run, result=None)

    def told() -> str:
        return runs_list.facts(runs_of(tmp_path)[0], {}, 0.0)[1]

    assert told().startswith("no ELBO yet · ")
    row = '{"epoch": %d, "epochs": 9, "elbo": -1.0, "validation_elbo": %s}\n'
    with (run / "metrics.jsonl").open("w") as file:
        file.writelines(
            row % pair for pair in ((1, "-30.5"), (2, "-20.25"), (3, "-25"), (4, "null"))
        )
    assert told().startswith("best validation ELBO −20.25 so far, epoch 3 of 9 · ")


def test_links_count_for_nothing(tmp_path: Path) -> None:
    run = write_run(tmp_path / "a", pictures(5))
    before = runs_list.size_of(run)
    assert before == sum(path.stat().st_size for path in run.iterdir())
    (run / "link").symlink_to(tmp_path)
    assert runs_list.size_of(run) == before
    assert runs_list.size_of(tmp_path / "none") == 0


def test_facts_tell_data_model_results_size_and_age(tmp_path: Path) -> None:
    run = write_run(tmp_path / "a", sentences(5), result={"collapsed": True})
    [one] = runs_of(tmp_path)
    config = json.loads((run / "config.json").read_text())
    what, how = runs_list.facts(one, config, 1_735_700_400.0)
    assert what == "sentences, 5 sentences · gru, 2 dimensions"
    assert how == f"ELBO −20.00 · collapsed · {wording.size(one.bytes)} · 3 hours ago"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-1e9, "just now"), (0, "just now"), (60, "1 minute ago"), (3_599, "59 minutes ago"),
        (7_200, "2 hours ago"), (86_400, "1 day ago"), (59 * 86_400, "59 days ago"),
        (62 * 86_400, "2 months ago"), (3 * 365.25 * 86_400, "3.0 years ago"),
    ],
)  # fmt: skip
def test_ages_in_words(seconds: float, words: str) -> None:
    assert wording.ago(seconds) == words


@given(st.text())
@settings(deadline=None)
def test_any_date_has_an_age(created: str) -> None:
    assert wording.age(created, 0.0)


@given(st.integers(0, 10**15))
@settings(deadline=None)
def test_sizes_have_few_digits(count: int) -> None:
    number, _ = wording.size(count).split(" ")
    assert "e" not in number
    assert count >= 10**12 or len(number) <= 5


def entry_of(folder: Path) -> catalogue.Entry:
    [entry] = catalogue.list_models(folder / "none", folder)
    return entry


def test_a_small_map_is_drawn_once_and_kept_by_content(tmp_path: Path) -> None:
    run = write_run(tmp_path / "a", pictures(40), latent_dim=3)
    first = Thumbnails(tmp_path).get(entry_of(tmp_path)).result()
    assert first is not None
    [file] = (tmp_path / ".thumbnails").iterdir()
    assert file.read_bytes() == first
    (run / "latents.npy").unlink()
    assert Thumbnails(tmp_path).get(entry_of(tmp_path)).result() == first
    change(run, created="2026-01-01")
    assert Thumbnails(tmp_path).get(entry_of(tmp_path)).result() is None


def test_a_small_map_needs_no_folder_to_be_kept_in(tmp_path: Path) -> None:
    write_run(tmp_path / "a", pictures(40))
    (tmp_path / "file").write_text("")
    drawn = Thumbnails(tmp_path / "file").get(entry_of(tmp_path))
    assert drawn.result() is not None


@pytest.mark.parametrize("latent_dim", [1, 2, 5])
@pytest.mark.parametrize("count", [1, 2, 500])
def test_maps_of_every_size_can_be_drawn(tmp_path: Path, latent_dim: int, count: int) -> None:
    write_run(tmp_path / "a", pictures(count, labels=30), latent_dim)
    assert Thumbnails(tmp_path).get(entry_of(tmp_path)).result() is not None


def test_a_small_map_has_the_colours_of_the_labels() -> None:
    import io

    from PIL import Image

    points = np.array([[0, 0], [1, 1]], np.float32)
    picture = np.array(Image.open(io.BytesIO(png(points, ["a", "b"]))))
    assert picture.shape == (HEIGHT, WIDTH, 4)
    lower_left = picture[HEIGHT // 2 :, : WIDTH // 2]
    upper_right = picture[: HEIGHT // 2, WIDTH // 2 :]
    assert {tuple(p) for p in lower_left[lower_left[..., 3] > 0].tolist()} == {(0, 114, 178, 255)}
    assert {tuple(p) for p in upper_right[upper_right[..., 3] > 0].tolist()} == {(230, 159, 0, 255)}
