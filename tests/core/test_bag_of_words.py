"""The document model: exact likelihoods, exact KL, topics that are what the decoder says."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import pytest
import torch
from torch.distributions import Dirichlet, Multinomial, Normal, kl_divergence

from tests.core.support import CPU, one_sentence
from vae_core.config import ConfigError
from vae_core.data.documents import DocumentTensors, document_tokenizer
from vae_core.data.tokenizer import Tokenizer, train_tokenizer
from vae_core.models.bag_of_words import BagOfWordsConfig, BagOfWordsVAE
from vae_core.models.base import VAE

SEA = ("ship", "harbour", "wave", "sailor", "anchor", "tide")
FIELD = ("plough", "wheat", "farmer", "barn", "harvest", "cattle")


def corpus(count: int = 120, seed: int = 0) -> tuple[list[str], list[int]]:
    """Documents of four words, all of one of two themes, and their themes."""
    generator = torch.Generator().manual_seed(seed)
    themes = [i % 2 for i in range(count)]
    draws = torch.randint(6, (count, 4), generator=generator).tolist()
    texts = [" ".join((SEA, FIELD)[theme][i] for i in draw)
             for theme, draw in zip(themes, draws, strict=True)]  # fmt: skip
    return texts, themes


TEXTS, THEMES = corpus()
TOKENIZER = document_tokenizer(TEXTS, stop_words=())
WORDS = TOKENIZER.vocabulary_size - 4
VARIANTS: dict[str, dict[str, Any]] = {
    "nvdm": {},
    "prodlda": {"style": "prodlda"},
    "deep": {"layers": 3, "input_weighting": "unit", "word_dropout": 0.3},
    "combined": {"embedding_width": 5},
    "combined prodlda": {"style": "prodlda", "embedding_width": 5, "input_weighting": "counts"},
    "mean norm": {"mean_batch_norm": 0.5},
    "prodlda, mean norm": {"style": "prodlda", "mean_batch_norm": 0.5},
    "mixture": {"prior": "mixture", "prior_components": 4},
    "prodlda, mixture": {"style": "prodlda", "prior": "mixture", "prior_components": 4},
    "vamp": {"prior": "vamp", "prior_components": 4},
}


def model_of(tokenizer: Tokenizer = TOKENIZER, *, seed: int = 1, **settings: Any) -> BagOfWordsVAE:
    """A small model in eval mode, with noticeable weights and running statistics."""
    settings = {"latent_dim": 3, "hidden": 7, "word_dropout": 0.0, **settings}
    config = BagOfWordsConfig(vocabulary_size=tokenizer.vocabulary_size, **settings)
    generator = torch.Generator().manual_seed(seed)
    torch.manual_seed(seed)
    model = BagOfWordsVAE.from_config(config, tokenizer)
    with torch.no_grad():
        model.decoder.bias.normal_(generator=generator)
        for name, buffer in model.named_buffers():
            if name.endswith(("running_mean", "running_var")):
                buffer.uniform_(0.5, 2.0, generator=generator)
    return model.eval()


def batch_for(model: BagOfWordsVAE, count: int = 6) -> torch.Tensor:
    width = model.config.embedding_width
    rows = model.tokenizer.encode([*TEXTS[: count - 1], ""], 99)
    features = torch.randn(count, width, generator=torch.Generator().manual_seed(3)).numpy()
    items = DocumentTensors(rows, model.config.vocabulary_size, CPU, features if width else None)
    return items.batch(torch.arange(count))


def some_z(count: int, latent_dim: int = 3) -> torch.Tensor:
    return torch.randn(count, latent_dim, generator=torch.Generator().manual_seed(9))


def negative_elbo(model: VAE, batch: torch.Tensor, seed: int = 0) -> torch.Tensor:
    """One-sample −ELBO, nats per document, written out here for any prior."""
    posterior = model.encode(batch)
    z = posterior.sample(torch.Generator().manual_seed(seed))
    kl = posterior.log_prob(z) - model.log_prior(z)
    return (kl - model.log_likelihood(batch, z)).mean()


# --- every variant ---


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("training", [False, True])
def test_every_parameter_gets_a_gradient(variant: str, training: bool) -> None:
    model = model_of(**VARIANTS[variant]).train(training)
    negative_elbo(model, batch_for(model)).backward()  # type: ignore[no-untyped-call]
    for name, parameter in model.named_parameters():
        if parameter.requires_grad:
            assert parameter.grad is not None, name
            assert torch.isfinite(parameter.grad).all(), name
            # A shift before a BatchNorm of the batch itself is taken out again.
            cancelled = training and name.endswith(("head.bias", "decoder.bias"))
            assert cancelled or parameter.grad.abs().sum() > 0, name


@pytest.mark.parametrize("variant", VARIANTS)
def test_decoder_parts_are_what_the_likelihood_depends_on(variant: str) -> None:
    model = model_of(**VARIANTS[variant])
    batch, z = batch_for(model), some_z(6)
    encoded, likelihood = model.encode(batch), model.log_likelihood(batch, z)
    assert any(model.is_decoder(name) for name, _ in model.named_parameters())
    with torch.no_grad():
        for name, value in model.state_dict().items():
            if model.is_decoder(name) and value.is_floating_point():
                value.mul_(1.5).add_(0.1)
    assert torch.equal(model.encode(batch).mean, encoded.mean)
    assert torch.equal(model.encode(batch).log_variance, encoded.log_variance)
    changed = model.log_likelihood(batch, z)
    assert not torch.allclose(changed[:-1], likelihood[:-1])
    with torch.no_grad():
        for name, value in model.state_dict().items():
            if not model.is_decoder(name) and value.is_floating_point():
                value.mul_(1.5).add_(0.1)
    assert torch.equal(model.log_likelihood(batch, z), changed)
    assert not torch.allclose(model.encode(batch).mean, encoded.mean)


@pytest.mark.parametrize("variant", VARIANTS)
def test_the_likelihood_is_the_multinomial_without_its_coefficient(variant: str) -> None:
    model = model_of(**VARIANTS[variant])
    batch, z = batch_for(model), some_z(6)
    counts = batch[:, :WORDS].double()
    # log p(w|z) of each word, read off documents that hold this word alone.
    alone = torch.eye(WORDS, batch.shape[1])
    for row, found in enumerate(model.log_likelihood(batch, z).detach()):
        log_probability = model.log_likelihood(alone, z[row].expand(WORDS, -1)).detach().double()
        assert float(log_probability.exp().sum()) == pytest.approx(1, abs=1e-5)
        total = int(counts[row].sum())
        if total == 0:
            assert found == 0
            continue
        expected = Multinomial(total, logits=log_probability).log_prob(counts[row])  # type: ignore[no-untyped-call]
        coefficient = math.lgamma(total + 1) - torch.lgamma(counts[row] + 1).sum()
        assert float(found) == pytest.approx(float(expected - coefficient), rel=1e-5)


@pytest.mark.parametrize("variant", VARIANTS)
def test_items_do_not_see_each_other_once_trained(variant: str) -> None:
    model = model_of(**VARIANTS[variant])
    batch, z = batch_for(model), some_z(6)
    order = torch.tensor([4, 2, 5, 0, 1, 3])
    assert torch.allclose(model.encode(batch[order]).mean, model.encode(batch).mean[order])
    assert torch.allclose(
        model.log_likelihood(batch[order], z[order]), model.log_likelihood(batch, z)[order]
    )
    assert torch.allclose(model.encode(batch[:1]).mean, model.encode(batch).mean[:1])


@pytest.mark.parametrize("variant", VARIANTS)
def test_decode_gives_the_likeliest_words_first(variant: str) -> None:
    model = model_of(**VARIANTS[variant]).train()
    z = some_z(4)
    texts = model.decode(z)
    assert model.training
    model.eval()
    assert model.decode(z) == texts
    alone = torch.eye(WORDS, WORDS + model.config.embedding_width)
    for row, text in enumerate(texts):
        found = str(text).split()
        assert len(found) == len(set(found)) == min(10, WORDS)
        likelihoods = model.log_likelihood(alone, z[row].expand(WORDS, -1))
        columns = [TOKENIZER.encode([word], 1)[0][1] - 4 for word in found]
        assert columns == likelihoods.argsort(descending=True)[:10].tolist()


@pytest.mark.parametrize("variant", VARIANTS)
def test_a_config_comes_back_from_json(variant: str) -> None:
    config = model_of(**VARIANTS[variant]).config
    values = config.to_json()
    assert values.pop("family") == "bag-of-words"
    assert BagOfWordsConfig.from_json(values) == config


# --- the encoder ---


def test_the_order_of_words_does_not_matter() -> None:
    model = model_of()
    texts = ["ship wave ship tide", "tide ship wave ship"]
    items = DocumentTensors(TOKENIZER.encode(texts, 9), TOKENIZER.vocabulary_size, CPU)
    mean = model.encode(items.batch(torch.arange(2))).mean
    assert torch.equal(mean[0], mean[1])


def seen_by_encoder(model: BagOfWordsVAE, batch: torch.Tensor) -> torch.Tensor:
    seen: list[torch.Tensor] = []
    hook = model.encoder.register_forward_pre_hook(lambda _, inputs: seen.append(inputs[0]))
    model.encode(batch)
    hook.remove()
    return seen[0]


def test_the_encoder_reads_what_the_weighting_says() -> None:
    counts = torch.tensor([[3.0, 0, 1] + [0] * (WORDS - 3), [0.0] * WORDS])
    log = counts.log1p()
    assert torch.equal(seen_by_encoder(model_of(input_weighting="counts"), counts), counts)
    assert torch.equal(seen_by_encoder(model_of(input_weighting="log"), counts), log)
    unit = seen_by_encoder(model_of(input_weighting="unit"), counts)
    assert torch.allclose(unit[0], log[0] / log[0].norm())
    assert torch.equal(unit[1], counts[1])


@pytest.mark.parametrize("weighting", ["counts", "log", "unit"])
def test_the_embedding_reaches_the_encoder_as_it_is_and_the_likelihood_never(
    weighting: str,
) -> None:
    model = model_of(embedding_width=5, input_weighting=weighting, word_dropout=0.9)
    batch, z = batch_for(model), some_z(6)
    assert torch.equal(seen_by_encoder(model.train(), batch)[:, WORDS:], batch[:, WORDS:])
    model.eval()
    other = torch.cat([batch[:, :WORDS], -batch[:, WORDS:]], dim=1)
    assert torch.equal(model.log_likelihood(other, z), model.log_likelihood(batch, z))
    assert not torch.allclose(model.encode(other).mean, model.encode(batch).mean)


def test_word_dropout_hides_words_from_the_encoder_while_training_only() -> None:
    model = model_of(word_dropout=0.5, input_weighting="counts", dropout=0.0)
    many = torch.ones(400, WORDS) * 2
    torch.manual_seed(0)
    seen = seen_by_encoder(model.train(), many)
    # Those left weigh more, by so much that the sum is the same in expectation.
    assert set(seen.flatten().tolist()) == {0.0, 4.0}
    assert float((seen == 0).float().mean()) == pytest.approx(0.5, abs=0.05)
    z = some_z(400)
    assert torch.equal(model.log_likelihood(many, z), model.eval().log_likelihood(many, z))
    assert torch.equal(seen_by_encoder(model, many), many)


def test_dropout_is_in_training_only() -> None:
    for style in ("nvdm", "prodlda"):
        model = model_of(style=style, dropout=0.5)
        batch = batch_for(model)
        assert torch.equal(model.encode(batch).mean, model.encode(batch).mean)
        model.train()
        assert not torch.equal(model.encode(batch).mean, model.encode(batch).mean)


@pytest.mark.parametrize("settings", [{"style": "prodlda"}, {"mean_batch_norm": 0.5}])
def test_a_training_batch_of_one_is_refused_where_there_is_a_batch_norm(
    settings: dict[str, Any],
) -> None:
    model = model_of(**settings)
    one = batch_for(model)[:1]
    assert model.encode(one).mean.shape == (1, 3)
    with pytest.raises(ConfigError, match="batch_size") as caught:
        model.train().encode(one)
    one_sentence(caught.value)
    assert model_of().train().encode(one).mean.shape == (1, 3)


# --- ProdLDA ---


@pytest.mark.parametrize("alpha", [0.1, 1.0, 3.0])
def test_the_scaled_latent_is_prodldas_and_the_kl_is_the_same(alpha: float) -> None:
    topics = 5
    model = model_of(style="prodlda", latent_dim=topics, concentration=alpha)
    # Hennig et al. 2012: the variance of the softmax basis, here of a symmetric Dirichlet.
    inverse = torch.full((topics,), 1 / alpha)
    variance = inverse * (1 - 2 / topics) + inverse.sum() / topics**2
    scale = variance.sqrt()
    z = some_z(6, topics)
    assert torch.allclose(model.topic_shares(z), torch.softmax(scale * z, dim=1), atol=1e-6)
    posterior = model.encode(batch_for(model))
    mean, deviation = posterior.mean, (0.5 * posterior.log_variance).exp()
    expected = kl_divergence(
        Normal(scale * mean, scale * deviation), Normal(torch.zeros(topics), scale)
    )
    assert torch.allclose(posterior.kl(), expected, atol=1e-5)


def test_topic_shares_are_spread_as_the_dirichlet_says() -> None:
    model = model_of(style="prodlda", latent_dim=8, concentration=4.0)
    generator = torch.Generator().manual_seed(0)
    shares = model.topic_shares(model.sample_prior(20_000, generator)).var(dim=0).mean()
    expected = Dirichlet(torch.full((8,), 4.0)).variance[0]
    assert float(shares) == pytest.approx(float(expected), rel=0.15)


def test_mean_and_log_variance_are_normalised_over_the_batch() -> None:
    model = model_of(style="prodlda", dropout=0.0).train()
    posterior = model.encode(batch_for(model))
    for values in posterior:
        assert torch.allclose(values.mean(dim=0), torch.zeros(3), atol=1e-5)
        assert torch.allclose(values.var(dim=0, unbiased=False), torch.ones(3), atol=0.02)
    scaled = model_of(style="prodlda", mean_batch_norm=0.5, dropout=0.0).train()
    mean = scaled.encode(batch_for(scaled)).mean
    assert torch.allclose(mean.var(dim=0, unbiased=False), torch.full((3,), 0.25), atol=0.01)


@pytest.mark.parametrize("gamma", [0.0, 0.5])
def test_the_mean_is_normalised_once(gamma: float) -> None:
    model = model_of(style="prodlda", mean_batch_norm=gamma)
    batch, norm = batch_for(model), model.mean_norm
    raw = model.mean_head(model.encoder(model._inputs(batch)))
    state = norm.state_dict()
    scale = (gamma or 1.0) / (state["running_var"] + norm.eps).sqrt()
    expected = (raw - state["running_mean"]) * scale + state["bias"]
    assert torch.allclose(model.encode(batch).mean, expected, atol=1e-6)


# --- the vamp prior ---


def test_learned_documents_start_with_about_as_many_words_as_a_short_text() -> None:
    tokenizer = train_tokenizer([" ".join(f"word{i}" for i in range(500))])
    model = model_of(tokenizer, prior="vamp", prior_components=50)
    counts = torch.sigmoid(model.pseudo_items.detach())
    assert counts.shape == (50, 500)
    assert 5 < float(counts.sum(dim=1).mean()) < 30


# --- topics ---


def test_topics_of_prodlda_are_the_documents_of_one_topic() -> None:
    model = model_of(style="prodlda").train()
    topics = model.topics()
    assert model.training
    corners = 1e4 * torch.eye(3)
    assert [" ".join(topic.words) for topic in topics] == model.decode(corners)
    assert all(topic.opposite == () for topic in topics)


def test_topics_of_nvdm_are_the_words_that_a_dimension_moves() -> None:
    model = model_of()
    alone = torch.eye(WORDS)
    for dimension, topic in enumerate(model.topics(top=4)):
        z = torch.zeros(WORDS, 3)
        z[:, dimension] = 2.0
        change = model.log_likelihood(alone, z) - model.log_likelihood(alone, torch.zeros(WORDS, 3))
        ranked = [TOKENIZER.decode([int(c) + 4]) for c in change.argsort(descending=True)]
        assert list(topic.words) == ranked[:4]
        assert list(topic.opposite) == ranked[::-1][:4]


def test_topics_have_at_most_as_many_words_as_there_are() -> None:
    assert all(len(topic.words) == WORDS for topic in model_of().topics(top=99))


# --- learning ---


# At most 4 ln 12 − (4 ln 6 + ln 2) = 2.1 nats; ProdLDA's BatchNorm keeps the posterior wide.
@pytest.mark.parametrize(("style", "gain"), [("nvdm", 1.0), ("prodlda", 0.2)])
def test_two_themes_are_told_apart_and_better_than_by_frequency(style: str, gain: float) -> None:
    model = model_of(style=style, latent_dim=2, hidden=16, word_dropout=0.2)
    items = DocumentTensors(TOKENIZER.encode(TEXTS, 9), TOKENIZER.vocabulary_size, CPU)
    batch = items.batch(torch.arange(len(TEXTS)))
    optimiser = torch.optim.Adam([p for p in model.parameters() if p.requires_grad], lr=0.02)
    model.train()
    torch.manual_seed(0)
    for step in range(200):
        optimiser.zero_grad()
        negative_elbo(model, batch, step).backward()  # type: ignore[no-untyped-call]
        optimiser.step()
    model.eval()
    mean = model.encode(batch).mean.detach()
    themes = torch.tensor(THEMES)
    centres = torch.stack([mean[themes == theme].mean(dim=0) for theme in (0, 1)])
    assert torch.equal(torch.cdist(mean, centres).argmin(dim=1), themes)
    frequency = batch.sum(dim=0) / batch.sum()
    unigram = -float((batch @ frequency.log()).mean())
    assert float(negative_elbo(model, batch).detach()) < unigram - gain
    said = {word for text in model.decode(centres) for word in str(text).split()[:3]}
    assert len(said & set(SEA)) == len(said & set(FIELD)) == 3


# --- impossible settings ---


@pytest.mark.parametrize(
    ("settings", "field"),
    [
        ({"vocabulary_size": 5}, "vocabulary_size"),
        ({"style": "lda"}, "style"),
        ({"hidden": 0}, "hidden"),
        ({"layers": 0}, "layers"),
        ({"dropout": 1.0}, "dropout"),
        ({"word_dropout": -0.1}, "word_dropout"),
        ({"embedding_width": -1}, "embedding_width"),
        ({"input_weighting": "tf"}, "input_weighting"),
        ({"concentration": 0.0}, "concentration"),
        ({"style": "prodlda", "latent_dim": 1}, "latent_dim"),
        ({"prior": "vamp", "style": "prodlda"}, "prior"),
        ({"prior": "vamp", "mean_batch_norm": 0.5}, "prior"),
        ({"prior": "vamp", "embedding_width": 3}, "prior"),
    ],
)
def test_impossible_settings_are_refused(settings: dict[str, Any], field: str) -> None:
    with pytest.raises(ConfigError, match=f"^{field} must") as caught:
        dataclasses.replace(BagOfWordsConfig(), **settings)
    one_sentence(caught.value)


@pytest.mark.parametrize("tokenizer", [None, train_tokenizer(TEXTS[:2])])
def test_a_document_model_needs_its_own_tokenizer(tokenizer: Tokenizer | None) -> None:
    with pytest.raises(ConfigError, match="50 tokens") as caught:
        BagOfWordsVAE.from_config(BagOfWordsConfig(vocabulary_size=50), tokenizer)
    one_sentence(caught.value)


def test_a_document_model_needs_words() -> None:
    pieces = train_tokenizer(TEXTS, kind="bpe", vocabulary_size=300)
    config = BagOfWordsConfig(vocabulary_size=pieces.vocabulary_size)
    with pytest.raises(ConfigError, match="tokenizer must be word") as caught:
        BagOfWordsVAE.from_config(config, pieces)
    one_sentence(caught.value)


@pytest.mark.parametrize("variant", ["nvdm", "prodlda"])
def test_the_words_of_a_decode_have_the_probability_of_the_likelihood(variant: str) -> None:
    model = model_of(**VARIANTS[variant])
    z = 3 * some_z(5)
    found = model.decode_tokens(z, 1.0)
    assert [one.text for one in found] == model.decode(z)
    for row, one in zip(z, found, strict=True):
        assert " ".join(one.tokens) == one.text
        counts = DocumentTensors(
            model.tokenizer.encode(one.tokens, 9), model.config.vocabulary_size, CPU, None
        ).batch(torch.arange(len(one.tokens)))
        expected = model.log_likelihood(counts, row.expand(len(counts), -1)).detach().exp()
        assert one.probabilities == pytest.approx(expected.tolist(), rel=1e-4)
        assert list(one.probabilities) == sorted(one.probabilities, reverse=True)
