"""Model families: gradients everywhere, proper likelihoods, decodes that say what they should."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
import torch

import vae_core.models.gru as gru_module
from tests.core.support import CPU, SENTENCES, one_sentence, pictures, sentence_items, tiny_gru
from vae_core.config import ConfigError, ModelConfig
from vae_core.data.tensors import ImageTensors, SentenceTensors
from vae_core.data.tokenizer import BOS, EOS, PAD, UNK, train_tokenizer
from vae_core.models import (
    MODELS,
    VAE,
    DenseConfig,
    DenseVAE,
    GruConfig,
    GruVAE,
    Posterior,
    build_model,
    families,
)
from vae_core.objectives import elbo_terms, loss

FAMILIES = tuple(MODELS)


def model_and_batch(family: str) -> tuple[VAE, torch.Tensor]:
    """A small model in eval mode and a batch of items of unequal length."""
    if family == "dense":
        images = pictures(6).images
        assert images is not None
        model: VAE = build_model(
            DenseConfig(latent_dim=3, image_height=4, image_width=4, hidden=5), seed=1
        )
        return model.eval(), ImageTensors(images, CPU).batch(torch.arange(6))
    sentence_model = tiny_gru(latent_dim=3)
    texts = ("the cat", "the big dog sat on the mat", "cow", "mat the on slept", "a zebra", "the")
    return sentence_model, sentence_items(sentence_model, texts).batch(torch.arange(6))


def some_z(count: int, latent_dim: int = 3) -> torch.Tensor:
    return torch.randn(count, latent_dim, generator=torch.Generator().manual_seed(9))


# --- every family ---


@pytest.mark.parametrize("family", FAMILIES)
def test_every_parameter_gets_a_gradient(family: str) -> None:
    model, batch = model_and_batch(family)
    loss(elbo_terms(model, batch, torch.Generator().manual_seed(0)), beta=1.0).backward()
    for name, parameter in model.named_parameters():
        assert parameter.grad is not None, name
        assert torch.isfinite(parameter.grad).all(), name
        assert parameter.grad.any(), name


@pytest.mark.parametrize("family", FAMILIES)
def test_shapes(family: str) -> None:
    model, batch = model_and_batch(family)
    posterior = model.encode(batch)
    assert posterior.mean.shape == posterior.log_variance.shape == (6, 3)
    assert model.log_likelihood(batch, some_z(6)).shape == (6,)
    assert len(model.decode(some_z(4))) == 4
    assert len(model.decode(some_z(1)[:0])) == 0


@pytest.mark.parametrize("family", FAMILIES)
def test_an_item_is_the_same_alone_and_in_a_batch(family: str) -> None:
    model, batch = model_and_batch(family)
    z = some_z(6)
    posterior, likelihood = model.encode(batch), model.log_likelihood(batch, z)
    together = model.decode(z)
    for i in range(len(batch)):
        row = batch[i : i + 1]
        if family == "gru":
            row = row[:, : int((row != PAD).sum())]  # without the padding that the batch gave it
        alone = model.encode(row)
        torch.testing.assert_close(alone.mean[0], posterior.mean[i])
        torch.testing.assert_close(alone.log_variance[0], posterior.log_variance[i])
        torch.testing.assert_close(model.log_likelihood(row, z[i : i + 1])[0], likelihood[i])
        decoded = model.decode(z[i : i + 1])[0]
        if family == "gru":
            assert decoded == together[i]
        else:
            np.testing.assert_allclose(decoded, together[i], rtol=1e-5)


@pytest.mark.parametrize("family", FAMILIES)
def test_both_z_and_the_item_matter_to_the_likelihood(family: str) -> None:
    model, batch = model_and_batch(family)
    z = some_z(6)
    likelihood = model.log_likelihood(batch, z)
    assert not torch.isclose(likelihood, model.log_likelihood(batch, z.roll(1, 0))).any()
    assert len(set(model.encode(batch).mean[:, 0].tolist())) == len(torch.unique(batch, dim=0))


@pytest.mark.parametrize("family", FAMILIES)
def test_weights_depend_on_the_seed_alone(family: str) -> None:
    first, _ = model_and_batch(family)
    tokenizer = getattr(first, "tokenizer", None)
    torch.manual_seed(77)
    expected = torch.rand(2)
    torch.manual_seed(77)
    one, again, other = (build_model(first.config, tokenizer, seed=s) for s in (5, 5, 6))
    assert torch.equal(torch.rand(2), expected), "building moved the global generator"
    for (name, value), twin, stranger in zip(
        one.state_dict().items(),
        again.state_dict().values(),
        other.state_dict().values(),
        strict=True,
    ):
        assert torch.equal(value, twin), name
        assert name == "output_bias" or not torch.equal(value, stranger), name


@pytest.mark.parametrize("family", FAMILIES)
def test_weights_saved_and_loaded_give_the_same_model(family: str) -> None:
    model, batch = model_and_batch(family)
    twin = build_model(model.config, getattr(model, "tokenizer", None), seed=99).eval()
    twin.load_state_dict(model.state_dict())
    z = some_z(6)
    assert torch.equal(model.encode(batch).mean, twin.encode(batch).mean)
    assert torch.equal(model.log_likelihood(batch, z), twin.log_likelihood(batch, z))
    np.testing.assert_array_equal(model.decode(z), twin.decode(z))


def test_families_know_their_modality() -> None:
    assert families("images") == ["dense"]
    assert families("sentences") == ["gru"]


# --- the posterior ---


def test_the_posterior_is_the_normal_distribution() -> None:
    posterior = Posterior(some_z(4), some_z(4).flip(0))
    normal = torch.distributions.Normal(
        posterior.mean, torch.exp(0.5 * posterior.log_variance), validate_args=True
    )
    standard = torch.distributions.Normal(0.0, 1.0)
    torch.testing.assert_close(posterior.kl(), torch.distributions.kl_divergence(normal, standard))
    z = some_z(4) + 1
    torch.testing.assert_close(posterior.log_prob(z), normal.log_prob(z).sum(dim=1))


def test_samples_have_the_mean_and_spread_of_the_posterior() -> None:
    mean = torch.tensor([[1.0, -2.0]]).expand(40_000, 2)
    log_variance = torch.tensor([[0.0, 2.0]]).expand(40_000, 2)
    posterior = Posterior(mean, log_variance)
    z = posterior.sample(torch.Generator().manual_seed(0))
    torch.testing.assert_close(z.mean(dim=0), mean[0], atol=0.05, rtol=0)
    torch.testing.assert_close(z.var(dim=0), log_variance[0].exp(), atol=0.0, rtol=0.03)
    assert torch.equal(z, posterior.sample(torch.Generator().manual_seed(0)))


# --- pictures ---


def test_the_likelihood_of_pictures_is_bernoulli() -> None:
    model, batch = model_and_batch("dense")
    assert isinstance(model, DenseVAE)
    z = some_z(6)
    expected = torch.distributions.Bernoulli(logits=model.decoder(z)).log_prob(batch.flatten(1))
    torch.testing.assert_close(model.log_likelihood(batch, z), expected.sum(dim=1))
    decoded = model.decode(z)
    assert isinstance(decoded, np.ndarray)
    assert decoded.dtype == np.float32
    assert decoded.shape == (6, 4, 4)
    np.testing.assert_allclose(decoded.reshape(6, -1), torch.sigmoid(model.decoder(z)).detach())


def test_pixels_keep_their_place_in_pictures_that_are_not_square() -> None:
    model = build_model(DenseConfig(latent_dim=1, image_height=2, image_width=3, hidden=4))
    assert isinstance(model, DenseVAE)
    with torch.no_grad():
        for parameter in model.decoder.parameters():
            parameter.zero_()
        model.decoder[2].bias.copy_(torch.tensor([9.0, -9, -9, -9, -9, 9]))
    picture = np.round(np.asarray(model.decode(torch.zeros(1, 1))[0]))
    assert picture.tolist() == [[1, 0, 0], [0, 0, 1]]
    batch = torch.tensor([[[1.0, 0, 0], [0, 0, 1]], [[0.0, 0, 1], [1, 0, 0]]])
    likelihood = model.log_likelihood(batch, torch.zeros(2, 1))
    assert likelihood[0] > likelihood[1] + 30


# --- sentences ---


@pytest.fixture(scope="module")
def three_words() -> GruVAE:
    """A model of the words a, b and c with at most three of them; it never writes PAD."""
    model = tiny_gru(("a b c",), latent_dim=2, max_tokens=3)
    with torch.no_grad():
        model.output_bias[PAD] = -1e4  # PAD in a batch means "no token", so give it no probability
    return model


def test_the_likelihoods_of_all_sentences_sum_to_one(three_words: GruVAE) -> None:
    # Every row that the model can meet: ended within three tokens, or cut after the third.
    tokens = [t for t in range(three_words.config.vocabulary_size) if t not in (PAD, EOS)]
    rows = [[BOS, *words, EOS] for n in range(3) for words in itertools.product(tokens, repeat=n)]
    rows += [[BOS, *words] for words in itertools.product(tokens, repeat=3)]
    assert len(rows) == 1 + 5 + 25 + 125
    batch = SentenceTensors(rows, CPU).batch(torch.arange(len(rows)))
    z = some_z(1, 2).expand(len(rows), 2)
    total = three_words.log_likelihood(batch, z).detach().double().logsumexp(dim=0)
    assert float(total) == pytest.approx(0.0, abs=1e-5)


def test_the_decoder_cannot_see_the_future(monkeypatch: pytest.MonkeyPatch) -> None:
    model = tiny_gru()
    terms: list[torch.Tensor] = []
    plain = gru_module.token_log_likelihood

    def recorded(*inputs: torch.Tensor) -> torch.Tensor:
        terms.append(plain(*inputs))
        return terms[-1]

    monkeypatch.setattr(gru_module, "token_log_likelihood", recorded)
    row = model.tokenizer.encode(["the big cat sat on the mat"], 12)[0]
    z = some_z(1, 2)
    for place in range(1, len(row) - 1):
        changed = [*row]
        changed[place] = UNK if row[place] != UNK else row[1]
        terms.clear()
        for tokens in (row, changed):
            model.log_likelihood(torch.tensor([tokens]), z)
        before, after = terms
        assert torch.equal(before[: place - 1], after[: place - 1])
        assert not torch.isclose(before[place:], after[place:]).all(), "history does not matter"


def test_a_likelihood_is_the_sum_over_its_prefixes(three_words: GruVAE) -> None:
    z = some_z(1, 2)
    row = three_words.tokenizer.encode(["c a b"], 3)[0]
    with torch.no_grad():
        likelihoods = [
            float(three_words.log_likelihood(torch.tensor([row[:end]]), z)) for end in range(2, 6)
        ]
    assert all(np.diff(likelihoods) < 0), "each further token costs something"
    assert likelihoods[0] < 0


def test_a_decode_is_the_greedy_choice_of_the_likelihood(three_words: GruVAE) -> None:
    words = {text: three_words.tokenizer.encode([text], 3)[0][1] for text in "abc"}
    for z in torch.randn(12, 1, 2, generator=torch.Generator().manual_seed(2)) * 3:
        row = [BOS]
        while len(row) < 4 and row[-1] != EOS:
            choices = [EOS, *words.values()]
            batch = torch.tensor([[*row, choice] for choice in choices])
            likelihood = three_words.log_likelihood(batch, z.expand(len(choices), 2))
            row.append(choices[int(likelihood.argmax())])
        assert three_words.decode(z) == [three_words.tokenizer.decode(row)]


@pytest.mark.parametrize("token", [PAD, BOS, UNK])
def test_a_decode_never_writes_a_special_token(token: int) -> None:
    model = tiny_gru(latent_dim=2, max_tokens=5)
    with torch.no_grad():
        model.output_bias[token] = 1e3
        model.output_bias[EOS] = -1e3
    texts = model.decode(some_z(4, 2))
    assert all(len(str(text).split()) == 5 for text in texts), texts


def test_a_decode_may_be_empty_and_ends_at_the_limit() -> None:
    model = tiny_gru(latent_dim=2, max_tokens=3)
    with torch.no_grad():
        model.output_bias[EOS] = 1e3
    assert model.decode(some_z(2, 2)) == ["", ""]
    with torch.no_grad():
        model.output_bias.zero_()[model.tokenizer.encode(["cat"], 3)[0][1]] = 1e3
    assert model.decode(some_z(2, 2)) == ["cat cat cat"] * 2


def test_decode_leaves_the_mode_as_it_was_and_draws_nothing() -> None:
    model = tiny_gru()
    model.train()
    z = some_z(5, 2)
    assert model.decode(z) == model.decode(z)
    assert model.training
    model.eval()
    model.decode(z)
    assert not model.training


def test_word_dropout_touches_training_only() -> None:
    model = tiny_gru()
    batch = sentence_items(model).batch(torch.arange(3))
    z = some_z(3, 2)
    assert torch.equal(model.log_likelihood(batch, z), model.log_likelihood(batch, z))
    model.train()
    assert not torch.equal(model.log_likelihood(batch, z), model.log_likelihood(batch, z))


def test_full_word_dropout_hides_every_word_but_not_the_beginning() -> None:
    tokenizer = train_tokenizer(SENTENCES)
    config = GruConfig(2, tokenizer.vocabulary_size, 6, 5, 7, dropout=0.0, word_dropout=1.0)
    model = build_model(config, tokenizer)
    z = some_z(1, 2)
    row = tokenizer.encode(["the big cat sat"], 12)[0]
    hidden = [BOS, *[UNK] * (len(row) - 2), EOS]
    found = model.train().log_likelihood(torch.tensor([row]), z)

    seen: list[torch.Tensor] = []
    model.get_submodule("embedding").register_forward_pre_hook(
        lambda module, inputs: seen.append(inputs[0])
    )
    assert torch.equal(model.log_likelihood(torch.tensor([row]), z), found)
    assert seen[0].tolist() == [hidden[:-1]]


def test_sentences_longer_than_the_limit_and_empty_ones_are_taken() -> None:
    model = tiny_gru(max_tokens=3)
    batch = sentence_items(model, (SENTENCES[0], "", "unheard of words")).batch(torch.arange(3))
    assert torch.isfinite(model.encode(batch).mean).all()
    assert torch.isfinite(model.log_likelihood(batch, some_z(3, 2))).all()


@pytest.mark.parametrize("tokenizer", [None, train_tokenizer(("a b",))])
def test_a_sentence_model_needs_its_own_tokenizer(tokenizer: Any) -> None:
    config: ModelConfig = GruConfig(vocabulary_size=50)
    with pytest.raises(ConfigError) as caught:
        build_model(config, tokenizer)
    assert "50 tokens" in one_sentence(caught.value)
