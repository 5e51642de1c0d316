"""Finished runs, made once for all tests of a process; not to be changed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.export.support import run_of
from vae_core.export import export_run

RunOf = Callable[[str], Path]


@pytest.fixture(scope="session")
def finished_run(tmp_path_factory: pytest.TempPathFactory) -> RunOf:
    """Return a function that gives the run folder of a family."""
    root = tmp_path_factory.mktemp("exported-runs")

    def of(family: str) -> Path:
        folder = root / family
        return folder if folder.is_dir() else run_of(family, folder)

    return of


@pytest.fixture
def exported(finished_run: RunOf, tmp_path: Path) -> Path:
    """The .zip of a run of sentences."""
    return export_run(finished_run("gru"), "zip", tmp_path / "animals.zip").path
