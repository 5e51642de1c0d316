"""Sentences of Python's reference: prose only, whole, labelled; and a Python that lacks them."""

from __future__ import annotations

import re
import sys
from types import ModuleType

import pytest

from vae_core.data.dataset import DataError, Dataset
from vae_core.data.python_docs import load_python_docs

# In the manner of the real module: what each line tests is said by the sentence.
SAMPLE = {
    "loops": """The "loop" statement
********************

   loop_stmt: "loop" expression ":" suite
              | "loop" suite

A "loop" statement repeats a *suite* of built-
in statements, e.g. Python's own, until it is **told** to stop.  It never
stops by itself. [1] (It may be stopped by hand.  This is rarely needed.)

The simple form, "loop suite", is equivalent to:

   while True:
       suite()  # It runs. It never stops by chance.

Loops know two rules:

* Each round takes a fresh look at "x[0]. Then" or "**x".

* The counter, called “n”, is ‘kept’ 0, 1, … times.  *counter* is a number, which
  starts at the value "'0'".

1. Last rounds may be
   skipped.

Note:

  Nested loops are allowed.

Signature of loops(*args)

   Return the number of the round, the name of the loop, etc. and go on.

+--------+-----------------------+
| Sign   | Tables are no prose.  |
+--------+-----------------------+

See also:

  **PEP 1** - Loops
     The specification of loops and rounds.

Changed in version 3.1: Loops were made a lot faster.


Fine print
==========

The value of my_value may change (see above.)

-[ Footnotes ]-

[1] Nothing is ever as it seems.
""",
    "stop": """Stopping
********

It never stops by itself.  A loop that is stopped stays stopped.
""",
}


@pytest.fixture(scope="module")
def docs() -> Dataset:
    return load_python_docs()


def use_topics(monkeypatch: pytest.MonkeyPatch, topics: dict[str, str]) -> None:
    module = ModuleType("pydoc_data.topics")
    module.__dict__["topics"] = topics
    monkeypatch.setitem(sys.modules, "pydoc_data.topics", module)


def without_literals(text: str) -> str:
    return re.sub(r'"[^"]*"', "", text)


def test_a_chapter_becomes_its_sentences(monkeypatch: pytest.MonkeyPatch) -> None:
    use_topics(monkeypatch, SAMPLE)
    docs = load_python_docs()
    assert docs.texts == (
        'A "loop" statement repeats a suite of built-in statements, e.g. Python\'s own, until it '
        "is told to stop.",
        "It never stops by itself.",
        "It may be stopped by hand.",
        "This is rarely needed.",
        "The counter, called \"n\", is 'kept' 0, 1, ... times.",
        '"counter" is a number, which starts at the value "0".',
        "Last rounds may be skipped.",
        "Nested loops are allowed.",
        "Return the number of the round, the name of the loop, etc. and go on.",
        'The value of "my_value" may change (see above).',
        "Nothing is ever as it seems.",
        "A loop that is stopped stays stopped.",
    )
    assert docs.labels == ("The loop statement",) * 11 + ("Stopping",)
    assert docs.metadata["section"] == (
        ("The loop statement",) * 9 + ("Fine print",) * 2 + ("Stopping",)
    )


def test_a_sentence_before_a_colon_is_kept_where_it_stands_by_itself(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    text = "Title\n*****\n\nA slice is used to take a part of a list:\n\n   x[1:2]\n\n"
    use_topics(
        monkeypatch, {"slices": text + "The following code is equivalent to this:\n\n   y\n"}
    )
    assert load_python_docs().texts == ("A slice is used to take a part of a list.",)


@pytest.mark.parametrize("words", [3, 61])
def test_fragments_and_endless_sentences_are_left_out(
    monkeypatch: pytest.MonkeyPatch, words: int
) -> None:
    sentence = "It" + " goes" * (words - 2) + " on."
    use_topics(monkeypatch, {"any": f"Title\n*****\n\n{sentence}\n\nThis is kept here.\n"})
    assert load_python_docs().texts == ("This is kept here.",)


def test_the_reference_gives_enough_distinct_sentences(docs: Dataset) -> None:
    assert docs.texts is not None
    assert docs.labels is not None
    assert len(set(docs.texts)) == len(docs) > 1500
    assert len(docs.labels) == len(docs.metadata["section"]) == len(docs)
    assert len(set(docs.labels)) > 50
    assert all(docs.labels)
    assert all(docs.metadata["section"])


def test_chapters_keep_their_order_and_stay_together(docs: Dataset) -> None:
    assert docs.labels is not None
    changes = 1 + sum(a != b for a, b in zip(docs.labels, docs.labels[1:], strict=False))
    assert changes == len(set(docs.labels))


def test_sentences_stand_below_their_own_chapter(docs: Dataset) -> None:
    assert docs.texts is not None
    assert docs.labels is not None
    topic_of = dict(zip(docs.texts, docs.labels, strict=True))
    assert topic_of['Assignments to "__debug__" are illegal.'] == "The assert statement"


def test_no_markup_is_left(docs: Dataset) -> None:
    assert docs.texts is not None
    for text in docs.texts:
        assert not re.search(r"``|\*\*|::|\n|  ", text), text
        assert not re.search(r"[*_|<>{}\\=]|>>>|\[\d+\]|://", without_literals(text)), text
        assert not re.match(r"(See also|Note:|Changed in|Added in|New in)", text), text


def test_sentences_are_whole(docs: Dataset) -> None:
    assert docs.texts is not None
    for text in docs.texts:
        assert 4 <= len(text.split()) <= 60, text
        assert re.match(r'[A-Z"]', text), text
        assert re.search(r"[.!?]\)?$", text), text
        assert text.count('"') % 2 == 0, text
        bare = without_literals(text)
        assert bare.count("(") == bare.count(")"), text
        assert not re.search(r"\b(e\.g|i\.e)\.$", text), text


def test_loading_twice_gives_the_same(docs: Dataset) -> None:
    again = load_python_docs()
    assert again.texts == docs.texts
    assert again.labels == docs.labels


@pytest.mark.parametrize("topics", [None, {}])
def test_a_python_without_its_reference_is_told_in_one_sentence(
    monkeypatch: pytest.MonkeyPatch, topics: dict[str, str] | None
) -> None:
    if topics is None:
        monkeypatch.setitem(sys.modules, "pydoc_data.topics", None)
    else:
        use_topics(monkeypatch, topics)
    with pytest.raises(DataError, match=r"came without it; install .* or choose toy-sentences"):
        load_python_docs()
