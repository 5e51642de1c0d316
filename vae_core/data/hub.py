"""Data sets of the Hugging Face hub, or a local folder that is laid out like one."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from vae_core.data import cache, limits
from vae_core.data.corpus import columns_of, made, write_table
from vae_core.data.dataset import DataError, Dataset
from vae_core.data.parquet import batch_texts, is_nested
from vae_core.data.rows import Batch, Table, check_columns
from vae_core.data.text_options import TextOptions
from vae_core.errors import reason

_TALKATIVE = ("datasets", "huggingface_hub", "urllib3", "httpx", "httpcore", "fsspec", "filelock")
_SILENT = logging.CRITICAL + 1


def read_hub(
    name: str,
    split: str = "train",
    *,
    text_column: str | None = None,
    label_column: str | None = None,
    config: str | None = None,
) -> Dataset:
    """One split of a data set of texts, downloaded once by ``datasets`` into its own cache.

    ``name``: as on the hub ("stanfordnlp/imdb"), or a local folder of Parquet, CSV or JSON files.
    Columns are chosen and guessed as for a file. Raises DataError with one sentence.
    """
    with _quiet():
        loaded = _loaded(name, split, config)
    options = TextOptions(text_column=text_column, label_column=label_column)
    table = _table(loaded, name, text_column)
    first = next(table.batches, None)
    options = columns_of(options, table, first)
    key = cache.key_of(loaded._fingerprint, {"hub": name, "split": split, **options.given()})
    about = {"hub": name, "split": split, **({} if config is None else {"config": config})}
    source = {**about, **options.given()}
    shown = name.rstrip("/").rsplit("/", 1)[-1]
    return made(key, shown, source, lambda folder: write_table(folder, table, first, options))


def _loaded(name: str, split: str, config: str | None) -> Any:
    from datasets import Dataset as HubDataset
    from datasets import load_dataset

    local = Path(name).expanduser()
    try:
        found = load_dataset(str(local) if local.is_dir() else name, config, split=split)
    except Exception as error:  # the hub client raises many kinds, and so does every format
        raise _refusal(name, split, error, local=local.is_dir()) from error
    if not isinstance(found, HubDataset):
        raise DataError(f"{name} has no single split {split!r}; name one, such as train.")
    return found


def _refusal(name: str, split: str, error: Exception, *, local: bool) -> DataError:
    said = f"{type(error).__name__}: {reason(error)[:200]}"
    if "split" in said.lower() and isinstance(error, ValueError):
        return DataError(f"{name} has no split {split!r} ({reason(error)[:160]}); choose another.")
    if "config name is missing" in said.lower() or "BuilderConfig" in said:
        return DataError(
            f"{name} needs one of its configurations ({reason(error)[:160]}); name it with "
            "--hub-config."
        )
    if local:
        return DataError(f"The folder {name} cannot be read as a data set ({said}).")
    if isinstance(error, ConnectionError):
        said = "it cannot be reached from here"
    return DataError(
        f"{name} could not be had from the hub ({said}); check its name, go online, set HF_TOKEN "
        "where it asks for a login, or give a local file or folder instead."
    )


def _table(loaded: Any, name: str, wanted: str | None) -> Table:
    from datasets import ClassLabel

    shown = name.rstrip("/").rsplit("/", 1)[-1]
    schema = loaded.data.table.schema
    flat = [field.name for field in schema if not is_nested(field.type)]
    left_out = [column for column in schema.names if column not in flat]
    if wanted in left_out:
        raise DataError(
            f"The column {wanted!r} of {shown} holds {schema.field(wanted).type}, not texts; "
            "choose another column."
        )
    check_columns(flat, shown)
    notes = []
    if left_out:
        columns = ", ".join(repr(column[:40]) for column in left_out[:6])
        notes.append(f"{shown} has lists, structures or bytes in {columns}, which were left out.")
    names = {column: loaded.features[column].names for column in flat
             if isinstance(loaded.features[column], ClassLabel)}  # fmt: skip
    return Table(shown, flat, _batches(loaded.select_columns(flat), names), "row", notes)


def _batches(loaded: Any, names: dict[str, list[str]]) -> Iterator[Batch]:
    arrow = loaded.with_format("arrow")
    for start in range(0, len(loaded), limits.BATCH_ROWS):
        part = arrow[start : start + limits.BATCH_ROWS]
        cells = []
        for column in part.column_names:
            texts = batch_texts(part[column])
            if column in names:
                texts = [_class_name(text, names[column]) for text in texts]
            cells.append(texts)
        yield Batch(cells, range(start + 1, start + 1 + part.num_rows))


def _class_name(number: str, names: list[str]) -> str:
    """Where the class is not known it is −1."""
    return names[int(number)] if number and 0 <= int(number) < len(names) else ""


@contextmanager
def _quiet() -> Iterator[None]:
    """Without the progress bars, log lines and warnings of ``datasets`` and what it asks with.

    They speak of each try to reach the hub; what comes of it all is said once, by ``_refusal``.
    """
    from datasets.utils.logging import (
        disable_progress_bar,
        enable_progress_bar,
        is_progress_bar_enabled,
    )

    before = is_progress_bar_enabled()
    loggers = {logger: logger.level for logger in map(logging.getLogger, _TALKATIVE)}
    disable_progress_bar()
    for logger in loggers:
        logger.setLevel(_SILENT)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        for logger, level in loggers.items():
            logger.setLevel(level)
        if before:
            enable_progress_bar()
