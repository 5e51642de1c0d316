"""What the files of an export as ONNX are called."""

from __future__ import annotations

from vae_core.run_config import TOKENIZER

ENCODER, DECODER, DESCRIPTION, README = (
    "encoder.onnx", "decoder.onnx", "description.json", "README.txt",
)  # fmt: skip
ONNX_NAMES = (ENCODER, DECODER, DESCRIPTION, README, TOKENIZER)
