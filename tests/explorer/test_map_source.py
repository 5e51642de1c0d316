"""How places on a model's map become latent points."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from explorer import computed, map_source
from explorer.canvas.state import Probed
from explorer.live.views import Published
from tests.explorer.made_runs import pictures, write_run
from vae_core.checkpoint import load_run


@pytest.mark.parametrize("latent_dim", [1, 2, 5])
def test_the_place_of_an_item_is_that_items_latent_point(runs: Path, latent_dim: int) -> None:
    run = load_run(write_run(runs / "a", pictures(40), latent_dim))
    projection = computed.projected(run)
    view = Published(run, map_source.view_of(projection, latent_dim))
    for index in (0, 7, 39):
        x, y = projection.points[index].tolist()
        place = view.at(x, y, from_nearest=True)
        assert place.nearest == index
        assert np.allclose(place.z, run.latents.mean[index], atol=1e-4)


def test_what_the_plane_leaves_open_comes_from_where_it_was_asked(runs: Path) -> None:
    run = load_run(write_run(runs / "a", pictures(40), 5))
    projection = computed.projected(run)
    view = Published(run, map_source.view_of(projection, 5))
    x, y = projection.points[3].tolist()
    nearest, average = view.at(x, y, True).z, view.at(x, y, False).z
    assert not np.allclose(nearest, average)
    # Both lie at the same place of the map.
    assert np.allclose(projection.place(nearest[None]), projection.place(average[None]), atol=1e-4)


def test_an_item_that_is_meant_in_space_is_decoded_itself(runs: Path) -> None:
    run = load_run(write_run(runs / "a", pictures(40), 5))
    decode = map_source.source_of(run, "run:a").decode
    assert decode is not None
    answer = decode(Probed(9.0, 9.0, False, 1, index=17))
    assert answer is not None
    assert (answer.nearest, answer.trust) == (17, 1.0)
    assert np.array_equal(answer.z, run.latents.mean[17])
