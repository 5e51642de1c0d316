"""`latentscape search` and `latentscape check`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from explorer.cli import app
from tests.explorer.made_runs import pictures, sentences, write_run
from vae_core.checkpoint import load_run
from vae_core.errors import UserError


@pytest.fixture
def run(tmp_path: Path) -> Path:
    return write_run(tmp_path / "a", sentences(30))


def asked(*arguments: object) -> Any:
    result = CliRunner().invoke(app, [str(one) for one in arguments], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def refused(*arguments: object) -> str:
    result = CliRunner().invoke(app, [str(one) for one in arguments])
    assert isinstance(result.exception, UserError), result.output
    return str(result.exception)


@pytest.mark.parametrize(
    ("mode", "query", "items"),
    [
        ("words", "SAYS item 7", [7, 17, 27]),
        ("phrase", "item 7 says", [7]),
        ("prefix", "sa 12", [12]),
        ("regex", "^item 2[0-2] ", [20, 21, 22]),
    ],
)
def test_what_is_written_is_found(run: Path, mode: str, query: str, items: list[int]) -> None:
    said = asked("search", run, query, "--mode", mode, "--json")
    assert [one["item"] for one in said["items"]] == items
    assert said["found"] == len(items)
    assert all("text" in one and "label" in one for one in said["items"])


def test_only_so_many_are_listed_and_all_are_counted(run: Path) -> None:
    said = asked("search", run, "says", "--limit", 3, "--json")
    assert (said["found"], len(said["items"])) == (29, 3)
    printed = CliRunner().invoke(app, ["search", str(run), "says", "--limit", "3"]).stdout
    assert "29 of 30 items." in printed
    assert "and 26 more" in printed


def test_what_is_like_an_item_or_means_the_same_comes_nearest_first(run: Path) -> None:
    mean = load_run(run).latents.mean
    away = np.linalg.norm(mean - mean[4], axis=1)
    said = asked("search", run, "--like", 4, "--limit", 5, "--json")
    assert [one["item"] for one in said["items"]] == np.argsort(away)[1:6].tolist()
    assert said["items"][0]["distance"] == pytest.approx(np.sort(away)[1], rel=1e-4)
    said = asked("search", run, "item says zzz", "--mode", "meaning", "--json")
    distances = [one["distance"] for one in said["items"]]
    assert distances == sorted(distances)
    assert "zzz" in said["note"]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([""], "--like"),
        (["a", "--like", 3], "either"),
        (["--like", 30], "0 to 29"),
        (["a", "--mode", "soundex"], "--mode must be one of"),
        (["(a", "--mode", "regex"], "at letter 3"),
        (["zzz qqq", "--mode", "meaning"], "knows none of these words"),
    ],
)
def test_what_cannot_be_searched_for_is_one_sentence(
    run: Path, arguments: list[object], says: str
) -> None:
    assert says in refused("search", run, *arguments)


def test_a_collapsed_model_says_how_little_nearness_means(tmp_path: Path) -> None:
    collapsed = write_run(tmp_path / "c", sentences(9), result={"collapsed": True})
    said = asked("search", collapsed, "item", "--mode", "meaning", "--json")
    assert said["items"]
    assert "nearness means little" in said["note"]


def test_pictures_rank_no_words(tmp_path: Path) -> None:
    drawn = write_run(tmp_path / "p", pictures(9))
    assert "pictures" in refused("search", drawn, "item", "--mode", "meaning")


def test_duplicates_and_outliers_are_found_once(run: Path) -> None:
    said = asked("check", run, "--limit", 4, "--json")
    assert said["done"] == "written"
    assert said["same"] == {"items": 0, "groups": 0}
    assert len(said["alone"]) == len(said["bad"]) == 4
    again = asked("check", run, "--limit", 4, "--json")
    assert again["done"] == "there"
    assert again["alone"] == said["alone"]
    printed = CliRunner().invoke(app, ["check", str(run)]).stdout
    assert "Farthest from others: " in printed
