"""The options of `latentscape train` that say what to learn from, and the data they name."""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vae_core.checks import ConfigError

if TYPE_CHECKING:
    from vae_core.data.dataset import Dataset

_PANEL = "Data"

DatasetName = Annotated[
    str | None,
    typer.Option(
        help="A named data set: digits, mnist, toy-sentences, python-docs.", rich_help_panel=_PANEL
    ),
]
Text = Annotated[
    Path | None,
    typer.Option(
        help="A file of texts: .txt (one item a line), .csv, .tsv, .jsonl, .json (also .gz), "
        ".parquet, .xlsx, or .zip of .txt files.",
        rich_help_panel=_PANEL,
    ),
]
Images = Annotated[
    Path | None,
    typer.Option(
        help="Pictures: a folder or .zip of PNG and JPEG (folders are labels), IDX, .npy or .npz.",
        rich_help_panel=_PANEL,
    ),
]
Hub = Annotated[
    str | None,
    typer.Option(
        help="Texts of the Hugging Face hub, by name, or a local folder laid out like them.",
        rich_help_panel=_PANEL,
    ),
]
Folder = Annotated[
    Path | None, typer.Option(help="Folder of the MNIST IDX files.", rich_help_panel=_PANEL)
]
TextColumn = Annotated[
    str | None,
    typer.Option(
        help="Column with the texts (default: text, else the longest).", rich_help_panel=_PANEL
    ),
]
LabelColumn = Annotated[
    str | None, typer.Option(help="Column with the labels, if any.", rich_help_panel=_PANEL)
]
Sheet = Annotated[
    str | None, typer.Option(help="Sheet of an .xlsx (default: the first).", rich_help_panel=_PANEL)
]
Delimiter = Annotated[
    str | None,
    typer.Option(
        help="What parts the cells of a table: a character, or tab, comma, semicolon, pipe.",
        rich_help_panel=_PANEL,
    ),
]
Encoding = Annotated[
    str | None,
    typer.Option(help="Encoding of a file of texts, if guessed wrong.", rich_help_panel=_PANEL),
]
Side = Annotated[
    int | None,
    typer.Option(help="Pictures: cut square and made this large.", rich_help_panel=_PANEL),
]
HubSplit = Annotated[
    str | None,
    typer.Option(help="Split of a hub data set (default: train).", rich_help_panel=_PANEL),
]
HubConfig = Annotated[
    str | None, typer.Option(help="Configuration of a hub data set.", rich_help_panel=_PANEL)
]

# What each kind of data looks at beside its own name.
_TABLE = ("text_column", "label_column")
_GOES_WITH = {
    "dataset": ("folder",),
    "text": (*_TABLE, "sheet", "delimiter", "encoding"),
    "images": ("side",),
    "hub": (*_TABLE, "hub_split", "hub_config"),
}


@dataclass(frozen=True)
class DataOptions:
    """What was given on the command line; exactly one of the first four names the data."""

    dataset: str | None = None
    text: Path | None = None
    images: Path | None = None
    hub: str | None = None
    folder: Path | None = None
    text_column: str | None = None
    label_column: str | None = None
    sheet: str | None = None
    delimiter: str | None = None
    encoding: str | None = None
    side: int | None = None
    hub_split: str | None = None
    hub_config: str | None = None

    def load(self, *, quietly: bool = False) -> Dataset:
        """The data; what was guessed or left out is said on standard error, unless ``quietly``.

        Raises ConfigError for options that do not go together, DataError for unreadable data.
        """
        data = self._load(self._checked())
        for note in () if quietly else data.notes:
            typer.echo(note, err=True)
        return data

    def _checked(self) -> str:
        given = [field.name for field in fields(self) if getattr(self, field.name) is not None]
        kinds = [name for name in given if name in _GOES_WITH]
        if len(kinds) != 1:
            came = "neither" if not kinds else " and ".join(_flag(name) for name in kinds)
            raise ConfigError(
                f"Give one of --dataset NAME, --text FILE, --images FILE or --hub NAME; {came} "
                "came."
            )
        for name in given:
            if name not in (*kinds, *_GOES_WITH[kinds[0]]):
                others = [_flag(kind) for kind, more in _GOES_WITH.items() if name in more]
                raise ConfigError(
                    f"{_flag(name)} goes with {' or '.join(others)}, not with {_flag(kinds[0])}."
                )
        return kinds[0]

    def _load(self, kind: str) -> Dataset:
        if kind == "text":
            from vae_core.data.corpus import read_corpus
            from vae_core.data.text_options import TextOptions

            options = TextOptions(**{name: getattr(self, name) for name in _GOES_WITH[kind]})
            return read_corpus(Path(str(self.text)), options)
        if kind == "images":
            from vae_core.data.pictures import read_pictures

            return read_pictures(Path(str(self.images)), self.side)
        if kind == "hub":
            from vae_core.data.hub import read_hub

            columns = {name: getattr(self, name) for name in _TABLE}
            split = self.hub_split or "train"
            return read_hub(str(self.hub), split, config=self.hub_config, **columns)
        from vae_core.data.registry import load_dataset

        return load_dataset(str(self.dataset), self.folder)


def _flag(name: str) -> str:
    return f"--{name.replace('_', '-')}"
