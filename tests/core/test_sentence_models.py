"""Models of sentences: proper likelihoods, no look ahead, decodes that say what they should."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from tests.core.support import (
    CPU,
    SENTENCE_FAMILIES,
    SENTENCES,
    UNEQUAL_TEXTS,
    model_and_batch,
    one_sentence,
    sentence_items,
    some_z,
    tiny_sentence_model,
)
from vae_core.config import ConfigError
from vae_core.data.dataset import DataError
from vae_core.data.tensors import SentenceTensors
from vae_core.data.tokenizer import BOS, EOS, PAD, UNK, train_tokenizer
from vae_core.models import SentenceVAE, TransformerVAE, build_model, model_class
from vae_core.models.output_layer import _ROWS, token_log_likelihood

each_family = pytest.mark.parametrize("family", SENTENCE_FAMILIES)


def sentence_model(family: str, **settings: Any) -> tuple[SentenceVAE, torch.Tensor]:
    model, batch = model_and_batch(family, **settings)
    assert isinstance(model, SentenceVAE)
    return model, batch


# --- the likelihood ---


@pytest.fixture(scope="module", params=SENTENCE_FAMILIES)
def three_words(request: pytest.FixtureRequest) -> SentenceVAE:
    """A model of the words a, b and c with at most three of them; it never writes PAD."""
    model = tiny_sentence_model(request.param, ("a b c",), max_tokens=3)
    with torch.no_grad():
        model.output_bias[PAD] = -1e4  # PAD in a batch means "no token", so give it no probability
    return model


def test_the_likelihoods_of_all_sentences_sum_to_one(three_words: SentenceVAE) -> None:
    # Every row that the model can meet: ended within three tokens, or cut after the third.
    tokens = [t for t in range(three_words.config.vocabulary_size) if t not in (PAD, EOS)]
    rows = [[BOS, *words, EOS] for n in range(3) for words in itertools.product(tokens, repeat=n)]
    rows += [[BOS, *words] for words in itertools.product(tokens, repeat=3)]
    assert len(rows) == 1 + 5 + 25 + 125
    batch = SentenceTensors(rows, CPU).batch(torch.arange(len(rows)))
    z = some_z(1, 2).expand(len(rows), 2)
    total = three_words.log_likelihood(batch, z).detach().double().logsumexp(dim=0)
    assert float(total) == pytest.approx(0.0, abs=1e-5)


@each_family
def test_the_likelihood_is_the_plain_softmax_of_the_step_by_step_decoder(family: str) -> None:
    """Two ways to the same number: whole sentences through slices, or token after token."""
    model, batch = sentence_model(family)
    z = some_z(6)
    memory, plain = model._start(z), []
    for place in range(batch.shape[1] - 1):
        state, memory = model._step(batch[:, place], z, memory)
        logits = F.linear(model._to_output(state, z), model.embedding.weight, model.output_bias)
        chosen = logits.log_softmax(dim=1).gather(1, batch[:, place + 1 : place + 2])
        plain.append(torch.where(batch[:, place + 1] == PAD, 0.0, chosen[:, 0]))
    found = model.token_log_likelihoods(batch, z)
    torch.testing.assert_close(found, torch.stack(plain, dim=1))
    torch.testing.assert_close(model.log_likelihood(batch, z), found.sum(dim=1))


@each_family
@pytest.mark.parametrize("training", [False, True])
def test_the_decoder_cannot_see_the_future(family: str, training: bool) -> None:
    model, _ = sentence_model(family, dropout=0.0, word_dropout=0.0)
    model.train(training)
    row = model.tokenizer.encode(["the big cat sat on the mat"], 12)[0]
    z = some_z(1)
    before = model.token_log_likelihoods(torch.tensor([row]), z)[0]
    for place in range(1, len(row) - 1):
        changed = [*row]
        changed[place:] = [UNK if token != UNK else row[1] for token in row[place:]]
        after = model.token_log_likelihoods(torch.tensor([changed]), z)[0]
        assert torch.equal(before[: place - 1], after[: place - 1])
        assert not torch.isclose(before[place:], after[place:]).all(), "history does not matter"


@each_family
def test_no_gradient_flows_from_a_token_to_later_inputs(family: str) -> None:
    model, batch = sentence_model(family)
    seen: list[torch.Tensor] = []
    model.embedding.register_forward_hook(lambda module, inputs, made: seen.append(made))
    found = model.token_log_likelihoods(batch, some_z(6))
    for place in range(found.shape[1]):
        (slope,) = torch.autograd.grad(found[:, place].sum(), seen[0], retain_graph=True)
        assert not slope[:, place + 1 :].any()
        assert slope[0, : place + 1].any() == bool(batch[0, place + 1] != PAD)


@each_family
def test_z_reaches_the_likelihood_of_every_token(family: str) -> None:
    model, batch = sentence_model(family)
    z = some_z(6).requires_grad_()
    found = model.token_log_likelihoods(batch, z)
    for place in range(found.shape[1]):
        (slope,) = torch.autograd.grad(found[1, place], z, retain_graph=True)
        assert slope[1].all() == bool(batch[1, place + 1] != PAD)
        assert not slope[[0, 2, 3, 4, 5]].any(), "another item's z matters"


def test_a_likelihood_is_the_sum_over_its_prefixes(three_words: SentenceVAE) -> None:
    z = some_z(1, 2)
    row = three_words.tokenizer.encode(["c a b"], 3)[0]
    with torch.no_grad():
        likelihoods = [
            float(three_words.log_likelihood(torch.tensor([row[:end]]), z)) for end in range(2, 6)
        ]
    assert all(np.diff(likelihoods) < 0), "each further token costs something"
    assert likelihoods[0] < 0


# --- the output layer in slices ---


@pytest.mark.parametrize("even", [True, False])
@pytest.mark.parametrize("tokens", [1, _ROWS, 2 * _ROWS + 3])
def test_slopes_of_the_output_layer_are_those_of_the_plain_softmax(tokens: int, even: bool) -> None:
    """Whether all tokens weigh the same, which is worked out ahead, or not."""
    generator = torch.Generator().manual_seed(0)
    features, weight, bias = (
        torch.randn(*size, generator=generator).requires_grad_()
        for size in ((tokens, 5), (23, 5), (23,))
    )
    targets = torch.randint(23, (tokens,), generator=generator)
    scale = torch.full((tokens,), -0.7) if even else torch.linspace(-1, 2, tokens)
    found = (token_log_likelihood(features, weight, bias, targets) * scale).sum()
    plain = F.linear(features, weight, bias).log_softmax(dim=1).gather(1, targets[:, None])[:, 0]
    for one, other in zip(
        torch.autograd.grad(found, (features, weight, bias)),
        torch.autograd.grad((plain * scale).sum(), (features, weight, bias)),
        strict=True,
    ):
        torch.testing.assert_close(one, other, atol=2e-4, rtol=1e-4)


def test_nothing_of_tokens_times_vocabulary_is_kept_for_the_gradient() -> None:
    tokens, vocabulary, width = 3000, 2000, 4
    sizes: list[int] = []
    features = torch.randn(tokens, width).requires_grad_()
    weight, bias = torch.randn(vocabulary, width).requires_grad_(), torch.zeros(vocabulary)

    def noted(kept: torch.Tensor) -> torch.Tensor:
        sizes.append(kept.numel())
        return kept

    with torch.autograd.graph.saved_tensors_hooks(noted, lambda kept: kept):
        token_log_likelihood(features, weight, bias, torch.zeros(tokens, dtype=torch.int64))
    assert max(sizes) == tokens * width


# --- padding ---


@each_family
def test_padding_changes_nothing(family: str) -> None:
    model, batch = sentence_model(family)
    z = some_z(6)
    padded = F.pad(batch, (0, 3), value=PAD)
    for one, other in zip(model.encode(batch), model.encode(padded), strict=True):
        torch.testing.assert_close(one, other)
    found = model.token_log_likelihoods(padded, z)
    assert not found[:, -3:].any()
    torch.testing.assert_close(found[:, :-3], model.token_log_likelihoods(batch, z))


# --- writing ---


def test_a_decode_is_the_greedy_choice_of_the_likelihood(three_words: SentenceVAE) -> None:
    words = {text: three_words.tokenizer.encode([text], 3)[0][1] for text in "abc"}
    for z in torch.randn(12, 1, 2, generator=torch.Generator().manual_seed(2)) * 3:
        row = [BOS]
        while len(row) < 4 and row[-1] != EOS:
            choices = [EOS, *words.values()]
            batch = torch.tensor([[*row, choice] for choice in choices])
            likelihood = three_words.log_likelihood(batch, z.expand(len(choices), 2))
            row.append(choices[int(likelihood.argmax())])
        assert three_words.decode(z) == [three_words.tokenizer.decode(row)]


@each_family
def test_decodes_differ_with_z(family: str) -> None:
    model = tiny_sentence_model(family)
    assert len(set(model.decode(5 * some_z(20, 2)))) > 3


@each_family
@pytest.mark.parametrize("token", [PAD, BOS, UNK])
@pytest.mark.parametrize("temperature", [0.0, 1.0])
def test_special_tokens_are_never_written(family: str, token: int, temperature: float) -> None:
    model = tiny_sentence_model(family, max_tokens=5)
    with torch.no_grad():
        model.output_bias[token] = 1e3
        model.output_bias[EOS] = -1e3
    generator = torch.Generator().manual_seed(0)
    texts = model.generate(some_z(4, 2), temperature=temperature, generator=generator)
    assert all(len(text.split()) == 5 for text in texts), texts


@each_family
def test_a_decode_may_be_empty_and_ends_at_the_limit(family: str) -> None:
    model = tiny_sentence_model(family, max_tokens=3)
    with torch.no_grad():
        model.output_bias[EOS] = 1e3
    assert model.decode(some_z(2, 2)) == ["", ""]
    with torch.no_grad():
        model.output_bias.zero_()[model.tokenizer.encode(["cat"], 3)[0][1]] = 1e3
    assert model.decode(some_z(2, 2)) == ["cat cat cat"] * 2


def test_draws_at_temperature_one_have_the_probabilities_of_the_model(
    three_words: SentenceVAE,
) -> None:
    z = some_z(1, 2)
    texts = three_words.generate(
        z.expand(6000, 2), temperature=1.0, generator=torch.Generator().manual_seed(0)
    )
    words = {text: three_words.tokenizer.encode([text], 3)[0][1] for text in "abc"}
    first = [EOS, *words.values()]
    likelihood = three_words.log_likelihood(
        torch.tensor([[BOS, token] for token in first]), z.expand(4, 2)
    )
    expected = torch.softmax(likelihood.detach(), dim=0)
    found = [sum(text == "" for text in texts), *(sum(t[:1] == w for t in texts) for w in words)]
    np.testing.assert_allclose(np.array(found) / 6000, expected.numpy(), atol=0.025)


@each_family
def test_temperature_flattens_and_its_draws_depend_on_the_generator_alone(family: str) -> None:
    model, z = tiny_sentence_model(family, max_tokens=1), some_z(1, 2).expand(400, 2)

    def drawn(temperature: float, seed: int = 0) -> list[str]:
        generator = torch.Generator().manual_seed(seed)
        return model.generate(z, temperature=temperature, generator=generator)

    (greedy,) = set(model.decode(z))
    shares = [drawn(temperature).count(greedy) for temperature in (1e-6, 0.3, 1.0, 30.0)]
    assert shares[0] == 400
    assert shares == sorted(shares, reverse=True)
    assert shares[-1] < 400 / 4
    assert drawn(1.0) == drawn(1.0)
    assert drawn(1.0) != drawn(1.0, seed=1)


@pytest.mark.parametrize("temperature", [-0.1, float("nan"), 101.0])
def test_a_bad_temperature_is_named(temperature: float) -> None:
    with pytest.raises(ConfigError) as caught:
        tiny_sentence_model("gru").generate(some_z(1, 2), temperature=temperature)
    assert one_sentence(caught.value).startswith("temperature must be between 0 and 100, but is")


@each_family
def test_many_texts_are_written_as_few_are(family: str) -> None:
    model, z = tiny_sentence_model(family, max_tokens=2), 5 * some_z(1030, 2)
    assert model.decode(z)[-8:] == model.decode(z[-8:])


@each_family
@pytest.mark.parametrize("temperature", [0.0, 2.0])
def test_tokens_are_the_text_and_have_the_probability_of_the_likelihood(
    family: str, temperature: float
) -> None:
    model = tiny_sentence_model(family, max_tokens=6)
    z = 5 * some_z(40, 2)
    seeded = torch.Generator().manual_seed
    found = model.decode_tokens(z, temperature, seeded(0))
    texts = model.generate(z, temperature=temperature, generator=seeded(0))
    assert [one.text for one in found] == texts
    for row, one in zip(z, found, strict=True):
        assert "".join(one.tokens).strip() == one.text
        tokens = model.tokenizer.encode([one.text], 6)[0]
        likelihood = model.token_log_likelihoods(torch.tensor([tokens]), row[None])[0]
        expected = likelihood.detach().exp()[: len(one.tokens)].tolist()
        assert one.probabilities == pytest.approx(expected, rel=1e-4)


@each_family
def test_every_text_has_its_own_temperature(family: str) -> None:
    model = tiny_sentence_model(family, max_tokens=4)
    z = some_z(1, 2).expand(60, 2)
    temperatures = torch.tensor([0.0, 20.0]).repeat(30)
    generator = torch.Generator().manual_seed(0)
    texts = [one.text for one in model.decode_tokens(z, temperatures, generator)]
    assert set(texts[::2]) == set(model.decode(z))
    assert len(set(texts[1::2])) > 5


@pytest.mark.parametrize(
    "temperatures", [torch.zeros(3), torch.tensor([0.0, float("nan")]), torch.tensor([0.0, -1.0])]
)
def test_bad_temperatures_of_texts_are_named(temperatures: torch.Tensor) -> None:
    with pytest.raises(ConfigError) as caught:
        tiny_sentence_model("gru").decode_tokens(some_z(2, 2), temperatures)
    assert one_sentence(caught.value).startswith("temperature must be")


@each_family
def test_a_draw_depends_on_no_other_text(family: str) -> None:
    """Neither on where the others lie, nor on when they end."""
    model = tiny_sentence_model(family)
    z, other = some_z(8, 2), 5 * some_z(8, 2)
    other[3] = z[3]

    def fourth(points: torch.Tensor) -> str:
        generator = torch.Generator().manual_seed(5)
        return model.generate(points, temperature=1.0, generator=generator)[3]

    assert fourth(z) == fourth(other)


@each_family
def test_texts_that_have_ended_cost_nothing(family: str) -> None:
    model = tiny_sentence_model(family, max_tokens=6)
    rows: list[int] = []
    model.to_embedding.register_forward_hook(lambda module, inputs, made: rows.append(len(made)))
    drawn = model.decode_tokens(some_z(40, 2), 3.0, torch.Generator().manual_seed(0))
    lengths = [len(one.tokens) for one in drawn]
    assert len(set(lengths)) > 3
    # One step for each token and one for the end, but never more than the limit.
    assert rows == [sum(length >= step for length in lengths) for step in range(6)]


# --- words dropped, lengths, tokenizers ---


@each_family
def test_word_dropout_touches_training_only(family: str) -> None:
    model, batch = sentence_model(family, dropout=0.0, word_dropout=0.5)
    z = some_z(6)
    assert torch.equal(model.log_likelihood(batch, z), model.log_likelihood(batch, z))
    model.train()
    assert torch.equal(model.encode(batch).mean, model.encode(batch).mean)
    assert not torch.equal(model.log_likelihood(batch, z), model.log_likelihood(batch, z))


@each_family
def test_full_word_dropout_hides_every_word_but_not_the_beginning(family: str) -> None:
    model = tiny_sentence_model(family, dropout=0.0, word_dropout=1.0)
    z = some_z(1, 2)
    row = model.tokenizer.encode(["the big cat sat"], 12)[0]
    hidden = [BOS, *[UNK] * (len(row) - 2), EOS]
    found = model.train().log_likelihood(torch.tensor([row]), z)

    seen: list[torch.Tensor] = []
    model.embedding.register_forward_pre_hook(lambda module, inputs: seen.append(inputs[0]))
    assert torch.equal(model.log_likelihood(torch.tensor([row]), z), found)
    assert seen[0].tolist() == [hidden[:-1]]


@each_family
def test_dropout_touches_encoder_and_decoder_in_training(family: str) -> None:
    model, batch = sentence_model(family, dropout=0.5, word_dropout=0.0)
    model.train()
    assert not torch.equal(model.encode(batch).mean, model.encode(batch).mean)
    z = some_z(6)
    assert not torch.equal(model.log_likelihood(batch, z), model.log_likelihood(batch, z))


@each_family
def test_sentences_longer_than_the_limit_and_empty_ones_are_taken(family: str) -> None:
    model = tiny_sentence_model(family, max_tokens=3)
    texts = (SENTENCES[0], "", "unheard of words")
    batch = sentence_items(model, texts).batch(torch.arange(3))
    assert torch.isfinite(model.encode(batch).mean).all()
    assert torch.isfinite(model.log_likelihood(batch, some_z(3, 2))).all()


def test_a_transformer_names_a_sentence_beyond_its_places() -> None:
    model = tiny_sentence_model("transformer", max_tokens=3)
    row = torch.tensor([model.tokenizer.encode([UNEQUAL_TEXTS[1]], 12)[0]])
    for call in (model.encode, lambda batch: model.log_likelihood(batch, some_z(1, 2))):
        with pytest.raises(DataError) as caught:
            call(row)
        assert one_sentence(caught.value) == (
            "This model takes sentences of at most 3 tokens, but one of 7 came; cut it."
        )


@each_family
@pytest.mark.parametrize("tokenizer", [None, train_tokenizer(("a b",))])
def test_a_sentence_model_needs_its_own_tokenizer(family: str, tokenizer: Any) -> None:
    config = model_class(family).config_class(vocabulary_size=50)  # type: ignore[call-arg]
    with pytest.raises(ConfigError) as caught:
        build_model(config, tokenizer)
    assert one_sentence(caught.value).startswith(f"A {family} model of 50 tokens needs a tokenizer")


@each_family
def test_subword_models_write_text(family: str) -> None:
    tokenizer = train_tokenizer(SENTENCES, kind="bpe", vocabulary_size=300)
    config = model_class(family).config_class(vocabulary_size=tokenizer.vocabulary_size)  # type: ignore[call-arg]
    model = build_model(config, tokenizer, seed=0)
    batch = SentenceTensors(tokenizer.encode(SENTENCES, 32), CPU).batch(torch.arange(24))
    assert torch.isfinite(model.log_likelihood(batch, model.encode(batch).mean)).all()
    assert all(isinstance(text, str) for text in model.decode(some_z(2, 16)))


# --- the transformer's memory ---


def test_every_layer_hears_of_z_through_its_memory() -> None:
    model, batch = sentence_model("transformer")
    assert isinstance(model, TransformerVAE)
    with torch.no_grad():
        model.latent_to_words.weight.zero_()
        model.to_embedding.weight[:, -3:] = 0
    layers, width = model.config.decoder_layers, model.config.embedding
    for layer in range(layers):
        z = some_z(6).requires_grad_()
        kept = model.latent_to_memory.weight.clone()
        with torch.no_grad():
            others = torch.ones(layers, 2 * width, 1)
            others[layer] = 0
            model.latent_to_memory.weight.mul_(1 - others.flatten(0, 1))
        (slope,) = torch.autograd.grad(model.log_likelihood(batch, z).sum(), z)
        assert slope.all()
        model.latent_to_memory.weight.data.copy_(kept)


def test_a_step_of_the_transformer_is_one_token_wide() -> None:
    model, _ = sentence_model("transformer", max_tokens=6)
    with torch.no_grad():
        model.output_bias[EOS] = -1e3
    widths: list[int] = []
    model.get_submodule("decoder.0.to_heads").register_forward_hook(
        lambda module, inputs, made: widths.append(made.shape[1])
    )
    model.decode(some_z(2))
    assert widths == [1] * 6
