"""`latentscape evaluate` as people call it: what it prints, its JSON, and its refusals."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from explorer import kept_evaluations
from tests.support import latentscape
from vae_core.checkpoint import load_run

ROWS = [
    (f"the {size} {animal} {verb} {place}", animal, size)
    for size in ("small", "large", "old", "young", "red")
    for animal in ("dog", "cat", "horse")
    for verb in ("sleeps", "eats", "waits", "sits")
    for place in ("at home", "outside")
]


def measured(*arguments: str | Path) -> dict[str, Any]:
    done = latentscape("evaluate", *arguments, "--json")
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def shown(*arguments: str | Path) -> str:
    done = latentscape("evaluate", *arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout


def refused(*arguments: str | Path) -> str:
    done = latentscape("evaluate", *arguments)
    assert (done.returncode, done.stdout) == (1, "")
    assert len(done.stderr.splitlines()) == 1
    assert done.stderr.startswith("latentscape: ")
    assert done.stderr.endswith(".\n")
    return done.stderr


def written(file: Path, rows: list[tuple[str, str, str]]) -> Path:
    lines = ["text\tlabel\tsize", *("\t".join(row) for row in rows)]
    file.write_text("\n".join(lines) + "\n")
    return file


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(tmp_path_factory.mktemp("corpus") / "corpus.tsv", ROWS)


@pytest.fixture(scope="module")
def text_run(corpus: Path) -> Path:
    out = corpus.parent / "run"
    options = "--label-column label --model gru --latent-dim 4 --epochs 2 --device cpu --out"
    done = latentscape("train", "--text", corpus, *options.split(), out)
    assert done.returncode == 0, done.stderr
    return out


def test_the_whole_of_a_text_run(text_run: Path) -> None:
    found = measured(text_run, "--samples", "3")
    assert (found["run"], found["data"], found["split"]) == ("run", "corpus.tsv", "test")
    assert found["items"] == 12
    assert found["elbo"] == pytest.approx(found["reconstruction"] - found["kl"])
    assert found["likelihood"]["samples"] == 3
    assert found["probe"]["split"] == "the given parts"
    assert found["probe"]["train_items"] == 96
    assert {"latent", "lsa", "tfidf"} <= set(found["probe"])
    assert set(found["factors"]["mig_of"]) == {"size"}
    assert {"posterior", "text", "clustering", "gate"} <= set(found)


def test_the_table_explains_itself_and_ends_with_the_gate(text_run: Path) -> None:
    table = shown(text_run, "--samples", "2")
    lines = table.splitlines()
    assert lines[0] == "run on corpus.tsv (test, 12 items)"
    for heading in ("Posterior", "Likelihood", "Text", "Probe", "Clustering", "Factors", "Gate"):
        assert any(line.startswith(f"{heading}: ") for line in lines), heading
    gate = lines[next(i for i, line in enumerate(lines) if line.startswith("Gate: ")) :]
    assert any("the gate" in line and line.split()[-1] in ("passed", "FAILED", "known")
               for line in gate)  # fmt: skip
    checks = measured(text_run, "--samples", "2")["gate"]["checks"].values()
    assert sum("→" in line for line in gate) == sum(check is not True for check in checks)
    assert "{" not in table
    assert "None" not in table
    assert max(map(len, lines)) <= 100


def test_the_language_model_that_was_trained_beside_it_is_compared(text_run: Path) -> None:
    found = measured(text_run, "--samples", "2")
    gap = found["likelihood"]["iw_nll"] - found["likelihood"]["language_model_nll"]
    assert found["gate"]["language_model_gap"] == pytest.approx(gap)


def test_a_run_needs_a_latent_space(corpus: Path) -> None:
    out = corpus.parent / "plain"
    options = "--model gru --epochs 1 --objective language-model --device cpu --out"
    done = latentscape("train", "--text", corpus, *options.split(), out)
    assert done.returncode == 1
    assert "kind must be one of elbo, iwae, tcvae, mmd for a run" in done.stderr
    assert not out.exists()


def test_quick_has_no_sections(text_run: Path) -> None:
    found = measured(text_run, "--quick")
    assert not any(isinstance(value, dict) for value in found.values())
    assert found["perplexity"] > 1
    assert "Likelihood" not in shown(text_run, "--quick")


def test_other_data_with_the_same_labels_are_probed_with_the_run(
    text_run: Path, tmp_path: Path
) -> None:
    other = written(tmp_path / "other.tsv", ROWS[::4])
    found = measured(text_run, "--data", other, "--label-column", "label", "--samples", "1")
    assert (found["items"], found["split"]) == (30, "all items")
    assert found["probe"]["train_items"] == 96
    assert found["probe"]["test_items"] == 30


def test_other_data_with_other_or_missing_labels_are_probed_by_themselves(
    text_run: Path, tmp_path: Path
) -> None:
    rows = [(text, "" if i < 20 else f"new{i % 2}", size) for i, (text, _, size) in enumerate(ROWS)]
    other = written(tmp_path / "other.tsv", rows)
    found = measured(text_run, "--data", other, "--label-column", "label", "--samples", "1")
    assert found["probe"]["split"] == "drawn from these items"
    assert found["probe"]["unlabelled"] == 20
    assert found["clustering"]["items"] == 100


def test_data_without_labels(text_run: Path, tmp_path: Path) -> None:
    plain = tmp_path / "plain.txt"
    plain.write_text("\n".join(row[0] for row in ROWS[:10]) + "\n")
    found = measured(text_run, "--data", plain, "--samples", "1")
    assert "probe" not in found
    assert "silhouette" in found["clustering"]
    table = shown(text_run, "--data", plain, "--samples", "1")
    assert "silhouette" in table


def test_one_label_is_told_in_its_section(text_run: Path, tmp_path: Path) -> None:
    one = written(tmp_path / "one.tsv", [(text, "same", size) for text, _, size in ROWS])
    arguments = (text_run, "--data", one, "--label-column", "label", "--samples", "1")
    assert "'same'" in measured(*arguments)["probe"]["left_out"]
    assert "left out: " in shown(*arguments)


def test_pictures_say_what_their_likelihood_is_of() -> None:
    found = measured("digits", "--samples", "2")
    assert found["likelihood"]["binarisation"] == "none"
    assert {"latent", "pca", "pixels"} <= set(found["probe"])
    assert "gate" not in found
    assert "Grey pixels" in shown("digits", "--samples", "2")


def test_progress_goes_to_standard_error_alone(text_run: Path) -> None:
    done = latentscape("evaluate", text_run, "--samples", "1", "--json")
    assert done.returncode == 0
    json.loads(done.stdout)
    assert "measuring: likelihood" in done.stderr.splitlines()


def test_impossible_calls_are_one_sentence(text_run: Path, tmp_path: Path) -> None:
    assert "samples" in refused(text_run, "--samples", "0")
    assert "no run" in refused(tmp_path / "nothing")
    assert "does not exist" in refused(text_run, "--data", tmp_path / "nothing.txt")
    assert "holds pictures" in refused(text_run, "--data", "digits")
    assert "no column" in refused(
        text_run, "--data", written(tmp_path / "a.tsv", ROWS[:3]), "--label-column", "colour"
    )
    assert "--keep" in refused(text_run, "--keep", "--quick")


def test_a_run_without_its_data_is_measured_by_its_places() -> None:
    done = latentscape("evaluate", "mnist", "--json")
    assert done.returncode == 0
    assert "published without its data" in done.stderr
    found = json.loads(done.stdout)
    assert found["without_items"] is True
    assert found["items"] == 5000
    assert found["probe"]["latent"]["accuracy"] > 0.8
    assert "likelihood" not in found


def test_labels_are_told_one_by_one(text_run: Path) -> None:
    by_class = measured(text_run, "--samples", "1")["probe"]["by_class"]
    assert by_class["names"] == ["cat", "dog", "horse"]
    assert sum(by_class["support"]) == 12
    assert [len(row) for row in by_class["latent"]["confusion"]] == [3, 3, 3]
    assert "of μ, class by class (3)" in shown(text_run, "--samples", "1")


def test_it_is_kept_where_the_page_finds_it(text_run: Path) -> None:
    printed = measured(text_run, "--samples", "2", "--seed", "4", "--keep")
    kept = kept_evaluations.find(load_run(text_run), 2, 4)
    assert kept is not None
    assert kept.result == printed
    assert len(kept.rows) == len(kept.of_items["nll"]) == 12
