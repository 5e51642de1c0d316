"""A run's encoder and decoder as ONNX files, with what somebody needs who has no Latentscape."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from vae_core.checkpoint import Run, load_run
from vae_core.data.tokenizer import BOS, EOS, PAD, SPECIAL_TOKENS, UNK
from vae_core.export.onnx_check import TOLERANCE, check_decoder, check_encoder
from vae_core.export.onnx_graph import check_packages, graph_of, session_of
from vae_core.export.onnx_modules import Encoder, decoder_of
from vae_core.export.onnx_names import DECODER, DESCRIPTION, ENCODER, README
from vae_core.models import VAE, BagOfWordsVAE, ImageVAE, SentenceVAE
from vae_core.run_config import TOKENIZER

_OUTPUTS = {
    "images": {"pixels": "mean ink of every pixel, from 0 to 1"},
    "sentences": {
        "tokens": "the likeliest text, token by token; 2 ends it and 0 follows",
        "probabilities": "p(token | tokens before it, z); 0 after the end",
    },
    "documents": {"probabilities": "p(word | z); column c is of token c + 4"},
}
_INPUTS = {
    "images": ("pixels", "ink from 0 to 1"),
    "sentences": ("tokens", "token numbers: 1, the text's, 2, then 0 up to the longest"),
    "documents": (
        "counts",
        "how often each word stands in the document; column c is of token c + 4",
    ),
}


def write_onnx(run: Run, folder: Path) -> dict[str, float]:
    """encoder.onnx, decoder.onnx, their description and the tokenizer; how far off they are.

    Raises ExportError where packages are missing, or where a file's numbers differ from the
    model's by more than 1e-4.
    """
    check_packages()
    if run.model.device.type != "cpu":
        run = load_run(run.path)
    differences: dict[str, float] = {}
    input_name = _INPUTS[run.modality][0]
    example, axes = _example(run.model)
    encoder = graph_of(Encoder(run.model), example, axes, (input_name, ("mean", "log_variance")))
    content = encoder.SerializeToString()
    differences |= check_encoder(session_of(content), run, input_name)
    (folder / ENCODER).write_bytes(content)
    outputs = tuple(_OUTPUTS[run.modality])
    z = torch.zeros(2, run.latent_dim)
    decoder = graph_of(decoder_of(run.model).eval(), z, {0: "batch"}, ("z", outputs))
    content = decoder.SerializeToString()
    differences |= check_decoder(session_of(content), run)
    (folder / DECODER).write_bytes(content)
    if run.tokenizer is not None:
        shutil.copyfile(run.path / TOKENIZER, folder / TOKENIZER)
    about = _description(run, encoder, decoder, differences)
    (folder / DESCRIPTION).write_text(json.dumps(about, indent=2) + "\n", encoding="utf-8")
    (folder / README).write_text(_readme(run, about), encoding="utf-8")
    return differences


def _example(model: VAE) -> tuple[Tensor, dict[int, str]]:
    """A batch of two, since one would be taken for "always one"; and its free axes."""
    if isinstance(model, ImageVAE):
        return torch.zeros(2, *model.config.item_shape), {0: "batch"}
    if isinstance(model, BagOfWordsVAE):
        width = model.config.words + model.config.embedding_width
        return torch.ones(2, width), {0: "batch"}
    assert isinstance(model, SentenceVAE)
    # At least three places, for the same reason.
    words = [UNK] * min(2, model.config.max_tokens)
    return torch.tensor([[BOS, *words, EOS]] * 2), {0: "batch", 1: "length"}


def _description(
    run: Run, encoder: Any, decoder: Any, differences: dict[str, float]
) -> dict[str, Any]:
    """All that a program needs to use the files, as JSON values."""
    about: dict[str, Any] = {
        "run": run.summary.name,
        "family": run.summary.family,
        "modality": run.modality,
        "latent_dim": run.latent_dim,
        "prior": run.model.config.prior,
        "weights_sha256": run.content_hash,
        "encoder": {"file": ENCODER, **_shapes(encoder)},
        "decoder": {"file": DECODER, **_shapes(decoder)},
        "tolerance": TOLERANCE,
        "differences": differences,
    }
    if run.tokenizer is not None:
        numbers = dict(zip(SPECIAL_TOKENS, (PAD, BOS, EOS, UNK), strict=True))
        about["tokenizer"] = {
            "file": TOKENIZER,
            "kind": run.tokenizer.kind,
            "vocabulary_size": run.tokenizer.vocabulary_size,
            "special_tokens": numbers,
            "max_tokens": getattr(run.model.config, "max_tokens", None),
        }
    return about


def _shapes(proto: Any) -> dict[str, dict[str, dict[str, Any]]]:
    kinds = {1: "float32", 7: "int64"}

    def of(value: Any) -> dict[str, Any]:
        kind = value.type.tensor_type
        shape = [dim.dim_param or dim.dim_value for dim in kind.shape.dim]
        return {"type": kinds.get(kind.elem_type, str(kind.elem_type)), "shape": shape}

    graph = proto.graph
    return {
        "inputs": {value.name: of(value) for value in graph.input},
        "outputs": {value.name: of(value) for value in graph.output},
    }


def _readme(run: Run, about: dict[str, Any]) -> str:
    name, meaning = _INPUTS[run.modality]
    lines = [
        f"{run.summary.name}: a {run.summary.family} model of {run.modality}, made with "
        "Latentscape.",
        "",
        f"{ENCODER}: from an item to its place in the latent space.",
        *_lines(about["encoder"], {
            name: meaning,
            "mean": "where the item is",
            "log_variance": "how sure that is: sigma = exp(log_variance / 2)",
        }),
        f"{DECODER}: from a place in the latent space to an item.",
        *_lines(about["decoder"], {"z": "the place", **_OUTPUTS[run.modality]}),
    ]  # fmt: skip
    width = getattr(run.model.config, "embedding_width", 0)
    if width:
        lines += [f"The last {width} columns of {name} are the sentence embedding of the text.", ""]
    if run.tokenizer is not None:
        lines += _tokenisation(run)
    lines += [
        "Both were compared with the trained model in onnxruntime before they were written; the "
        f"largest differences are in {DESCRIPTION}.",
    ]
    return "\n".join(lines) + "\n"


def _lines(about: dict[str, Any], meanings: dict[str, str]) -> list[str]:
    found = []
    for kind in ("inputs", "outputs"):
        for name, value in about[kind].items():
            shape = ", ".join(map(str, value["shape"]))
            found.append(f"  {kind[:-1]} {name}: {value['type']} ({shape}): {meanings[name]}")
    return [*found, ""]


def _tokenisation(run: Run) -> list[str]:
    assert run.tokenizer is not None
    lines = [
        f"{TOKENIZER} is for the package tokenizers: Tokenizer.from_file(...), then",
        "encode_special_tokens = True and encode(text, add_special_tokens=False).ids.",
        f"Special tokens: {PAD} padding, {BOS} begin, {EOS} end, {UNK} unknown.",
    ]
    most = getattr(run.model.config, "max_tokens", None)
    if most is not None:
        lines.append(f"Of a longer text the first {most} tokens are taken, and no end follows.")
    else:
        lines.append("Special tokens are not counted.")
    if run.tokenizer.kind == "word":
        lines.append("Tokens are words in lower case: join them with spaces.")
    else:
        lines.append("decode(ids) gives the text of token numbers.")
    return [*lines, ""]
