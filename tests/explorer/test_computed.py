"""What the map can be coloured by."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from explorer import computed
from explorer.analysis import density
from explorer.analysis.decoding import decode
from explorer.colouring import Continuous
from tests.explorer.made_runs import coloured, pictures, sentences, write_run
from vae_core.checkpoint import Run, load_run


def scale(run: Run, choice: str) -> np.ndarray:
    found = computed.colouring(run, choice)
    assert isinstance(found, Continuous)
    assert found.values.shape == (len(run),)
    assert np.isfinite(found.values).all()
    return found.values


def test_the_information_of_an_item_is_its_kl_in_nats(runs: Path) -> None:
    run = load_run(write_run(runs / "a", sentences(20), 3))
    mean, variance = run.latents.mean[4], np.exp(run.latents.log_variance[4])
    expected = 0.5 * (mean**2 + variance - np.log(variance) - 1).sum()
    assert np.isclose(scale(run, computed.INFORMATION)[4], expected, rtol=1e-5)


def test_the_error_of_an_item_is_that_of_its_own_decode(runs: Path) -> None:
    for number, dataset in enumerate((pictures(12), coloured(12))):
        run = load_run(write_run(runs / str(number), dataset))
        assert run.images is not None
        decoded = np.asarray(decode(run, run.latents.mean[5:6]))[0]
        expected = ((decoded - run.images[5] / 255.0) ** 2).mean()
        assert np.isclose(scale(run, computed.ERROR)[5], expected, rtol=1e-4)


def test_items_that_are_not_there_have_no_error_to_show(runs: Path) -> None:
    folder = write_run(runs / "a", pictures(12))
    (folder / "images.npy").unlink()
    assert computed.ERROR not in computed.colour_choices(load_run(folder))
    texts = load_run(write_run(runs / "b", sentences(12)))
    assert computed.ERROR not in computed.colour_choices(texts)


def test_every_choice_colours_every_item(runs: Path) -> None:
    for number, dataset in enumerate((pictures(12), sentences(12))):
        run = load_run(write_run(runs / str(number), dataset, 5))
        for choice in computed.colour_choices(run):
            found = computed.colouring(run, choice)
            assert len(found.values if isinstance(found, Continuous) else found.codes) == 12


def test_density_is_highest_in_the_crowd_and_defined_for_any_points() -> None:
    draw = np.random.default_rng(0)
    crowd, few = draw.normal(0, 0.1, (900, 2)), draw.normal(5, 1.0, (100, 2))
    found = density.around(np.concatenate([crowd, few]))
    assert found[:900].mean() > 5 * found[900:].mean()
    assert found.max() == 1.0
    assert density.around(np.zeros((1, 2))).tolist() == [1.0]
    assert density.around(np.column_stack([np.arange(9.0), np.zeros(9)])).min() > 0
