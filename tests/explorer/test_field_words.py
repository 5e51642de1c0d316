"""Pages name their own fields, never the options of the command; a terminal names its options."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from explorer import page_parts
from explorer.field_words import about_reading, names_an_option, on_page
from explorer.train_fields import SECTIONS
from tests.support import ROOT

# Nothing of what these say is ever shown on a page: pages do not run them, or not so that they
# could have anything against it.
ONLY_IN_A_TERMINAL = {
    "explorer/cli.py", "explorer/server.py", "explorer/commands/clustering.py",
    "explorer/commands/doctor.py", "explorer/commands/evaluating.py",
    "explorer/commands/exporting.py", "explorer/commands/job_list.py",
    "explorer/commands/job_watch.py", "explorer/commands/searching.py",
    "explorer/commands/training.py",
    "explorer/commands/usage.py", "explorer/commands/using.py", "vae_core/runs.py",
    "explorer/field_words.py",  # the patterns themselves
}  # fmt: skip
# The page always names exactly one kind of data, and only what goes with it.
NEVER_ASKED = ("Give one of --dataset NAME",)


def strings(tree: ast.AST) -> Iterator[str]:
    """Every string of a module that is no docstring and no help of an option, f-strings whole."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            continue
        if isinstance(node, ast.Call) and ast.unparse(node.func).startswith("typer."):
            continue
        if isinstance(node, ast.JoinedStr):
            yield template(node)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
        else:
            yield from strings(node)


def template(node: ast.JoinedStr) -> str:
    """An f-string with something in place of its values: of an option's name, one that is."""
    text = ""
    for part in node.values:
        if isinstance(part, ast.Constant):
            text += str(part.value)
        else:
            text += "free-bits" if text.endswith("--") else "X"
    return text


def sentences() -> list[tuple[str, str]]:
    found = []
    for package in ("vae_core", "explorer", "pages"):
        for path in sorted((ROOT / package).rglob("*.py")):
            place = path.relative_to(ROOT).as_posix()
            if place in ONLY_IN_A_TERMINAL:
                continue
            for text in strings(ast.parse(path.read_text(encoding="utf-8"))):
                if " " in text and names_an_option(text) and not text.startswith(NEVER_ASKED):
                    found.append((place, text))
    return found


def test_no_sentence_reaches_a_page_with_an_option_in_it() -> None:
    found = sentences()
    assert len(found) > 10  # else nothing was walked over
    left = [(place, on_page(text)) for place, text in found if names_an_option(on_page(text))]
    assert left == []


def test_every_sentence_that_pages_show_is_told_by_one_function() -> None:
    """What a job, a plan or a reading said is never shown as it is."""
    odd = []
    for folder in ("explorer", "pages"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
                if "literal(" in line and ("failure()" in line or "error" in line):
                    odd.append(f"{path.name}:{number}: {line.strip()}")
    assert odd == []


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("choose a side to which all are made equal (--side 64).",
         "choose a side to which all are made equal (“Side” 64)."),
        ("name another encoding (--encoding) where letters look wrong.",
         "name another encoding (“Encoding”) where letters look wrong."),
        ("try a smaller batch (--batch-size).", "try a smaller batch (“Batch size”)."),
        ("--prior-components goes with --prior mixture or vamp, but that is normal; leave it out.",
         "“Parts of the prior” goes with “Prior” mixture or vamp, but that is normal; leave it "
         "out."),
        ("target_kl must be below 20.", "“Target KL (nats)” must be below 20."),
        ("runs/a is not empty; choose another folder, or add --overwrite, or go on with --resume "
         "runs/a.b.", "runs/a is not empty; choose another folder."),
        # What is no option of ours stays as it is.
        ("There is no file --side.csv; check the path.", None),
        ("a--side and ---side and 'free_bits' and my_column.", None),
        ("make it with `latentscape export RUN --to zip`.", None),
    ],
)  # fmt: skip
def test_options_become_fields(said: str, shown: str | None) -> None:
    assert on_page(said) == (said if shown is None else shown)


def test_what_is_about_how_a_file_is_read_is_known() -> None:
    assert about_reading("The pictures differ in size; choose a side (--side 64).")
    assert about_reading(
        "Line 3 has 2 columns; mend the line, or name the delimiter (--delimiter)."
    )
    assert not about_reading("It ran out of memory: try a smaller batch (--batch-size).")
    assert not about_reading("All items are the same.")


def test_every_setting_of_the_page_has_its_title() -> None:
    for _, fields in SECTIONS:
        for field in fields:
            assert on_page(f"--{field.name.replace('_', '-')}") == f"“{field.title}”"


def test_a_told_sentence_stays_plain_text() -> None:
    assert page_parts.told("**x** (--side)") == page_parts.literal("**x** (“Side”)")


def test_paths_with_options_in_their_names_stay(tmp_path: Path) -> None:
    path = tmp_path / "--encoding.txt"
    assert on_page(f"There is no file {path}; check it.").count("--encoding.txt") == 1
