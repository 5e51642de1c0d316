"""Writing a file, reading it, and what is said where it cannot be read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.core.support import one_sentence
from vae_core.data.corpus import read_corpus
from vae_core.data.dataset import DataError, Dataset
from vae_core.data.text_options import TextOptions


def write(folder: Path, name: str, content: bytes | str) -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def read(path: Path, **options: Any) -> Dataset:
    return read_corpus(path, TextOptions(**options))


def refused(path: Path, **options: Any) -> str:
    with pytest.raises(DataError) as caught:
        read(path, **options)
    return one_sentence(caught.value)
