"""Pure functions on latent points: paths, traversals, grids, arithmetic, draws from the prior."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from vae_core.config import ConfigError, check_range, check_whole


def interpolate(z0: Tensor, z1: Tensor, steps: int, *, spherical: bool = False) -> Tensor:
    """Points from z0 to z1 (latent_dim,), both ends included: (steps, latent_dim).

    Along the straight line, or along the great circle (see ``slerp``).
    """
    check_whole("steps", steps, 2, 100_000)
    if z0.shape != z1.shape or z0.ndim != 1:
        raise ConfigError(
            f"Both ends must have shape (latent_dim,), but have {tuple(z0.shape)} and "
            f"{tuple(z1.shape)}."
        )
    fractions = torch.linspace(0, 1, steps, dtype=z0.dtype, device=z0.device)
    path = slerp(z0, z1, fractions) if spherical else torch.lerp(z0, z1, fractions[:, None])
    # Rounding must not move the ends: they are items, and decode as such.
    path[0], path[-1] = z0, z1
    return path


def slerp(z0: Tensor, z1: Tensor, fractions: Tensor) -> Tensor:
    """Points at ``fractions`` (n,) of the great circle from z0 to z1: (n, latent_dim).

    The direction turns evenly (Shoemake 1985; White 2016 for latent spaces) and the length goes
    evenly from |z0| to |z1|. Where the circle is not defined (a zero end, or opposite ends), the
    straight line is taken.
    """
    at = fractions[:, None]
    length0, length1 = z0.norm(), z1.norm()
    if length0 == 0 or length1 == 0:
        return torch.lerp(z0, z1, at)
    unit0, unit1 = z0 / length0, z1 / length1
    # Unlike acos of the product, exact near 0 and near half a turn (Kahan).
    angle = 2 * torch.atan2((unit0 - unit1).norm(), (unit0 + unit1).norm())
    sine = torch.sin(angle)
    if sine < 1e-4:
        return torch.lerp(z0, z1, at)
    unit = (torch.sin((1 - at) * angle) * unit0 + torch.sin(at * angle) * unit1) / sine
    path: Tensor = unit * torch.lerp(length0, length1, at)
    return path


def traverse(z: Tensor, dimension: int, values: Tensor | Sequence[float]) -> Tensor:
    """Copies of z (latent_dim,) with one coordinate set to each of ``values``: (n, latent_dim)."""
    if not 0 <= dimension < len(z):
        raise ConfigError(f"dimension must be between 0 and {len(z) - 1}, but is {dimension}.")
    column = torch.as_tensor(values, dtype=z.dtype, device=z.device)
    points = z.repeat(len(column), 1)
    points[:, dimension] = column
    return points


def grid(size: int, *, span: float = 3.0, center: tuple[float, float] = (0.0, 0.0)) -> Tensor:
    """A square of 2-D points, row by row from the top left: (size * size, 2).

    The square reaches ``span`` from its ``center`` in each direction; the y axis points up.
    """
    check_whole("size", size, 1, 10_000)
    offsets = torch.linspace(-span, span, size) if size > 1 else torch.zeros(1)
    x, y = center[0] + offsets, center[1] - offsets
    rows, columns = torch.meshgrid(y, x, indexing="ij")
    return torch.stack([columns.flatten(), rows.flatten()], dim=1)


def sample_prior(count: int, latent_dim: int, *, temperature: float = 1.0, seed: int = 0) -> Tensor:
    """Draws from N(0, temperature² I): (count, latent_dim), the same for the same seed."""
    check_whole("count", count, 1, 10_000_000)
    check_range("temperature", temperature, 0.0, 100.0)
    check_whole("seed", seed, 0, 2**63 - 1)
    generator = torch.Generator().manual_seed(seed)
    return temperature * torch.randn(count, latent_dim, generator=generator)


def analogy(a: Tensor, b: Tensor, c: Tensor) -> Tensor:
    """a − b + c: what makes a differ from b, added to c. Mikolov et al. 2013."""
    return a - b + c
