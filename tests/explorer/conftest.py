"""What tests of the explorer share."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import streamlit as st

from explorer import catalogue, clusters_worth, paths
from explorer.jobs import Jobs

# Streamlit reads its settings once, from the folder that is current: before any test leaves it.
st.get_option("server.enableStaticServing")


@pytest.fixture
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Return an empty runs folder that the explorer uses, with no model of an earlier test open."""
    folder = tmp_path / "runs"
    folder.mkdir()
    monkeypatch.setenv(paths.RUNS_VARIABLE, str(folder))
    # What takes a process of its own is begun where a test asks for it.
    monkeypatch.setattr(clusters_worth, "MOST_UNASKED", 0)
    st.cache_resource.clear()
    catalogue.RUNS.clear()
    yield folder
    st.cache_resource.clear()
    catalogue.RUNS.clear()


@pytest.fixture
def jobs_of(tmp_path: Path) -> Iterator[Callable[..., Jobs]]:
    """Return a function that makes a server's jobs of a stand-in for the command, and its slots."""
    made: list[Jobs] = []

    def make(script: str, slots: int = 1) -> Jobs:
        worker = tmp_path / f"worker{len(made)}.py"
        worker.write_text(textwrap.dedent(script), encoding="utf-8")
        made.append(Jobs(tmp_path / "runs", [sys.executable, str(worker)], slots))
        return made[-1]

    yield make
    for jobs in made:
        jobs.close(seconds=0.2)
