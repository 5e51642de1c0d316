"""A training that goes on from a saved state ends bit for bit as one that was never stopped."""

from __future__ import annotations

import dataclasses
import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch

from tests.core.support import CPU, one_sentence, pictures, sentence_items, sentences, tiny_gru
from tests.support import succeeds
from vae_core import checkpoint
from vae_core.checkpoint import RunError, load_run, read_summary
from vae_core.config import ModelConfig, ObjectiveConfig, TrainConfig
from vae_core.data.dataset import DataError, Dataset
from vae_core.data.tensors import ImageTensors
from vae_core.data.toy_sentences import load_toy_sentences
from vae_core.models import VAE, DenseConfig, GruConfig, build_model
from vae_core.run_training import resume_run, train_run
from vae_core.training import TrainingData, train
from vae_core.training_state import StateError, TrainingState

QUICK = TrainConfig(epochs=4, batch_size=8, learning_rate=1e-2, device="cpu")
TIMES = ("items_per_second", "elapsed_seconds")
CASES: dict[str, tuple[str, dict[str, Any], dict[str, Any]]] = {
    "pictures": ("images", {}, {"schedule": "cosine"}),
    "drawn anew": ("images", {"binarisation": "dynamic"}, {"augment_shift": 1}),
    "samples": ("images", {}, {"objective": ObjectiveConfig(kind="iwae", samples=3)}),
    "batch norm": ("images", {"mean_batch_norm": 0.5}, {"precision": "bfloat16"}),
    "dropout": ("sentences", {}, {"objective": ObjectiveConfig(warmup_epochs=2, free_bits=0.2)}),
    "autoencoder first": (
        "sentences",
        {},
        {
            "objective": ObjectiveConfig(
                kl_schedule="autoencoder-first", autoencoder_epochs=1.5, warmup_epochs=1
            )
        },
    ),
    "aggressive": ("sentences", {}, {"aggressive_epochs": 2, "patience": 2}),
}


def made(case: str) -> tuple[VAE, TrainingData, TrainConfig]:
    modality, model, training = CASES[case]
    config = dataclasses.replace(QUICK, **training)
    if modality == "images":
        data = pictures(45)
        assert data.images is not None
        items = ImageTensors(data.images, CPU, model.get("binarisation", "none"))
        shape: dict[str, Any] = {"image_height": 4, "image_width": 4, "hidden": 8}
        network: VAE = build_model(DenseConfig(**shape, **model))
        return network, TrainingData(items, items), config
    sentence_model = tiny_gru()
    rows = sentence_items(sentence_model)
    return sentence_model, TrainingData(rows, rows), config


def lines(metrics: Path) -> list[dict[str, Any]]:
    """What was reported, without what a clock said."""
    found = [json.loads(line) for line in metrics.read_text().splitlines()]
    return [{k: v for k, v in line.items() if k not in TIMES} for line in found]


@pytest.mark.parametrize("case", CASES)
def test_going_on_from_any_step_ends_as_if_nothing_had_happened(case: str, tmp_path: Path) -> None:
    torch.manual_seed(11)
    model, data, config = made(case)
    start = {name: value.clone() for name, value in model.state_dict().items()}
    whole = tmp_path / "whole.jsonl"
    saved: list[tuple[bytes, str]] = []

    def save(state: TrainingState) -> None:
        saved.append((state.to_bytes(), whole.read_text() if whole.exists() else ""))

    list(train(model, data, config, whole, save=save, save_seconds=0.0))
    expected = {name: value.clone() for name, value in model.state_dict().items()}
    assert len(saved) >= 12
    for number in {0, 2, len(saved) // 2, len(saved) - 1}:
        content, reported = saved[number]
        again, _, _ = made(case)
        again.load_state_dict(start)
        torch.manual_seed(99)  # whatever the new process did before
        torch.rand(number)
        metrics = tmp_path / f"{number}.jsonl"
        # As a kill leaves it: with lines that came after the state was saved, one cut short.
        metrics.write_text(reported + '{"step": 7}\n{"ste')
        state = TrainingState.from_bytes(content)
        list(train(again, data, config, metrics, resume=state))
        for name, value in again.state_dict().items():
            assert torch.equal(value, expected[name]), (case, number, name)
        assert lines(metrics) == lines(whole)


def test_saving_changes_nothing() -> None:
    results = []
    for save in (None, lambda state: state.to_bytes()):
        model, data, config = made("dropout")
        torch.manual_seed(0)
        model.load_state_dict(build_model(model.config, tiny_gru().tokenizer).state_dict())
        list(train(model, data, config, save=save, save_seconds=0.0))
        results.append(model.state_dict())
    assert all(torch.equal(results[0][name], results[1][name]) for name in results[0])


def test_a_state_keeps_every_bit() -> None:
    tensors = {
        "a.b": torch.tensor([1.0, float("-0.0"), 1e-45]),
        "a.c": torch.arange(5, dtype=torch.uint8),
        "step": torch.tensor(3.0),
        "half": torch.tensor([0.1], dtype=torch.bfloat16),
    }
    values = {"meter": {"last": [0.1, -2.5e-300]}, "elbo": None, "words": "é\n"}
    again = TrainingState.from_bytes(TrainingState(values, tensors).to_bytes())
    assert again.values == values
    assert set(again.part("a")) == {"b", "c"}
    for name, value in tensors.items():
        assert again.tensors[name].dtype == value.dtype
        assert torch.equal(again.tensors[name], value)


@pytest.mark.parametrize("content", [b"", b"x" * 40, b"\x00" * 64, b"\xff" * 100])
def test_a_damaged_state_is_one_sentence(content: bytes) -> None:
    with pytest.raises(StateError) as caught:
        TrainingState.from_bytes(content)
    one_sentence(caught.value)


DENSE = DenseConfig(hidden=8)
GRU = GruConfig(latent_dim=3, embedding=8, encoder_hidden=8, decoder_hidden=8, max_tokens=12)


def interrupted(
    data: Dataset, model: ModelConfig, out: Path, config: TrainConfig, at: int
) -> dict[str, bytes]:
    """A run folder as a kill in the middle leaves it; what a whole training has in its place."""
    list(train_run(data, model, config, out))
    whole = {path.name: path.read_bytes() for path in out.iterdir()}
    reports = train_run(data, model, config, out, overwrite=True, save_seconds=0.0)
    copies = [next(reports) and copy(out) for _ in range(at)]
    reports.close()  # type: ignore[attr-defined]
    paste(out, copies[-1])
    return whole


def copy(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def paste(folder: Path, content: dict[str, bytes]) -> None:
    for path in sorted(folder.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    for name, value in content.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(value)


@pytest.mark.parametrize("kind", ["images", "sentences"])
def test_a_run_goes_on_to_the_same_files(tmp_path: Path, kind: str) -> None:
    data, model = (pictures(), DENSE) if kind == "images" else (sentences(), GRU)
    out = tmp_path / "run"
    whole = interrupted(data, model, out, QUICK, at=2)
    assert not read_summary(out).finished
    assert checkpoint.has_state(out)
    list(resume_run(out, data))
    assert not checkpoint.has_state(out)
    same = set(whole) - {"config.json", "metrics.jsonl", "language_model.jsonl"}
    assert {name: (out / name).read_bytes() for name in same} == {n: whole[n] for n in same}
    assert {path.name for path in out.iterdir()} == set(whole)
    result = json.loads((out / "config.json").read_text())["result"]
    assert result == json.loads(whole["config.json"])["result"]
    load_run(out)


def test_a_run_that_was_killed_before_it_saved_starts_again(tmp_path: Path) -> None:
    out = tmp_path / "run"
    whole = interrupted(pictures(), DENSE, out, QUICK, at=1)
    checkpoint.remove_state(out)
    list(resume_run(out, pictures()))
    assert (out / "model.safetensors").read_bytes() == whole["model.safetensors"]
    assert [line["epoch"] for line in lines(out / "metrics.jsonl")] == [1, 2, 3, 4]


def test_a_run_that_was_stopped_is_whole_and_can_go_on(tmp_path: Path) -> None:
    list(train_run(pictures(), DENSE, QUICK, tmp_path / "whole"))
    out = tmp_path / "run"
    steps = 0

    def should_stop() -> bool:
        nonlocal steps
        steps += 1
        return steps >= 6

    list(train_run(pictures(), DENSE, QUICK, out, should_stop=should_stop))
    assert load_run(out).summary.finished
    list(resume_run(out, pictures()))
    whole = (tmp_path / "whole" / "model.safetensors").read_bytes()
    assert (out / "model.safetensors").read_bytes() == whole
    assert lines(out / "metrics.jsonl") == lines(tmp_path / "whole" / "metrics.jsonl")


def test_what_cannot_go_on_says_so(tmp_path: Path) -> None:
    out = tmp_path / "run"
    interrupted(pictures(), DENSE, out, QUICK, at=1)
    with pytest.raises(DataError, match="have changed since"):
        list(resume_run(out, pictures(seed=5)))
    with pytest.raises(DataError, match="not recorded"):
        list(resume_run(out))
    (out / checkpoint.STATE).write_bytes(b"damaged")
    with pytest.raises(RunError) as caught:
        list(resume_run(out, pictures()))
    assert "damaged" in one_sentence(caught.value)
    list(train_run(pictures(), DENSE, QUICK, out, overwrite=True))
    with pytest.raises(RunError, match="is finished; there is nothing to resume"):
        list(resume_run(out, pictures()))
    with pytest.raises(RunError, match="not a Latentscape run"):
        list(resume_run(tmp_path))


def test_a_full_disk_leaves_what_is_needed_to_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "run"
    list(train_run(pictures(), DENSE, QUICK, tmp_path / "whole"))

    def fail(*inputs: Any) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(checkpoint, "write_latent_parts", fail)
        with pytest.raises(RunError) as caught:
            list(train_run(pictures(), DENSE, QUICK, out, save_seconds=0.0))
        assert f"--resume {out}` goes on" in one_sentence(caught.value)
    list(resume_run(out, pictures()))
    whole = (tmp_path / "whole" / "model.safetensors").read_bytes()
    assert (out / "model.safetensors").read_bytes() == whole


# The command, which kills itself at the third state it saves in an epoch: as this is being written,
# or when it has been.
DOOMED = """
import os, signal, sys
from explorer.cli import main
from vae_core import checkpoint
epoch, moment = int(sys.argv.pop(1)), sys.argv.pop(1)
write, saved = checkpoint.write_state, []

def kill(*_):
    os.kill(os.getpid(), signal.SIGKILL)

def write_and_die(folder, state):
    if state.values["epoch"] >= epoch:
        saved.append(state)
    over = len(saved) == 3
    if over and moment == "within":
        os.fsync = kill
    write(folder, state)
    if over:
        kill()

checkpoint.write_state = write_and_die
main()
"""


@pytest.mark.parametrize(
    "settings",
    [
        "--dataset digits --model dense --epochs 8 --schedule cosine",
        "--text {texts} --model gru --embedding 8 --encoder-hidden 8 --decoder-hidden 12 "
        "--latent-dim 4 --epochs 8 --no-language-model",
    ],
    ids=["digits", "sentences"],
)
def test_a_process_that_is_killed_goes_on_to_the_same_weights(
    settings: str, tmp_path: Path
) -> None:
    texts = tmp_path / "texts.txt"
    texts.write_text("\n".join(load_toy_sentences().texts[:1500]))  # type: ignore[index]
    train = ["train", *settings.format(texts=texts).split()]
    succeeds(*train, "--out", tmp_path / "whole")
    out = tmp_path / "killed"
    often = ["--save-every", "0.001"]

    def killed(epoch: int, moment: str, *arguments: str | Path) -> None:
        command = [sys.executable, "-c", DOOMED, str(epoch), moment, *arguments, *often]
        done = subprocess.run(command, capture_output=True, text=True)
        assert done.returncode == -signal.SIGKILL, done.stderr
        assert checkpoint.has_state(out)

    killed(2, "after", *train, "--out", out)
    killed(5, "within", "train", "--resume", out)
    assert [path for path in out.rglob(".*.tmp") if path.stat().st_size]
    succeeds("train", "--resume", out, *often)
    for name in ("model.safetensors", "latents.npy", "items.parquet"):
        assert (out / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()
    assert lines(out / "metrics.jsonl") == lines(tmp_path / "whole" / "metrics.jsonl")
