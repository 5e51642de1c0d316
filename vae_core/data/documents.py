"""Documents as word counts: a vocabulary of the words that tell, and batches made sparsely."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Collection, Iterable, Sequence
from typing import Self

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from vae_core.data.dataset import DataError
from vae_core.data.tensors import ItemTensors
from vae_core.data.text_column import blocks
from vae_core.data.token_rows import TokenRows, token_rows
from vae_core.data.tokenizer import MIN_VOCABULARY, SPECIAL_TOKENS, Tokenizer, train_tokenizer

# No document is cut: counts cost what the document has, whatever its length.
MAX_DOCUMENT_TOKENS = 10_000_000
_EVERY_WORD = 10_000_000
_APOSTROPHE = re.compile("['’]")


def document_tokenizer(
    texts: Sequence[str],
    *,
    vocabulary_size: int = 2000,
    minimum_documents: int = 2,
    most_documents: float = 0.5,
    stop_words: Collection[str] | None = None,
) -> Tokenizer:
    """A word-level tokenizer of the ``vocabulary_size`` − 4 most frequent words that tell.

    Left out: what has no letter in it (marks, numbers), single letters of alphabets with capitals,
    ``stop_words`` (default: scikit-learn's English ones), and words in fewer than
    ``minimum_documents`` documents or in more than the share ``most_documents`` of them, which
    catches the stop words of other languages. Words are as ``train_tokenizer`` splits them: a
    script without spaces gives whole phrases. Raises DataError where fewer than two words remain.
    """
    if vocabulary_size < MIN_VOCABULARY:
        raise DataError(
            f"The vocabulary needs at least {MIN_VOCABULARY} tokens, but {vocabulary_size} are "
            "asked for."
        )
    everything = train_tokenizer(texts, vocabulary_size=_EVERY_WORD)
    content = json.loads(everything.to_json())
    ranked = sorted(content["model"]["vocab"].items(), key=lambda entry: entry[1])
    documents = _document_frequencies(everything, texts)
    stopped = _english_stop_words() if stop_words is None else frozenset(stop_words)
    most = most_documents * len(texts)
    kept = [
        word
        for word, number in ranked[len(SPECIAL_TOKENS) :]
        if minimum_documents <= documents[number] <= most and _tells(word, stopped)
    ]
    if len(kept) < 2:
        raise DataError(
            f"The texts have {len(kept)} words to learn from, but two are needed: "
            f"words with letters, no stop words, each in {minimum_documents} documents or more and "
            f"in at most {most_documents:.0%} of them; add documents or choose a sentence model."
        )
    words = [*SPECIAL_TOKENS, *kept][:vocabulary_size]
    content["model"]["vocab"] = {word: number for number, word in enumerate(words)}
    return Tokenizer.from_json(json.dumps(content))


def _english_stop_words() -> frozenset[str]:
    from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

    return frozenset(ENGLISH_STOP_WORDS)


def _tells(word: str, stop_words: Collection[str]) -> bool:
    """Whether a word, in lower case, may say what a document is about."""
    if not any(letter.isalpha() for letter in word):
        return False
    if len(word) == 1 and word.lower() != word.upper():
        return False
    # "it's" and "isn't" stop as "it" and "is" do.
    head = _APOSTROPHE.split(word)[0]
    return not {word, head, head.removesuffix("n")} & set(stop_words)


def _document_frequencies(tokenizer: Tokenizer, texts: Sequence[str]) -> npt.NDArray[np.int64]:
    """In how many texts each token stands, (vocabulary_size,)."""
    found = np.zeros(tokenizer.vocabulary_size, dtype=np.int64)
    for block in blocks(texts):
        for row in tokenizer.encode(block, MAX_DOCUMENT_TOKENS):
            found[list(set(row))] += 1
    return found


def word_columns(blocks: Iterable[Sequence[Sequence[int]]]) -> TokenRows:
    """Rows of token numbers as columns of counts: special tokens left out, the others less 4."""
    special = len(SPECIAL_TOKENS)
    return token_rows(
        [[token - special for token in row if token >= special] for row in rows] for rows in blocks
    )


class DocumentTensors(ItemTensors):
    """Word counts, stored as the words; a batch is float32 (batch, vocabulary_size − 4 + width).

    ``rows`` are token numbers, of which the special ones (below 4) do not count, or what
    ``word_columns`` made of them; column c counts token c + 4. ``features`` (documents, width),
    where there are some, follow the counts.
    """

    def __init__(
        self,
        rows: TokenRows | Sequence[Sequence[int]],
        vocabulary_size: int,
        device: torch.device,
        features: npt.NDArray[np.float32] | None = None,
    ) -> None:
        super().__init__(device)
        if features is not None and (features.ndim != 2 or len(features) != len(rows)):
            raise DataError(
                f"The embeddings must be a row for each of the {len(rows)} documents, but have "
                f"shape {features.shape}."
            )
        special = len(SPECIAL_TOKENS)
        stored = rows if isinstance(rows, TokenRows) else word_columns([rows])
        if len(stored.tokens) and int(stored.tokens.max()) >= vocabulary_size - special:
            raise DataError(
                f"Token numbers must be below the vocabulary's size of {vocabulary_size}, but "
                f"{int(stored.tokens.max()) + special} came; encode with the model's own tokenizer."
            )
        self._words = vocabulary_size - special
        self.lengths = stored.lengths.cpu()
        self._rows = stored.to(device)
        self._features = None if features is None else torch.from_numpy(features).float().to(device)

    def __len__(self) -> int:
        return len(self.lengths)

    @property
    def empty(self) -> int:
        """Documents without a word of the vocabulary: nothing is known of them."""
        return int((self.lengths == 0).sum())

    def part(self, indices: Tensor) -> Self:
        indices = indices.to(self.device)
        part = copy.copy(self)
        part._rows = self._rows.part(indices)
        part.lengths = part._rows.lengths.cpu()
        part._features = None if self._features is None else self._features[indices]
        return part

    def batch(self, indices: Tensor) -> Tensor:
        indices = indices.to(self.device)
        row = torch.arange(len(indices), device=self.device)
        row = row.repeat_interleave(self._rows.lengths[indices])
        at = row * self._words + self._rows.tokens[self._places(indices)]
        counts = torch.zeros(len(indices) * self._words, device=self.device)
        # Sums of ones are exact in any order, so this is the same on every device.
        counts = counts.index_add(0, at, torch.ones_like(at, dtype=torch.float32))
        counts = counts.view(len(indices), self._words)
        return counts if self._features is None else torch.cat([counts, self._features[indices]], 1)

    def _places(self, indices: Tensor) -> Tensor:
        """Where the words of the documents at ``indices`` are stored, end to end."""
        lengths = self._rows.lengths[indices]
        behind = lengths.cumsum(0) - lengths
        offsets = (self._rows.starts[indices] - behind).repeat_interleave(lengths)
        return offsets + torch.arange(len(offsets), device=self.device)
