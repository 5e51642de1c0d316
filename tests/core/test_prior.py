"""Priors: densities and draws that agree, learned items, and a floor under the KL."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch.distributions import Categorical, Independent, MixtureSameFamily, Normal

from tests.core.support import (
    IMAGE_FAMILIES,
    SENTENCE_FAMILIES,
    model_and_batch,
    one_sentence,
    some_z,
)
from vae_core.config import ConfigError
from vae_core.models import MODELS, VAE, model_class
from vae_core.models.prior import mixture_log_prob, mixture_sample


def parts(components: int = 5, latent_dim: int = 3) -> tuple[torch.Tensor, ...]:
    generator = torch.Generator().manual_seed(0)
    mean = 2 * torch.randn(components, latent_dim, generator=generator)
    log_variance = torch.randn(components, latent_dim, generator=generator)
    return mean, log_variance, torch.randn(components, generator=generator).log_softmax(dim=0)


def independent(
    mean: torch.Tensor, log_variance: torch.Tensor, log_weight: torch.Tensor
) -> MixtureSameFamily:
    """The same mixture, from torch's own parts."""
    normals = Independent(Normal(mean, torch.exp(0.5 * log_variance)), 1)
    return MixtureSameFamily(Categorical(logits=log_weight), normals)


def with_prior(family: str, **settings: Any) -> tuple[VAE, torch.Tensor]:
    return model_and_batch(family, prior_components=4, **settings)


# --- mixtures ---


def test_the_density_of_a_mixture_is_torchs() -> None:
    z = 3 * some_z(50)
    expected = independent(*parts()).log_prob(z)
    torch.testing.assert_close(mixture_log_prob(z, *parts()), expected)


def test_a_mixture_of_one_standard_normal_is_the_standard_normal() -> None:
    nothing = torch.zeros(1, 3)
    expected = Normal(0.0, 1.0).log_prob(some_z(6)).sum(dim=1)
    found = mixture_log_prob(some_z(6), nothing, nothing, torch.zeros(1))
    torch.testing.assert_close(found, expected)


def test_draws_of_a_mixture_have_its_moments() -> None:
    z = mixture_sample(60_000, *parts(), torch.Generator().manual_seed(1))
    assert z.shape == (60_000, 3)
    mixture = independent(*parts())
    torch.testing.assert_close(z.mean(dim=0), mixture.mean, atol=0.05, rtol=0)
    torch.testing.assert_close(z.var(dim=0), mixture.variance, atol=0, rtol=0.03)


def test_draws_of_a_mixture_fall_where_it_is_dense() -> None:
    """The mean log density of draws is minus the entropy, estimated by torch's own draws."""
    torch.manual_seed(0)
    mixture = independent(*parts())
    entropy = -mixture.log_prob(mixture.sample((40_000,))).mean()  # type: ignore[no-untyped-call]
    z = mixture_sample(40_000, *parts(), torch.Generator().manual_seed(1))
    assert float(-mixture_log_prob(z, *parts()).mean()) == pytest.approx(float(entropy), abs=0.05)


# --- priors of models ---


@pytest.mark.parametrize("family", [*IMAGE_FAMILIES, *SENTENCE_FAMILIES])
@pytest.mark.parametrize("prior", ["normal", "mixture", "vamp"])
def test_draws_and_density_of_a_models_prior_agree(family: str, prior: str) -> None:
    if prior == "vamp" and family in SENTENCE_FAMILIES:
        return
    model, _ = with_prior(family, prior=prior)
    z = model.sample_prior(4000, torch.Generator().manual_seed(0))
    assert z.shape == (4000, 3)
    assert torch.equal(z, model.sample_prior(4000, torch.Generator().manual_seed(0)))
    assert not z.requires_grad
    # E_p[q/p] = 1 for a density q that is narrower than p.
    broad = Normal(z.mean(dim=0), 0.7 * z.std(dim=0))
    ratio = (broad.log_prob(z).sum(dim=1) - model.log_prior(z).detach()).exp()
    assert float(ratio.mean()) == pytest.approx(1.0, abs=0.1)


@pytest.mark.parametrize("family", IMAGE_FAMILIES)
def test_the_vamp_prior_is_the_mixture_of_its_items_posteriors(family: str) -> None:
    model, _ = with_prior(family, prior="vamp")
    items = torch.sigmoid(model.get_parameter("pseudo_items"))
    assert items.shape == (4, 4, 4)
    posterior = model.encode(items)
    z = some_z(6)
    each = torch.stack([
        type(posterior)(posterior.mean[k], posterior.log_variance[k]).log_prob(z) for k in range(4)
    ])  # fmt: skip
    torch.testing.assert_close(model.log_prior(z), each.exp().mean(dim=0).log())


@pytest.mark.parametrize("family", IMAGE_FAMILIES)
def test_the_vamp_prior_learns_its_items(family: str) -> None:
    model, _ = with_prior(family, prior="vamp")
    model.log_prior(some_z(6)).sum().backward()
    gradient = model.get_parameter("pseudo_items").grad
    assert gradient is not None
    assert gradient.flatten(1).any(dim=1).all()
    assert not model.is_decoder("pseudo_items")


@pytest.mark.parametrize("family", SENTENCE_FAMILIES)
def test_the_vamp_prior_on_sentences_is_refused(family: str) -> None:
    with pytest.raises(ConfigError) as caught:
        model_class(family).config_class(prior="vamp")
    assert one_sentence(caught.value) == (
        f"prior must be normal or mixture for the model {family}, but is 'vamp': that prior learns "
        "items, and words cannot be learned so."
    )


@pytest.mark.parametrize("family", sorted(MODELS))
@pytest.mark.parametrize(("setting", "value"), [
    ("prior", "cauchy"), ("prior_components", 0), ("mean_batch_norm", -0.1),
    ("mean_batch_norm", float("nan")),
])  # fmt: skip
def test_a_bad_prior_is_named(family: str, setting: str, value: Any) -> None:
    with pytest.raises(ConfigError, match=f"^{setting} must be"):
        model_class(family).config_class(**{setting: value})


# --- the floor under the KL ---


@pytest.mark.parametrize("family", [*IMAGE_FAMILIES, *SENTENCE_FAMILIES])
@pytest.mark.parametrize("gamma", [0.4, 1.5])
def test_batch_norm_on_the_mean_holds_the_kl_up(family: str, gamma: float) -> None:
    """KL ≥ latent_dim · γ² / 2 on the batch mean, whatever the weights. Zhu et al. 2020."""
    model, batch = model_and_batch(family, mean_batch_norm=gamma)
    assert len(torch.unique(batch, dim=0)) > 1
    model.train()
    floor = 3 * gamma**2 / 2
    assert float(model.encode(batch).kl().sum(dim=1).mean().detach()) > 0.97 * floor
    with torch.no_grad():
        model.get_submodule("log_variance_head").get_parameter("weight").zero_()
        model.get_submodule("log_variance_head").get_parameter("bias").zero_()
    posterior = model.encode(batch)
    torch.testing.assert_close(
        posterior.mean.var(dim=0, unbiased=False), torch.full((3,), gamma**2), rtol=0.05, atol=0
    )
    # With unit variances and centred means the bound is met exactly.
    assert float(posterior.kl().sum(dim=1).mean().detach()) == pytest.approx(floor, rel=0.05)
    assert not model.is_decoder("mean_norm.bias")


def test_the_gain_of_the_batch_norm_is_not_learned() -> None:
    model, _ = model_and_batch("dense", mean_batch_norm=0.5)
    assert model.get_parameter("mean_norm.weight").tolist() == [0.5] * 3
    assert not model.get_parameter("mean_norm.weight").requires_grad
    assert model.get_parameter("mean_norm.bias").requires_grad
