"""The command as people and other programs call it: pinned calls, results, one-sentence errors."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from tests.support import free_port, latentscape, refused, succeeds

SENTENCES = [
    f"the {size} {animal} {verb} {place}"
    for size in ("small", "large", "old")
    for animal in ("dog", "cat", "horse")
    for verb in ("sleeps", "eats", "waits")
    for place in ("at home", "outside")
]


@pytest.fixture(scope="module")
def digits_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("digits") / "run"
    pinned = "train --dataset digits --model dense --latent-dim 2 --epochs 2 --seed 0 --out"
    succeeds(*pinned.split(), out)
    return out


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("corpus") / "corpus.txt"
    file.write_text("\n".join(SENTENCES) + "\n")
    return file


@pytest.fixture(scope="module")
def text_run(corpus: Path) -> Path:
    out = corpus.parent / "run"
    pinned = "--model gru --latent-dim 16 --epochs 5 --out"
    succeeds("train", "--text", corpus, *pinned.split(), out)
    return out


def test_train_writes_a_run_that_is_readable_without_latentscape(digits_run: Path) -> None:
    config = json.loads((digits_run / "config.json").read_text())
    assert config["training"]["epochs"] == 2
    assert config["command"].startswith("latentscape train --dataset digits")
    lines = [json.loads(line) for line in (digits_run / "metrics.jsonl").read_text().splitlines()]
    assert lines[-1]["step"] == lines[-1]["steps"]
    assert lines[-1]["elbo"] == pytest.approx(lines[-1]["reconstruction"] - lines[-1]["kl"])
    latents = np.load(digits_run / "latents.npy")
    assert latents.shape == (1797, 2, 2)


def test_evaluate_prints_the_elbo_and_its_terms(digits_run: Path) -> None:
    result = json.loads(succeeds("evaluate", digits_run, "--json"))
    assert result["items"] == 180
    assert result["elbo"] == pytest.approx(result["reconstruction"] - result["kl"])
    assert {"active_units", "mutual_information"} <= set(result)
    everything = json.loads(succeeds("evaluate", digits_run, "--data", "digits", "--json"))
    assert everything["items"] == 1797
    assert "reconstruction" in succeeds("evaluate", digits_run)


def test_evaluate_other_text(text_run: Path, corpus: Path) -> None:
    result = json.loads(succeeds("evaluate", text_run, "--data", corpus, "--quick", "--json"))
    assert result["items"] == len(SENTENCES)
    assert result["perplexity"] > 1
    assert isinstance(result["collapsed"], bool)


def test_encode_keeps_the_order_and_the_labels_of_the_file(text_run: Path, tmp_path: Path) -> None:
    import pyarrow.parquet as pq

    table = tmp_path / "corpus.tsv"
    rows = [f"{sentence}\t{number}" for number, sentence in enumerate(SENTENCES)]
    table.write_text("text\tlabel\n" + "\n".join(rows) + "\n")
    out = tmp_path / "latents.parquet"
    succeeds("encode", text_run, table, "--label-column", "label", "--out", out)
    encoded = pq.read_table(out)
    assert encoded.column("item").to_pylist() == SENTENCES
    assert encoded.column("label").to_pylist() == [str(n) for n in range(len(SENTENCES))]
    names = [f"{part}_{i}" for part in ("mu", "log_var") for i in range(16)]
    assert encoded.column_names == ["item", "label", *names]
    # The run encoded the same sentences in the same order when it was trained.
    own = np.load(text_run / "latents.npy")
    np.testing.assert_allclose(encoded.column("mu_3").to_numpy(), own[:, 0, 3], atol=1e-5)


def test_sample_is_seeded(text_run: Path) -> None:
    pinned = ("sample", text_run, "-n", "10", "--temperature", "1.0", "--seed", "0", "--json")
    first, again = (json.loads(succeeds(*pinned)) for _ in range(2))
    assert len(first["items"]) == 10
    assert first == again
    assert len(succeeds("sample", text_run, "-n", "3").splitlines()) == 3


def test_sentences_are_searched_with_a_beam(text_run: Path, digits_run: Path) -> None:
    given = ("sample", text_run, "-n", "3", "--seed", "1", "--json")
    greedy, again = succeeds(*given), succeeds(*given, "--beam", "1")
    assert greedy == again
    assert len(json.loads(succeeds(*given, "--beam", "4"))["items"]) == 3
    assert "--beam" in refused("sample", digits_run, "--beam", "4", "--json")
    assert "width" in refused("sample", text_run, "--beam", "0")


def test_interpolate_sentences(text_run: Path) -> None:
    ends = ("the small dog sleeps at home", "the old horse waits outside")
    done = latentscape("interpolate", text_run, *ends, "--steps", "7", "--json")
    assert len(json.loads(done.stdout)["items"]) == 7
    assert done.stderr == ""
    unknown = latentscape("interpolate", text_run, ends[0], "a blue whale", "--json")
    assert "does not know 'a', 'blue', 'whale'" in unknown.stderr


def test_interpolate_images_into_a_strip(digits_run: Path, tmp_path: Path) -> None:
    from PIL import Image

    out = tmp_path / "strip.png"
    succeeds("interpolate", digits_run, "--index", "0", "5", "--steps", "7", "--out", out)
    with Image.open(out) as strip:
        assert strip.width > 6 * strip.height


def test_doctor() -> None:
    report = json.loads(succeeds("doctor", "--json"))
    assert report["versions"]["torch"]
    assert report["machine"]["device"] in ("cpu", "cuda", "mps")
    assert report["disk"]["free gigabytes"] > 0
    assert {"digits", "mnist"} <= set(report["data"])
    assert "bundled models" in succeeds("doctor")


def test_help_explains_every_command() -> None:
    from typer.testing import CliRunner

    from explorer.cli import app

    top = CliRunner().invoke(app, ["--help"])
    for command in ("app", "train", "encode", "evaluate", "sample", "interpolate", "doctor"):
        assert command in top.output
        assert CliRunner().invoke(app, [command, "--help"]).exit_code == 0


def test_interrupting_keeps_the_best_weights_so_far(tmp_path: Path) -> None:
    out = tmp_path / "run"
    arguments = ["train", "--dataset", "digits", "--epochs", "100000", "--out", str(out)]
    process = subprocess.Popen(
        [sys.executable, "-m", "explorer.cli", *arguments],
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"OMP_NUM_THREADS": "1"},
    )
    metrics = out / "metrics.jsonl"
    deadline = time.monotonic() + 120
    while not (metrics.exists() and metrics.stat().st_size > 0):
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=120)
    assert process.returncode == 0, errors
    assert "keeping the best weights" in errors
    assert json.loads(succeeds("evaluate", out, "--json"))["items"] == 180


def test_bad_input_is_one_sentence_each(digits_run: Path, text_run: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    one = tmp_path / "one.txt"
    one.write_text("a single item\n")
    empty = tmp_path / "empty.txt"
    empty.write_text("")
    binary = tmp_path / "binary.txt"
    binary.write_bytes(bytes(range(256)) * 40)
    table = tmp_path / "table.csv"
    table.write_text("a,b\n1,2\n")
    foreign = tmp_path / "foreign"
    foreign.mkdir()
    (foreign / "config.json").write_text("{}")

    assert "does not exist" in refused("train", "--text", tmp_path / "no.txt", "--out", out)
    assert "is empty" in refused("train", "--text", empty, "--out", out)
    assert "at least 3" in refused("train", "--text", one, "--out", out)
    assert "NUL" in refused("train", "--text", binary, "--out", out)
    assert "its columns are 'a', 'b'" in refused("train", "--text", table, "--out", out)
    assert "latent_dim" in refused(
        "train", "--dataset", "digits", "--latent-dim", "0", "--out", out
    )
    assert "choose one of" in refused("train", "--dataset", "none", "--out", out)
    assert "for sentences" in refused(
        "train", "--dataset", "digits", "--model", "gru", "--out", out
    )
    assert "not empty" in refused("train", "--dataset", "digits", "--out", digits_run)
    assert "not a Latentscape run" in refused("evaluate", foreign)
    assert "There is no run" in refused("sample", tmp_path / "nowhere")
    assert "from 0 to 1796" in refused("interpolate", digits_run, "--index", "0", "9999")
    assert "two sentences" in refused("interpolate", text_run, "only one")
    assert "temperature" in refused("sample", text_run, "--temperature", "nan")
    assert "holds pictures" in refused("evaluate", text_run, "--data", "digits")
    assert not out.exists()


def test_mnist_without_data_and_without_network(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "explorer.cli", "train", "--dataset", "mnist", "--out", "run"],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        timeout=300,
        check=False,
        # Offline mode makes the hub client refuse without trying the network.
        env={k: v for k, v in os.environ.items() if k != "LATENTSCAPE_DATA"}
        | {"HF_HUB_OFFLINE": "1", "HF_HOME": str(tmp_path / "hub")},
    )
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith("latentscape: MNIST could not be downloaded")
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "run").exists()


def test_a_size_and_settings_of_the_paper(tmp_path: Path) -> None:
    settings = "--model dense --size burda --latent-dim 7 --objective iwae --samples 2"
    options = f"--dataset digits {settings} --binarisation dynamic --epochs 1 --out"
    done = latentscape("train", *options.split(), tmp_path / "run")
    assert done.returncode == 0, done.stderr
    assert "nats per item of pixels in dynamic binarisation" in done.stdout
    config = json.loads((tmp_path / "run" / "config.json").read_text())
    assert config["model"]["latent_dim"] == 7  # what is asked for beats the size
    assert (config["model"]["layers"], config["model"]["activation"]) == (2, "tanh")
    assert config["model"]["binarisation"] == config["result"]["binarisation"] == "dynamic"
    assert config["training"]["objective"]["kind"] == "iwae"
    assert config["training"]["objective"]["samples"] == 2


def test_documents_are_trained_from_texts(corpus: Path, tmp_path: Path) -> None:
    options = "--model bag-of-words --latent-dim 3 --epochs 2 --out"
    succeeds("train", "--text", corpus, *options.split(), tmp_path / "run")
    shown = succeeds("sample", tmp_path / "run", "-n", "2").splitlines()
    assert len(shown) == 2
    found = json.loads(succeeds("evaluate", tmp_path / "run", "--samples", "2", "--json"))
    assert {"likelihood", "topics", "gate"} <= set(found)


def test_what_was_cut_is_counted(corpus: Path, tmp_path: Path) -> None:
    options = "--model gru --max-tokens 4 --epochs 1 --no-language-model --out"
    done = latentscape("train", "--text", corpus, *options.split(), tmp_path / "run")
    assert f"{len(SENTENCES)} of {len(SENTENCES)} items were longer than 4 tokens" in done.stderr


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ("--dataset digits --model dense --size huge --out {new}", "size"),
        ("--dataset digits --model dense --word-dropout 0.5 --out {new}", "no --word-dropout"),
        ("--dataset digits --model bag-of-words --out {new}", "is for documents"),
        ("--dataset digits --objective iwae --out {new}", "samples must be 2 or more"),
        ("--dataset digits --target-kl 99 --out {new}", "target_kl must be between 0 and 20"),
        ("--dataset toy-sentences --augment-shift 2 --out {new}", "augment_shift must be 0"),
        ("--dataset digits --augment-shift 8 --out {new}", "augment_shift must be below the 8"),
        ("--dataset digits --tokenizer bpe --out {new}", "--tokenizer bpe does nothing"),
        ("--dataset digits --vocabulary-size 9 --out {new}", "--vocabulary-size does nothing"),
        ("--dataset digits --no-language-model --out {new}", "--no-language-model does nothing"),
        ("--dataset digits --cycles 3 --out {new}", "--cycles goes with --kl-schedule cyclical"),
        ("--dataset digits --mmd-weight 3 --out {new}", "--mmd-weight goes with --objective mmd"),
        ("--dataset digits --prior-components 3 --out {new}", "goes with --prior mixture or vamp"),
        ("--dataset digits --save-every 0 --out {new}", "save_every must be 0.001 or more"),
        ("--dataset digits --held-out 0 --out {new}", "held_out must be between 0.0001 and 0.4"),
        ("--dataset digits --epochs 1 --warmup-epochs 2 --out {new}", "warmup_epochs must be at"),
        ("--dataset toy-sentences --prior vamp --out {new}", "prior must be normal or mixture"),
        ("--dataset digits", "--out"),
        ("--resume {new}", "There is no run folder"),
        ("--resume {done}", "is finished; there is nothing to resume"),
        ("--resume {done} --dataset digits", "leave --dataset out"),
    ],
)
def test_settings_that_cannot_work_are_one_sentence_each(
    options: str, sentence: str, digits_run: Path, tmp_path: Path
) -> None:
    places = options.replace("{new}", str(tmp_path / "new")).replace("{done}", str(digits_run))
    assert sentence in refused("train", *places.split())
    assert not (tmp_path / "new").exists()


def test_a_training_without_enough_memory_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for error in (MemoryError(), RuntimeError("DefaultCPUAllocator: can't allocate memory")):

        def greedy(*_: object, error: Exception = error, **__: object) -> None:
            raise error

        monkeypatch.setattr("vae_core.run_training.train_run", greedy)
        said = refused("train", "--dataset", "digits", "--out", tmp_path / "run")
        assert "ran out of memory: try a smaller batch" in said


def test_a_wrong_number_of_slots_is_told_before_the_explorer_opens(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("LATENTSCAPE_SLOTS", "0")
    assert "LATENTSCAPE_SLOTS must be a whole number" in refused("app", "--port", str(free_port()))
