"""Models of pictures: proper likelihoods of pixels, any size, any number of colours."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from tests.core.support import IMAGE_FAMILIES, model_and_batch, some_z, tiny_image_model
from vae_core.data.tensors import ImageTensors
from vae_core.models import (
    ConvConfig,
    ConvVAE,
    DenseConfig,
    DenseVAE,
    ImageVAE,
    build_model,
    sized,
)
from vae_core.models.image import LEVELS, bernoulli_log_prob, discretised_logistic_log_prob

each_family = pytest.mark.parametrize("family", IMAGE_FAMILIES)
SHAPES = [(1, 1), (4, 4), (8, 8), (28, 28), (33, 47), (1, 20), (9, 3), (8, 8, 3), (11, 5, 2)]


def drawn(shape: tuple[int, ...], count: int = 3) -> torch.Tensor:
    """Random grey pictures, with pixels at both ends among them."""
    pixels = torch.rand(count, *shape, generator=torch.Generator().manual_seed(5)) * 1.5 - 0.25
    return (pixels.clamp(0, 1) * 255).round() / 255


# --- every family ---


@each_family
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_any_size_and_number_of_colours(family: str, shape: tuple[int, ...]) -> None:
    model, batch = tiny_image_model(family, shape), drawn(shape)
    assert model.encode(batch).mean.shape == (3, 3)
    likelihood = model.log_likelihood(batch, some_z(3))
    assert likelihood.shape == (3,)
    assert torch.isfinite(likelihood).all()
    decoded = model.decode(some_z(3))
    assert isinstance(decoded, np.ndarray)
    assert decoded.dtype == np.float32
    assert decoded.shape == batch.shape
    assert model.pseudo_item_shape() == shape


@each_family
@pytest.mark.parametrize("shape", [(33, 47), (11, 5, 2)], ids=str)
def test_every_pixel_reaches_the_posterior_and_is_drawn(
    family: str, shape: tuple[int, ...]
) -> None:
    model, batch = tiny_image_model(family, shape), drawn(shape, 1).requires_grad_()
    model.encode(batch).mean.sum().backward()
    assert batch.grad is not None
    assert (batch.grad != 0).float().mean() > 0.99
    one, other = (np.asarray(model.decode(z[None])) for z in some_z(2))
    assert (one != other).mean() > 0.99


@each_family
@pytest.mark.parametrize("likelihood", ["bernoulli", "logistic"])
@pytest.mark.parametrize("shape", [(4, 4), (12, 9), (12, 9, 3)], ids=str)
def test_a_new_model_draws_the_mean_picture(
    family: str, likelihood: str, shape: tuple[int, ...]
) -> None:
    model = tiny_image_model(family, shape, likelihood=likelihood)
    pictures = (drawn(shape, 50) * 255).round().to(torch.uint8).numpy()
    pictures[:, 0] = 0
    model.start_from(ImageTensors(pictures, torch.device("cpu")))
    for part in model.decoder.modules():
        if isinstance(part, nn.Linear | nn.Conv2d):
            nn.init.zeros_(part.weight)  # only the last bias is left
    mean = pictures.mean(axis=0) / 255
    if family == "conv":  # the same everywhere, of each colour
        mean = np.broadcast_to(mean.mean(axis=(0, 1)), shape)
    expected = mean.clip(0.001, 0.999) if likelihood == "bernoulli" else mean
    np.testing.assert_allclose(model.decode(some_z(1))[0], expected, atol=1e-5)


@each_family
@pytest.mark.parametrize("likelihood", ["bernoulli", "logistic"])
def test_training_draws_each_picture_where_it_is(family: str, likelihood: str) -> None:
    """A single picture, neither square nor grey, is learned by heart, each pixel in its place."""
    picture = drawn((9, 6, 2), 1)
    model = tiny_image_model(family, (9, 6, 2), likelihood=likelihood, hidden=16).train()
    optimiser = torch.optim.Adam(model.parameters(), lr=0.02)
    z = some_z(1)
    for _ in range(250):
        optimiser.zero_grad()
        (-model.log_likelihood(picture, z).sum()).backward()
        optimiser.step()
    np.testing.assert_allclose(np.asarray(model.decode(z)), picture.numpy(), atol=0.1)


# --- Bernoulli ---


@each_family
def test_the_likelihood_of_pictures_is_bernoulli(family: str) -> None:
    model, batch = model_and_batch(family)
    z = some_z(6)
    probability = torch.from_numpy(np.asarray(model.decode(z)))
    assert set(batch.unique().tolist()) == {0.0, 1.0}
    expected = torch.where(batch == 1, probability, 1 - probability).log().flatten(1).sum(dim=1)
    torch.testing.assert_close(model.log_likelihood(batch, z), expected)


def test_a_grey_pixel_counts_as_the_mean_of_its_binarisations() -> None:
    logits = torch.tensor([-3.0, 0.5, 2.0])
    grey, black, white = torch.full((3,), 0.3), torch.zeros(3), torch.ones(3)
    expected = 0.3 * bernoulli_log_prob(white, logits) + 0.7 * bernoulli_log_prob(black, logits)
    torch.testing.assert_close(bernoulli_log_prob(grey, logits), expected)


# --- the discretised logistic ---

LEVEL_VALUES = torch.arange(LEVELS) / (LEVELS - 1)


@pytest.mark.parametrize("mean", [-0.4, 0.0, 0.31, 0.5, 1.0, 2.0])
@pytest.mark.parametrize("log_scale", [-9.0, -5.0, -2.0, 1.0])
def test_the_probabilities_of_all_levels_sum_to_one(mean: float, log_scale: float) -> None:
    found = discretised_logistic_log_prob(
        LEVEL_VALUES.double(), torch.tensor(mean).double(), torch.tensor(log_scale).double()
    )
    assert float(found.logsumexp(dim=0)) == pytest.approx(0.0, abs=1e-9)
    single = discretised_logistic_log_prob(
        LEVEL_VALUES, torch.tensor(mean), torch.tensor(log_scale)
    )
    # A level is a 255th: a mean a rounding error away from its edge moves these by as much.
    torch.testing.assert_close(single.double(), found, rtol=1e-3, atol=1e-3)


def test_a_level_has_the_mass_of_the_logistic_distribution_around_it() -> None:
    mean, log_scale = torch.tensor([0.42, -2.3], dtype=torch.float64).tolist()
    scale = float(np.exp(log_scale))

    def below(x: float) -> float:
        return 1 / (1 + np.exp(-(x - mean) / scale))

    half = 0.5 / (LEVELS - 1)
    values = [level / (LEVELS - 1) for level in range(LEVELS)]
    expected = [below(x + half) - below(x - half) for x in values]
    expected[0], expected[-1] = below(values[0] + half), 1 - below(values[-1] - half)
    values64, mean64, scale64 = (
        torch.tensor(value, dtype=torch.float64) for value in (values, mean, log_scale)
    )
    found = discretised_logistic_log_prob(values64, mean64, scale64)
    np.testing.assert_allclose(found.exp().numpy(), expected, rtol=1e-9)


def test_levels_far_from_the_mean_keep_a_finite_likelihood_and_slope() -> None:
    mean = torch.tensor([1e3, -1e3], requires_grad=True)
    log_scale = torch.tensor(-6.0, requires_grad=True)
    found = discretised_logistic_log_prob(torch.tensor([0.5, 0.5]), mean, log_scale)
    found.sum().backward()
    assert torch.isfinite(found).all()
    assert mean.grad is not None
    assert mean.grad[0] < 0 < mean.grad[1]
    assert torch.isfinite(mean.grad).all()
    assert log_scale.grad is not None
    assert torch.isfinite(log_scale.grad)


def test_each_colour_has_its_scale() -> None:
    model = tiny_image_model("dense", (2, 2, 3), likelihood="logistic")
    with torch.no_grad():
        for parameter in model.get_submodule("decoder").parameters():
            parameter.zero_()
        model.get_parameter("log_scale").copy_(torch.tensor([-4.0, -2.0, 0.0]))
    batch = drawn((2, 2, 3))
    expected = sum(
        discretised_logistic_log_prob(batch[..., colour], torch.tensor(0.0), torch.tensor(scale))
        for colour, scale in enumerate((-4.0, -2.0, 0.0))
    )
    assert isinstance(expected, torch.Tensor)
    found = model.log_likelihood(batch, some_z(3))
    torch.testing.assert_close(found, expected.flatten(1).sum(dim=1))


def test_the_logistic_decode_is_the_mean_within_the_range() -> None:
    model = tiny_image_model("dense", (1, 3), likelihood="logistic")
    assert isinstance(model, DenseVAE)
    with torch.no_grad():
        for parameter in model.decoder.parameters():
            parameter.zero_()
        model.decoder[-1].bias.copy_(torch.tensor([-0.5, 0.25, 1.5]))
    assert np.asarray(model.decode(some_z(1))).tolist() == [[[0.0, 0.25, 1.0]]]


# --- dense ---


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


def test_the_plain_dense_model_has_the_parameters_it_always_had() -> None:
    names = [name for name, _ in tiny_image_model("dense").named_parameters()]
    parts = ("encoder.1", "mean_head", "log_variance_head", "decoder.0", "decoder.2")
    assert names == [f"{part}.{kind}" for part in parts for kind in ("weight", "bias")]


def test_the_burda_size_is_the_model_of_the_paper() -> None:
    config = DenseConfig(image_height=28, image_width=28, **sized("dense", "burda"))
    model = build_model(config)
    assert isinstance(model, ImageVAE)
    shapes = [tuple(p.shape) for name, p in model.named_parameters() if name.endswith("weight")]
    assert shapes == [
        (200, 784), (200, 200), (50, 200), (50, 200), (200, 50), (200, 200), (784, 200),
    ]  # fmt: skip
    kinds = [type(layer).__name__ for layer in model.get_submodule("decoder").children()]
    assert kinds == ["Linear", "Tanh", "Linear", "Tanh", "Linear"]


# --- conv ---


@pytest.mark.parametrize(("height", "width", "sizes"), [
    (28, 28, [(28, 28), (14, 14), (7, 7)]),
    (8, 8, [(8, 8), (4, 4)]),
    (33, 47, [(33, 47), (17, 24), (9, 12), (5, 6)]),
    (7, 7, [(7, 7)]),
])  # fmt: skip
def test_pictures_are_halved_until_they_are_small(
    height: int, width: int, sizes: list[tuple[int, int]]
) -> None:
    assert ConvConfig(image_height=height, image_width=width).sizes == sizes


@pytest.mark.parametrize("settings", [{"depth": 3}, {"width": 9}, {"width": 16}, {"norm": "none"}])
def test_any_width_and_depth(settings: dict[str, Any]) -> None:
    model, batch = tiny_image_model("conv", (10, 9), **settings), drawn((10, 9))
    assert torch.isfinite(model.log_likelihood(batch, model.encode(batch).mean)).all()


def test_neighbours_of_a_picture_do_not_change_its_posterior_in_training() -> None:
    """No layer of the convolutional model mixes the items of a batch."""
    model, batch = tiny_image_model("conv", (10, 9)).train(), drawn((10, 9))
    alone = model.encode(batch[:1]).mean
    torch.testing.assert_close(model.encode(batch).mean[:1], alone)


def _centre(change: torch.Tensor) -> tuple[float, float]:
    """Where maps (height, width) of changes have their weight, each axis from 0 to 1."""
    weight = change.abs() / change.abs().sum()
    rows, columns = (torch.linspace(0, 1, size) for size in weight.shape)
    return float(weight.sum(dim=1) @ rows), float(weight.sum(dim=0) @ columns)


def _local_model() -> ConvVAE:
    model = tiny_image_model("conv", (12, 20, 2), norm="none")
    assert isinstance(model, ConvVAE)
    return model


def test_what_is_in_a_corner_of_the_smallest_maps_is_drawn_in_that_corner() -> None:
    model = _local_model()
    channels, height, width = 8, 3, 5
    bias = model.get_parameter("decoder.dense.4.bias")
    before = torch.from_numpy(np.asarray(model.decode(some_z(1))))[0]
    with torch.no_grad():
        bias.view(channels, height, width)[:, -1, 0] += 1.0
    change = torch.from_numpy(np.asarray(model.decode(some_z(1))))[0] - before
    for colour in range(2):
        row, column = _centre(change[..., colour])
        assert row > 0.7
        assert column < 0.3


def test_what_is_in_a_corner_of_the_picture_is_in_that_corner_of_the_maps() -> None:
    model = _local_model()
    seen: list[torch.Tensor] = []
    model.get_submodule("encoder.stages").register_forward_hook(
        lambda module, inputs, made: seen.append(made)
    )
    for picture in (torch.zeros(1, 12, 20, 2), torch.zeros(1, 12, 20, 2)):
        if seen:
            picture[0, -2:, :2, 1] = 1.0
        model.encode(picture)
    row, column = _centre((seen[1] - seen[0]).detach()[0].abs().sum(dim=0))
    assert row > 0.7
    assert column < 0.3
