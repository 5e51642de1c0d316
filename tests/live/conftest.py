"""Runs of every modality, and a live server over them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from starlette.applications import Starlette
from starlette.testclient import TestClient

from explorer import catalogue, paths
from explorer.live.models import ModelStore
from explorer.live.socket import LiveServer
from tests.explorer.made_runs import coloured, pictures, sentences, write_run
from tests.live.support import Live
from vae_core.checkpoint import Run, load_run

# The same examples every time, however slow the machine is.
settings.register_profile("live", deadline=None, derandomize=True, database=None)
settings.load_profile("live")


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Runs called pictures, coloured, sentences and documents."""
    folder = tmp_path_factory.mktemp("runs")
    write_run(folder / "pictures", pictures(40), 3)
    write_run(folder / "coloured", coloured(20), 2)
    write_run(folder / "sentences", sentences(12), 4)
    write_run(folder / "documents", sentences(12), 3, modality="documents")
    return folder


@pytest.fixture
def run(folder: Path, request: pytest.FixtureRequest) -> Run:
    """The run that the test is parametrised with, pictures by default."""
    return load_run(folder / getattr(request, "param", "pictures"))


@pytest.fixture
def live(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Live]:
    """A live server over these runs, and a client on one event loop with it."""
    monkeypatch.setenv(paths.RUNS_VARIABLE, str(folder))
    server = LiveServer(catalogue.locate, ModelStore(load_run))
    with TestClient(Starlette(routes=[server.route("/live")])) as client:
        yield Live(server, client)
    server.close()
