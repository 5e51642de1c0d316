"""What every model family must do: gradients everywhere, the same model again, honest settings."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import numpy as np
import pytest
import torch

from tests.core.support import (
    IMAGE_FAMILIES,
    SENTENCE_FAMILIES,
    model_and_batch,
    one_sentence,
    some_z,
)
from vae_core.config import ConfigError
from vae_core.data.tokenizer import PAD
from vae_core.models import (
    MODELS,
    SIZES,
    VAE,
    Posterior,
    build_model,
    families,
    model_class,
    model_config_from_json,
    sized,
)
from vae_core.objectives import elbo_terms, loss

# Those of documents are in test_bag_of_words.py.
FAMILIES = (*IMAGE_FAMILIES, *SENTENCE_FAMILIES)
each_family = pytest.mark.parametrize("family", FAMILIES)


def tokenizer_of(model: VAE) -> Any:
    return getattr(model, "tokenizer", None)


@pytest.mark.parametrize(
    ("family", "settings"),
    [
        *((family, {}) for family in FAMILIES),
        *((family, {"likelihood": "logistic"}) for family in IMAGE_FAMILIES),
        ("conv", {"norm": "none"}),
        ("dense", {"layers": 3, "activation": "tanh"}),
        ("gru", {"prior": "mixture", "prior_components": 3}),
        ("conv", {"prior": "vamp", "prior_components": 3}),
    ],
)
def test_every_parameter_gets_a_gradient(family: str, settings: dict[str, Any]) -> None:
    model, batch = model_and_batch(family, **settings)
    loss(elbo_terms(model, batch, torch.Generator().manual_seed(0)), beta=1.0).backward()
    for name, parameter in model.named_parameters():
        assert parameter.grad is not None, name
        assert torch.isfinite(parameter.grad).all(), name
        assert parameter.grad.any(), name


@each_family
def test_shapes(family: str) -> None:
    model, batch = model_and_batch(family)
    posterior = model.encode(batch)
    assert posterior.mean.shape == posterior.log_variance.shape == (6, 3)
    assert model.log_likelihood(batch, some_z(6)).shape == (6,)
    assert len(model.decode(some_z(4))) == 4
    assert len(model.decode(some_z(1)[:0])) == 0


@each_family
def test_an_item_is_the_same_alone_and_in_a_batch(family: str) -> None:
    model, batch = model_and_batch(family)
    z = some_z(6)
    posterior, likelihood = model.encode(batch), model.log_likelihood(batch, z)
    together = model.decode(z)
    for i in range(len(batch)):
        row = batch[i : i + 1]
        if family in SENTENCE_FAMILIES:
            row = row[:, : int((row != PAD).sum())]  # without the padding that the batch gave it
        alone = model.encode(row)
        torch.testing.assert_close(alone.mean[0], posterior.mean[i])
        torch.testing.assert_close(alone.log_variance[0], posterior.log_variance[i])
        torch.testing.assert_close(model.log_likelihood(row, z[i : i + 1])[0], likelihood[i])
        decoded = model.decode(z[i : i + 1])[0]
        if family in SENTENCE_FAMILIES:
            assert decoded == together[i]
        else:
            np.testing.assert_allclose(decoded, together[i], rtol=1e-5)


@each_family
def test_both_z_and_the_item_matter_to_the_likelihood(family: str) -> None:
    model, batch = model_and_batch(family)
    z = some_z(6)
    likelihood = model.log_likelihood(batch, z)
    assert not torch.isclose(likelihood, model.log_likelihood(batch, z.roll(1, 0))).any()
    assert len(set(model.encode(batch).mean[:, 0].tolist())) == len(torch.unique(batch, dim=0))


# --- the decoder's part ---


@each_family
def test_the_encoder_does_not_depend_on_the_decoders_parameters(family: str) -> None:
    model, batch = model_and_batch(family, **_extra_decoder_settings(family))
    before = model.encode(batch)
    changed = 0
    with torch.no_grad():
        for name, value in model.named_parameters():
            if model.is_decoder(name):
                value.add_(1.0)
                changed += 1
    assert changed >= 4
    assert torch.equal(model.encode(batch).mean, before.mean)
    assert torch.equal(model.encode(batch).log_variance, before.log_variance)


@each_family
def test_the_likelihood_at_a_z_does_not_depend_on_the_encoders_parameters(family: str) -> None:
    model, batch = model_and_batch(family, **_extra_decoder_settings(family))
    model.log_likelihood(batch, some_z(6)).sum().backward()
    for name, parameter in model.named_parameters():
        # Words are the same words to encoder and decoder.
        wanted = model.is_decoder(name) or name == "embedding.weight"
        assert (parameter.grad is not None) == wanted, name


def _extra_decoder_settings(family: str) -> dict[str, Any]:
    """What adds parts to the decoder that a family has not always."""
    return {"likelihood": "logistic"} if family in IMAGE_FAMILIES else {}


# --- the same model again ---


@each_family
def test_weights_depend_on_the_seed_alone(family: str) -> None:
    first, _ = model_and_batch(family)
    torch.manual_seed(77)
    expected = torch.rand(2)
    torch.manual_seed(77)
    one, again, other = (build_model(first.config, tokenizer_of(first), seed=s) for s in (5, 5, 6))
    assert torch.equal(torch.rand(2), expected), "building moved the global generator"
    for (name, value), twin, stranger in zip(
        one.named_parameters(), again.parameters(), other.parameters(), strict=True
    ):
        assert torch.equal(value, twin), name
        constant = len(value.unique()) == 1  # gains and offsets, where all begin alike
        assert constant or not torch.equal(value, stranger), name


@each_family
def test_weights_saved_and_loaded_give_the_same_model(family: str) -> None:
    model, batch = model_and_batch(family)
    twin = build_model(model.config, tokenizer_of(model), seed=99).eval()
    twin.load_state_dict(model.state_dict())
    z = some_z(6)
    assert torch.equal(model.encode(batch).mean, twin.encode(batch).mean)
    assert torch.equal(model.log_likelihood(batch, z), twin.log_likelihood(batch, z))
    np.testing.assert_array_equal(model.decode(z), twin.decode(z))


@each_family
def test_a_model_made_without_memory_takes_its_weights(family: str) -> None:
    """A run is opened so: nothing but the weights may be needed."""
    model, batch = model_and_batch(family)
    with torch.device("meta"):
        twin = build_model(model.config, tokenizer_of(model))
    twin.load_state_dict(model.state_dict(), assign=True)
    z = some_z(6)
    assert torch.equal(model.encode(batch).mean, twin.eval().encode(batch).mean)
    assert torch.equal(model.log_likelihood(batch, z), twin.log_likelihood(batch, z))


@each_family
def test_decode_leaves_the_mode_as_it_was_and_draws_nothing(family: str) -> None:
    model, _ = model_and_batch(family)
    z = some_z(5)
    model.train()
    np.testing.assert_array_equal(model.decode(z), model.decode(z))
    assert model.training
    model.eval()
    model.decode(z)
    assert not model.training


@each_family
def test_mixed_precision_stays_near_and_sums_in_float32(family: str) -> None:
    model, batch = model_and_batch(family)
    z = some_z(6)
    with torch.autocast("cpu", torch.bfloat16):
        posterior, likelihood = model.encode(batch), model.log_likelihood(batch, z)
        likelihood.sum().backward()
    assert likelihood.dtype == torch.float32
    torch.testing.assert_close(posterior.mean.float(), model.encode(batch).mean, atol=0.05, rtol=0)
    torch.testing.assert_close(likelihood, model.log_likelihood(batch, z), atol=0.1, rtol=0.02)


# --- settings ---


def test_families_know_their_modality() -> None:
    assert families("images") == list(IMAGE_FAMILIES)
    assert families("sentences") == list(SENTENCE_FAMILIES)


@each_family
def test_settings_survive_json(family: str) -> None:
    config = model_and_batch(family)[0].config
    found = model_config_from_json(json.loads(json.dumps(config.to_json())))
    assert found == config
    assert type(found) is type(config)


BAD_SETTINGS: list[tuple[str, dict[str, Any], str]] = [
    ("dense", {"hidden": 0}, "hidden must be a whole number between 1 and 8192, but is 0."),
    ("dense", {"layers": 17}, "layers must be"),
    ("dense", {"activation": "step"}, "activation must be one of relu, tanh, but is 'step'."),
    ("dense", {"image_channels": 0}, "image_channels must be"),
    ("dense", {"image_height": 1025}, "image_height must be"),
    ("dense", {"likelihood": "normal"}, "likelihood must be one of bernoulli, logistic"),
    ("dense", {"binarisation": True}, "binarisation must be one of none, static, dynamic"),
    (
        "conv",
        {"binarisation": "dynamic", "likelihood": "logistic"},
        "binarisation must be none with the logistic likelihood",
    ),
    ("conv", {"prior": "vamp", "mean_batch_norm": 0.5}, "mean_batch_norm must be 0 with"),
    ("conv", {"width": 2.5}, "width must be"),
    ("conv", {"depth": -1}, "depth must be"),
    ("conv", {"norm": "batch"}, "norm must be one of group, none, but is 'batch'."),
    ("gru", {"encoder_hidden": 0}, "encoder_hidden must be"),
    ("lstm", {"decoder_hidden": 0}, "decoder_hidden must be"),
    ("lstm", {"word_dropout": 1.5}, "word_dropout must be between 0 and 1, but is 1.5."),
    ("gru", {"dropout": 0.96}, "dropout must be between 0 and 0.95"),
    ("gru", {"max_tokens": 0}, "max_tokens must be"),
    ("gru", {"vocabulary_size": 3}, "vocabulary_size must be"),
    ("transformer", {"embedding": 0}, "embedding must be"),
    ("transformer", {"encoder_layers": 0}, "encoder_layers must be"),
    ("transformer", {"decoder_layers": 65}, "decoder_layers must be"),
    ("transformer", {"heads": 3, "embedding": 128}, "embedding must be a multiple of heads, 3"),
    ("transformer", {"heads": 0}, "heads must be"),
    ("transformer", {"prior": "vamp"}, "prior must be normal or mixture"),
]


@pytest.mark.parametrize(("family", "settings", "message"), BAD_SETTINGS)
def test_a_bad_setting_is_named(family: str, settings: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        model_class(family).config_class(**settings)
    assert one_sentence(caught.value).startswith(message)


def test_no_setting_is_without_a_check() -> None:
    """Each field of each family refuses a value of the wrong kind."""
    for family in FAMILIES:
        config_class = model_class(family).config_class
        for field in dataclasses.fields(config_class):
            with pytest.raises(ConfigError, match=field.name):
                config_class(**{field.name: None})


# --- sizes ---


@pytest.mark.parametrize(("family", "size"), [(f, s) for f in SIZES for s in SIZES[f]])
def test_every_size_is_a_setting_of_its_family(family: str, size: str) -> None:
    settings = sized(family, size)
    config = MODELS[family].config_class(**settings)
    assert {name: getattr(config, name) for name in settings} == settings
    settings["latent_dim"] = 7
    assert sized(family, size) != settings, "a change reached the table"


def test_every_sentence_family_has_a_small_and_a_base_size() -> None:
    for family in SENTENCE_FAMILIES:
        assert list(SIZES[family]) == ["small", "base"]


@pytest.mark.parametrize("family", SENTENCE_FAMILIES)
def test_sizes_are_what_they_say_at_ten_thousand_words(family: str) -> None:
    for size, low, high in (("small", 1.0e6, 2.0e6), ("base", 5.0e6, 10.0e6)):
        config = model_class(family).config_class(
            vocabulary_size=10_000, latent_dim=32, **sized(family, size)
        )
        with torch.device("meta"):
            model = model_class(family)(config, None)  # type: ignore[call-arg]
        assert low <= sum(p.numel() for p in model.parameters()) <= high


@pytest.mark.parametrize(("family", "size", "message"), [
    ("gru", "huge", "size must be one of small, base for the model gru, but is 'huge'."),
    ("dense", "small", "size must be one of burda for the model dense, but is 'small'."),
    ("nothing", "small", "size cannot be chosen for the model 'nothing', but is 'small'."),
])  # fmt: skip
def test_an_unknown_size_is_named(family: str, size: str, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        sized(family, size)
    assert one_sentence(caught.value) == message


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
