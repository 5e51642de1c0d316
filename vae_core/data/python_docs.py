"""Sentences of Python's language reference, as it ships with Python itself.

``pydoc_data.topics`` holds chapters of the reference rendered as plain text: paragraphs, lists
and headings, with literals in straight quotes, between tables, grammars and indented code.
"""

from __future__ import annotations

import platform
import re
from collections.abc import Iterator
from dataclasses import dataclass

from vae_core.data.dataset import DataError, Dataset

MIN_WORDS, MAX_WORDS = 4, 60

_MARKER = re.compile(r"\s*(?:(?:[*-]|\d{1,2}\.|[IVXivx]{1,4}\.|\(?[a-z\d]\)|\[\d+\]) +)?")
_UNDERLINE = re.compile(r"([*=\-~^])\1{2,}$")
# Tables, columns of text, sessions with the interpreter, comments in code.
_NO_PROSE = re.compile(r"\s*(\+[-=]{2}|\||={3,} |>>>|# )|.*\S( {3,}\S| +# )")
_VERSION_NOTE = re.compile(r"(Changed|New|Added|Deprecated|Removed)\b.{0,40}\bversion\b")
_PREFIX = re.compile(r"(?:Note|Warning|Hint|Tip|Important|CPython implementation detail):\s*(?=\S)")
_ABBREVIATION = re.compile(r"(?:\b(?:e\.g|i\.e|cf|vs|resp|approx|Dr|Mr|Ms|St)|\.\.)\.$")
_SENTENCE_END = re.compile(r"[.!?]\)?\s+(?=\S)|(?<=[a-z)]\.)(?=[A-Z][a-z]* )")
_LITERAL = re.compile(r'"[^"]*"')
_HIDDEN = "\ue000"  # Stands in for every character of a literal, so that positions stay.
# What a sentence before a colon must hold to stand by itself, and what it must not.
_FINITE_VERB = re.compile(
    r"\b(is|are|was|can|may|must|will|should|has|have|be|supports?|implements?|accepts|uses"
    r"|defines|specifies|distinguishes)\b"
)
_ANNOUNCEMENT = re.compile(
    r"\b(follow\w*|examples?|e\.g|these|this|below|above|here|like|namely)\b|:.*:"
    r"|\b(is|are|to|that|when|where|with|if|of|by|in|and|or|be|insert):$|^How "
    r"|^(Otherwise, if|If|When)\b[^,]*$",
    re.IGNORECASE,
)
_SIGNS = re.compile(r"[=<>{}|\\`*_\[\]@#$~^]|::|://|\w\((?!s\))")
_MISSING = (
    "python-docs needs the language reference that ships with Python (the module "
    "pydoc_data.topics), but this Python came without it; install Python's standard "
    "library in full, or choose toy-sentences."
)


@dataclass(frozen=True)
class _Sentence:
    text: str
    topic: str
    section: str


def load_python_docs() -> Dataset:
    """Distinct sentences in the order of the reference; labels are its chapters' titles.

    A sentence that several chapters share stays with the first. Metadata names the section.
    Raises DataError where Python comes without its reference.
    """
    sentences: dict[str, _Sentence] = {}
    for text in _read_topics().values():
        for sentence in _sentences(text):
            sentences.setdefault(sentence.text, sentence)
    return Dataset(
        name="python-docs",
        modality="sentences",
        texts=tuple(sentences),
        labels=tuple(sentence.topic for sentence in sentences.values()),
        metadata={"section": tuple(sentence.section for sentence in sentences.values())},
        source={"dataset": "python-docs", "python": platform.python_version()},
    )


def _read_topics() -> dict[str, str]:
    try:
        from pydoc_data.topics import topics
    except ImportError as error:
        raise DataError(_MISSING) from error
    if not topics:
        raise DataError(_MISSING)
    return topics


def _sentences(topic_text: str) -> Iterator[_Sentence]:
    """The sentences of one chapter, under its title and the heading they stand below."""
    title = section = ""
    for paragraph in _paragraphs(topic_text):
        if len(paragraph) == 2 and _UNDERLINE.match(paragraph[1]):
            section = _plain(paragraph[0]).replace('"', "")
            title = title or section
            continue
        for text in _split(_plain(_join(paragraph))):
            text = _close(text)
            if _is_clean(text):
                yield _Sentence(text, title, section)


def _paragraphs(text: str) -> Iterator[list[str]]:
    """Lines that belong together; leaves out what cannot hold sentences."""
    skip_below: int | None = None  # Indentation beyond which lines belong to what is left out.
    for block in re.split(r"\n[ \t]*\n+", text.strip("\n")):
        lines = block.strip("\n").splitlines()
        if skip_below is not None and _indent(lines[0]) > skip_below:
            continue
        skip_below = None
        first = lines[0].strip()
        if first.startswith("See also:") or _VERSION_NOTE.match(first):
            skip_below = _indent(lines[0])
            continue
        if any(_NO_PROSE.match(line) for line in lines):
            continue
        yield from _runs(lines)


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _runs(lines: list[str]) -> Iterator[list[str]]:
    """``lines`` of one paragraph, cut where a list item begins or the indentation changes."""
    run: list[str] = []
    hanging = 0
    for line in lines:
        marker = _MARKER.match(line)
        width = marker.end() if marker else 0
        starts_item = width > _indent(line)
        if run and (starts_item or _indent(line) != hanging):
            yield run
            run = []
        run.append(line[width:] if not run else line.strip())
        hanging = width if len(run) == 1 else hanging
    if run:
        yield run


def _join(lines: list[str]) -> str:
    text = "\n".join(lines)
    # The rendering breaks lines after hyphens: "built-" and "in" are one word.
    text = re.sub(r"(\w-)\n(?!and\b|or\b)(?=\w)", r"\1", text)
    return re.sub(r"\s+", " ", text)


def _plain(text: str) -> str:
    """``text`` without emphasis, footnote marks and doubled or curly quotes."""
    text = text.translate(str.maketrans("“”‘’", "\"\"''")).replace("…", "...")
    text = re.sub(r"\"'([^\"']+)'\"", r'"\1"', text)
    text = re.sub(r'""([^"]+)""', r'"\1"', text)
    outside = re.split(r'("[^"]*")', text)
    for i in range(0, len(outside), 2):
        outside[i] = _plain_prose(outside[i])
    return _PREFIX.sub("", "".join(outside)).replace('" ,', '",').strip()


def _plain_prose(text: str) -> str:
    """``text``, which holds no literals, without marks; names in code become literals."""
    text = re.sub(r"(^|[.!?]\s+)\*([a-z]\w*)\*", r'\1"\2"', text)
    text = re.sub(r"(\*{1,2})(\S|\S.*?\S)\1(?!\w)", r"\2", text)
    text = re.sub(r" ?\[\w{1,8}\]", "", text)
    return re.sub(r'(?<![\w"])(\w+_\w*|_\w+)(?![\w"(])', r'"\1"', text)


def _split(text: str) -> Iterator[str]:
    """The sentences of a paragraph; those in brackets of their own lose the brackets."""
    masked = _LITERAL.sub(lambda match: _HIDDEN * len(match.group()), text)
    start = 0
    for end in [*(match.end() for match in _SENTENCE_END.finditer(masked)), len(text)]:
        piece = masked[start:end].strip()
        if end < len(text) and _goes_on(piece, masked[end]):
            continue
        sentence = text[start:end].strip()
        start = end
        if piece.startswith("(") and piece.endswith((".)", ").")):
            yield from _split(sentence.rstrip(".")[1:-1])
        else:
            yield re.sub(r"\.\)$", ").", sentence)


def _goes_on(piece: str, next_character: str) -> bool:
    """Whether the full stop at the end of ``piece`` does not end a sentence."""
    if piece.count("(") != piece.count(")") or _ABBREVIATION.search(piece):
        return True
    return piece.endswith("etc.") and next_character.islower()


def _is_clean(text: str) -> bool:
    """Whether ``text`` is a whole sentence of prose, neither a fragment nor code."""
    if not MIN_WORDS <= len(text.split()) <= MAX_WORDS or not re.match(r'[A-Z"]', text):
        return False
    # These point to what is not there, or to the history of the reference.
    if text.startswith("See ") or text.endswith("as follows.") or _VERSION_NOTE.match(text):
        return False
    if any(marks in text for marks in ("**", "::", "``", '""')):
        return False
    bare = _LITERAL.sub("", text)
    if _SIGNS.search(bare) or '"' in bare or bare.count("(") != bare.count(")"):
        return False
    return bare.rstrip(")").endswith((".", "!", "?")) and not bare.endswith("...")


def _close(text: str) -> str:
    """``text`` with a full stop, where it ends in a colon but says all by itself."""
    if text.endswith(":") and _FINITE_VERB.search(text) and not _ANNOUNCEMENT.search(text):
        return text[:-1] + "."
    return text
