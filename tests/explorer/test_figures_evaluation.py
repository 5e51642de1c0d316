"""The confusion matrix as it is drawn."""

from __future__ import annotations

import numpy as np

from explorer import figures_evaluation
from tests.explorer.made_runs import HOSTILE


def test_right_and_wrong_cells_have_their_shares_and_each_can_be_clicked() -> None:
    table = np.array([[8, 2, 0], [0, 0, 0], [1, 0, 3]])
    figure = figures_evaluation.confusion(table, ["a", "b", HOSTILE])
    right, wrong, cells = figure.data
    shares = np.where(np.isnan(right.z), wrong.z, right.z)
    np.testing.assert_allclose(shares, [[0.8, 0.2, 0], [0, 0, 0], [0.25, 0, 0.75]])
    assert np.isfinite(right.z).tolist() == np.eye(3, dtype=bool).tolist()
    assert np.isfinite(wrong.z).tolist() == (~np.eye(3, dtype=bool)).tolist()
    assert [[*row] for row in wrong.text] == [["", "2", ""], ["", "", ""], ["1", "", ""]]
    assert list(zip(cells.y.tolist(), cells.x.tolist(), strict=True)) == [
        (row, column) for row in range(3) for column in range(3)
    ]
    assert cells.text[1] == "2 items of a<br>taken for b: 20% of the label"
    assert "<script>" not in "".join(cells.text)
