"""A whole training leaves a whole run, in order, or nothing."""

from __future__ import annotations

import dataclasses
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import pytest
import torch

import vae_core.trainer as training_module
from tests.core.support import SENTENCES, one_sentence, pictures, sentences
from vae_core import checkpoint, files, fitting, run_arrays, run_items, runs
from vae_core.checkpoint import RunError, load_run, read_summary
from vae_core.config import ConfigError, ModelConfig, TrainConfig
from vae_core.data.corpus import read_corpus
from vae_core.data.dataset import DataError, Dataset
from vae_core.data.tensors import SentenceTensors
from vae_core.data.text_options import TextOptions
from vae_core.evaluation import evaluate
from vae_core.files import whole_file
from vae_core.models import BagOfWordsConfig, DenseConfig, GruConfig
from vae_core.objectives import ElboTerms
from vae_core.run_items import ItemTable, write_items
from vae_core.run_training import train_run
from vae_core.runs import (
    encode_dataset,
    encode_texts,
    held_out,
    item_tensors,
    text_tensors,
)
from vae_core.training import TrainingError

QUICK = TrainConfig(epochs=1, batch_size=8, device="cpu")
DENSE = DenseConfig(hidden=8)
GRU = GruConfig(latent_dim=3, embedding=8, encoder_hidden=8, decoder_hidden=8, max_tokens=12)


def trained(data: Dataset, model: ModelConfig, out: Path, **more: Any) -> Path:
    list(train_run(data, model, more.pop("config", QUICK), out, **more))
    return out


def content_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.parametrize("modality", ["images", "sentences"])
def test_latents_labels_and_items_share_one_order(
    finished_runs: dict[str, Path], modality: str
) -> None:
    data = pictures() if modality == "images" else sentences()
    run = load_run(finished_runs[modality])
    assert run.labels == data.labels
    assert run.metadata == data.metadata
    for i in range(len(data)):
        # Each item by itself, so that no batch order can hide a mistake.
        alone = encode_dataset(run.model, data.subset(np.array([i])))
        np.testing.assert_allclose(alone.mean[0], run.latents.mean[i], atol=1e-5)
        np.testing.assert_allclose(alone.log_variance[0], run.latents.log_variance[i], atol=1e-5)
    assert len(np.unique(run.latents.mean, axis=0)) == len(set(zip(*columns(data), strict=True)))
    assert run.split == data.split(0).names()


def columns(data: Dataset) -> list[Any]:
    """What tells items apart."""
    return [data.texts] if data.texts is not None else [data.labels]


def test_the_folder_holds_what_it_should(finished_runs: dict[str, Path]) -> None:
    common = {"config.json", "model.safetensors", "metrics.jsonl", "latents.npy", "items.parquet"}
    assert set(content_of(finished_runs["images"])) == common | {"images.npy"}
    texts = {"tokenizer.json", "language_model.safetensors", "language_model.jsonl"}
    assert set(content_of(finished_runs["sentences"])) == common | texts


def test_the_config_tells_how_the_run_was_made(tmp_path: Path) -> None:
    out = trained(pictures(), DENSE, tmp_path / "a run", command="latentscape train --seed 0")
    config = checkpoint.read_config(out)
    assert config["command"] == "latentscape train --seed 0"
    assert config["name"] == "a run"
    assert config["items"] == 40
    assert config["dataset"]["splits"] == {"train": 32, "validation": 4, "test": 4}
    assert TrainConfig.from_json(config["training"]) == QUICK
    fitted = dataclasses.replace(DENSE, image_height=4, image_width=4)
    assert config["model"] == {"family": "dense", **dataclasses.asdict(fitted)}
    assert config["dataset"]["fingerprint"] == pictures().fingerprint()
    assert config["threads"] == torch.get_num_threads()
    assert set(config["versions"]) == {"latentscape", "torch", "numpy"}
    assert config["result"]["items"] == 4


def test_a_sentence_run_keeps_the_language_model_that_it_is_compared_with(
    finished_runs: dict[str, Path], tmp_path: Path
) -> None:
    run = load_run(finished_runs["sentences"])
    alone = checkpoint.load_language_model(finished_runs["sentences"])
    assert alone is not None
    items = item_tensors(alone, sentences()).part(torch.from_numpy(sentences().split(0).validation))
    assert isinstance(items, SentenceTensors)
    with torch.no_grad():
        batch = items.batch(torch.arange(len(items)))
        plain = -alone.log_likelihood(batch, torch.zeros(len(items), alone.latent_dim)).mean()
    result = run.config["result"]
    assert result["likelihood"]["language_model_nll"] == pytest.approx(float(plain), rel=1e-5)
    gap = result["likelihood"]["iw_nll"] - result["likelihood"]["language_model_nll"]
    assert result["gate"]["language_model_gap"] == pytest.approx(gap)
    without = trained(sentences(), GRU, tmp_path / "without", language_model=False)
    assert checkpoint.load_language_model(without) is None
    assert load_run(without).config["result"]["gate"]["language_model_gap"] is None
    damaged = (finished_runs["sentences"] / "model.safetensors").read_bytes()
    copied = tmp_path / "copied"
    shutil.copytree(finished_runs["sentences"], copied)
    (copied / checkpoint.LANGUAGE_MODEL).write_bytes(damaged)
    with pytest.raises(RunError, match="is not the file that training wrote"):
        checkpoint.load_language_model(copied)


def test_texts_that_are_too_long_are_counted(tmp_path: Path) -> None:
    short = dataclasses.replace(GRU, max_tokens=6)
    long = checkpoint.read_config(trained(sentences(), GRU, tmp_path / "long"))
    cut = checkpoint.read_config(trained(sentences(), short, tmp_path / "short"))
    assert long["dataset"]["cut_items"] == 0
    assert cut["dataset"]["cut_items"] == len(SENTENCES)


def test_a_training_that_breaks_late_leaves_its_last_good_weights(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = 0
    plain = training_module.objective

    def broken(*inputs: Any) -> tuple[torch.Tensor, ElboTerms]:
        nonlocal steps
        steps += 1
        value, terms = plain(*inputs)
        return value * (float("nan") if steps > 5 else 1.0), terms

    config = dataclasses.replace(QUICK, epochs=3)
    monkeypatch.setattr(training_module, "objective", broken)
    with pytest.raises(TrainingError) as caught:
        trained(pictures(), DENSE, tmp_path / "run", config=config)
    assert "the weights of epoch 1 are kept; lower the learning rate" in one_sentence(caught.value)
    run = load_run(tmp_path / "run")
    assert run.config["result"]["broken"] == str(caught.value)
    assert np.isfinite(run.latents.mean).all()
    assert not checkpoint.has_state(tmp_path / "run")


def test_the_result_is_measured_on_the_validation_part(finished_runs: dict[str, Path]) -> None:
    run = load_run(finished_runs["sentences"])
    data = sentences()
    rows = torch.from_numpy(data.split(0).validation)
    again = evaluate(run.model, item_tensors(run.model, data).part(rows), seed=0)
    assert run.summary.elbo == pytest.approx(again["elbo"])


def test_the_tokenizer_learns_from_the_training_part_alone(tmp_path: Path) -> None:
    texts = tuple(f"word{i} here" for i in range(30))
    data = Dataset(name="words", modality="sentences", texts=texts)
    run = load_run(trained(data, GRU, tmp_path / "run", config=dataclasses.replace(QUICK, seed=3)))
    assert run.tokenizer is not None
    splits = data.split(3)
    for i in range(30):
        assert bool(run.tokenizer.unknown_words(texts[i])) == (i not in splits.train)


def test_the_same_seed_gives_the_same_run(tmp_path: Path) -> None:
    for data, model in ((pictures(), DENSE), (sentences(), GRU)):
        one, again = (trained(data, model, tmp_path / f"{model.family}{i}") for i in range(2))
        other = trained(
            data, model, tmp_path / f"{model.family}2", config=dataclasses.replace(QUICK, seed=1)
        )
        for name in ("model.safetensors", "latents.npy", "items.parquet"):
            assert (one / name).read_bytes() == (again / name).read_bytes(), name
        assert read_summary(one).content_hash == read_summary(again).content_hash
        assert read_summary(one).content_hash != read_summary(other).content_hash


def test_byte_pairs_can_be_asked_for(tmp_path: Path) -> None:
    out = trained(sentences(), GRU, tmp_path / "run", tokenizer_kind="bpe", vocabulary_size=300)
    run = load_run(out)
    assert run.tokenizer is not None
    assert run.tokenizer.kind == "bpe"
    assert run.tokenizer.vocabulary_size <= 300


def test_being_stopped_leaves_a_finished_run(tmp_path: Path) -> None:
    config = dataclasses.replace(QUICK, epochs=1000)
    calls = iter(range(10_000))
    reports = list(
        train_run(pictures(), DENSE, config, tmp_path / "run", should_stop=lambda: next(calls) == 6)
    )
    assert reports[-1].step == 7
    assert len(load_run(tmp_path / "run")) == 40


# --- data that cannot be trained on; no folder is made ---


@pytest.mark.parametrize("count", [1, 2])
def test_a_corpus_of_too_few_items_is_refused(tmp_path: Path, count: int) -> None:
    for data, model in ((sentences(), GRU), (pictures(), DENSE)):
        with pytest.raises(DataError) as caught:
            trained(data.subset(np.arange(count)), model, tmp_path / "run")
        assert "at least 3" in one_sentence(caught.value)
        assert not (tmp_path / "run").exists()


def test_three_items_are_enough(tmp_path: Path) -> None:
    for data, model in ((sentences(), GRU), (pictures(), DENSE)):
        out = trained(data.subset(np.arange(3)), model, tmp_path / model.family)
        assert sorted(load_run(out).split) == ["test", "train", "validation"]


@pytest.mark.parametrize(("data", "model"), [(sentences(), DENSE), (pictures(), GRU)])
def test_a_model_for_other_data_is_refused(
    tmp_path: Path, data: Dataset, model: ModelConfig
) -> None:
    with pytest.raises(DataError) as caught:
        trained(data, model, tmp_path / "run")
    assert "choose another model" in one_sentence(caught.value)
    assert not (tmp_path / "run").exists()


def test_the_bare_model_config_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError):
        trained(pictures(), ModelConfig(), tmp_path / "run")


def test_data_that_does_not_fit_a_model_is_refused(finished_runs: dict[str, Path]) -> None:
    image_model = load_run(finished_runs["images"]).model
    sentence_model = load_run(finished_runs["sentences"]).model
    with pytest.raises(DataError) as caught:
        encode_dataset(image_model, pictures(size=5))
    assert "4 x 4" in one_sentence(caught.value)
    assert "5 x 5" in str(caught.value)
    with pytest.raises(DataError) as caught:
        encode_dataset(image_model, sentences())
    one_sentence(caught.value)
    with pytest.raises(DataError) as caught:
        encode_dataset(sentence_model, pictures())
    one_sentence(caught.value)
    with pytest.raises(DataError) as caught:
        text_tensors(image_model, ["a text"])
    one_sentence(caught.value)


def test_texts_are_encoded_in_order(finished_runs: dict[str, Path]) -> None:
    run = load_run(finished_runs["sentences"])
    chosen = [5, 0, 17]
    found = encode_texts(run.model, [SENTENCES[i] for i in chosen])
    np.testing.assert_allclose(found.numpy(), run.latents.mean[chosen], atol=1e-5)
    with pytest.raises(DataError, match="empty"):
        encode_texts(run.model, ["a cat", " \n"])
    with pytest.raises(DataError):
        encode_texts(load_run(finished_runs["images"]).model, ["a cat"])


def test_the_held_out_items_are_the_test_part(finished_runs: dict[str, Path]) -> None:
    for modality, data in (("images", pictures()), ("sentences", sentences())):
        found = held_out(load_run(finished_runs[modality]))
        expected = data.subset(data.split(0).test)
        assert found.labels == expected.labels
        assert found.texts == expected.texts
        if expected.images is not None:
            np.testing.assert_array_equal(found.images, expected.images)


def test_a_run_without_originals_or_test_items_holds_nothing_out(
    copy_of: Callable[[str], Path],
) -> None:
    path = copy_of("sentences")
    table = ItemTable(24, SENTENCES, None, split=("train",) * 24)
    write_items(path / "items.parquet", table)
    with pytest.raises(DataError) as caught:
        held_out(load_run(path))
    assert "no test items" in one_sentence(caught.value)
    write_items(path / "items.parquet", dataclasses.replace(table, texts_are_decoded=True))
    with pytest.raises(DataError) as caught:
        held_out(load_run(path))
    assert "without its data" in one_sentence(caught.value)


# --- the folder ---


def test_a_folder_in_use_is_left_alone(tmp_path: Path) -> None:
    out = tmp_path / "notes"
    out.mkdir()
    (out / "thesis.txt").write_text("years of work")
    for overwrite in (False, True):
        with pytest.raises(RunError) as caught:
            trained(pictures(), DENSE, out, overwrite=overwrite)
        one_sentence(caught.value)
        assert content_of(out) == {"thesis.txt": b"years of work"}
    (out / "config.json").write_text('{"model_type": "bert"}')
    with pytest.raises(RunError):
        trained(pictures(), DENSE, out, overwrite=True)
    assert (out / "thesis.txt").read_text() == "years of work"


def test_a_file_in_the_way_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    for out in (tmp_path / "file", tmp_path / "file" / "run", tmp_path / ("x" * 5000)):
        with pytest.raises(RunError) as caught:
            trained(pictures(), DENSE, out, overwrite=True)
        one_sentence(caught.value)
    assert content_of(tmp_path) == {"file": b"x"}


def test_a_run_is_overwritten_only_when_asked(tmp_path: Path) -> None:
    out = trained(pictures(), DENSE, tmp_path / "run")
    before = content_of(out)
    with pytest.raises(RunError, match="--overwrite"):
        trained(sentences(), GRU, out)
    assert content_of(out) == before
    trained(sentences(), GRU, out, overwrite=True)
    assert load_run(out).modality == "sentences"
    assert not (out / "images.npy").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["run"]


def test_the_current_folder_and_a_link_to_a_folder_are_folders(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    trained(pictures(), DENSE, Path())
    assert read_summary(tmp_path / "here").name == "here"
    link = tmp_path / "link"
    link.symlink_to(tmp_path / "here", target_is_directory=True)
    trained(pictures(seed=1), DENSE, link, overwrite=True)
    assert link.is_symlink()
    assert load_run(link).labels == pictures(seed=1).labels


@pytest.mark.parametrize("before", ["nothing", "an empty folder", "a run"])
@pytest.mark.parametrize("error", [KeyboardInterrupt(), RuntimeError("x"), OSError(28, "No space")])
def test_a_failure_leaves_what_was_there_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, before: str, error: BaseException
) -> None:
    out = tmp_path / "run"
    if before == "an empty folder":
        out.mkdir()
    elif before == "a run":
        trained(pictures(), DENSE, out)
    content = content_of(out) if out.exists() else None

    def fail(*inputs: Any) -> None:
        raise error

    monkeypatch.setattr(checkpoint, "write_model", fail)
    with pytest.raises(RunError if isinstance(error, OSError) else type(error)):
        trained(pictures(seed=1), DENSE, out, overwrite=True)
    assert (content_of(out) if out.exists() else None) == content
    assert list(tmp_path.iterdir()) == ([] if content is None else [out])


def test_a_training_that_diverges_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = training_module.objective

    def broken(*inputs: Any) -> tuple[torch.Tensor, ElboTerms]:
        value, terms = plain(*inputs)
        return value * float("nan"), terms

    monkeypatch.setattr(training_module, "objective", broken)
    with pytest.raises(TrainingError):
        trained(pictures(), DENSE, tmp_path / "run")
    assert list(tmp_path.iterdir()) == []


def test_a_reader_that_leaves_early_leaves_nothing(tmp_path: Path) -> None:
    reports = train_run(pictures(), DENSE, dataclasses.replace(QUICK, epochs=9), tmp_path / "run")
    next(reports)
    assert (tmp_path / "run").is_dir()
    reports.close()  # type: ignore[attr-defined]
    assert list(tmp_path.iterdir()) == []


@contextmanager
def largest_file(size: int) -> Iterator[None]:
    """A disk on which no file may grow beyond `size` bytes: writing fails as on a full one."""
    resource = pytest.importorskip("resource")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    # Python ignores SIGXFSZ, so the write fails with an OSError.
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize(
    "name",
    ["config.json", "metrics.jsonl", "latents.npy", "items.parquet", "images.npy",
     "model.safetensors"],
)  # fmt: skip
@pytest.mark.parametrize("before", ["nothing", "a run"])
def test_a_full_disk_is_one_sentence_and_leaves_nothing_half_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, before: str
) -> None:
    out = tmp_path / "run"
    if before == "a run":
        trained(pictures(), DENSE, out)
    content = content_of(out) if out.exists() else None

    @contextmanager
    def limited(path: Path) -> Iterator[BinaryIO]:
        with largest_file(10) if path.name == name else nullcontext(), whole_file(path) as stream:
            yield stream

    def write_metrics(*inputs: Any) -> Any:
        with largest_file(10) if name == "metrics.jsonl" else nullcontext():
            return plain(*inputs)

    plain = training_module.append_line
    monkeypatch.setattr(training_module, "append_line", write_metrics)
    for module in (files, run_arrays, run_items):
        monkeypatch.setattr(module, "whole_file", limited)
    with pytest.raises(RunError) as caught:
        trained(pictures(), DENSE, out, overwrite=True)
    assert "free some space" in one_sentence(caught.value)
    assert (content_of(out) if out.exists() else None) == content
    assert list(tmp_path.iterdir()) == ([] if content is None else [out])


def test_a_folder_without_permission_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "run").mkdir()

    # Not by chmod: tests may run as root, who may read everything.
    def forbidden(self: Path) -> Iterator[Path]:
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setattr(Path, "iterdir", forbidden)
    with pytest.raises(RunError) as caught:
        trained(pictures(), DENSE, tmp_path / "run")
    assert "Permission denied" in one_sentence(caught.value)


def test_what_is_missing_in_the_data_is_counted(tmp_path: Path) -> None:
    table = tmp_path / "table.tsv"
    rows = [f"{text}\t{'' if i % 3 == 0 else 'x'}" for i, text in enumerate(SENTENCES)]
    table.write_text("text\tlabel\n" + "\n".join([*rows, "\tx", "  \tx"]) + "\n")
    data = read_corpus(table, TextOptions(label_column="label"))
    assert (len(data), data.empty_items, data.unlabelled_items) == (24, 2, 8)
    described = checkpoint.read_config(trained(data, GRU, tmp_path / "run"))["dataset"]
    assert (described["empty_items"], described["unlabelled_items"]) == (2, 8)
    lines = tmp_path / "lines.txt"
    lines.write_text("a cat\n\na dog\n   \na cow\n")
    assert (len(read_corpus(lines)), read_corpus(lines).empty_items) == (3, 2)


def test_documents_may_bring_an_embedding(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[int, str]] = []

    def embed(texts: Sequence[str], folder: object, device: object) -> np.ndarray[Any, Any]:
        asked.append((len(texts), str(folder)))
        return np.array([[len(text), text.count("a"), 1.0] for text in texts], dtype=np.float32)

    for module in (fitting, runs):
        monkeypatch.setattr(module, "embed_texts", embed)
    model = BagOfWordsConfig(latent_dim=3, hidden=8, embeddings=str(tmp_path / "model"))
    run = load_run(trained(sentences(), model, tmp_path / "run"))
    assert isinstance(run.model.config, BagOfWordsConfig)
    assert run.model.config.embedding_width == 3
    assert {folder for _, folder in asked} == {str(tmp_path / "model")}
    again = encode_dataset(run.model, sentences())
    np.testing.assert_allclose(again.mean, run.latents.mean, rtol=1e-4, atol=1e-5)


@pytest.mark.skipif(shutil.which("g++") is None, reason="torch.compile needs a C++ compiler")
# torch's compiler warns of its own doings.
@pytest.mark.filterwarnings("default")
def test_a_compiled_training_is_the_same_training(tmp_path: Path) -> None:
    plain = load_run(trained(pictures(), DENSE, tmp_path / "plain"))
    config = dataclasses.replace(QUICK, compile=True)
    compiled = load_run(trained(pictures(), DENSE, tmp_path / "compiled", config=config))
    np.testing.assert_allclose(compiled.latents.mean, plain.latents.mean, rtol=1e-3, atol=1e-4)


def test_a_vocabulary_of_one_is_refused(tmp_path: Path) -> None:
    data = Dataset(name="few", modality="sentences", texts=("a", "a a") * 6)
    with pytest.raises(DataError) as caught:
        trained(data, GRU, tmp_path / "run")
    assert "hold 1 different word, but" in one_sentence(caught.value)
    assert not (tmp_path / "run").exists()
