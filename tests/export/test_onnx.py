"""ONNX files say what the model says, to somebody who has the folder and no Latentscape."""

from __future__ import annotations

import dataclasses
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tokenizers
import torch

from tests.core.support import one_sentence, some_z
from tests.export.conftest import RunOf
from tests.export.support import AWKWARD, FAMILIES, TEXTS, documents_model
from vae_core.checkpoint import load_run
from vae_core.export import Exported, ExportError, export_run
from vae_core.export.onnx_check import check_decoder, check_encoder, drop_after_ties
from vae_core.export.onnx_graph import graph_of
from vae_core.export.onnx_modules import Encoder

onnx = pytest.importorskip("onnx", reason='needs pip install "latentscape[onnx]"')
runtime = pytest.importorskip("onnxruntime", reason='needs pip install "latentscape[onnx]"')

SENTENCES = ("gru", "lstm", "transformer")
WRITTEN = ("the cat", "big", *AWKWARD, "a zebra " * 20, *TEXTS[:4])


@pytest.fixture(scope="session")
def onnx_of(
    finished_run: RunOf, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], Exported]:
    """Return a function that gives the ONNX folder of a family's run."""
    made: dict[str, Exported] = {}
    root = tmp_path_factory.mktemp("onnx")

    def of(family: str) -> Exported:
        if family not in made:
            made[family] = export_run(finished_run(family), "onnx", root / family)
        return made[family]

    return of


def session(path: Path | bytes) -> Any:
    options = runtime.SessionOptions()
    options.log_severity_level = 3
    return runtime.InferenceSession(path, options, providers=["CPUExecutionProvider"])


def encoded(folder: Path, texts: tuple[str, ...]) -> list[list[int]]:
    """Token rows as the folder's README says, with the package tokenizers alone."""
    about = json.loads((folder / "description.json").read_text())["tokenizer"]
    hub = tokenizers.Tokenizer.from_file(str(folder / about["file"]))
    hub.encode_special_tokens = True
    rows = []
    for text in texts:
        ids = hub.encode(text, add_special_tokens=False).ids
        most = about["max_tokens"] or len(ids)
        rows.append([1, *ids[:most], *([2] if len(ids) <= most else [])])
    return rows


def padded(rows: list[list[int]]) -> np.ndarray[Any, np.dtype[np.int64]]:
    longest = max(map(len, rows))
    return np.array([row + [0] * (longest - len(row)) for row in rows])


@pytest.mark.parametrize("family", FAMILIES)
def test_the_files_were_checked_and_say_so(onnx_of: Callable[[str], Exported], family: str) -> None:
    done = onnx_of(family)
    assert max(done.differences.values()) < 1e-5
    about = json.loads((done.path / "description.json").read_text())
    assert about["differences"] == done.differences
    assert about["latent_dim"] == 3
    for part in ("encoder", "decoder"):
        opened = session(done.path / about[part]["file"])
        for kind, found in (("inputs", opened.get_inputs()), ("outputs", opened.get_outputs())):
            shapes = {value.name: list(value.shape) for value in found}
            assert shapes == {name: value["shape"] for name, value in about[part][kind].items()}
            assert {shape[0] for shape in shapes.values()} == {"batch"}
    readme = (done.path / "README.txt").read_text()
    assert all(name in readme for name in ("encoder.onnx", "decoder.onnx", "log_variance"))
    assert ("tokenizer.json" in done.files) == (family not in ("dense", "conv"))


@pytest.mark.parametrize("family", FAMILIES)
def test_no_path_of_this_machine_is_in_them(
    onnx_of: Callable[[str], Exported], family: str
) -> None:
    for file in onnx_of(family).path.iterdir():
        assert b"/vae_core/" not in file.read_bytes()
        assert b"site-packages" not in file.read_bytes()


@pytest.mark.parametrize("family", SENTENCES)
def test_texts_go_to_where_the_run_has_them(
    onnx_of: Callable[[str], Exported], finished_run: RunOf, family: str
) -> None:
    run, folder = load_run(finished_run(family)), onnx_of(family).path
    encoder = session(folder / "encoder.onnx")
    mean, log_variance = encoder.run(None, {"tokens": padded(encoded(folder, TEXTS))})
    np.testing.assert_allclose(mean, run.latents.mean, atol=1e-5)
    np.testing.assert_allclose(log_variance, run.latents.log_variance, atol=1e-5)
    for text in ("", *WRITTEN):
        (row,) = encoded(folder, (text,))
        mean, _ = encoder.run(None, {"tokens": np.array([row])})
        with torch.no_grad():
            wanted = run.model.encode(torch.tensor([row])).mean
        np.testing.assert_allclose(mean, wanted, atol=1e-5)


@pytest.mark.parametrize("family", SENTENCES)
def test_tokens_decode_to_the_texts_that_the_model_writes(
    onnx_of: Callable[[str], Exported], finished_run: RunOf, family: str
) -> None:
    run, folder = load_run(finished_run(family)), onnx_of(family).path
    decoder = session(folder / "decoder.onnx")
    assert run.tokenizer is not None
    for count in (1, 2, 50):
        z = 2 * some_z(count)
        tokens, shares = decoder.run(None, {"z": z.numpy()})
        assert tokens.shape == shares.shape == (count, 12)
        ends = [row.index(2) if 2 in row else len(row) for row in tokens.tolist()]
        rows = [row[:end] for row, end in zip(tokens.tolist(), ends, strict=True)]
        assert [run.tokenizer.decode(row) for row in rows] == run.model.decode(z)
        assert all(not row[end + 1 :].any() for row, end in zip(tokens, ends, strict=True))
        wanted = run.model.decode_tokens(z)  # type: ignore[operator]
        for row, text in zip(shares, wanted, strict=True):
            np.testing.assert_allclose(
                row[: len(text.probabilities)], text.probabilities, atol=1e-5
            )


@pytest.mark.parametrize("family", ["dense", "conv"])
def test_pictures_go_both_ways(
    onnx_of: Callable[[str], Exported], finished_run: RunOf, family: str
) -> None:
    run, folder = load_run(finished_run(family)), onnx_of(family).path
    assert run.images is not None
    pictures = run.images[:5].astype(np.float32) / np.float32(255)
    (mean, _) = session(folder / "encoder.onnx").run(None, {"pixels": pictures})
    with torch.no_grad():
        wanted = run.model.encode(torch.from_numpy(pictures)).mean
    np.testing.assert_allclose(mean, wanted, atol=1e-5)
    for count in (1, 9):
        (pixels,) = session(folder / "decoder.onnx").run(None, {"z": some_z(count).numpy()})
        np.testing.assert_allclose(pixels, run.model.decode(some_z(count)), atol=1e-5)


def test_documents_go_both_ways(onnx_of: Callable[[str], Exported], finished_run: RunOf) -> None:
    run, folder = load_run(finished_run("bag-of-words")), onnx_of("bag-of-words").path
    assert run.tokenizer is not None
    counts = np.zeros((len(TEXTS), run.tokenizer.vocabulary_size - 4), np.float32)
    for row, ids in enumerate(encoded(folder, TEXTS)):
        np.add.at(counts[row], [number - 4 for number in ids if number > 3], 1)
    mean, log_variance = session(folder / "encoder.onnx").run(None, {"counts": counts})
    np.testing.assert_allclose(mean, run.latents.mean, atol=1e-5)
    np.testing.assert_allclose(log_variance, run.latents.log_variance, atol=1e-5)
    (shares,) = session(folder / "decoder.onnx").run(None, {"z": some_z(6).numpy()})
    np.testing.assert_allclose(shares.sum(axis=1), 1, atol=1e-5)
    likeliest = (-shares).argsort(axis=1, kind="stable")[:, :3]
    for row, text in zip(likeliest, run.model.decode(some_z(6)), strict=True):
        assert str(text).split()[:3] == [run.tokenizer.decode([c + 4]) for c in row]


def test_columns_of_embeddings_are_part_of_the_input(finished_run: RunOf) -> None:
    run = load_run(finished_run("bag-of-words"))
    run = dataclasses.replace(run, model=documents_model(embedding_width=2))
    words = run.model.config.words  # type: ignore[attr-defined]
    names = ("counts", ("mean", "log_variance"))
    example = torch.ones(2, words + 2)
    graph = graph_of(Encoder(run.model).eval(), example, {0: "batch"}, names)
    assert graph.graph.input[0].type.tensor_type.shape.dim[1].dim_value == words + 2
    assert max(check_encoder(session(graph.SerializeToString()), run, "counts").values()) < 1e-5


@pytest.mark.parametrize("family", FAMILIES)
def test_a_graph_that_says_something_else_is_refused(
    onnx_of: Callable[[str], Exported], finished_run: RunOf, family: str
) -> None:
    folder, other = onnx_of(family).path, load_run(finished_run(family))
    encoder, decoder = (session(folder / f"{name}.onnx") for name in ("encoder", "decoder"))
    name = encoder.get_inputs()[0].name
    check_encoder(encoder, other, name)
    check_decoder(decoder, other)
    with torch.no_grad():
        for parameter in other.model.parameters():
            parameter.mul_(1.01)
    for check in (
        lambda: check_encoder(encoder, other, name),
        lambda: check_decoder(decoder, other),
    ):
        with pytest.raises(ExportError) as caught:
            check()
        assert "does not give the model's" in one_sentence(caught.value)


def test_words_that_are_equally_likely_may_be_either() -> None:
    wanted = {
        "tokens": np.array([[5, 6, 2], [5, 6, 2]]),
        "probabilities": np.array([[0.5, 0.4, 0.9], [0.5, 0.4, 0.9]]),
    }
    found = {
        "tokens": np.array([[5, 7, 8], [5, 7, 8]]),
        "probabilities": np.array([[0.5, 0.40001, 0.1], [0.5, 0.3, 0.1]]),
    }
    drop_after_ties(found, wanted)
    np.testing.assert_array_equal(found["tokens"], [[5, 6, 2], [5, 7, 8]])


def test_nothing_is_kept_where_the_check_fails(
    finished_run: RunOf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vae_core.export.onnx_check.TOLERANCE", -1.0)
    with pytest.raises(ExportError, match="nothing was kept"):
        export_run(finished_run("dense"), "onnx", tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("package", ["onnx", "onnxscript", "onnxruntime"])
def test_what_is_missing_is_named(
    finished_run: RunOf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, package: str
) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(ExportError) as caught:
        export_run(finished_run("dense"), "onnx", tmp_path / "out")
    sentence = one_sentence(caught.value)
    assert f"of which {package} is not installed" in sentence
    assert 'pip install "latentscape[onnx]"' in sentence
    assert list(tmp_path.iterdir()) == []


def test_what_cannot_be_a_graph_is_one_sentence(
    finished_run: RunOf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError("first line\nsecond line.")

    monkeypatch.setattr(torch.onnx, "export", broken)
    with pytest.raises(ExportError) as caught:
        export_run(finished_run("dense"), "onnx", tmp_path / "out")
    assert "first line second line" in one_sentence(caught.value)
    monkeypatch.setattr("vae_core.export.onnx_graph._MOST_BYTES", 10)
    with pytest.raises(ExportError) as caught:
        export_run(finished_run("dense"), "onnx", tmp_path / "out")
    assert "choose safetensors" in one_sentence(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_a_loop_stays_a_loop(onnx_of: Callable[[str], Exported]) -> None:
    """However long the texts, the graph has one step of them."""
    for family in SENTENCES:
        graph = onnx.load(onnx_of(family).path / "decoder.onnx").graph
        assert [node.op_type for node in graph.node].count("Scan") == 1
        assert len(graph.node) < 30
