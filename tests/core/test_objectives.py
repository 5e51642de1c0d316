"""The objective is the ELBO: sums, in nats, below the exact likelihood."""

from __future__ import annotations

import math

import pytest
import torch

from tests.core.support import CPU, pictures, sentence_items, tiny_gru
from vae_core import training
from vae_core.config import ObjectiveConfig, TrainConfig
from vae_core.data.tensors import ImageTensors
from vae_core.models import DenseConfig, build_model
from vae_core.models.base import VAE
from vae_core.objectives import ElboTerms, elbo_terms, loss
from vae_core.training import TrainingData, train

GRID = torch.linspace(-9, 9, 3001, dtype=torch.double)


def test_terms_are_the_likelihood_at_a_sample_and_the_kl() -> None:
    model = tiny_gru()
    batch = sentence_items(model).batch(torch.arange(5))
    terms = elbo_terms(model, batch, torch.Generator().manual_seed(3))
    posterior = model.encode(batch)
    z = posterior.sample(torch.Generator().manual_seed(3))
    torch.testing.assert_close(terms.reconstruction, model.log_likelihood(batch, z))
    torch.testing.assert_close(terms.kl, posterior.kl())
    torch.testing.assert_close(terms.elbo(), terms.reconstruction - posterior.kl().sum(dim=1))


def test_the_loss_is_the_negative_elbo_when_nothing_is_weighed() -> None:
    terms = ElboTerms(torch.tensor([-3.0, -5.0]), torch.tensor([[1.0, 0.0], [3.0, 2.0]]))
    assert float(loss(terms, beta=1.0)) == pytest.approx(-float(terms.elbo().mean()))
    assert float(loss(terms, beta=1.0)) == pytest.approx(4 + 3)
    assert float(loss(terms, beta=0.0)) == pytest.approx(4)
    assert float(loss(terms, beta=0.5)) == pytest.approx(4 + 1.5)


def test_free_bits_hold_each_dimension_at_its_floor_on_the_batch_mean() -> None:
    # The last dimension is below the floor in one item, but not on average.
    kl = torch.tensor([[1.0, 0.0, 0.0], [3.0, 0.2, 0.6]], requires_grad=True)
    terms = ElboTerms(torch.zeros(2), kl)
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
    monkeypatch.setattr(training, "STEPS_PER_LOG", 1)
    images = pictures(32).images
    assert images is not None
    items = ImageTensors(images, CPU)
    model = build_model(DenseConfig(image_height=4, image_width=4, hidden=4))
    objective = ObjectiveConfig(beta=2.0, warmup_epochs=2.0)
    config = TrainConfig(epochs=3, batch_size=8, device="cpu", objective=objective)
    betas = [report.beta for report in train(model, TrainingData(items, items), config)]
    steps = [min(1.0, step / 8) * 2.0 for step in range(12)]
    assert betas == pytest.approx(steps)
