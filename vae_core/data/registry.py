"""The data sets that can be asked for by name: one line each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vae_core.data.dataset import DataError, Dataset, Modality
from vae_core.data.images import load_digits, load_mnist
from vae_core.errors import reason


def _toy_sentences(folder: Path | None = None) -> Dataset:
    from vae_core.data.toy_sentences import load_toy_sentences

    return load_toy_sentences()


def _python_docs(folder: Path | None = None) -> Dataset:
    from vae_core.data.python_docs import load_python_docs

    return load_python_docs()


@dataclass(frozen=True)
class DatasetEntry:
    """A named data set; ``load`` takes a folder, which only folder data sets look at."""

    name: str
    modality: Modality
    description: str
    load: Callable[[Path | None], Dataset]
    takes_folder: bool = False


_ENTRIES = (
    DatasetEntry("digits", "images", "1,797 handwritten digits, 8 × 8 pixels", load_digits),
    DatasetEntry("mnist", "images", "70,000 handwritten digits, 28 × 28 pixels", load_mnist, True),
    DatasetEntry(
        "toy-sentences", "sentences", "20,000 made-up sentences with known factors", _toy_sentences
    ),
    DatasetEntry(
        "python-docs", "sentences", "Sentences of the Python language reference", _python_docs
    ),
)
DATASETS = {entry.name: entry for entry in _ENTRIES}


def load_dataset(name: str, folder: Path | None = None) -> Dataset:
    """The data set called ``name``. Raises DataError for an unknown name or unreadable data."""
    return entry_of(name, folder).load(folder)


def entry_of(name: str, folder: Path | None = None) -> DatasetEntry:
    """What there is to load. Raises DataError for an unknown name, or a folder of no use."""
    if name not in DATASETS:
        raise DataError(f"There is no data set {name!r}; choose one of {', '.join(DATASETS)}.")
    entry = DATASETS[name]
    if folder is not None and not entry.takes_folder:
        raise DataError(f"The data set {name} takes no folder; leave it out.")
    return entry


def load_source(source: Mapping[str, Any]) -> Dataset:
    """The data set that ``Dataset.source`` describes. Raises DataError where it cannot be had."""
    from vae_core.data.fixes import Fixes, fixed

    return fixed(_unfixed(source), Fixes.from_source(source))


def _unfixed(source: Mapping[str, Any]) -> Dataset:
    try:
        if "text" in source:
            from vae_core.data.corpus import read_corpus
            from vae_core.data.text_options import TextOptions

            return read_corpus(Path(source["text"]), TextOptions.from_source(source))
        if "pictures" in source:
            from vae_core.data.pictures import read_pictures

            return read_pictures(Path(source["pictures"]), source.get("side"))
        if "hub" in source:
            from vae_core.data.hub import read_hub

            columns = {name: source.get(name) for name in ("text_column", "label_column")}
            return read_hub(source["hub"], source["split"], config=source.get("config"), **columns)
        name, folder = source["dataset"], source.get("folder")
        return load_dataset(str(name), None if folder is None else Path(folder))
    except (KeyError, TypeError) as error:
        raise DataError(
            f"Where the data came from is not recorded ({reason(error)} is missing); train again."
        ) from error
