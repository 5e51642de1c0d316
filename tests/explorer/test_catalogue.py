"""What can be opened."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from explorer import catalogue, paths
from tests.explorer.made_runs import pictures, write_run
from vae_core.checkpoint import RunError


def stamp(run: Path, created: str) -> None:
    config = json.loads((run / "config.json").read_text())
    (run / "config.json").write_text(json.dumps({**config, "created": created}))


def test_bundled_models_come_first_then_runs_the_newest_first(tmp_path: Path) -> None:
    assets, runs = tmp_path / "assets", tmp_path / "runs"
    write_run(assets / "mnist", pictures(4))
    write_run(assets / "digits", pictures(4))
    write_run(assets / "screenshots-are-no-model", pictures(4))
    for name, created in (("old", "2024-01-01"), ("new", "2026-01-01")):
        stamp(write_run(runs / name, pictures(6, labels=2), latent_dim=3), created)
    found = catalogue.list_models(assets, runs)
    assert [entry.id for entry in found] == ["digits", "mnist", "run:new", "run:old"]
    assert [entry.bundled for entry in found] == [True, True, False, False]
    newest = found[2]
    assert (newest.modality, newest.family, newest.latent_dim) == ("images", "dense", 3)
    assert (newest.items, newest.dataset, newest.elbo) == (6, "pictures", -20.0)
    assert newest.description == "6 images · 3 dimensions"
    assert catalogue.default_model(found) == found[0]


def test_a_broken_run_is_listed_with_one_sentence(tmp_path: Path) -> None:
    write_run(tmp_path / "good", pictures(4))
    (write_run(tmp_path / "cut", pictures(4)) / "config.json").write_text('{"format": "late')
    (write_run(tmp_path / "foreign", pictures(4)) / "config.json").write_text("[]")
    found = {e.id: e for e in catalogue.list_models(tmp_path / "none", tmp_path)}
    assert set(found) == {"run:good", "run:cut", "run:foreign"}
    assert "damaged" in (found["run:cut"].problem or "")
    assert "not a Latentscape run" in (found["run:foreign"].problem or "")
    assert found["run:cut"].description == "cannot be opened"
    default = catalogue.default_model(list(found.values()))
    assert default is not None
    assert default.id == "run:good"


def test_a_run_in_training_is_listed_as_not_finished(tmp_path: Path) -> None:
    run = write_run(tmp_path / "young", pictures(4))
    config = json.loads((run / "config.json").read_text())
    del config["result"]
    (run / "config.json").write_text(json.dumps(config))
    (entry,) = catalogue.list_models(tmp_path / "none", tmp_path)
    assert entry.description == "not finished yet"
    assert catalogue.default_model([entry]) is None


def test_other_folders_and_files_are_no_models(tmp_path: Path) -> None:
    (tmp_path / ".jobs").mkdir()
    (tmp_path / ".jobs" / "config.json").write_text("{}")
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").write_text("x")
    assert catalogue.list_models(tmp_path / "none", tmp_path) == []
    assert catalogue.list_models(tmp_path / "none", tmp_path / "nowhere") == []


def test_a_run_is_opened_once_for_all_in_eval_mode(runs: Path) -> None:
    write_run(runs / "a b", pictures(4))
    run = catalogue.open_run("run:a b")
    assert run is catalogue.open_run("run:a b")
    assert not run.model.training
    assert len(run) == 4


def test_a_run_that_was_trained_again_is_read_again(runs: Path) -> None:
    folder = write_run(runs / "a", pictures(4))
    first = catalogue.open_run("run:a")
    shutil.rmtree(folder)
    stamp(write_run(folder, pictures(9)), "2026-01-01")
    assert len(catalogue.open_run("run:a")) == 9
    assert len(first) == 4


@pytest.mark.parametrize(
    "model_id",
    ["", "nonsense", "run:", "run:.", "run:..", "run:../runs", "run:/etc", "run:a/b", "run:a\0"],
)
def test_an_id_that_names_no_folder_of_ours_is_refused(runs: Path, model_id: str) -> None:
    write_run(runs / "a" / "b", pictures(4))
    with pytest.raises(catalogue.UnknownModelError, match="There is no model called"):
        catalogue.open_run(model_id)


def test_a_deleted_run_is_unknown_even_when_it_was_open(runs: Path) -> None:
    folder = write_run(runs / "a", pictures(4))
    catalogue.open_run("run:a")
    shutil.rmtree(folder)
    with pytest.raises(catalogue.UnknownModelError, match='There is no model called "run:a"'):
        catalogue.open_run("run:a")


def test_a_run_without_its_weights_is_refused(runs: Path) -> None:
    (write_run(runs / "a", pictures(4)) / "model.safetensors").write_bytes(b"not weights")
    with pytest.raises(RunError):
        catalogue.open_run("run:a")


def test_runs_lie_where_the_environment_says_else_in_the_current_folder(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv(paths.RUNS_VARIABLE, raising=False)
    assert paths.runs_folder() == tmp_path / "runs"
    monkeypatch.setenv(paths.RUNS_VARIABLE, str(tmp_path / "mine"))
    assert paths.runs_folder() == tmp_path / "mine"


def test_pages_assets_and_theme_are_found_in_a_checkout_and_in_a_wheel(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert (paths.pages_folder() / "map.py").is_file()
    assert paths.config_file().is_file()
    package = tmp_path / "explorer"
    for name in ("_pages", "_assets", "_streamlit"):
        (package / name).mkdir(parents=True)
    (package / "_streamlit" / "config.toml").touch()
    monkeypatch.setattr(paths, "PACKAGE", package)
    assert paths.pages_folder() == package / "_pages"
    assert paths.assets_folder() == package / "_assets"
    assert paths.config_file() == package / "_streamlit" / "config.toml"
