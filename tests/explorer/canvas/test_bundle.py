"""The committed browser code is what its committed sources say, and is served with the app."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from explorer import server
from explorer.canvas import bundle
from tests.support import ROOT

SOURCES = ROOT / "explorer" / "canvas"
BUNDLES = ("file", "standalone")


def test_the_committed_bundle_was_built_from_the_committed_sources() -> None:
    assert bundle.manifest()["sources"] == bundle.hash_of_sources(SOURCES), (
        "explorer/canvas/src was changed: run `make frontend` and commit explorer/static with it"
    )


def test_there_is_one_bundle_of_each_kind_and_the_licences_of_what_is_in_them() -> None:
    names = sorted(path.name for path in bundle.static_folder().iterdir())
    bundles = [bundle.manifest()[name] for name in BUNDLES]
    assert names == sorted([*bundles, "canvas.json", "canvas-licences.txt"])
    said = (bundle.static_folder() / "canvas-licences.txt").read_text(encoding="utf-8")
    assert said == "The bundle holds nobody else's code.\n"


def test_a_changed_added_or_renamed_source_changes_the_hash(tmp_path: Path) -> None:
    def copied(name: str) -> Path:
        ignore = shutil.ignore_patterns("node_modules", "__pycache__")
        return Path(shutil.copytree(SOURCES, tmp_path / name, ignore=ignore))

    hashes = {bundle.hash_of_sources(copied("same"))}
    for change in ("changed", "added", "renamed"):
        folder = copied(change)
        source = folder / "src" / "ranges.ts"
        if change == "changed":
            source.write_text(source.read_text() + "\n")
        elif change == "added":
            (folder / "src" / "more.ts").touch()
        else:
            source.rename(folder / "src" / "runs.ts")
        hashes.add(bundle.hash_of_sources(folder))
    assert len(hashes) == 4


@pytest.mark.parametrize("name", BUNDLES)
def test_a_bundle_asks_nobody_else_for_anything(name: str) -> None:
    text = (bundle.static_folder() / bundle.manifest()[name]).read_text(encoding="utf-8")
    for host in ("unpkg", "jsdelivr", "googleapis", "cdnjs", "esm.sh"):
        assert host not in text
    assert "sourceMappingURL" not in text


def test_the_inline_script_is_tiny_and_names_the_hashed_file() -> None:
    script = bundle.loader("latentMap")
    assert len(script) < 200
    assert json.dumps(f"app/static/{bundle.manifest()['file']}") in script


def test_the_server_serves_the_folder_beside_the_script() -> None:
    assert server.options(1, "")["server.enableStaticServing"] is True
    assert bundle.static_folder().name == "static"
    assert (bundle.static_folder().parent / "app.py").is_file()


def test_a_rebuild_gives_the_same_bundles(tmp_path: Path) -> None:
    if not (SOURCES / "node_modules").is_dir() or shutil.which("npx") is None:
        pytest.skip("Node's packages are not installed: `make frontend` brings them")
    folder = tmp_path / "canvas"
    ignore = shutil.ignore_patterns("node_modules", "__pycache__", "test")
    shutil.copytree(SOURCES, folder, ignore=ignore)
    (folder / "node_modules").symlink_to(SOURCES / "node_modules")
    build = subprocess.run(
        ["npx", "vite", "build"],
        cwd=folder,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
    )
    assert build.returncode == 0, build.stderr
    rebuilt = json.loads((tmp_path / "static" / "canvas.json").read_text())
    assert rebuilt == bundle.manifest()
    for name in BUNDLES:
        written = (tmp_path / "static" / rebuilt[name]).read_bytes()
        assert written == (bundle.static_folder() / rebuilt[name]).read_bytes()
