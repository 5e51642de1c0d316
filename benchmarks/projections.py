"""UMAP of many items: ours beside umap-learn alone, and a million by landmarks.

    python -m benchmarks.projections [--rounds 3]
    python -m benchmarks.projections --million

Latents: MNIST's 60,000 training digits as their first 32 principal components; a million of them
are the same digits, each shifted by up to two pixels and with a little noise, 17 times over.

Without --million: 60,000 × 32 in one process, turn by turn, after both have compiled what they
compile (said too): seconds, seconds of processor, and what the maps are worth. umap-learn runs as
it comes (all cores, no seed), and seeded (one core).

With --million: time and peak memory of the whole, and its trustworthiness beside a full fit's, both
on the same 100,000 of the items; and how many of the true neighbours are found by cells.
"""

from __future__ import annotations

import argparse
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.memory_of import Watch, held
from explorer.analysis.nearest import nearest
from explorer.analysis.projection import ProjectionSpec, fit, measure
from explorer.analysis.projection.umap import umap
from vae_core.data.dataset import DataError
from vae_core.data.registry import load_dataset

ITEMS, DIMENSIONS, MILLION, FULL = 60_000, 32, 1_000_000, 100_000
_WARM, _RECALL_SAMPLE = 5_000, 2_000
_GIB = 2**30
Latents = NDArray[np.float32]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--million", action="store_true")
    arguments = parser.parse_args()
    try:
        pictures = _digits()
    except DataError as error:
        sys.exit(f"{error}")
    if arguments.million:
        _million(pictures)
    else:
        _beside(pictures, arguments.rounds)


def _digits() -> Latents:
    images = load_dataset("mnist").images
    assert images is not None
    return images[:ITEMS].astype(np.float32) / np.float32(255)


def _axes(pictures: Latents) -> tuple[Latents, Latents]:
    flat = pictures.reshape(len(pictures), -1)
    centre = flat.mean(axis=0)
    directions = np.linalg.eigh((flat - centre).T @ (flat - centre))[1]
    return centre, np.ascontiguousarray(directions[:, ::-1][:, :DIMENSIONS])


def _latents(pictures: Latents, axes: tuple[Latents, Latents]) -> Latents:
    centre, plane = axes
    return (pictures.reshape(len(pictures), -1) - centre) @ plane


def _copies(pictures: Latents) -> Iterator[Latents]:
    """The digits again and again, shifted, with some noise."""
    draw = np.random.default_rng(0)
    while True:
        shift = tuple(draw.integers(-2, 3, 2).tolist())
        noise = draw.standard_normal(pictures.shape, np.float32)
        yield np.roll(pictures, shift, axis=(1, 2)) + np.float32(0.05) * noise


@contextmanager
def _timed(name: str) -> Iterator[dict[str, float]]:
    wall, processor = time.perf_counter(), time.process_time()
    took: dict[str, float] = {}
    yield took
    took["wall"] = time.perf_counter() - wall
    took["processor"] = time.process_time() - processor
    print(f"{name}: {took['wall']:.1f} s, {took['processor']:.1f} s of processor", flush=True)


def _learned(seed: int | None) -> Callable[[Latents], Latents]:
    def fitted(latents: Latents) -> Latents:
        from umap import UMAP

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return np.asarray(UMAP(random_state=seed).fit_transform(latents))

    return fitted


def _ours(latents: Latents) -> Latents:
    return umap(latents, ProjectionSpec("umap"), None)


def _beside(pictures: Latents, rounds: int) -> None:
    latents = _latents(pictures, _axes(pictures))
    legs = {"ours": _ours, "umap-learn": _learned(None), "umap-learn, seeded": _learned(0)}
    for name, leg in legs.items():
        with _timed(f"{name}: import, compile and {_WARM:,} items"):
            leg(latents[:_WARM])
    ratios: dict[str, list[float]] = {name: [] for name in legs if name != "ours"}
    for number in range(1, rounds + 1):
        took: dict[str, dict[str, float]] = {}
        for name, leg in legs.items():
            with _timed(f"round {number}, {name}: {len(latents):,} × {DIMENSIONS}") as took[name]:
                points = leg(latents)
            print(f"  {_said(latents, points)}")
        for name, found in ratios.items():
            found.append(took["ours"]["wall"] / took[name]["wall"])
    for name, found in ratios.items():
        print(f"ours ÷ {name}: {np.median(found):.2f} ({min(found):.2f} to {max(found):.2f})")


def _million(pictures: Latents) -> None:
    axes, parts = _axes(pictures), _copies(pictures)
    whole = np.concatenate([_latents(next(parts), axes) for _ in range(-(-MILLION // ITEMS))])
    latents = np.ascontiguousarray(whole[:MILLION])
    del whole, pictures
    print(f"{len(latents):,} × {DIMENSIONS}, {held('RssAnon') / _GIB:.1f} GiB held before")
    spec = ProjectionSpec("umap")
    with Watch() as watch, _timed("by landmarks"):
        found = fit(latents, spec)
    print(f"{watch.highest / _GIB:.1f} GiB at most. {found.note}")
    assert found.quality is not None
    print(found.quality.words)
    some = np.sort(np.random.default_rng(1).choice(MILLION, FULL, replace=False))
    sample: Any = latents[some]
    with _timed(f"full fit of {FULL:,} of them"):
        full = fit(sample, spec, measured=False)
    print(f"among these, full fit: {_said(sample, full.points)}")
    print(f"among these, by landmarks: {_said(sample, found.points[some])}")
    rows = sample[:_RECALL_SAMPLE]
    true, cells = nearest(rows, sample, 15), nearest(sample, sample, 15, exact_pairs=0)
    pairs = zip(true.items, cells.items[:_RECALL_SAMPLE], strict=True)
    recall = np.mean([len(set(one) & set(other)) / 15 for one, other in pairs])
    print(f"of the 15 nearest of an item, cells find {recall:.1%}")


def _said(latents: Latents, points: Latents) -> str:
    quality = measure(latents, points)
    assert quality is not None
    return quality.words


if __name__ == "__main__":
    main()
