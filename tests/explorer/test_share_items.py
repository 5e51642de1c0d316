"""Items to take away on a page: which there are, and a table of them written beside the server."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from explorer import catalogue, items_out, share_items, side_work
from explorer.side_work import Works
from tests.explorer.made_runs import pictures, sentences, write_run
from tests.explorer.test_pages import on_the_map, open_page

PIN = {"x": 0.0, "y": 0.0, "z": None, "index": 3, "view": "raw"}
# Stands in for the command, which takes seconds to start: writes down what it was asked.
WORKER = """
    import json, pathlib, sys
    said = sys.argv[1:]
    if (pathlib.Path(__file__).parent / "fail").exists():
        sys.exit("latentscape: there is no room; free some.")
    out = pathlib.Path(said[said.index("--out") + 1])
    only = pathlib.Path(said[said.index("--only") + 1]) if "--only" in said else None
    items = only.read_text().split() if only else []
    out.write_text(json.dumps({"said": said, "items": items}))
    print(json.dumps({"out": str(out), "items": len(items)}))
"""


@pytest.fixture(autouse=True)
def works(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Works]:
    script = tmp_path / "worker.py"
    script.write_text(textwrap.dedent(WORKER))
    found = Works([sys.executable, str(script)])
    monkeypatch.setattr(side_work, "works", lambda: found)
    monkeypatch.setattr(items_out, "_root", lambda: tmp_path / "tables")
    (tmp_path / "tables").mkdir()
    yield found
    found.close()


def panel(app: AppTest, way: str = "Items") -> AppTest:
    """Open the Share panel of the map that is shown, at one of its ways."""
    run = catalogue.open_run("run:a")
    app.session_state[f"share.open.{run.content_hash}"] = True
    app.session_state["share.way"] = way
    app.run()
    assert not app.exception
    return app


def captions(app: AppTest) -> str:
    return " ".join(one.value for one in app.caption)


def written(app: AppTest, tmp_path: Path) -> str:
    """Have the table made; return what the command was asked."""
    app.button(key="share.make").click().run()
    for work in list(side_work.works()._known.values()):
        work.future.exception(timeout=60)
    app.run()
    assert not app.exception
    return "".join(file.read_text() for file in (tmp_path / "tables").glob("*/items.*"))


def test_what_is_selected_is_taken_as_a_table(runs: Path, tmp_path: Path) -> None:
    write_run(runs / "a", pictures(40))
    app = panel(on_the_map(open_page("map.py", "run:a"), items=[3, 4, 9], pins=[PIN]))
    [which] = [one for one in app.segmented_control if one.label == "Which items"]
    assert which.options == ["Selected (3)", "All (40)"]
    said = written(app, tmp_path)
    assert '"items": ["3", "4", "9"]' in said
    assert '"--pinned", "3"' in said
    assert "--decode" not in said
    labels = [one.proto.label for one in app.get("download_button")]
    assert any(label.startswith("Download (") for label in labels)


def test_all_texts_can_be_decoded_up_to_a_limit(
    runs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_run(runs / "a", sentences(20), latent_dim=3)
    app = panel(open_page("map.py", "run:a"))
    app.toggle(key="share.decoded").set_value(True).run()
    assert "--decode" in written(app, tmp_path)
    monkeypatch.setattr(share_items, "MOST_DECODED", 10)
    assert "Here up to 10 texts are decoded" in captions(panel(app))


def test_what_search_finds_can_be_taken(runs: Path) -> None:
    write_run(runs / "a", sentences(40), latent_dim=2)
    app = panel(on_the_map(open_page("map.py", "run:a"), query="item 7", items=[1, 7, 8]))
    [which] = [one for one in app.segmented_control if one.label == "Which items"]
    assert which.options == ["Selected (1)", "Found (1)", "All (40)"]


def test_why_there_is_no_table_is_said_and_it_can_be_asked_for_again(
    runs: Path, tmp_path: Path
) -> None:
    write_run(runs / "a", pictures(10))
    (tmp_path / "fail").touch()
    app = panel(open_page("map.py", "run:a"))
    written(app, tmp_path)
    assert [one.value for one in app.error] == ["there is no room; free some\\."]
    (tmp_path / "fail").unlink()
    assert "items" in written(app, tmp_path)


def test_a_table_that_is_too_large_for_a_page_is_not_offered(
    runs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_run(runs / "a", pictures(10))
    monkeypatch.setattr(share_items, "MOST_BYTES", 10)
    app = panel(open_page("map.py", "run:a"))
    written(app, tmp_path)
    assert "a page hands on at most 10 bytes" in app.error[0].value


def test_a_table_that_has_gone_is_made_again(runs: Path, tmp_path: Path) -> None:
    write_run(runs / "a", pictures(10))
    app = panel(open_page("map.py", "run:a"))
    written(app, tmp_path)
    for file in (tmp_path / "tables").glob("*/items.*"):
        file.unlink()
    app.run()
    assert "items" in written(app, tmp_path)
