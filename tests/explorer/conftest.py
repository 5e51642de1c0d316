"""What tests of the explorer share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import streamlit as st

from explorer import catalogue, paths


@pytest.fixture
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Return an empty runs folder that the explorer uses, with no model of an earlier test open."""
    folder = tmp_path / "runs"
    folder.mkdir()
    monkeypatch.setenv(paths.RUNS_VARIABLE, str(folder))
    st.cache_resource.clear()
    catalogue.RUNS.clear()
    yield folder
    st.cache_resource.clear()
    catalogue.RUNS.clear()
