"""Pins on a map that shows another projection than the one they were set on."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from explorer import computed, pins
from explorer.analysis.projection import ProjectionSpec, fit
from explorer.canvas.state import Pin
from tests.explorer.made_runs import sentences, write_run
from vae_core.checkpoint import load_run


def test_free_pins_lie_where_their_latent_point_does(tmp_path: Path) -> None:
    run = load_run(write_run(tmp_path / "a", sentences(20), latent_dim=4))
    plane = computed.projected(run)
    z = tuple(float(value) for value in run.latents.mean[7])
    free, ours, item, unknown = (
        Pin(9.0, 9.0, z, view="other"),
        Pin(1.0, 2.0, z, view="plane"),
        Pin(9.0, 9.0, None, 3, view="other"),
        Pin(9.0, 9.0, None, view="other"),
    )
    found = pins.placed(run, (free, ours, item, unknown), "plane", plane)
    np.testing.assert_allclose((found[0].x, found[0].y), plane.points[7], atol=1e-5)
    assert found[0].view == "plane"
    assert found[0].z == z
    assert found[1:] == (ours, item, unknown)


def test_in_space_pins_stay_as_they_are(tmp_path: Path) -> None:
    run = load_run(write_run(tmp_path / "a", sentences(20), latent_dim=4))
    space = fit(run.latents.mean, ProjectionSpec("pca", 3), None)
    free = Pin(9.0, 9.0, (0.0,) * 4, view="other")
    assert pins.placed(run, (free,), "pca-3d", space) == (free,)
