"""A document VAE over word counts: NVDM (Miao et al. 2016) or ProdLDA (Srivastava & Sutton 2017).

With embedding columns beside the counts it is a combined topic model (Bianchi et al. 2021).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import ClassVar, NamedTuple, Self

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from vae_core.config import ConfigError, ModelConfig, check_choice, check_range, check_whole
from vae_core.data.dataset import Modality
from vae_core.data.tokenizer import SPECIAL_TOKENS, Tokenizer
from vae_core.models.base import VAE, Items, Posterior, fitting_tokenizer, measuring
from vae_core.models.writing import TokenText, checked_temperatures

STYLES = ("nvdm", "prodlda")
WEIGHTINGS = ("counts", "log", "unit")
TOP_WORDS = 10
# A learned document of the vamp prior starts with about this many words.
_PSEUDO_WORDS = 10.0


@dataclass(frozen=True)
class BagOfWordsConfig(ModelConfig):
    """Settings of the document model.

    ``vocabulary_size`` counts the special tokens too, which no document holds: there are four
    fewer words. ``embedding_width`` columns of a sentence embedding follow the counts (0: none),
    as the model in the folder ``embeddings`` makes it of new texts (Bianchi et al. 2021).
    ``layers`` of ``hidden`` softplus units encode.
    ``style`` "nvdm" decodes z log-linearly; "prodlda" decodes the topic shares softmax(σ z), with
    BatchNorm on μ, log σ² and the word logits. ``concentration`` is α of ProdLDA's Dirichlet prior.
    ``input_weighting``: the encoder reads "counts", "log" ln(1 + count), or "unit", such logarithms
    scaled to length 1 a document.
    ``dropout`` is on the last encoder layer and on topic shares; ``word_dropout`` hides that
    share of the words from the encoder while training, so that it learns which go together.
    """

    family: ClassVar[str] = "bag-of-words"

    latent_dim: int = 20
    vocabulary_size: int = 2000
    embedding_width: int = 0
    style: str = "nvdm"
    hidden: int = 256
    layers: int = 1
    dropout: float = 0.2
    word_dropout: float = 0.5
    input_weighting: str = "log"
    concentration: float = 1.0
    embeddings: str = ""

    def __post_init__(self) -> None:
        super().__post_init__()
        check_whole("vocabulary_size", self.vocabulary_size, len(SPECIAL_TOKENS) + 2, 1_000_000)
        check_whole("embedding_width", self.embedding_width, 0, 65_536)
        check_choice("style", self.style, STYLES)
        check_whole("hidden", self.hidden, 1, 8192)
        check_whole("layers", self.layers, 1, 16)
        check_range("dropout", self.dropout, 0.0, 0.95)
        check_range("word_dropout", self.word_dropout, 0.0, 0.95)
        check_choice("input_weighting", self.input_weighting, WEIGHTINGS)
        check_range("concentration", self.concentration, 1e-3, 1e3)
        self._check_together()

    def _check_together(self) -> None:
        if self.style == "prodlda" and self.latent_dim < 2:
            raise ConfigError("latent_dim must be 2 or more for the style prodlda, but is 1.")
        if self.prior == "vamp" and (self.has_batch_norm or self.embedding_width > 0):
            raise ConfigError(
                "prior must be normal or mixture for the style prodlda, and with mean_batch_norm "
                "or embedding_width above 0, but is 'vamp'."
            )

    @property
    def words(self) -> int:
        """How many words there are: the columns of a batch that are counts."""
        return self.vocabulary_size - len(SPECIAL_TOKENS)

    @property
    def has_batch_norm(self) -> bool:
        return self.style == "prodlda" or self.mean_batch_norm > 0


class Topic(NamedTuple):
    """What one latent dimension stands for.

    ``words``: NVDM: those that a larger z_d makes likelier, most so first; ProdLDA: the likeliest
    in a document of this topic alone. ``opposite``: NVDM: those that a smaller z_d makes likelier;
    ProdLDA, whose topics have one end: none.
    """

    words: tuple[str, ...]
    opposite: tuple[str, ...]


class BagOfWordsVAE(VAE):
    """Batches are float32 (batch, words + embedding_width): counts, then embedding columns.

    log p(x|z) = Σ_w n_w log p(w|z), nats per document: the probability of the words in the order
    they stand in. The multinomial coefficient, the same for every model, is left out.

    The logistic-normal prior of ProdLDA, the Laplace approximation to a symmetric Dirichlet(α), is
    N(0, σ² I) with σ² = (1 − 1/K)/α. Here z ~ N(0, I) and the decoder reads σ z: the KL does not
    change under scaling, so this is the same model and N(0, I) its exact prior.
    """

    modality: ClassVar[Modality] = "documents"
    config_class: ClassVar[type[ModelConfig]] = BagOfWordsConfig
    decoder_parts: ClassVar[tuple[str, ...]] = ("decoder", "decoder_norm")

    @classmethod
    def from_config(cls, config: ModelConfig, tokenizer: Tokenizer | None) -> Self:
        assert isinstance(config, BagOfWordsConfig)
        tokenizer = fitting_tokenizer(config, config.vocabulary_size, tokenizer)
        if tokenizer.kind != "word":
            raise ConfigError(
                f"tokenizer must be word for a bag-of-words model, but is {tokenizer.kind}."
            )
        return cls(config, tokenizer)

    def __init__(self, config: BagOfWordsConfig, tokenizer: Tokenizer) -> None:
        super().__init__()
        self.config: BagOfWordsConfig = config
        self.tokenizer = tokenizer
        widths = [config.words + config.embedding_width] + [config.hidden] * config.layers
        layers: list[nn.Module] = []
        for width, following in pairwise(widths):
            layers += [nn.Linear(width, following), nn.Softplus()]
        self.encoder = nn.Sequential(*layers)
        self.dropout = nn.Dropout(config.dropout)
        self._add_latent(config.hidden)
        self.decoder = nn.Linear(config.latent_dim, config.words)
        if config.style == "prodlda":
            self._add_norms()
        if config.prior == "vamp":
            # A learned document is its expected counts, each between 0 and 1.
            few = math.log(_PSEUDO_WORDS / config.words)
            nn.init.normal_(self.pseudo_items, few, 1.0)

    def _add_norms(self) -> None:
        latent = self.config.latent_dim
        if self.config.mean_batch_norm == 0:
            self.mean_norm = _shifting_norm(latent)
        self.log_variance_norm = _shifting_norm(latent)
        self.decoder_norm = _shifting_norm(self.config.words)

    def pseudo_item_shape(self) -> tuple[int, ...]:
        return (self.config.words,)

    def encode(self, batch: Tensor) -> Posterior:
        """q(z|x). Raises ConfigError for a training batch of one where there is a BatchNorm."""
        if self.training and len(batch) == 1 and self.config.has_batch_norm:
            raise ConfigError(
                "batch_size must leave no training batch of one document for a model with "
                "BatchNorm, but one came; change it by one, or choose the style nvdm."
            )
        return self._posterior(self.dropout(self.encoder(self._inputs(batch))))

    def _inputs(self, batch: Tensor) -> Tensor:
        counts, embedding = batch[:, : self.config.words], batch[:, self.config.words :]
        if self.config.input_weighting != "counts":
            counts = torch.log1p(counts)
        # The words that are left weigh more, so that a whole document later weighs no more.
        counts = F.dropout(counts, self.config.word_dropout, self.training)
        if self.config.input_weighting == "unit":
            counts = F.normalize(counts, dim=1)
        return torch.cat([counts, embedding], dim=1)

    def _posterior(self, features: Tensor) -> Posterior:
        mean, log_variance = super()._posterior(features)
        if self.config.style == "prodlda":
            log_variance = self.log_variance_norm(log_variance)
            if self.config.mean_batch_norm == 0:
                mean = self.mean_norm(mean)
        return Posterior(mean, log_variance)

    def log_likelihood(self, batch: Tensor, z: Tensor) -> Tensor:
        counts = batch[:, : self.config.words]
        log_probabilities = self._logits(z).float().log_softmax(dim=1)
        return (counts * log_probabilities).sum(dim=1)

    def topic_shares(self, z: Tensor) -> Tensor:
        """θ of ProdLDA, (batch, latent_dim): the share of each topic in the documents at z."""
        topics, alpha = self.config.latent_dim, self.config.concentration
        return torch.softmax(z * math.sqrt((1 - 1 / topics) / alpha), dim=1)

    def _logits(self, z: Tensor) -> Tensor:
        """Of every word at z, up to a constant of the row: (batch, words)."""
        if self.config.style == "prodlda":
            z = self.dropout(self.topic_shares(z))
        logits: Tensor = self.decoder(z)
        return self.decoder_norm(logits) if self.config.style == "prodlda" else logits

    @torch.no_grad()
    def decode(self, z: Tensor) -> Items:
        """The ten most likely words at z (batch, latent_dim), most likely first."""
        with measuring(self):
            logits = self._logits(z.to(self.device))
        return [" ".join(words) for words in self._top(logits, TOP_WORDS)]

    @torch.no_grad()
    def decode_tokens(
        self,
        z: Tensor,
        temperature: float | Tensor = 0.0,
        generator: torch.Generator | None = None,
    ) -> list[TokenText]:
        """As ``decode``, with p(word | z) of each of the words.

        Nothing is drawn: the temperature changes nothing, and is there because models of
        sentences have one.
        """
        checked_temperatures(temperature, len(z))
        with measuring(self):
            shares = self._logits(z.to(self.device)).float().softmax(dim=1)
        texts = zip(self._top(shares, TOP_WORDS), shares.topk(self._shown(TOP_WORDS), dim=1).values,
                    strict=True)  # fmt: skip
        return [TokenText(" ".join(words), words, tuple(row.tolist())) for words, row in texts]

    @torch.no_grad()
    def topics(self, top: int = TOP_WORDS) -> list[Topic]:
        """The topic of each latent dimension, in order, with ``top`` words or fewer."""
        effects = self.decoder.weight.T
        if self.config.style == "nvdm":
            ends = zip(self._top(effects, top), self._top(-effects, top), strict=True)
            return [Topic(words, opposite) for words, opposite in ends]
        with measuring(self):
            # What decode makes of shares that are all of one topic.
            logits = self.decoder_norm(effects + self.decoder.bias)
        return [Topic(words, ()) for words in self._top(logits, top)]

    def _top(self, scores: Tensor, count: int) -> list[tuple[str, ...]]:
        """The ``count`` words of the highest score of each row (n, words), highest first."""
        best = scores.topk(self._shown(count), dim=1).indices
        return [
            tuple(self.tokenizer.decode([column + len(SPECIAL_TOKENS)]) for column in row)
            for row in best.tolist()
        ]

    def _shown(self, count: int) -> int:
        return min(count, self.config.words)


def _shifting_norm(width: int) -> nn.BatchNorm1d:
    """A BatchNorm with a learned shift and no learned scale, as ProdLDA has it."""
    norm = nn.BatchNorm1d(width)
    norm.weight.requires_grad_(False)
    return norm
