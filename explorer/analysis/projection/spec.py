"""What is to be projected how: a method, its dimensions and its parameters, checked."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from vae_core.checks import JsonConfig, check_choice, check_flag, check_range, check_whole
from vae_core.config import ConfigError

RAW, PCA, UMAP, TSNE, PACMAP = "raw", "pca", "umap", "tsne", "pacmap"
METHODS = (RAW, PCA, UMAP, TSNE, PACMAP)
# What each method is called, and the parameters that it takes.
NAMES = {
    RAW: "The latent space itself",
    PCA: "PCA",
    UMAP: "UMAP",
    TSNE: "t-SNE",
    PACMAP: "PaCMAP",
}
TAKES = {
    RAW: (),
    PCA: (),
    UMAP: ("neighbours", "min_dist", "metric", "supervised", "seed"),
    TSNE: ("perplexity", "metric", "seed"),
    PACMAP: ("neighbours", "metric", "seed"),
}
METRICS = ("euclidean", "cosine")
_SAID = {"min_dist": "min-dist", "supervised": "labels"}
_MOST_ID = 80
_ID = re.compile(
    r"(?P<method>[a-z]+)-(?P<dimensions>[23])d"
    r"(?:-n(?P<neighbours>\d{1,3}))?(?:-d(?P<min_dist>[\d.]{1,5}))?"
    r"(?:-p(?P<perplexity>[\d.]{1,6}))?(?:-(?P<metric>euclidean|cosine))?"
    r"(?P<supervised>-labels)?(?:-s(?P<seed>\d{1,10}))?"
)


class SpecError(ConfigError):
    """A projection was asked for that cannot be; the message is one sentence."""


@dataclass(frozen=True)
class ProjectionSpec(JsonConfig):
    """A projection to compute. Two specs are equal where their ids are.

    Attributes:
        method: one of `METHODS`.
        dimensions: 2 or 3.
        neighbours: UMAP and PaCMAP: how many of the nearest items each item is kept near to.
        min_dist: UMAP: how close points may come, in [0, 0.99], to three decimals.
        metric: how distances in the latent space are measured, one of `METRICS`.
        supervised: UMAP: items of one label are drawn together; one without a label is free.
        perplexity: t-SNE: about how many neighbours count, to one decimal.
        seed: of everything drawn at random: the same points again on the same machine.

    Raises ConfigError for a value that cannot be, and for one that the method does not take.
    """

    method: str
    dimensions: int = 2
    neighbours: int = 15
    min_dist: float = 0.1
    metric: str = "euclidean"
    supervised: bool = False
    perplexity: float = 30.0
    seed: int = 0

    def __post_init__(self) -> None:
        check_choice("method", self.method, METHODS)
        check_whole("dimensions", self.dimensions, 2, 3)
        check_whole("neighbours", self.neighbours, 2, 200)
        check_range("min_dist", self.min_dist, 0.0, 0.99)
        check_choice("metric", self.metric, METRICS)
        check_flag("supervised", self.supervised)
        check_range("perplexity", self.perplexity, 2.0, 500.0)
        check_whole("seed", self.seed, 0, 2**31 - 1)
        # Adding 0 turns -0.0 into 0.0, which has another id.
        object.__setattr__(self, "min_dist", round(float(self.min_dist), 3) + 0.0)
        object.__setattr__(self, "perplexity", round(float(self.perplexity), 1))
        for name, standard in _STANDARD.items():
            if name not in TAKES[self.method] and getattr(self, name) != standard:
                raise SpecError(
                    f"{NAMES[self.method]} takes no {_SAID.get(name, name)}; leave that out, or "
                    "choose another method."
                )

    @property
    def id(self) -> str:
        """A readable name that fits a URL and a file: `umap-2d-n15-d0.1-euclidean-s0`."""
        takes = TAKES[self.method]
        parts = [
            f"{self.method}-{self.dimensions}d",
            f"n{self.neighbours}" if "neighbours" in takes else "",
            f"d{self.min_dist:g}" if "min_dist" in takes else "",
            f"p{self.perplexity:g}" if "perplexity" in takes else "",
            self.metric if "metric" in takes else "",
            "labels" if self.supervised else "",
            f"s{self.seed}" if "seed" in takes else "",
        ]
        return "-".join(part for part in parts if part)

    @classmethod
    def from_id(cls, text: str) -> ProjectionSpec:
        """Return the spec that has this id. Raises ConfigError for anything else."""
        found = _ID.fullmatch(text) if len(text) <= _MOST_ID else None
        if found is not None:
            values: dict[str, Any] = {
                name: _KINDS[name](value)
                for name, value in found.groupdict().items()
                if value is not None and _reads(_KINDS[name], value)
            }
            spec = cls(**values)
            if spec.id == text:
                return spec
        raise SpecError(
            f"{text[:_MOST_ID]!r} names no projection; such a name is "
            "umap-2d-n15-d0.1-euclidean-s0, for instance."
        )

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> ProjectionSpec:
        """Read what `to_json` gave, of anybody. Raises ConfigError for anything else."""
        if not isinstance(values, Mapping) or not all(isinstance(name, str) for name in values):
            raise SpecError("A projection is an object of its settings, but something else came.")
        return super().from_json(values)

    @property
    def arguments(self) -> list[str]:
        """What asks for it on the command line, after `latentscape project RUN`."""
        found = ["--method", self.method, "--dimensions", str(self.dimensions)]
        for name in TAKES[self.method]:
            value = getattr(self, name)
            if name == "supervised":
                found += ["--supervised"] if value else []
            else:
                found += [f"--{name.replace('_', '-')}", str(value)]
        return found

    @property
    def words(self) -> str:
        """What it is for people: the method, its first parameter, and what is not as usual."""
        takes = TAKES[self.method]
        parts = [
            NAMES[self.method],
            f"{self.neighbours} neighbours" if "neighbours" in takes else "",
            f"perplexity {self.perplexity:g}" if "perplexity" in takes else "",
            f"min-dist {self.min_dist:g}" if self.min_dist != _STANDARD["min_dist"] else "",
            self.metric if self.metric != _STANDARD["metric"] else "",
            "by label" if self.supervised else "",
            "in 3-D" if self.dimensions == 3 else "",
            f"seed {self.seed}" if self.seed else "",
        ]
        return ", ".join(part for part in parts if part)


def _reads(kind: Any, text: str) -> bool:
    try:
        kind(text)
    except ValueError:
        return False
    return True


_STANDARD = {field.name: field.default for field in fields(ProjectionSpec)[2:]}
_KINDS: dict[str, Any] = {
    "method": str,
    "dimensions": int,
    "neighbours": int,
    "min_dist": float,
    "perplexity": float,
    "metric": str,
    "supervised": bool,
    "seed": int,
}
