"""What `latentscape read` says, and that it is what the analysis found."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from explorer.analysis import aggregate, dimensions
from tests.explorer.made_runs import pictures, sentences, write_run
from tests.support import succeeds
from vae_core.checkpoint import load_run


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_run(tmp_path_factory.mktemp("read") / "a", sentences(40), latent_dim=3)


def test_figures_are_those_of_the_page(folder: Path) -> None:
    said = json.loads(succeeds("read", folder, "--json"))
    run = load_run(folder)
    items = aggregate.aggregate_of(run.latents.mean, run.latents.log_variance)
    found = aggregate.holes(items, run.model, len(run))
    assert said["holes"]["mass"] == pytest.approx(found.mass)
    assert said["holes"]["kl"] == pytest.approx([found.least, found.kl])
    usage = dimensions.usages(run.latents.mean, run.latents.log_variance)
    kl = {one["dimension"]: one["kl"] for one in said["dimensions"]}
    assert kl == pytest.approx(dict(enumerate(usage.tolist())))
    assert [one["kl"] for one in said["dimensions"]] == sorted(kl.values(), reverse=True)


def test_people_are_told_in_words(folder: Path) -> None:
    lines = succeeds("read", folder, "--most", "2").splitlines()
    assert "of what the prior draws falls where no item is" in lines[0]
    assert lines[1].startswith("All items against the prior: ")
    assert len(lines) == 5
    assert lines[-1] == "1 more: --most 3 lists them."


def test_too_few_items_have_no_holes(tmp_path: Path) -> None:
    few = write_run(tmp_path / "few", pictures(6))
    assert "6 items are too few to say where none is; 10 are needed." in succeeds("read", few)
    assert json.loads(succeeds("read", few, "--json"))["holes"] is None
