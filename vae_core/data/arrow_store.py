"""Columns of text in a memory-mapped Arrow file, through the ``datasets`` library."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from vae_core.data import limits
from vae_core.data.dataset import DataError
from vae_core.data.text_column import TextColumn
from vae_core.errors import reason

ARROW = "items.arrow"


class ColumnWriter:
    """Writes columns of text, batch by batch; ``rows`` counts them."""

    def __init__(self, writer: Any, schema: Any) -> None:
        self._writer, self._schema = writer, schema
        self.rows = 0

    def write(self, columns: Sequence[Sequence[str]]) -> None:
        """Add rows. Raises DataError where a text is no text: half a pair of surrogates."""
        import pyarrow as pa

        try:
            arrays = [pa.array(column, pa.large_string()) for column in columns]
        except UnicodeEncodeError as error:
            raise DataError(
                f"A text has half a character, U+{ord(error.object[error.start]):04X}, which "
                "stands for nothing alone; mend the text where it was written."
            ) from error
        self.rows += len(columns[0])
        self._writer.write_table(pa.Table.from_arrays(arrays, schema=self._schema))


@contextmanager
def arrow_writer(folder: Path, width: int) -> Iterator[ColumnWriter]:
    """A writer of ``width`` columns to ``folder``."""
    from datasets import Features, Value
    from datasets.arrow_writer import ArrowWriter

    # Numbers as names: any name that a person gave may mean something to a library.
    features = Features({str(number): Value("large_string") for number in range(width)})
    path = str(folder / ARROW)
    writer = ArrowWriter(path=path, features=features, writer_batch_size=limits.BATCH_ROWS)
    try:
        yield ColumnWriter(writer, features.arrow_schema)
        writer.finalize()
    finally:
        writer.close()


def open_columns(folder: Path, width: int, rows: int) -> list[TextColumn]:
    """The columns that were written to ``folder``, memory-mapped.

    Raises DataError where there are others, or another number of rows.
    """
    from datasets import Dataset as ArrowDataset

    try:
        table = ArrowDataset.from_file(str(folder / ARROW)).data.table
    except Exception as error:  # every layer below has errors of its own
        raise DataError(f"{folder / ARROW} cannot be opened ({reason(error)}).") from error
    if (table.num_columns, table.num_rows) != (width, rows):
        raise DataError(f"{folder / ARROW} holds other columns than were written.")
    return [TextColumn(column) for column in table.columns]
