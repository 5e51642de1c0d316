"""The objective is the ELBO: sums, in nats, below the exact likelihood."""

from __future__ import annotations

import math
from typing import Any

import pytest
import torch

from tests.core.support import CPU, pictures, sentence_items, tiny_gru
from vae_core import trainer
from vae_core.config import ConfigError, ObjectiveConfig, TrainConfig
from vae_core.data.tensors import ImageTensors
from vae_core.divergences import total_correlation
from vae_core.models import DenseConfig, build_model
from vae_core.models.base import VAE, Posterior
from vae_core.objectives import ElboTerms, elbo_terms, loss, objective
from vae_core.training import TrainingData, train

GRID = torch.linspace(-9, 9, 3001, dtype=torch.double)


def test_terms_are_the_likelihood_at_a_sample_and_the_kl() -> None:
    model = tiny_gru()
    batch = sentence_items(model).batch(torch.arange(5))
    terms = elbo_terms(model, batch, torch.Generator().manual_seed(3))
    posterior = model.encode(batch)
    z = posterior.sample(torch.Generator().manual_seed(3))
    torch.testing.assert_close(terms.reconstruction, model.log_likelihood(batch, z))
    torch.testing.assert_close(terms.kl_per_dimension, posterior.kl())
    torch.testing.assert_close(terms.elbo(), terms.reconstruction - posterior.kl().sum(dim=1))


def test_the_loss_is_the_negative_elbo_when_nothing_is_weighed() -> None:
    terms = ElboTerms(torch.tensor([-3.0, -5.0]), torch.tensor([1.0, 5.0]))
    assert float(loss(terms, beta=1.0)) == pytest.approx(-float(terms.elbo().mean()))
    assert float(loss(terms, beta=1.0)) == pytest.approx(4 + 3)
    assert float(loss(terms, beta=0.0)) == pytest.approx(4)
    assert float(loss(terms, beta=0.5)) == pytest.approx(4 + 1.5)


def test_free_bits_hold_each_dimension_at_its_floor_on_the_batch_mean() -> None:
    # The last dimension is below the floor in one item, but not on average.
    kl = torch.tensor([[1.0, 0.0, 0.0], [3.0, 0.2, 0.6]], requires_grad=True)
    terms = ElboTerms(torch.zeros(2), kl.sum(dim=1), kl)
    value = loss(terms, beta=2.0, free_bits=0.25)
    assert value.item() == pytest.approx(2.0 * (2.0 + 0.25 + 0.3))
    value.backward()
    # A dimension below the floor is left alone, the others are pressed on.
    assert kl.grad is not None
    assert kl.grad.tolist() == [[1.0, 0.0, 1.0], [1.0, 0.0, 1.0]]


def test_terms_under_autocast_stay_float32() -> None:
    model = tiny_gru().train()
    batch = sentence_items(model).batch(torch.arange(8))
    with torch.autocast("cpu", torch.bfloat16):
        terms = elbo_terms(model, batch, torch.Generator().manual_seed(0))
    assert terms.kl.dtype == terms.reconstruction.dtype == torch.float32
    # bfloat16 has 8 bits: a KL made in it is a multiple of 2**-9 near 1, and often exactly 0.
    assert not torch.equal(terms.kl, terms.kl.bfloat16().float())


@torch.no_grad()
def exact(model: VAE, batch: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """log p(x) and the ELBO of each item, both by integration over the one latent dimension."""
    width = float(GRID[1] - GRID[0])
    z = GRID.float()[:, None]
    likelihood = torch.stack(
        [model.log_likelihood(item.expand(len(z), *item.shape), z).double() for item in batch]
    )
    prior = torch.distributions.Normal(0.0, 1.0).log_prob(GRID)
    evidence = (likelihood + prior).logsumexp(dim=1) + math.log(width)
    mean, log_variance = (value.double() for value in model.encode(batch))
    log_q = torch.distributions.Normal(mean, torch.exp(0.5 * log_variance)).log_prob(GRID)
    elbo = (log_q.exp() * (likelihood + prior - log_q)).sum(dim=1) * width
    return evidence, elbo


def test_the_elbo_is_below_the_exact_likelihood_and_training_closes_the_gap() -> None:
    images = pictures(64, size=2).images
    assert images is not None
    items = ImageTensors(images, CPU)
    batch = items.batch(torch.arange(64))
    model = build_model(DenseConfig(latent_dim=1, image_height=2, image_width=2, hidden=16), seed=2)
    with torch.no_grad():  # an encoder that is far off to begin with
        model.get_parameter("mean_head.bias").fill_(2.0)
    evidence, elbo = exact(model, batch)
    gap = float((evidence - elbo).mean())
    assert (elbo < evidence).all()
    assert gap > 1.0

    estimates = torch.stack([elbo_terms(model, batch).elbo().detach() for _ in range(2000)])
    error = estimates.std(dim=0) / math.sqrt(2000)
    assert ((estimates.mean(dim=0) - elbo).abs() < 6 * error + 1e-3).all()

    config = TrainConfig(epochs=80, batch_size=16, learning_rate=0.02, device="cpu")
    list(train(model, TrainingData(items, items), config))
    evidence_after, elbo_after = exact(model, batch)
    assert (elbo_after < evidence_after + 1e-6).all()
    assert float((evidence_after - elbo_after).mean()) < 0.2
    assert float(elbo_after.mean()) > float(elbo.mean()) + 1.0
    # Two equally likely pictures: no model can explain them at less than ln 2 each.
    assert float(evidence_after.mean()) < -0.6


def test_the_warm_up_is_what_training_reports(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trainer, "STEPS_PER_LOG", 1)
    images = pictures(32).images
    assert images is not None
    items = ImageTensors(images, CPU)
    model = build_model(DenseConfig(image_height=4, image_width=4, hidden=4))
    weights = ObjectiveConfig(beta=2.0, warmup_epochs=2.0)
    config = TrainConfig(epochs=3, batch_size=8, device="cpu", objective=weights)
    betas = [report.beta for report in train(model, TrainingData(items, items), config)]
    steps = [min(1.0, step / 8) * 2.0 for step in range(12)]
    assert betas == pytest.approx(steps)


@torch.no_grad()
def drawn(model: VAE, batch: torch.Tensor, **settings: Any) -> float:
    """The loss of the objective at full β, with a seeded draw."""
    config = ObjectiveConfig(**settings)
    generator = torch.Generator().manual_seed(0)
    return float(objective(model, batch, config, config.beta, generator, 64)[0])


def image_model(**settings: Any) -> tuple[VAE, torch.Tensor]:
    images = pictures(64, size=2).images
    assert images is not None
    config = DenseConfig(image_height=2, image_width=2, hidden=16, **settings)
    return build_model(config, seed=2), ImageTensors(images, CPU).batch(torch.arange(64))


@torch.no_grad()
def test_the_iwae_bound_rises_from_the_elbo_to_the_exact_likelihood() -> None:
    model, batch = image_model(latent_dim=1)
    model.get_parameter("mean_head.bias").fill_(1.5)
    evidence, elbo = exact(model, batch)
    bounds = {
        samples: -sum(
            float(
                objective(
                    model,
                    batch,
                    ObjectiveConfig(kind="iwae", samples=samples),
                    1.0,
                    torch.Generator().manual_seed(seed),
                    64,
                )[0]
            )
            for seed in range(200)
        )
        / 200
        for samples in (2, 10, 1000)
    }
    assert float(elbo.mean()) + 0.1 < bounds[2] < bounds[10] < bounds[1000]
    assert bounds[1000] == pytest.approx(float(evidence.mean()), abs=0.02)


def test_the_iwae_loss_is_the_log_of_the_mean_weight() -> None:
    model, batch = image_model(latent_dim=2)
    found = drawn(model, batch, kind="iwae", samples=5)
    with torch.no_grad():
        mean, log_variance = model.encode(batch)
        noise = torch.empty(5 * 64, 2).normal_(generator=torch.Generator().manual_seed(0))
        total = 0.0
        for item in range(64):
            weights = []
            for draw in range(5):
                z = mean[item] + noise[draw * 64 + item] * torch.exp(0.5 * log_variance[item])
                q = torch.distributions.Normal(mean[item], torch.exp(0.5 * log_variance[item]))
                p = torch.distributions.Normal(0.0, 1.0)
                likelihood = model.log_likelihood(batch[item : item + 1], z[None])[0]
                weights.append(float(likelihood + p.log_prob(z).sum() - q.log_prob(z).sum()))
            total += math.log(sum(math.exp(weight) for weight in weights) / 5)
    assert found == pytest.approx(-total / 64, rel=1e-5)


def test_more_samples_of_the_elbo_are_its_mean() -> None:
    model, batch = image_model(latent_dim=2)
    many = drawn(model, batch, samples=400)
    each = [
        float(loss(elbo_terms(model, batch, torch.Generator().manual_seed(i)), 1.0).detach())
        for i in range(400)
    ]
    assert many == pytest.approx(sum(each) / 400, abs=0.02)


def test_tcvae_at_one_is_the_elbo_and_above_adds_the_total_correlation() -> None:
    model, batch = image_model(latent_dim=3)
    plain, one, four = (
        drawn(model, batch),
        drawn(model, batch, kind="tcvae", beta=1.0),
        drawn(model, batch, kind="tcvae", beta=4.0),
    )
    assert one == pytest.approx(plain, rel=1e-6)
    with torch.no_grad():
        mean, log_variance = model.encode(batch)
        posterior = Posterior(mean, log_variance)
        z = posterior.sample(torch.Generator().manual_seed(0))
        extra = float(total_correlation(z, posterior, 64))
    assert four == pytest.approx(plain + 3 * extra, rel=1e-5)


def test_mmd_weighs_the_kl_and_the_discrepancy_apart() -> None:
    model, batch = image_model(latent_dim=3)
    autoencoder = drawn(model, batch, beta=0.0)
    assert drawn(model, batch, kind="mmd", beta=0.0, mmd_weight=0.0) == pytest.approx(autoencoder)
    light = drawn(model, batch, kind="mmd", beta=0.0, mmd_weight=1.0) - autoencoder
    heavy = drawn(model, batch, kind="mmd", beta=0.0, mmd_weight=10.0) - autoencoder
    assert heavy == pytest.approx(10 * light, rel=1e-3)
    assert light != 0


def test_a_target_holds_the_kl_from_both_sides() -> None:
    terms = ElboTerms(torch.zeros(2), torch.tensor([2.0, 4.0]))
    assert float(loss(terms, beta=2.0, target_kl=5.0)) == pytest.approx(4.0)
    assert float(loss(terms, beta=2.0, target_kl=1.0)) == pytest.approx(4.0)


def test_training_towards_a_target_ends_near_it() -> None:
    model, batch = image_model(latent_dim=2)
    images = pictures(64, size=2).images
    assert images is not None
    items = ImageTensors(images, CPU)
    config = TrainConfig(
        epochs=60,
        batch_size=16,
        learning_rate=0.02,
        device="cpu",
        objective=ObjectiveConfig(target_kl=2.0, beta=10.0),
    )
    list(train(model, TrainingData(items, items), config))
    with torch.no_grad():
        kl = float(elbo_terms(model, batch).kl.mean())
    assert kl == pytest.approx(2.0, abs=0.5)


def test_with_a_mixture_prior_the_kl_is_sampled() -> None:
    model, batch = image_model(latent_dim=2, prior="mixture", prior_components=3)
    with torch.no_grad():
        terms = elbo_terms(model, batch, torch.Generator().manual_seed(5))
        mean, log_variance = model.encode(batch)
        posterior = Posterior(mean, log_variance)
        z = posterior.sample(torch.Generator().manual_seed(5))
    assert terms.kl_per_dimension is None
    torch.testing.assert_close(terms.kl, posterior.log_prob(z) - model.log_prior(z))
    with pytest.raises(ConfigError, match="free_bits must be 0 with a mixture prior"):
        loss(terms, 1.0, free_bits=0.5)


def test_the_language_model_does_without_z() -> None:
    model = tiny_gru()
    batch = sentence_items(model).batch(torch.arange(6))
    config = ObjectiveConfig(kind="language-model")
    value, terms = objective(model, batch, config, 1.0, torch.Generator(), 6)
    plain = model.log_likelihood(batch, torch.zeros(6, model.latent_dim)).detach()
    assert float(value.detach()) == pytest.approx(-float(plain.mean()))
    assert float(terms.kl.abs().sum()) == 0
    value.backward()  # type: ignore[no-untyped-call]
    assert all(p.grad is None for name, p in model.named_parameters() if "head" in name)


@pytest.mark.parametrize("kind", ["elbo", "iwae", "tcvae", "mmd"])
def test_every_objective_improves_the_likelihood(kind: str) -> None:
    model, batch = image_model(latent_dim=2)
    images = pictures(64, size=2).images
    assert images is not None
    items = ImageTensors(images, CPU)
    settings = ObjectiveConfig(
        kind=kind,
        samples=3 if kind == "iwae" else 1,
        beta=2.0 if kind == "tcvae" else 1.0,
        mmd_weight=1.0,
    )
    config = TrainConfig(
        epochs=30, batch_size=16, learning_rate=0.02, device="cpu", objective=settings
    )
    with torch.no_grad():
        before = float(elbo_terms(model, batch).elbo().mean())
    list(train(model, TrainingData(items, items), config))
    with torch.no_grad():
        after = float(elbo_terms(model, batch).elbo().mean())
    assert after > before + 0.5
