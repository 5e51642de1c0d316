"""The options of `latentscape train` that say what to learn from, and the data they name."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, get_type_hints

import typer

from vae_core.checks import ConfigError

if TYPE_CHECKING:
    from vae_core.data.dataset import Dataset, Modality
    from vae_core.data.text_options import TextOptions

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
Header = Annotated[
    bool | None,
    typer.Option(
        "--header/--no-header",
        help="Whether the first row of a table names its columns (default: it does).",
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

SplitSentences = Annotated[
    str | None,
    typer.Option(
        help="Cut texts into sentences, by the rules of a language: en, de, zh, ar, hi …",
        metavar="LANGUAGE",
        rich_help_panel=_PANEL,
    ),
]
Lowercase = Annotated[
    bool | None,
    typer.Option("--lowercase", help="Make capitals small.", rich_help_panel=_PANEL),
]
CutWords = Annotated[
    int | None,
    typer.Option(help="Keep so many words of each text.", rich_help_panel=_PANEL),
]
DropRepeats = Annotated[
    bool | None,
    typer.Option("--drop-repeats", help="Leave out items that come again.", rich_help_panel=_PANEL),
]

# What each kind of data looks at beside its own name.
_TABLE = ("text_column", "label_column")
_FIXES = ("split_sentences", "lowercase", "cut_words", "drop_repeats")
_READS = {
    "dataset": ("folder",),
    "text": (*_TABLE, "sheet", "delimiter", "header", "encoding"),
    "images": ("side",),
    "hub": (*_TABLE, "hub_split", "hub_config"),
}
_CHANGED = {"text": _FIXES, "hub": _FIXES, "images": ("drop_repeats",)}
_GOES_WITH = {kind: (*more, *_CHANGED.get(kind, ())) for kind, more in _READS.items()}


@dataclass(frozen=True)
class DataOptions:
    """What was given on the command line; exactly one of the first four names the data."""

    dataset: DatasetName = None
    text: Text = None
    images: Images = None
    hub: Hub = None
    folder: Folder = None
    text_column: TextColumn = None
    label_column: LabelColumn = None
    sheet: Sheet = None
    delimiter: Delimiter = None
    header: Header = None
    encoding: Encoding = None
    side: Side = None
    hub_split: HubSplit = None
    hub_config: HubConfig = None
    split_sentences: SplitSentences = None
    lowercase: Lowercase = None
    cut_words: CutWords = None
    drop_repeats: DropRepeats = None

    def named(self) -> dict[str, object]:
        """What names data, by option; None where it was not given."""
        return {kind: getattr(self, kind) for kind in _READS}

    def check(self) -> Modality:
        """What the data hold, as far as is seen at once, without reading them.

        Raises ConfigError for options that do not go together, DataError where there is nothing to
        read.
        """
        kind = self._checked()
        if kind == "dataset":
            from vae_core.data.registry import entry_of

            return entry_of(str(self.dataset), self.folder).modality
        if kind == "text":
            from vae_core.data.opened import check_file

            self._text_options()
            check_file(Path(str(self.text)).expanduser())
        elif kind == "images":
            from vae_core.data.pictures import check_pictures

            check_pictures(Path(str(self.images)), self.side)
            return "images"
        return "sentences"

    def load(self, *, quietly: bool = False) -> Dataset:
        """The data; what was guessed or left out is said on standard error, unless ``quietly``.

        Raises ConfigError for options that do not go together, DataError for unreadable data.
        """
        kind = self._checked()
        data = self._load(kind)
        if kind in _CHANGED:
            from vae_core.data.fixes import Fixes, fixed

            asked = {name: getattr(self, name) for name in _FIXES}
            data = fixed(data, Fixes(**{name: v for name, v in asked.items() if v is not None}))
        for note in () if quietly else data.notes:
            typer.echo(note, err=True)
        return data

    def _checked(self) -> str:
        given = [field.name for field in fields(self) if getattr(self, field.name) is not None]
        kinds = [name for name in given if name in _READS]
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

            return read_corpus(Path(str(self.text)), self._text_options())
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

    def _text_options(self) -> TextOptions:
        from vae_core.data.text_options import TextOptions

        return TextOptions(**{name: getattr(self, name) for name in _READS["text"]})


def takes_data(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command that takes `data: DataOptions` one option for each of its fields."""
    hints = get_type_hints(command, include_extras=True)
    options = get_type_hints(DataOptions, include_extras=True)
    own = inspect.signature(command).parameters.values()

    @functools.wraps(command)
    def told(**given: Any) -> None:
        data = DataOptions(**{name: given.pop(name) for name in options})
        command(data=data, **given)

    parameters = [
        parameter.replace(annotation=hints[parameter.name], kind=inspect.Parameter.KEYWORD_ONLY)
        for parameter in own
        if parameter.name != "data" and parameter.kind is not parameter.VAR_KEYWORD
    ]
    added = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=hint)
        for name, hint in options.items()
    ]
    rest = [parameter for parameter in own if parameter.kind is parameter.VAR_KEYWORD]
    told.__signature__ = inspect.Signature([*added, *parameters, *rest])  # type: ignore[attr-defined]
    told.__annotations__ = {name: hint for name, hint in hints.items() if name != "data"} | options
    return told


def _flag(name: str) -> str:
    return f"--{name.replace('_', '-')}"
