"""Runs that are deleted and brought back."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from explorer import runs_trash
from explorer.runs_trash import FOLDER, KEPT_SECONDS, TrashError
from vae_core.run_lock import locked

NOW = 1_800_000_000.5


def a_run(runs: Path, name: str, content: str = "{}") -> Path:
    folder = runs / name
    folder.mkdir(parents=True)
    (folder / "config.json").write_text(content)
    return folder


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_a_deleted_run_comes_back_as_it_was(tmp_path: Path) -> None:
    run = a_run(tmp_path, "my run", "mine")
    thrown = runs_trash.throw_away(run, NOW)
    assert names(tmp_path) == {FOLDER}
    assert runs_trash.thrown_in(tmp_path) == [thrown]
    assert (thrown.name, thrown.when) == ("my run", NOW)
    assert runs_trash.put_back(thrown, tmp_path) == run
    assert (run / "config.json").read_text() == "mine"
    assert runs_trash.thrown_in(tmp_path) == []
    assert names(tmp_path / FOLDER) == set()


def test_two_of_one_name_lie_in_the_trash_beside_each_other(tmp_path: Path) -> None:
    for content in ("first", "second"):
        runs_trash.throw_away(a_run(tmp_path, "a", content), NOW)
    second, first = runs_trash.thrown_in(tmp_path)
    assert (first.path / "config.json").read_text() == "first"
    assert runs_trash.put_back(first, tmp_path) == tmp_path / "a"
    assert runs_trash.put_back(second, tmp_path) == tmp_path / "a-2"
    assert (tmp_path / "a-2" / "config.json").read_text() == "second"


def test_a_name_that_was_taken_meanwhile_is_not_written_over(tmp_path: Path) -> None:
    thrown = runs_trash.throw_away(a_run(tmp_path, "a", "old"), NOW)
    a_run(tmp_path, "a", "new")
    (tmp_path / "a-2").symlink_to(tmp_path / "nowhere")
    assert runs_trash.put_back(thrown, tmp_path) == tmp_path / "a-3"
    assert (tmp_path / "a" / "config.json").read_text() == "new"


def test_a_run_that_is_written_is_not_deleted(tmp_path: Path) -> None:
    run = a_run(tmp_path, "a")
    with locked(run), pytest.raises(TrashError, match="being trained"):
        runs_trash.throw_away(run, NOW)
    assert run.is_dir()
    assert runs_trash.thrown_in(tmp_path) == []
    runs_trash.throw_away(run, NOW)
    assert names(tmp_path) == {FOLDER}


def test_what_is_gone_is_one_sentence(tmp_path: Path) -> None:
    run = a_run(tmp_path, "a")
    thrown = runs_trash.throw_away(run, NOW)
    with pytest.raises(TrashError, match="not there any more"):
        runs_trash.throw_away(run, NOW)
    runs_trash.empty(tmp_path)
    with pytest.raises(TrashError, match="not in the trash any more"):
        runs_trash.put_back(thrown, tmp_path)


def test_links_are_moved_and_removed_but_never_followed(tmp_path: Path) -> None:
    runs, elsewhere = tmp_path / "runs", a_run(tmp_path, "elsewhere", "precious")
    run = a_run(runs, "a")
    (run / "linked").symlink_to(elsewhere)
    (runs / "link").symlink_to(elsewhere)
    runs_trash.throw_away(run, NOW)
    runs_trash.throw_away(runs / "link", NOW)
    assert names(runs) == {FOLDER}
    runs_trash.empty(runs)
    assert names(runs / FOLDER) == set()
    assert (elsewhere / "config.json").read_text() == "precious"


def test_a_trash_that_leads_elsewhere_is_not_used(tmp_path: Path) -> None:
    runs, elsewhere = tmp_path / "runs", tmp_path / "elsewhere"
    run = a_run(runs, "a")
    a_run(elsewhere / "1", "precious")
    (runs / FOLDER).symlink_to(elsewhere)
    with pytest.raises(TrashError, match="no folder of its own"):
        runs_trash.throw_away(run, NOW)
    runs_trash.empty(runs)
    assert run.is_dir()
    assert (elsewhere / "1" / "precious").is_dir()


def test_after_thirty_days_a_run_is_removed(tmp_path: Path) -> None:
    runs_trash.throw_away(a_run(tmp_path, "old"), NOW - KEPT_SECONDS - 1)
    young = runs_trash.throw_away(a_run(tmp_path, "young"), NOW - KEPT_SECONDS + 1)
    # Deleted by a clock that has gone back since.
    later = runs_trash.throw_away(a_run(tmp_path, "later"), NOW + 9 * KEPT_SECONDS)
    runs_trash.expire(tmp_path, NOW)
    assert runs_trash.thrown_in(tmp_path) == [later, young]


def test_foreign_things_in_the_trash_are_left_alone(tmp_path: Path) -> None:
    trash = tmp_path / FOLDER
    (trash / "notes").mkdir(parents=True)
    (trash / "123").write_text("a file")
    (trash / "²").mkdir()
    assert runs_trash.thrown_in(tmp_path) == []
    runs_trash.empty(tmp_path)
    assert names(trash) == {"notes", "123", "²"}


def test_a_folder_that_cannot_be_changed_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = a_run(tmp_path, "a")

    def read_only(*args: object) -> None:
        raise OSError(30, os.strerror(30))

    monkeypatch.setattr(Path, "rename", read_only)
    with pytest.raises(TrashError, match="Read-only file system"):
        runs_trash.throw_away(run, NOW)
    assert run.is_dir()
    assert names(tmp_path / FOLDER) == set()
