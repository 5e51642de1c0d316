"""The look at a training on the Train page, run without a browser."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from tests.explorer.made_runs import HOSTILE
from vae_core.snapshot import SNAPSHOT, Shown, Snapshot, write_snapshot


def view(folder: str) -> None:
    from pathlib import Path

    from explorer import snapshot_view

    snapshot_view.show(Path(folder))


def shown(folder: Path) -> AppTest:
    app = AppTest.from_function(view, args=(str(folder),), default_timeout=60).run()
    assert not app.exception
    return app


def write(folder: Path, items: Shown, information: float = 3.0) -> None:
    snapshot = Snapshot(
        step=1, epoch=0.5, originals=items, reconstructions=items, samples=items,
        kl=np.arange(4, dtype=np.float32), cloud=np.zeros((9, 2), np.float32),
        labels=(HOSTILE,) * 9, information=information,
    )  # fmt: skip
    write_snapshot(folder / SNAPSHOT, snapshot)


def test_before_the_first_look_it_says_that_it_comes(tmp_path: Path) -> None:
    assert "in a few seconds" in shown(tmp_path).caption[0].value


@pytest.mark.parametrize("colours", [(), (3,)])
def test_pictures_are_shown(tmp_path: Path, colours: tuple[int, ...]) -> None:
    write(tmp_path, np.zeros((8, 6, 5, *colours), np.uint8))
    app = shown(tmp_path)
    assert len(app.get("image")) == 24
    assert len(app.get("echarts_chart")) == 2
    assert not app.success


@pytest.mark.parametrize("information", [-0.1, 1.9, 2.0, 9.0])
def test_texts_are_plain_and_a_light_says_whether_z_is_in_use(
    tmp_path: Path, information: float
) -> None:
    write(tmp_path, (HOSTILE,) * 8, information)
    app = shown(tmp_path)
    assert [text.value for text in app.text] == [HOSTILE] * 12
    assert (len(app.success), len(app.warning)) == ((1, 0) if information >= 2 else (0, 1))
    # A label is nowhere: Plotly would read it as markup.
    figures = [chart.proto.spec for chart in app.get("echarts_chart")]
    assert not any("<script>" in figure for figure in figures)
