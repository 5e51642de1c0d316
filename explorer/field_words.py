"""Sentences that name options of the command, said in the words of the page's own fields.

Errors and notes are written once, for whoever types commands: "choose a side (--side)". A page has
fields instead, and shows such a sentence as `on_page` gives it: "choose a side (“Side”)".
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping

# As the Train page titles them; those of More settings come from their own table.
FIELDS = {
    "dataset": "Data set",
    "folder": "Folder with the data",
    "text-column": "Column with the texts",
    "label-column": "Column with the labels",
    "sheet": "Sheet",
    "delimiter": "Delimiter",
    "header": "The first row names the columns",
    "no-header": "The first row names the columns",
    "encoding": "Encoding",
    "side": "Side",
    "hub": "Name on the hub",
    "hub-split": "Split",
    "hub-config": "Configuration",
    "split-sentences": "Split into sentences",
    "lowercase": "Lowercase",
    "cut-words": "Keep so many words",
    "drop-repeats": "Drop repeats",
    "model": "Model",
    "size": "Size",
    "latent-dim": "Latent dimensions",
    "epochs": "Epochs",
    "min-cluster-size": "Items in a cluster, at least",
    "most": "Items at most",  # of an export, on the Runs page
}
# What says how a file is read: of which kind a remedy is that a sentence names.
READING = frozenset({"side", "encoding", "delimiter", "header", "no-header"})
# A whole command in backticks is for a terminal, and says so; a file may be called "--side.csv".
_WHOLE_COMMAND = re.compile(r"(`latentscape [^`]*`)")
_FLAG = re.compile(r"(?<![\w-])--([a-z][a-z-]*[a-z])(?![\w-])(?!\.\w)")
_FIELD_NAME = re.compile(r"(?<![\w'\"-])[a-z]+(?:_[a-z]+)+(?![\w'\"])(?!\.\w)")
# What a terminal may add and a page has no field for, with the words around it.
_ONLY_IN_A_TERMINAL = re.compile(
    r", or (?:add --overwrite|go on with --resume \S+?)(?=[,.;]*(?:\s|$))"
    r"|; choose another name with --name"
    r"|; --to npz writes all arrays into one file"
)


def on_page(sentence: str) -> str:
    """Return the sentence with the page's fields in place of the command's options."""
    parts = _WHOLE_COMMAND.split(_ONLY_IN_A_TERMINAL.sub("", sentence))
    titles = _titles()
    return "".join(
        part if number % 2 else _in_fields(part, titles) for number, part in enumerate(parts)
    )


def about_reading(sentence: str) -> bool:
    """Tell whether a sentence of the command names an option of how a file is read."""
    return bool(READING & set(_FLAG.findall(_WHOLE_COMMAND.sub("", sentence))))


def names_an_option(sentence: str) -> bool:
    """Tell whether a sentence names an option outside of a whole command in backticks."""
    return bool(_FLAG.search(_WHOLE_COMMAND.sub("", sentence)))


def _in_fields(part: str, titles: Mapping[str, str]) -> str:
    def title(found: re.Match[str]) -> str:
        name = found[0].lstrip("-").replace("_", "-")
        return f"“{titles[name]}”" if name in titles else found[0]

    return _FIELD_NAME.sub(title, _FLAG.sub(title, part))


@functools.cache
def _titles() -> Mapping[str, str]:
    from explorer.train_fields import SECTIONS

    settings = {field.name: field.title for _, fields in SECTIONS for field in fields}
    return {**{name.replace("_", "-"): title for name, title in settings.items()}, **FIELDS}
