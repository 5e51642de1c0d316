"""A run goes into a .zip and comes out the same; what anybody else made of it is refused."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
import stat
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.core.support import one_sentence
from tests.export.conftest import RunOf
from tests.export.support import FAMILIES
from tests.export.test_destination import full_disk
from vae_core.checkpoint import load_run
from vae_core.export import RunImportError, export_run, import_run
from vae_core.export.zip_archive import MANIFEST

Files = dict[str, bytes]


def files_of(path: Path) -> Files:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def zipped(path: Path, files: Files, *, signed: bool = True) -> Path:
    """Write `files` as a .zip, with a manifest that fits them where `signed`."""
    if signed:
        listed = {
            name: {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
            for name, content in files.items()
            if name != MANIFEST
        }
        manifest = {"format": "latentscape-run-zip", "version": 1, "files": listed}
        files = {**files, MANIFEST: json.dumps(manifest).encode()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def refused(path: Path, folder: Path, **options: Any) -> str:
    """The sentence of a refusal, which leaves nothing in or of the runs folder."""
    runs = folder / "new" / "runs"
    with pytest.raises(RunImportError) as caught:
        import_run(path, runs, **options)
    assert not runs.parent.exists()
    sentence = one_sentence(caught.value)
    assert ".import-" not in sentence
    return sentence


@pytest.mark.parametrize("family", FAMILIES)
def test_a_run_comes_out_as_it_went_in(finished_run: RunOf, tmp_path: Path, family: str) -> None:
    before = load_run(finished_run(family))
    file = export_run(before, "zip", tmp_path / "run.zip").path
    folder = import_run(file, tmp_path / "runs")
    assert folder == tmp_path / "runs" / family
    names = {path.name for path in folder.iterdir()}
    assert names == {path.name for path in before.path.iterdir()}
    for name in names:
        assert (folder / name).read_bytes() == (before.path / name).read_bytes()
        assert (folder / name).stat().st_mode == (before.path / name).stat().st_mode
    after = load_run(folder)
    np.testing.assert_array_equal(after.latents.mean, before.latents.mean)
    points = before.model.sample_prior(4)
    for mine, theirs in zip(after.model.decode(points), before.model.decode(points), strict=True):
        np.testing.assert_array_equal(mine, theirs)


def test_the_same_run_gives_the_same_bytes_without_what_training_needed(
    finished_run: RunOf, exported: Path, tmp_path: Path
) -> None:
    again = export_run(finished_run("gru"), "zip", tmp_path / "again.zip").path
    assert again.read_bytes() == exported.read_bytes()
    files = files_of(exported)
    assert set(files) == {
        MANIFEST, "config.json", "model.safetensors", "tokenizer.json", "latents.npy",
        "items.parquet", "metrics.jsonl",
    }  # fmt: skip
    listed = json.loads(files.pop(MANIFEST))["files"]
    for name, content in files.items():
        digest = hashlib.sha256(content).hexdigest()
        assert listed[name] == {"sha256": digest, "bytes": len(content)}


def test_state_and_strange_files_stay_at_home(finished_run: RunOf, tmp_path: Path) -> None:
    run = Path(shutil.copytree(finished_run("dense"), tmp_path / "run"))
    (run / "state").mkdir()
    (run / "state" / "training.safetensors").write_bytes(b"x")
    (run / "notes.txt").write_text("mine")
    file = export_run(run, "zip", tmp_path / "out.zip").path
    assert not {"notes.txt", "state/training.safetensors"} & set(files_of(file))


def test_what_packs_too_well_is_not_packed(
    finished_run: RunOf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vae_core.export.zip_archive.HARMLESS_BYTES", 100)
    monkeypatch.setattr("vae_core.export.zip_archive.MOST_RATIO", 1)
    file = export_run(finished_run("gru"), "zip", tmp_path / "run.zip").path
    monkeypatch.setattr("vae_core.export.zip_archive.MOST_RATIO", 3)
    with zipfile.ZipFile(file) as archive:
        methods = {entry.filename: entry.compress_type for entry in archive.infolist()}
    assert methods["manifest.json"] == zipfile.ZIP_DEFLATED
    assert methods["config.json"] == zipfile.ZIP_STORED
    assert import_run(file, tmp_path / "runs").is_dir()


def test_a_taken_name_gets_a_number(exported: Path, tmp_path: Path) -> None:
    runs = tmp_path / "runs"
    assert [import_run(exported, runs).name for _ in range(3)] == ["gru", "gru-2", "gru-3"]
    assert import_run(exported, runs, name="Größe 2").name == "Größe 2"
    (runs / "file").write_text("x")
    assert import_run(exported, runs, name="file").name == "file-2"
    assert not [path for path in runs.iterdir() if path.name.startswith(".")]


@pytest.mark.parametrize(
    ("own", "folder"),
    [("../../up", "up"), (".hidden", "hidden"), ("a/b\\c:d", "a-b-c-d"), ("..", "animals"),
     ("x" * 5000, "x" * 200), ("猫" * 100, "猫" * 66), ("", "animals"), (None, "animals")],
)  # fmt: skip
def test_the_name_in_a_run_is_only_ever_a_name(
    exported: Path, tmp_path: Path, own: str | None, folder: str
) -> None:
    files = files_of(exported)
    config = json.loads(files["config.json"])
    config["name"] = own
    files["config.json"] = json.dumps(config).encode()
    made = import_run(zipped(tmp_path / "animals.zip", files), tmp_path / "runs")
    assert made == tmp_path / "runs" / folder


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "/etc", "a\\b", ".x", "nul\0", "x" * 300])
def test_a_name_that_is_a_path_is_refused(exported: Path, tmp_path: Path, name: str) -> None:
    assert "cannot be the name" in refused(exported, tmp_path, name=name)


HOSTILE_NAMES = (
    "../evil", "/etc/passwd", "a/config.json", "config.json/", "..\\evil", "C:\\evil", "evil.py",
    "CONFIG.JSON", "state/training.safetensors", "__init__.py", "model.pt", "x" * 1000,
    "clusters", "clusters/", "clusters/x.py", "clusters/.x.json", "clusters/../x.json",
    "clusters/a/x.json", "clusters\\x.json", "/clusters/x.json", "x/clusters/x.json",
    "clusters/X.json", "derived/x.npz",
)  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_a_file_that_is_no_runs_is_refused(exported: Path, tmp_path: Path, name: str) -> None:
    files = {**files_of(exported), name: b"import os"}
    sentence = refused(zipped(tmp_path / "x.zip", files), tmp_path)
    assert "no file of a run" in sentence
    assert len(sentence) < 500


def entry_of(name: str, mode: int = 0, **changes: int) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name)
    entry.create_system = 3
    entry.external_attr = mode << 16
    for attribute, value in changes.items():
        setattr(entry, attribute, value)
    return entry


@pytest.mark.parametrize(
    "entry",
    [
        entry_of("images.npy", stat.S_IFLNK | 0o777),
        entry_of("images.npy", stat.S_IFIFO),
        entry_of("images.npy", stat.S_IFCHR),
        entry_of("images.npy", stat.S_IFDIR),
        entry_of("images.npy", compress_type=zipfile.ZIP_BZIP2),
        entry_of("images.npy", compress_type=zipfile.ZIP_LZMA),
        entry_of("config.json"),
    ],
    ids=["link", "pipe", "device", "folder", "bzip2", "lzma", "twice"],
)
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_links_devices_twins_and_odd_packings_are_refused(
    exported: Path, tmp_path: Path, entry: zipfile.ZipInfo
) -> None:
    with zipfile.ZipFile(exported, "a") as archive:
        archive.writestr(entry, b"/etc/passwd")
    refused(exported, tmp_path)


def test_a_bomb_stops_where_it_becomes_one(
    exported: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = files_of(exported)
    files["metrics.jsonl"] = b"\n" * 30_000_000
    bomb = zipped(tmp_path / "bomb.zip", files)
    assert bomb.stat().st_size < 100_000
    assert "unpacks to more" in refused(bomb, tmp_path)
    # Its declared sizes are lies: the manifest says little, and so does the .zip.
    liar = zipped(tmp_path / "liar.zip", {**files, "metrics.jsonl": b"\n" * 1000})
    manifest = files_of(liar)[MANIFEST]
    lying = zipped(tmp_path / "lying.zip", {**files, MANIFEST: manifest}, signed=False)
    assert "unpacks to more" in refused(lying, tmp_path)
    size = sum(len(content) for content in files_of(exported).values())
    assert "unpacks to more" in refused(exported, tmp_path, max_bytes=size - 1)
    assert import_run(exported, tmp_path / "runs", max_bytes=size).is_dir()


def test_a_long_table_of_contents_is_not_read(exported: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "long.zip", "w") as archive:
        for number in range(40_000):
            archive.writestr(f"{number:060}", b"")
    assert "too large" in refused(tmp_path / "long.zip", tmp_path)


def test_a_manifest_that_does_not_fit_is_refused(exported: Path, tmp_path: Path) -> None:
    files = files_of(exported)
    path = tmp_path / "x.zip"
    without = {name: content for name, content in files.items() if name != MANIFEST}
    assert "latentscape export" in refused(zipped(path, without, signed=False), tmp_path)
    other = {**files, "metrics.jsonl": files["metrics.jsonl"].replace(b"1", b"2")}
    assert "is not what" in refused(zipped(path, other, signed=False), tmp_path)
    fewer = {name: content for name, content in files.items() if name != "metrics.jsonl"}
    assert "lists" in refused(zipped(path, fewer, signed=False), tmp_path)
    for content in (b"", b"[]", b"{}", b"null", b"\xff", b"[" * 100_000, b'{"files": 3}'):
        broken = {**files, MANIFEST: content}
        assert "manifest.json" in refused(zipped(path, broken, signed=False), tmp_path)


@pytest.mark.parametrize("content", [b"", b"PK", b"PK\x05\x06" + b"\0" * 18, b"x" * 1000])
def test_what_is_no_zip_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.zip").write_bytes(content)
    refused(tmp_path / "x.zip", tmp_path)


def test_a_file_or_folder_that_is_not_there_is_refused(exported: Path, tmp_path: Path) -> None:
    refused(tmp_path / "none.zip", tmp_path)
    refused(tmp_path, tmp_path)
    refused(tmp_path / "nul\0.zip", tmp_path)
    (tmp_path / "file").write_text("x")
    for runs in (tmp_path / "file", tmp_path / "file" / "runs", tmp_path / "nul\0"):
        with pytest.raises(RunImportError) as caught:
            import_run(exported, runs)
        assert "runs folder" in one_sentence(caught.value)


def test_a_full_disk_leaves_nothing(exported: Path, tmp_path: Path) -> None:
    with full_disk(512):
        refused(exported, tmp_path)


def test_a_read_only_place_is_said_without_numbers(
    exported: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read_only(path: Path, *_: object, **__: object) -> None:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS), str(path))

    monkeypatch.setattr(Path, "mkdir", read_only)
    with pytest.raises(RunImportError) as caught:
        import_run(exported, tmp_path / "runs")
    assert "cannot be written to: Read-only file system;" in one_sentence(caught.value)
    assert "Errno" not in str(caught.value)
