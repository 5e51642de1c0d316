"""Clusterings kept with a run: they come back whole, or not, and go along with the run."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from explorer import kept_clusters
from explorer.analysis.clusters.edits import Clustering, found_by
from explorer.analysis.clusters.spec import ClusterError, ClusterSpec
from explorer.kept_clusters import KeptError, folder_of, keep, read, read_all, remove
from tests.explorer.made_runs import sentences, write_run
from vae_core.checkpoint import Run, load_run
from vae_core.export import RunImportError, export_run, import_run
from vae_core.files import whole_file
from vae_core.run_clusters import is_cluster_file

KMEANS = ClusterSpec(k=3)
ID = KMEANS.id


@pytest.fixture
def run(runs: Path) -> Run:
    return load_run(write_run(runs / "a", sentences(40), 3))


def edited(run: Run, spec: ClusterSpec = KMEANS) -> Clustering:
    made = found_by(spec, run.latents.mean, "my themes")
    made = made.renamed(1, "Größe 猫").coloured(0, "#aabbcc").split(0, run.latents.mean)
    return made.merged(made.clusters[1:3]).split(made.clusters[0], run.latents.mean)


def same(one: Clustering, other: Clustering) -> None:
    np.testing.assert_array_equal(one.assignment, other.assignment)
    assert (one.spec, one.title, one.found.note) == (other.spec, other.title, other.found.note)
    assert (one.clusters, one.state.names) == (other.clusters, other.state.names)
    assert one.state.colours == other.state.colours
    assert len(one.edits) == len(other.edits)
    if one.found.membership is None:
        assert other.found.membership is None
    else:
        assert other.found.membership is not None
        np.testing.assert_array_equal(one.found.membership, other.found.membership)


def test_a_clustering_comes_back_with_its_edits_and_can_be_undone(run: Run) -> None:
    made = edited(run)
    file = keep(folder_of(run), run, made)
    assert file == run.path / "clusters" / f"{ID}.json"
    back = read(folder_of(run), run, ID)
    assert back is not None
    same(back, made)
    same(back.undone().undone(), made.undone().undone())
    written = json.loads(file.read_text(encoding="utf-8"))
    assert [(one["number"], one["name"]) for one in written["clusters"]] == [
        (number + 1, made.name(number)) for number in made.clusters
    ]


@settings(
    deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.data())
def test_whatever_is_done_comes_back(run: Run, data: st.DataObject) -> None:
    made = found_by(ClusterSpec(k=4), run.latents.mean)
    for _ in range(data.draw(st.integers(0, 6))):
        cluster = data.draw(st.sampled_from(made.clusters))
        if data.draw(st.booleans()) and (made.assignment == cluster).sum() > 1:
            made = made.split(cluster, run.latents.mean)
        elif data.draw(st.booleans()) and len(made.clusters) > 1:
            made = made.merged([cluster, next(c for c in made.clusters if c != cluster)])
        else:
            letters = st.text(st.characters(exclude_categories=("Cc", "Cs")), max_size=20)
            made = made.renamed(cluster, data.draw(letters))
    keep(folder_of(run), run, made)
    back = read(folder_of(run), run, made.spec.id)
    assert back is not None
    same(back, made)


def test_memberships_and_noise_come_back(run: Run) -> None:
    spec = ClusterSpec("hdbscan", min_cluster_size=3, min_samples=1)
    made = found_by(spec, run.latents.mean)
    assert (made.assignment < 0).any()
    keep(folder_of(run), run, made)
    back = read(folder_of(run), run, spec.id)
    assert back is not None
    same(back, made)


def test_earlier_arrays_go_and_those_of_other_clusterings_stay(run: Run) -> None:
    folder = folder_of(run)
    other = ClusterSpec(k=3, space="latent-s0.x")  # its id begins as the first one does
    keep(folder, run, found_by(other, run.latents.mean))
    made = found_by(KMEANS, run.latents.mean)
    keep(folder, run, made)
    keep(folder, run, made.split(0, run.latents.mean))
    assert len(list(folder.iterdir())) == 4
    assert set(read_all(folder, run).clusterings) == {ID, other.id}
    remove(folder, ID)
    assert set(read_all(folder, run).clusterings) == {other.id}
    remove(folder, ID)
    remove(folder, "../../a")
    assert len(list(folder.iterdir())) == 2


def test_names_alone_leave_the_arrays_as_they_are(run: Run) -> None:
    made = found_by(KMEANS, run.latents.mean)
    keep(folder_of(run), run, made)
    arrays = next(folder_of(run).glob("*.npz"))
    before = arrays.stat().st_mtime_ns
    keep(folder_of(run), run, made.renamed(0, "x"))
    assert arrays.stat().st_mtime_ns == before


def test_changes_of_two_visitors_add_up(run: Run) -> None:
    folder = folder_of(run)
    keep(folder, run, found_by(KMEANS, run.latents.mean))
    with ThreadPoolExecutor(2) as visitors:
        for number in range(10):
            visitors.submit(
                kept_clusters.change, folder, run, ID,
                lambda now, number=number: now.renamed(number % 3, f"name {number}"),
            )  # fmt: skip
    back = read(folder, run, ID)
    assert back is not None
    assert len(back.edits) == 10
    with pytest.raises(ClusterError, match="no cluster 8"):
        kept_clusters.change(folder, run, ID, lambda now: now.renamed(7, "x"))
    with pytest.raises(KeptError, match="no clusters 'kmeans-k9-latent-s0' any more"):
        kept_clusters.change(folder, run, "kmeans-k9-latent-s0", lambda now: now.undone())


def test_what_fails_half_way_leaves_the_earlier_one(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = found_by(KMEANS, run.latents.mean)
    keep(folder_of(run), run, made)

    def full(path: Path, content: bytes) -> None:
        if path.suffix == ".json":
            raise OSError(28, "No space left on device")
        with whole_file(path) as stream:
            stream.write(content)

    monkeypatch.setattr(kept_clusters, "write_whole", full)
    with pytest.raises(KeptError, match="No space left on device"):
        keep(folder_of(run), run, made.split(0, run.latents.mean))
    back = read(folder_of(run), run, ID)
    assert back is not None
    same(back, made)


def test_a_folder_that_is_none_is_one_sentence(run: Run, tmp_path: Path) -> None:
    assert read(tmp_path / "none", run, ID) is None
    assert read_all(tmp_path / "none", run).clusterings == {}
    (tmp_path / "file").write_text("x")
    with pytest.raises(KeptError, match="cannot be kept"):
        keep(tmp_path / "file", run, found_by(KMEANS, run.latents.mean))
    assert read(tmp_path / "file", run, ID) is None


def test_a_run_keeps_so_many_and_no_more(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_clusters, "MOST_KEPT", 1)
    made = found_by(KMEANS, run.latents.mean)
    keep(folder_of(run), run, made)
    keep(folder_of(run), run, made.renamed(0, "again"))
    with pytest.raises(KeptError, match="holds 1 clusterings already"):
        keep(folder_of(run), run, found_by(ClusterSpec(k=4), run.latents.mean))


def test_what_belongs_to_another_training_is_not_used(run: Run, runs: Path) -> None:
    other = load_run(write_run(runs / "b", sentences(41), 3))
    keep(folder_of(other), run, found_by(KMEANS, run.latents.mean))
    with pytest.raises(KeptError, match="another training or of other items"):
        read(folder_of(other), other, ID)
    found = read_all(folder_of(other), other)
    assert found.clusterings == {}
    assert len(found.problems) == 1


@pytest.mark.parametrize("name", ["", "..", "../a", "a/b", ".a", "A", "a\0", "x" * 200, "a\n"])
def test_ids_that_are_paths_find_nothing(run: Run, name: str) -> None:
    assert read(folder_of(run), run, name) is None
    assert not is_cluster_file(f"{name}.json")


def test_columns_say_number_and_name_of_each_item(run: Run) -> None:
    made = edited(run)
    spec = ClusterSpec("hdbscan", min_cluster_size=3, min_samples=1)
    noisy = found_by(spec, run.latents.mean)
    found = kept_clusters.columns({ID: made, spec.id: noisy})
    assert list(found) == [
        f"cluster.{ID}", f"cluster.{ID}.name", f"cluster.{spec.id}", f"cluster.{spec.id}.name",
    ]  # fmt: skip
    assert found[f"cluster.{ID}"] == [str(number + 1) for number in made.assignment]
    assert found[f"cluster.{ID}.name"] == [made.name(number) for number in made.assignment]
    noise = int(np.flatnonzero(noisy.assignment < 0)[0])
    assert found[f"cluster.{spec.id}"][noise] == "-1"
    assert found[f"cluster.{spec.id}.name"][noise] == "Noise"


def test_clusters_go_along_in_a_zip(run: Run, tmp_path: Path) -> None:
    made = edited(run)
    keep(folder_of(run), run, made)
    (folder_of(run) / "Strange file.txt").write_text("mine")
    (folder_of(run) / "folder.json").mkdir()
    export_run(run, "zip", tmp_path / "run.zip")
    again = load_run(import_run(tmp_path / "run.zip", tmp_path / "runs", name="again"))
    back = read(folder_of(again), again, ID)
    assert back is not None
    same(back, made)
    assert len(list(folder_of(again).iterdir())) == 2


def test_a_zip_of_too_many_clusters_is_refused(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(folder_of(run), run, edited(run))
    export_run(run, "zip", tmp_path / "run.zip")
    monkeypatch.setattr("vae_core.export.zip_import.MOST_FILES", 1)
    with pytest.raises(RunImportError, match="more than 1 files of clusters"):
        import_run(tmp_path / "run.zip", tmp_path / "taken")
    assert not (tmp_path / "taken").exists()
