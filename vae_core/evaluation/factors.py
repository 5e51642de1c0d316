"""How cleanly known factors lie along single dimensions: the mutual information gap."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from sklearn.metrics import mutual_info_score

from vae_core.checks import check_whole
from vae_core.data.dataset import DataError

# As in the comparison of Locatello et al. 2019.
BINS = 20


class MutualInformationGap(NamedTuple):
    """``mean`` over factors, and the gap of each factor; 0 to 1."""

    mean: float
    factors: dict[str, float]


def mutual_information_gap(
    codes: npt.NDArray[Any], factors: Mapping[str, Sequence[str]], *, bins: int = BINS
) -> MutualInformationGap:
    """MIG of codes (items, latent_dim) for ``factors``, a value an item each. Chen et al. 2018.

    For each factor v the mutual information I(z_d; v) of the best dimension less that of the
    second best, as a share of the entropy H(v). z is made discrete by ``bins`` intervals of equal
    width between its least and greatest value, one dimension at a time.
    Raises DataError for a factor that has only one value.
    """
    check_whole("bins", bins, 2, 10_000)
    if not factors:
        raise DataError("The mutual information gap needs known factors; give a column of them.")
    discrete = [_in_bins(column, bins) for column in np.asarray(codes, dtype=np.float64).T]
    gaps = {name: _gap(name, discrete, values) for name, values in factors.items()}
    return MutualInformationGap(sum(gaps.values()) / len(gaps), gaps)


def _in_bins(column: npt.NDArray[np.float64], bins: int) -> npt.NDArray[np.int64]:
    edges = np.linspace(column.min(), column.max(), bins + 1)[1:-1]
    return np.digitize(column, edges).astype(np.int64)


def _gap(name: str, discrete: list[npt.NDArray[np.int64]], values: Sequence[str]) -> float:
    if len(values) != len(discrete[0]):
        raise DataError(
            f"The factor {name} has {len(values)} values for {len(discrete[0])} items; each item "
            "needs one."
        )
    numbers = np.unique(np.asarray(values, dtype=str), return_inverse=True)[1]
    entropy = mutual_info_score(numbers, numbers)
    if entropy <= 0:
        raise DataError(f"The factor {name} has one value only, so nothing to find; leave it out.")
    information = sorted((mutual_info_score(column, numbers) for column in discrete), reverse=True)
    second = information[1] if len(information) > 1 else 0.0
    return float((information[0] - second) / entropy)
