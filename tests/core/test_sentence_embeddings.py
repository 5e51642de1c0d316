"""Sentence embeddings: what a tiny model folder says, and folders that are refused."""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.core.support import CPU, one_sentence
from vae_core.data.dataset import DataError
from vae_core.data.sentence_embeddings import embed_texts

WORDS = {"<unk>": 0, "red": 1, "green": 2, "blue": 3, "car": 4, "tree": 5}
WIDTH = 6
needs_package = pytest.mark.skipif(
    importlib.util.find_spec("sentence_transformers") is None,
    reason='needs sentence-transformers: pip install "latentscape[embeddings]"',
)
# The package and what it imports warn of their own affairs.
quiet = pytest.mark.filterwarnings("ignore")


def weights() -> np.ndarray:  # type: ignore[type-arg]
    return np.random.default_rng(0).normal(size=(len(WORDS), WIDTH)).astype(np.float32)


def model_folder(path: Path) -> Path:
    """A model of the format whose embedding of a text is the mean of its words' rows."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.models import StaticEmbedding
    from tokenizers import Tokenizer, models, pre_tokenizers

    tokenizer = Tokenizer(models.WordLevel(WORDS, unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    part = StaticEmbedding(tokenizer, embedding_weights=weights())
    SentenceTransformer(modules=[part], device="cpu").save(str(path))
    return path


def named_parts(path: Path, *parts: dict[str, object]) -> Path:
    path.mkdir(exist_ok=True)
    (path / "modules.json").write_text(json.dumps(parts))
    return path


@quiet
@needs_package
def test_embeddings_are_those_of_the_model_in_order_and_of_length_one(tmp_path: Path) -> None:
    texts = ["red car", "green tree", "car", "blue blue tree", "unheard"] * 20
    found = embed_texts(texts, model_folder(tmp_path / "model"), CPU)
    assert found.shape == (100, WIDTH)
    assert found.dtype == np.float32
    rows = [weights()[[WORDS.get(word, 0) for word in text.split()]].mean(axis=0) for text in texts]
    expected = np.stack([row / np.linalg.norm(row) for row in rows])
    assert np.allclose(found, expected, atol=1e-5)


@quiet
@needs_package
def test_a_folder_that_lost_its_weights_is_refused(tmp_path: Path) -> None:
    folder = model_folder(tmp_path / "model")
    found = list(folder.rglob("*.safetensors"))
    assert found
    for file in found:
        file.unlink()
    with pytest.raises(DataError, match="download it again") as caught:
        embed_texts(["red"], folder, CPU)
    one_sentence(caught.value)


def test_without_the_package_it_says_how_to_install_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    part = {"idx": 0, "path": "", "type": "sentence_transformers.models.Transformer"}
    monkeypatch.setitem(sys.modules, "sentence_transformers", None)
    with pytest.raises(DataError, match="pip install") as caught:
        embed_texts(["red"], named_parts(tmp_path / "model", part), CPU)
    one_sentence(caught.value)


@pytest.mark.parametrize("content", [None, "", "{", "[1]", '[{"type": "x"}]', "5", "[" * 100_000])
def test_folders_of_another_kind_are_refused(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / "modules.json").write_text(content)
    with pytest.raises(DataError, match="is not a model in the") as caught:
        embed_texts(["red"], tmp_path, CPU)
    one_sentence(caught.value)


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="cannot be read") as caught:
        embed_texts(["red"], tmp_path / "nothing", CPU)
    one_sentence(caught.value)


def test_code_of_the_folder_is_never_run(tmp_path: Path) -> None:
    folder = named_parts(tmp_path / "model", {"path": "", "type": "evil.Part"})
    (folder / "evil.py").write_text("raise SystemExit('was run')")
    with pytest.raises(DataError, match=r"evil\.Part") as caught:
        embed_texts(["red"], folder, CPU)
    one_sentence(caught.value)


def test_weights_that_are_a_pickle_are_not_opened(tmp_path: Path) -> None:
    parts = [
        {"path": "", "type": "sentence_transformers.models.Transformer"},
        {"path": "2_Dense", "type": "sentence_transformers.models.Dense"},
    ]
    folder = named_parts(tmp_path / "model", *parts)
    (folder / "2_Dense").mkdir()
    (folder / "2_Dense" / "pytorch_model.bin").write_bytes(b"\x80\x04.")
    with pytest.raises(DataError, match="pickle") as caught:
        embed_texts(["red"], folder, CPU)
    one_sentence(caught.value)
