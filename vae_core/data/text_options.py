"""How a file of texts is to be read: what a person may choose, and what was found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from vae_core.data.dataset import DataError

KINDS = ("lines", "table", "json", "parquet", "workbook", "documents")
DELIMITERS = {"tab": "\t", "comma": ",", "semicolon": ";", "space": " ", "pipe": "|"}


@dataclass(frozen=True)
class TextOptions:
    """What is None is found out from the file. Every field is a JSON value.

    ``kind``: one of ``KINDS``. ``delimiter``: one character, or a name of ``DELIMITERS``.
    ``quoting``: whether quotation marks of a table hold cells together, or are text. ``header``:
    whether the first row of a table or sheet names the columns; they are numbered where not.
    """

    text_column: str | None = None
    label_column: str | None = None
    sheet: str | None = None
    delimiter: str | None = None
    quoting: bool | None = None
    header: bool | None = None
    encoding: str | None = None
    kind: str | None = None

    def __post_init__(self) -> None:
        delimiter = self.delimiter
        if delimiter is not None:
            delimiter = DELIMITERS.get(delimiter, "\t" if delimiter == "\\t" else delimiter)
            if len(delimiter) != 1 or delimiter in '"\r\n\x00':
                raise DataError(
                    f"The delimiter must be one character, or {', '.join(DELIMITERS)}, but is "
                    f"{delimiter[:20]!r}; choose another (--delimiter)."
                )
            object.__setattr__(self, "delimiter", delimiter)
        if self.kind is not None and self.kind not in KINDS:
            raise DataError(
                f"A file of texts must be one of {', '.join(KINDS)}, but is {self.kind!r}."
            )
        # An empty field of a form is a field left out.
        for name in ("text_column", "label_column", "sheet", "encoding"):
            if getattr(self, name) == "":
                object.__setattr__(self, name, None)

    def given(self) -> dict[str, Any]:
        """Only what is not None."""
        return {name: value for name, value in asdict(self).items() if value is not None}

    @classmethod
    def from_source(cls, source: Mapping[str, Any]) -> TextOptions:
        """The options that ``Dataset.source`` of a corpus records. Raises DataError where odd."""
        values = {name: source.get(name) for name in cls.__dataclass_fields__}
        for name, value in values.items():
            wanted = bool if name in ("quoting", "header") else str
            if value is not None and not isinstance(value, wanted):
                raise DataError(
                    f"Where the data came from is not recorded well: {name} is {value!r}; train "
                    "again."
                )
        return cls(**values)
