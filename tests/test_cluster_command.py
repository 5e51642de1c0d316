"""`latentscape cluster`: what it prints, keeps and hands on, and one sentence for bad input."""

from __future__ import annotations

import csv
import dataclasses
import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest

from explorer import kept_clusters
from tests.explorer.made_runs import pictures, write_run
from tests.support import latentscape, refused, succeeds
from vae_core.checkpoint import Run, load_run
from vae_core.data.dataset import Dataset

ID = "kmeans-k3-latent-s0"


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    return tmp_path / "runs"


def heaps(runs: Path, name: str = "themes", **changes: Any) -> Path:
    """A run whose latents lie in three heaps, one for each subject of its texts."""
    subjects = ("cat purrs", "boat sails", "bread bakes")
    texts = tuple(f"the {subjects[i % 3]} number {i}" for i in range(60))
    made = Dataset(
        name="themes",
        modality="sentences",
        texts=texts,
        labels=tuple("abc"[i % 3] for i in range(60)),
        metadata={f"cluster.{ID}": ("mine",) * 60},
    )
    made = dataclasses.replace(made, **changes)
    folder = write_run(runs / name, made, 4)
    stored = np.load(folder / "latents.npy")
    for i in range(60):
        stored[i, 0, i % 3] += 20
    np.save(folder / "latents.npy", stored)
    return folder


def opened(folder: Path) -> Run:
    return load_run(folder)


def test_it_finds_the_heaps_says_what_they_are_and_keeps_them(runs: Path) -> None:
    folder = heaps(runs)
    said = succeeds("cluster", folder, "--name", "subjects", "--compare-lsa", "--themes", "2")
    assert said.startswith("subjects: k-means, 3 clusters, on the latent space, seed 0; 60 items.")
    assert "3 clusters stand out (silhouette" in said
    assert "Cluster 1 · 20 items (33%) · tight (" in said
    for words in ("cat, purrs", "boat, sails", "bread, bakes"):
        assert f"keywords    {words}\n" in said
    assert "1. Clusters" in said
    assert "the same clusters each time (mean ARI 1.00 over 5 seeds)" in said
    assert "Against the labels (1 is perfect; all 60 items have a label):" in said
    assert "these clusters                          1.000      1.000      1.000" in said
    assert "LSA (4) + k-means" in said
    assert said.endswith(f"Kept as {folder / 'clusters' / ID}.json.\n")
    kept = kept_clusters.read(folder / "clusters", opened(folder), ID)
    assert kept is not None
    assert kept.title == "subjects"


def test_json_says_it_all(runs: Path) -> None:
    folder = heaps(runs)
    found = json.loads(succeeds("cluster", folder, "--k", "3", "--compare-lsa", "--json"))
    assert found["id"] == ID
    assert found["choice"] is None
    assert [cluster["items"] for cluster in found["clusters"]] == [20, 20, 20]
    for cluster in found["clusters"]:
        assert {"number", "name", "keywords", "centre", "typical", "borderline"} <= set(cluster)
        assert all("text" in item for item in cluster["typical"])
    assert found["labels"]["contingency"]["labels"] == ["a", "b", "c"]
    assert np.array(found["labels"]["contingency"]["counts"]).sum(axis=0).tolist() == [20, 20, 20]
    assert found["compared"]["name"] == "LSA (4) + k-means"
    chosen = json.loads(succeeds("cluster", folder, "--json"))
    assert chosen["choice"]["k"] == 3
    assert chosen["choice"]["ks"][0] == 2


def test_hdbscan_says_what_is_noise(runs: Path) -> None:
    folder = heaps(runs)
    said = succeeds("cluster", folder, "--method", "hdbscan", "--min-cluster-size", "8",
                    "--min-samples", "2", "--k", "auto", "--space", "normalised")  # fmt: skip
    assert "HDBSCAN, at least 8 items a cluster, 2 neighbours, on the latent space" in said
    assert (folder / "clusters" / "hdbscan-m8-n2-normalised-s0.json").is_file()


def test_labels_for_half_of_the_items(runs: Path) -> None:
    half = tuple("abc"[i % 3] if i < 30 else "" for i in range(60))
    said = succeeds("cluster", heaps(runs, labels=half), "--k", "3")
    assert "only the 30 of 60 items that have a label count" in said
    none = succeeds("cluster", heaps(runs, "none", labels=("",) * 60), "--k", "3")
    assert "Note: None of the items has a label" in none
    assert "Against" not in none


def test_texts_that_are_all_empty_are_no_failure(runs: Path) -> None:
    texts = ("a word of the model", *("",) * 59)
    said = succeeds("cluster", heaps(runs, texts=texts, metadata={}), "--k", "3", "--compare-lsa")
    assert "Note: There is no comparison: TF-IDF needs words" in said
    assert "Cluster 1 · 20 items" in said


def test_pictures_have_no_words(runs: Path) -> None:
    folder = write_run(runs / "a", pictures(40), 3)
    said = succeeds("cluster", folder, "--k", "3", "--compare-lsa")
    assert "keywords" not in said
    assert "typical     items " in said
    assert "PCA of the pixels (3) + k-means" in said


def test_what_was_changed_by_hand_is_not_lost(runs: Path) -> None:
    folder = heaps(runs)
    succeeds("cluster", folder, "--k", "3")
    succeeds("cluster", folder, "--k", "3")
    run = opened(folder)
    kept = kept_clusters.read(folder / "clusters", run, ID)
    assert kept is not None
    kept_clusters.keep(folder / "clusters", run, kept.renamed(0, "Cats"))
    assert "with 1 change by hand: add --overwrite" in refused("cluster", folder, "--k", "3")
    succeeds("cluster", folder, "--k", "3", "--overwrite")
    again = kept_clusters.read(folder / "clusters", run, ID)
    assert again is not None
    assert again.edits == ()


def test_exports_carry_the_clusters(runs: Path, tmp_path: Path) -> None:
    folder = heaps(runs)
    succeeds("cluster", folder, "--k", "3")
    run = opened(folder)
    kept = kept_clusters.read(folder / "clusters", run, ID)
    assert kept is not None
    named = kept.renamed(0, 'Cats, "all"').merged([1, 2])
    kept_clusters.keep(folder / "clusters", run, named)
    succeeds("export", folder, "--to", "parquet", "--out", tmp_path / "out.parquet")
    table = pq.read_table(tmp_path / "out.parquet")
    # A column of the run's own keeps its name.
    assert set(table.column(f"cluster.{ID}").to_pylist()) == {"mine"}
    numbers = [str(number + 1) for number in named.assignment.tolist()]
    assert table.column(f"kept.cluster.{ID}").to_pylist() == numbers
    names = [named.name(number) for number in named.assignment.tolist()]
    assert table.column(f"cluster.{ID}.name").to_pylist() == names
    succeeds("export", folder, "--to", "csv", "--out", tmp_path / "out.csv")
    with (tmp_path / "out.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [row[f"cluster.{ID}.name"] for row in rows] == names
    succeeds("export", folder, "--to", "npz", "--out", tmp_path / "out.npz")
    with np.load(tmp_path / "out.npz") as arrays:
        assert f"cluster.{ID}.name" in arrays["metadata_names"]


def test_a_damaged_clustering_is_said_and_left_out_of_exports(runs: Path, tmp_path: Path) -> None:
    folder = heaps(runs)
    succeeds("cluster", folder, "--k", "3")
    (folder / "clusters" / f"{ID}.json").write_text("{")
    done = latentscape("export", folder, "--to", "csv", "--out", tmp_path / "out.csv")
    assert done.returncode == 0
    assert "cannot be read" in done.stderr
    assert f"cluster.{ID}.name" not in (tmp_path / "out.csv").read_text().splitlines()[0]


def test_a_bundled_model_is_left_as_it_is() -> None:
    said = succeeds("cluster", "digits", "--k", "10")
    assert "Not kept" in said
    assert "Against the labels" in said


def test_bad_input_is_one_sentence(runs: Path) -> None:
    folder = heaps(runs)
    for arguments, sentence in (
        (("--k", "61"), "holds 60 items, too few for 61 clusters"),
        (("--k", "1"), "k must be a whole number between 2 and 1000"),
        (("--k", "many"), "--k takes a whole number or auto"),
        (("--method", "dbscan"), "method must be one of kmeans, hdbscan"),
        (("--method", "hdbscan", "--k", "3"), "hdbscan has no k"),
        (("--min-cluster-size", "5"), "kmeans has no min_cluster_size"),
        (("--method", "hdbscan", "--min-cluster-size", "61"), "there are only 60"),
        (("--space", "umap"), "This run has no space 'umap'"),
        (("--seed", "-1"), "seed must be"),
        (("--k", "3", "--name", "x" * 81), "at most 80 letters"),
    ):
        assert sentence in refused("cluster", folder, *arguments)
    assert not (folder / "clusters").exists()
    one = heaps(runs, "one")
    stored = np.load(one / "latents.npy")
    stored[:, 0] = 1
    np.save(one / "latents.npy", stored)
    assert "Only 1 of the items differ" in refused("cluster", one, "--k", "3")
    assert "Only 1 of the items differ" in refused("cluster", one)
    assert "at one point" in refused("cluster", one, "--space", "normalised")
    assert "at one point" in refused("cluster", one, "--method", "hdbscan")
    stored[3, 0, 2] = np.nan
    np.save(one / "latents.npy", stored)
    assert "latents.npy" in refused("cluster", one, "--k", "3")


def test_a_part_of_the_work_can_be_asked_for_alone(runs: Path, tmp_path: Path) -> None:
    folder, into = heaps(runs), tmp_path / "elsewhere"
    choice = json.loads(succeeds("cluster", folder, "--only", "proposal", "--json"))
    assert (choice["k"], choice["verdict"]) == (3, "clear")
    assert not (folder / "clusters").exists()
    found = ("cluster", folder, "--k", "3", "--into", into)
    said = json.loads(succeeds(*found, "--only", "clusters", "--name", "x", "--json"))
    assert said == {
        "run": str(folder), "id": ID, "kept": str(into / f"{ID}.json"), "choice": None,
    }  # fmt: skip
    assert not (folder / "clusters").exists()
    # What is judged are the clusters as they were changed.
    kept_clusters.change(into, opened(folder), ID, lambda one: one.merged([0, 1]))
    judged = json.loads(succeeds(*found, "--only", "measures", "--json"))
    assert judged["labels"]["accuracy"] == pytest.approx(2 / 3)
    assert judged["stability"]["ari"] == 1.0
    assert succeeds(*found, "--only", "measures").startswith("Silhouette")
    kept_clusters.change(into, opened(folder), ID, lambda one: one.merged([0, 2]))
    assert json.loads(succeeds(*found, "--only", "measures", "--json"))["labels"]["nmi"] == 0.0


def test_parts_that_do_not_go_together_are_one_sentence(runs: Path) -> None:
    folder = heaps(runs)
    assert "--only must be" in refused("cluster", folder, "--only", "nothing")
    assert "proposes a k for kmeans" in refused(
        "cluster", folder, "--only", "proposal", "--method", "hdbscan"
    )
