"""Text to token numbers and back: a thin typed layer over Hugging Face ``tokenizers``."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

from tokenizers import Regex, decoders, models, normalizers, pre_tokenizers, trainers
from tokenizers import Tokenizer as HubTokenizer

from vae_core.data.dataset import DataError
from vae_core.errors import reason

PAD, BOS, EOS, UNK = 0, 1, 2, 3
SPECIAL_TOKENS = ("<pad>", "<s>", "</s>", "<unk>")
TokenizerKind = Literal["word", "bpe"]
KINDS: tuple[TokenizerKind, ...] = ("word", "bpe")
MIN_VOCABULARY = 16

# A word keeps its inner apostrophes and hyphens; any other mark is a token of its own.
WORD = r"\w+(?:['’\-]\w+)*|[^\w\s]"
_NO_SPACE_BEFORE = re.compile(r" ([,.;:!?%)\]}…])")
_NO_SPACE_AFTER = re.compile(r"([(\[{]) ")


class Tokenizer:
    """Encodes texts as ``[BOS, …, EOS]``. Word-level is lower-cased; BPE keeps every character."""

    def __init__(self, hub: HubTokenizer) -> None:
        self._hub = hub
        # A text that spells out "</s>" or "<pad>" means these letters, not the token.
        hub.encode_special_tokens = True
        for number, token in enumerate(SPECIAL_TOKENS):
            if hub.token_to_id(token) != number:
                raise DataError(
                    f"The tokenizer should have {token!r} as number {number}; this one is not "
                    "Latentscape's."
                )
        if max(hub.get_vocab().values()) != hub.get_vocab_size() - 1:
            raise DataError("The tokenizer's numbers have gaps; this one is not Latentscape's.")

    @property
    def vocabulary_size(self) -> int:
        """Number of distinct tokens, special ones included."""
        return self._hub.get_vocab_size()

    @property
    def tokens(self) -> tuple[str, ...]:
        """Every token as the vocabulary has it, in the order of the numbers."""
        found = (self._hub.id_to_token(number) for number in range(self.vocabulary_size))
        return tuple(token or "" for token in found)

    @property
    def kind(self) -> TokenizerKind:
        return "bpe" if isinstance(self._hub.model, models.BPE) else "word"

    def encode(self, texts: Sequence[str], max_tokens: int) -> list[list[int]]:
        """Token numbers of each text, at most ``max_tokens`` beside BOS and EOS.

        A text that is cut has no EOS: where it was cut is not where it ends.
        """
        rows = []
        for encoding in self._hub.encode_batch(list(texts), add_special_tokens=False):
            ids = encoding.ids
            cut = len(ids) > max_tokens
            rows.append([BOS, *ids[:max_tokens]] if cut else [BOS, *ids, EOS])
        return rows

    def decode(self, ids: Sequence[int]) -> str:
        """The text of token numbers; special tokens are left out."""
        text: str = self._hub.decode([i for i in ids if i > UNK])
        if self.kind == "word":
            text = _NO_SPACE_AFTER.sub(r"\1", _NO_SPACE_BEFORE.sub(r"\1", text))
        return text.strip()

    def pieces(self, ids: Sequence[int]) -> list[str]:
        """What each token adds to the text; joined and stripped they are ``decode(ids)``.

        Special tokens add nothing. A character that several tokens share is of the last of them.
        """
        tokens = [(self._hub.id_to_token(i) if i > UNK else None) or "" for i in ids]
        return _spaced(tokens) if self.kind == "word" else _characters(tokens)

    def unknown_words(self, text: str) -> list[str]:
        """Words of ``text`` that the vocabulary lacks, in order, each once."""
        encoding = self._hub.encode(text, add_special_tokens=False)
        spans = [span for number, span in zip(encoding.ids, encoding.offsets, strict=True)
                 if number == UNK]  # fmt: skip
        return list(dict.fromkeys(text[start:end] for start, end in spans))

    def to_json(self) -> str:
        return self._hub.to_str()

    @classmethod
    def from_json(cls, text: str) -> Tokenizer:
        """Read what ``to_json`` wrote. Raises DataError for anything else."""
        try:
            hub = HubTokenizer.from_str(text)
        except Exception as error:  # tokenizers raises plain Exception for every parse error
            raise DataError(f"The tokenizer cannot be read: {reason(error)}.") from error
        return cls(hub)


def train_tokenizer(
    texts: Sequence[str], *, kind: TokenizerKind = "word", vocabulary_size: int = 10_000
) -> Tokenizer:
    """Learn a vocabulary of at most ``vocabulary_size`` tokens from ``texts``."""
    if kind not in KINDS:
        raise DataError(f"The tokenizer must be one of {', '.join(KINDS)}, but is {kind!r}.")
    if vocabulary_size < MIN_VOCABULARY:
        raise DataError(
            f"The vocabulary needs at least {MIN_VOCABULARY} tokens, but {vocabulary_size} are "
            "asked for."
        )
    hub, trainer = (_word_level if kind == "word" else _byte_bpe)(vocabulary_size)
    hub.train_from_iterator(texts, trainer=trainer, length=len(texts))
    return Tokenizer(hub)


def split_words(texts: Iterable[str]) -> Iterator[list[str]]:
    """The words and marks of each text, as word-level tokenizers split and lower-case them.

    No vocabulary limits them. A script without spaces gives whole phrases.
    """
    normalise, split = _word_rules()
    for text in texts:
        yield [word for word, _ in split.pre_tokenize_str(normalise.normalize_str(text))]


def _spaced(tokens: Sequence[str]) -> list[str]:
    """Words with the space before them, where the marks around leave one."""
    pieces: list[str] = []
    before = ""
    for token in tokens:
        if not before or not token or _NO_SPACE_BEFORE.match(f" {token}"):
            space = ""
        else:
            space = "" if _NO_SPACE_AFTER.match(f"{before[-1]} ") else " "
        pieces.append(space + _NO_SPACE_AFTER.sub(r"\1", _NO_SPACE_BEFORE.sub(r"\1", token)))
        before = token or before
    return pieces


def _characters(tokens: Sequence[str]) -> list[str]:
    """Byte-level tokens as the characters that they complete."""
    decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
    pieces = [decoder.decode(b"".join(map(_byte, token))) for token in tokens]
    if pieces:
        pieces[-1] += decoder.decode(b"", final=True)
    return pieces


def _byte(letter: str) -> bytes:
    return _BYTES.get(letter) or letter.encode()


def _byte_letters() -> dict[str, bytes]:
    """The letters that stand for bytes in byte-level BPE (Radford et al. 2019): its alphabet."""
    shown = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    hidden = [byte for byte in range(0x100) if byte not in shown]
    letters = {chr(byte): bytes([byte]) for byte in shown}
    return letters | {chr(0x100 + i): bytes([byte]) for i, byte in enumerate(hidden)}


_BYTES = _byte_letters()


def _word_rules() -> tuple[normalizers.Normalizer, pre_tokenizers.PreTokenizer]:
    normalise = normalizers.Sequence([normalizers.NFC(), normalizers.Lowercase()])
    return normalise, pre_tokenizers.Split(Regex(WORD), behavior="removed", invert=True)


def _word_level(size: int) -> tuple[HubTokenizer, trainers.Trainer]:
    hub = HubTokenizer(models.WordLevel(vocab={}, unk_token=SPECIAL_TOKENS[UNK]))
    hub.normalizer, hub.pre_tokenizer = _word_rules()
    trainer = trainers.WordLevelTrainer(
        vocab_size=size, special_tokens=list(SPECIAL_TOKENS), show_progress=False
    )
    return hub, trainer


def _byte_bpe(size: int) -> tuple[HubTokenizer, trainers.Trainer]:
    hub = HubTokenizer(models.BPE())
    hub.normalizer = normalizers.NFC()
    hub.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=True)
    hub.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(
        vocab_size=max(size, len(alphabet) + len(SPECIAL_TOKENS)),
        special_tokens=list(SPECIAL_TOKENS),
        initial_alphabet=alphabet,
        show_progress=False,
    )
    return hub, trainer
