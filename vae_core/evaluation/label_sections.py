"""The sections of ``evaluate`` that ask for labels or factors: probe, clustering, factors."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from vae_core.data.dataset import DataError
from vae_core.evaluation import baselines
from vae_core.evaluation.clustering import SEEDS, clustering, k_means, silhouette
from vae_core.evaluation.described import DescribedItems, Rows, drawn, random_parts
from vae_core.evaluation.factors import BINS, mutual_information_gap
from vae_core.evaluation.latent_items import LatentItems
from vae_core.evaluation.posterior import encode_items
from vae_core.evaluation.probe import Labelled, Probe, class_scores, probed
from vae_core.models.base import VAE

# A probe learns little from more, and pixels or words of all items take minutes.
PROBE_ITEMS = 10_000
CLUSTERS_WITHOUT_LABELS = 10
MAX_FACTOR_VALUES = 50
# The matrix of so many is more than anybody reads.
MAX_CLASSES = 200


class Parts(NamedTuple):
    """What the probe is fitted on, what picks its C, and what it is scored on.

    ``rows`` are the numbers of the items that it is scored on, among those that are measured.
    """

    train: DescribedItems
    validation: DescribedItems
    test: DescribedItems
    split: str
    rows: Rows


def probe_parts(
    test: DescribedItems,
    train: DescribedItems | None,
    validation: DescribedItems | None,
    seed: int,
) -> Parts:
    """Labelled items for the probe; parts that are not given are drawn from those that are."""
    if train is None:
        chosen = random_parts(test, seed)
        first, second, third = map(test.at, chosen)
        return Parts(first, second, third, "drawn from these items", chosen[2])
    rows = drawn(train.labelled(), PROBE_ITEMS, seed)
    if validation is not None:
        checked = validation.at(drawn(validation.labelled(), PROBE_ITEMS, seed))
        known = test.labelled()
        return Parts(train.at(rows), checked, test.at(known), "the given parts", known)
    order = np.random.default_rng(seed).permutation(rows)
    fifth = len(order) // 5
    fitted, checked = train.at(np.sort(order[fifth:])), train.at(np.sort(order[:fifth]))
    split = "the given parts, validation drawn from train"
    return Parts(fitted, checked, test.at(test.labelled()), split, test.labelled())


def probe_section(
    model: VAE, test: DescribedItems, parts: Parts, seed: int
) -> tuple[dict[str, Any], dict[str, list[int]]]:
    """The probe of μ, and the same probe on what one would use instead, on the same parts.

    Also, for each item that it was scored on: its number among those of ``test`` ("probe_rows"),
    its class ("probe_truth") and what it was taken for by features ("probe_latent" and so on), as
    numbers of the names under "by_class"; nothing where there are too many classes for that.
    """
    probes = {"latent": _probe([_mean(model, part) for part in parts[:3]], parts)}
    for name, features in _other_features(model, parts, seed).items():
        probes[name] = _probe(features, parts, standardise=name != "tfidf")
    found: dict[str, Any] = {
        "split": parts.split,
        "train_items": len(parts.train),
        "validation_items": len(parts.validation),
        "test_items": len(parts.test),
        "unlabelled": len(test) - len(test.labelled()),
        "classes": len(set(parts.train.labels or ())),
        "most_frequent_label_accuracy": _most_frequent(parts),
        "baseline_dimensions": model.latent_dim,
        **{name: probe.score._asdict() for name, probe in probes.items()},
    }
    by_class, of_items = _by_class(probes, parts)
    return found | by_class, of_items


def _by_class(
    probes: Mapping[str, Probe], parts: Parts
) -> tuple[dict[str, Any], dict[str, list[int]]]:
    truth = _labels(parts.test)
    names = sorted({*truth}.union(*(probe.predicted for probe in probes.values())))
    if len(names) > MAX_CLASSES:
        return {}, {}
    place = {name: number for number, name in enumerate(names)}
    of_items = {"probe_rows": parts.rows.tolist(), "probe_truth": [place[one] for one in truth]}
    found: dict[str, Any] = {"names": names}
    for name, probe in probes.items():
        scores = class_scores(truth, probe.predicted, names)
        found["support"] = scores.support.tolist()
        found[name] = {
            key: getattr(scores, key).tolist() for key in ("precision", "recall", "f1", "confusion")
        }
        of_items[f"probe_{name}"] = [place[one] for one in probe.predicted]
    return {"by_class": found}, of_items


def _most_frequent(parts: Parts) -> float:
    """How often a guess is right that looks at nothing: always the label that train has most."""
    [(most, _)] = Counter(_labels(parts.train)).most_common(1)
    truth = _labels(parts.test)
    return truth.count(most) / len(truth)


def _probe(features: Sequence[Any], parts: Parts, *, standardise: bool = True) -> Probe:
    train, validation, test = map(Labelled, features, map(_labels, parts[:3]))
    return probed(train, validation, test, standardise=standardise)


def _labels(part: DescribedItems) -> list[str]:
    return [label or "" for label in part.labels or ()]


def _mean(model: VAE, part: DescribedItems) -> npt.NDArray[np.float64]:
    if not len(part):
        return np.zeros((0, model.latent_dim))
    if isinstance(part.items, LatentItems):
        return part.items.posterior.mean.double().numpy()
    return encode_items(model, part.items).mean.double().numpy()


def _other_features(model: VAE, parts: Parts, seed: int) -> dict[str, list[Any]]:
    """Features of train, validation and test by their name, fitted on train."""
    given = [part for part in parts[:3] if not isinstance(part.items, LatentItems)]
    if not all(len(part) for part in given) or len(given) < 3:
        return {}
    dimensions = model.latent_dim
    if model.modality == "images":
        pixels = [baselines.pixel_features(part.items) for part in parts[:3]]
        pca = baselines.pca_features(*pixels, dimensions=dimensions, seed=seed)
        return {"pca": pca, "pixels": pixels}
    texts = [part.texts for part in parts[:3] if part.texts is not None]
    if len(texts) < 3:
        return {}
    lsa = baselines.lsa_features(*texts, dimensions=dimensions, seed=seed)
    return {"lsa": lsa, "tfidf": baselines.tfidf_features(*texts)}


def clustering_section(
    model: VAE, test: DescribedItems, train: DescribedItems | None, seed: int
) -> dict[str, Any]:
    """k-means on μ, and on LSA or PCA of the same items."""
    known = test.at(test.labelled())
    labels = [label or "" for label in known.labels or ()]
    if not labels:
        return _without_labels(model, test, seed)
    seeds = [seed + number for number in SEEDS]
    found: dict[str, Any] = {
        "items": len(known),
        "unlabelled": len(test) - len(known),
        "k": len(set(labels)),
        "seeds": seeds,
        "baseline_dimensions": baselines.LSA_DIMENSIONS,
        "latent": clustering(_mean(model, known), labels, seeds=seeds),
    }
    for name, features in _features_to_cluster(model, known, train, seed).items():
        found[name] = clustering(features, labels, seeds=seeds)
    return found


def _features_to_cluster(
    model: VAE, known: DescribedItems, train: DescribedItems | None, seed: int
) -> dict[str, npt.NDArray[np.float64]]:
    if isinstance(known.items, LatentItems):
        return {}
    if model.modality == "images":
        pixels = baselines.pixel_features(known.items)
        dimensions = baselines.LSA_DIMENSIONS
        return {"pca": baselines.pca_features(pixels, dimensions=dimensions, seed=seed)[0]}
    if known.texts is None:
        return {}
    if train is None or train.texts is None:
        return {"lsa": baselines.lsa_features(known.texts, seed=seed)[0]}
    # Fitted on what the model was: with the words of the few test texts alone it would be worse.
    return {"lsa": baselines.lsa_features(train.texts, known.texts, seed=seed)[1]}


def _without_labels(model: VAE, test: DescribedItems, seed: int) -> dict[str, Any]:
    mean = _mean(model, test)
    k = min(CLUSTERS_WITHOUT_LABELS, len(mean) // 2)
    assignment = k_means(mean, k, seed=seed)
    return {"items": len(mean), "k": k, "silhouette": silhouette(mean, assignment, seed=seed)}


def usable_factors(factors: Mapping[str, Sequence[str]]) -> dict[str, Sequence[str]]:
    """The columns with 2 to ``MAX_FACTOR_VALUES`` different values and none missing."""
    return {
        name: values
        for name, values in factors.items()
        if 2 <= len(set(values)) <= MAX_FACTOR_VALUES and all(values)
    }


def factors_section(
    model: VAE,
    test: DescribedItems,
    train: DescribedItems | None,
    validation: DescribedItems | None,
    seed: int,
) -> dict[str, Any]:
    """The mutual information gap, and a probe of μ for each factor."""
    factors = usable_factors(test.factors)
    if not factors:
        raise DataError(
            f"A factor has 2 to {MAX_FACTOR_VALUES} different values and none missing; no column "
            "has."
        )
    gap = mutual_information_gap(_mean(model, test), factors)
    return {
        "items": len(test),
        "mig": gap.mean,
        "bins": BINS,
        "mig_of": gap.factors,
        "probe_of": {
            name: _factor_probe(model, name, (test, train, validation), seed) for name in factors
        },
        "left_out": sorted(set(test.factors) - set(factors)),
    }


def _factor_probe(
    model: VAE,
    name: str,
    parts: tuple[DescribedItems, DescribedItems | None, DescribedItems | None],
    seed: int,
) -> dict[str, float | bool]:
    known = [None if part is None or name not in part.factors
             else part.with_labels(part.factors[name]) for part in parts]  # fmt: skip
    assert known[0] is not None
    chosen = probe_parts(known[0], known[1], known[2], seed)
    probe = _probe([_mean(model, part) for part in chosen[:3]], chosen)
    return probe.score._asdict()
