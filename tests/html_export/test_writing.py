"""`latentscape export --to html`: what is written, what it says of itself, what is refused."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from explorer import computed, projections
from explorer.analysis.projection import ProjectionSpec
from explorer.canvas.state import Pin
from explorer.html_export import decoders, provenance, writing
from explorer.html_export.writing import HtmlOptions, export_html
from tests.explorer.made_runs import HOSTILE, pictures, sentences, write_run
from tests.html_export.reading import content_of
from tests.support import ROOT, refused, succeeds
from vae_core.checkpoint import load_run
from vae_core.export import ExportError
from vae_core.run_notes import Notes, write_notes


class Parts(HTMLParser):
    """The elements of a page, and what the scripts and the title hold."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, str] = {}
        self._within = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._within = dict(attrs).get("id") or tag

    def handle_endtag(self, tag: str) -> None:
        self._within = ""

    def handle_data(self, data: str) -> None:
        self.texts[self._within] = self.texts.get(self._within, "") + data


def read(file: Path) -> tuple[Parts, dict[str, Any]]:
    """The parts of a file, and the header of what it holds."""
    parts = Parts(file.read_text(encoding="utf-8"))
    content = content_of(parts.texts["content"])
    length = int.from_bytes(content[:4], "little")
    return parts, json.loads(content[4 : 4 + length])


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Sentences whose texts, labels and title are all that HTML would take for something else."""
    folder = write_run(tmp_path_factory.mktemp("runs") / "hostile", sentences(40), 3)
    write_notes(folder, Notes("</script><img src=x onerror=alert(1)>", ("a tag",)))
    (folder / "LICENCE.txt").write_text("Do as you like. </script>", encoding="utf-8")
    return folder


def test_nothing_in_a_run_becomes_markup(run: Path, tmp_path: Path) -> None:
    file = tmp_path / "map.html"
    assert "40 items" in succeeds("export", run, "--to", "html", "--out", file)
    parts, header = read(file)
    tags = [tag for tag, _ in parts.tags]
    assert tags.count("script") == 2
    assert "img" not in tags
    assert parts.texts["title"] == "</script><img src=x onerror=alert(1)> · Latentscape"
    assert HOSTILE not in file.read_text(encoding="utf-8")
    assert header["title"] == "</script><img src=x onerror=alert(1)>"


def test_the_page_forbids_itself_the_network_and_every_other_script(
    run: Path, tmp_path: Path
) -> None:
    file = tmp_path / "map.html"
    export_html(load_run(run), file)
    parts, _ = read(file)
    policy = next(
        about["content"] or ""
        for tag, about in parts.tags
        if tag == "meta" and about.get("http-equiv") == "Content-Security-Policy"
    )
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    assert rules["default-src"] == "'none'"
    assert "connect-src" not in rules
    digest = hashlib.sha256(parts.texts["script"].encode()).digest()
    assert rules["script-src"] == f"'sha256-{base64.b64encode(digest).decode()}'"
    assert not any(about.get("src") or about.get("href") for _, about in parts.tags)


def test_the_file_says_where_it_comes_from(run: Path, tmp_path: Path) -> None:
    file = tmp_path / "map.html"
    export_html(load_run(run), file, HtmlOptions(most=10, colour="Split"))
    _, header = read(file)
    about = {section["title"]: section for section in header["about"]}
    lines = {name: value for part in about.values() for name, value in part.get("lines", ())}
    assert lines["Items"].startswith("10 of 40 items, drawn at random (each label")
    assert lines["Data set"] == "sentences"
    assert lines["Tags"] == "a tag"
    assert "float32" in lines["Weights"]
    assert "100% are the same" in lines["Decodes"]
    assert about["LICENCE.txt of the model"]["text"] == "Do as you like. </script>"
    assert provenance.MIT in about["The page's own code"]["text"]
    assert header["items"] == 10
    assert header["colours"][0]["title"] == "Split"
    assert "10 of 40 items" in header["note"]
    assert header["still"] is None


def test_the_licence_in_a_file_is_the_projects() -> None:
    assert (ROOT / "LICENSE").read_text(encoding="utf-8") == provenance.MIT


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("train --text /home/me/a.csv --out runs/x", "train --text …/a.csv --out runs/x"),
        ("train --text '/home/me/my files/a.csv'", "train --text '…/my files/a.csv'"),
        ("train --text C:\\me\\a.csv --beta 1", "train --text …/a.csv --beta 1"),
        ("train --text ~/b/a.csv", "train --text …/a.csv"),
        ("train --text $DATA/text/a.csv", "train --text $DATA/text/a.csv"),
    ],
)
def test_a_command_names_no_folders_of_a_machine(command: str, said: str) -> None:
    assert provenance.without_folders(command) == said


def test_a_view_that_is_kept_can_be_chosen(tmp_path: Path) -> None:
    run = load_run(write_run(tmp_path / "run", pictures(30), 4))
    spec = ProjectionSpec("pca", dimensions=3)
    projections.make(run, spec)
    file = tmp_path / "map.html"
    export_html(run, file, HtmlOptions(view=spec.id))
    assert read(file)[1]["seen"]["kind"] == "space"
    export_html(run, file, HtmlOptions(view="pca-2"), overwrite=True)
    assert read(file)[1]["seen"]["kind"] == "linear"
    for view in ("umap-9", "pca"):
        with pytest.raises(ExportError, match=re.escape("choose of pca-2d, pca-3d, or compute")):
            export_html(run, file, HtmlOptions(view=view), overwrite=True)


def test_pictures_that_are_too_large_are_left_out_and_that_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from explorer.html_export import content

    run = load_run(write_run(tmp_path / "run", pictures(30)))
    file = tmp_path / "map.html"
    export_html(run, file)
    header = read(file)[1]
    assert header["sections"]["images"]["shape"] == [30, 8, 8]
    assert header["items_note"] == ""
    monkeypatch.setattr(content, "MOST_PICTURE_BYTES", 100)
    export_html(run, file, overwrite=True)
    header = read(file)[1]
    assert "images" not in header["sections"]
    assert "left out" in header["items_note"]


def test_what_no_browser_can_decode_is_decoded_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = load_run(write_run(tmp_path / "run", pictures(30)))
    file = tmp_path / "map.html"
    monkeypatch.setattr(decoders, "MOST_WORK", 10)
    done = export_html(run, file)
    assert done.differences == {}
    header = read(file)[1]
    assert header["decoder"] is None
    assert "thousand million" in header["still"]
    assert header["sections"]["stills.pictures"]["shape"] == [30, 8, 8]
    assert not [name for name in header["sections"] if name.startswith("weights")]


def test_json_says_what_was_written(run: Path, tmp_path: Path) -> None:
    file = tmp_path / "map.html"
    told = json.loads(succeeds("export", run, "--to", "html", "--out", file, "--json"))
    assert told == {
        "out": str(file),
        "format": "html",
        "items": 40,
        "files": {"map.html": file.stat().st_size},
        "differences": {"texts that differ": 0.0},
    }


def test_bad_input_is_one_sentence(
    run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "map.html"
    to_html = ("export", run, "--to", "html", "--out", file)
    assert ".html" in refused("export", run, "--to", "html", "--out", tmp_path / "map.zip")
    assert "coloured by 'Mood'" in refused(*to_html, "--colour", "Mood")
    assert "no view 'umap'" in refused(*to_html, "--view", "umap")
    assert "1 to 100,000 items" in refused(*to_html, "--most", "0")
    assert "1 to 100,000 items" in refused(*to_html, "--most", "100001")
    assert "the run itself" in refused("export", run, "--to", "html", "--out", run / "map.html")
    out = tmp_path / "x.csv"
    assert "--to html" in refused("export", run, "--to", "csv", "--out", out, "--most", "5")
    assert "html" in refused("export", run, "--to", "pickle", "--out", out)
    monkeypatch.setattr(writing, "MOST_ITEMS", 30)
    assert "(--most 30)" in refused(*to_html)
    assert list(tmp_path.iterdir()) == []
    file.write_text("mine")
    assert "--overwrite" in refused(*to_html)
    assert file.read_text() == "mine"


def test_a_sample_keeps_the_numbers_of_its_items(tmp_path: Path) -> None:
    run = load_run(write_run(tmp_path / "run", pictures(200)))
    file = tmp_path / "map.html"
    export_html(run, file, HtmlOptions(most=50))
    header = read(file)[1]
    assert header["sections"]["numbers"]["shape"] == [50]
    assert header["items"] == 50
    assert np.prod(header["sections"]["latents"]["shape"]) == 100


def test_only_what_was_chosen_is_in_it_and_that_is_said(run: Path, tmp_path: Path) -> None:
    numbers = tmp_path / "numbers.txt"
    numbers.write_text("7\n2\n7\n")
    out = tmp_path / "map.html"
    succeeds("export", run, "--to", "html", "--out", out, "--only", numbers)
    parts, header = read(out)
    assert header["items"] == 2
    assert header["sections"]["numbers"]["shape"] == [2]
    content = content_of(parts.texts["content"])
    there = [number for number in range(40) if f"item {number}".encode() in content]
    assert there == [2, 7]
    assert "2 of 40 items, those that were chosen" in header["note"]


def test_pins_are_placed_and_know_their_items_only_where_these_are(
    run: Path, tmp_path: Path
) -> None:
    opened = load_run(run)
    held = (
        Pin(0.0, 0.0, None, 7, "raw", "the seventh"),
        Pin(0.0, 0.0, None, 3, "raw", HOSTILE),
    )
    options = HtmlOptions(only=(2, 7), pins=held)
    export_html(opened, tmp_path / "map.html", options)
    _, header = read(tmp_path / "map.html")
    assert [pin["index"] for pin in header["pins"]] == [1, None]
    assert [pin["note"] for pin in header["pins"]] == ["the seventh", HOSTILE]
    for pin, item in zip(header["pins"], (7, 3), strict=True):
        np.testing.assert_allclose(pin["z"], opened.latents.mean[item], rtol=1e-6)
        place = computed.projected(opened).points[item]
        np.testing.assert_allclose((pin["x"], pin["y"]), place, rtol=1e-4, atol=1e-5)


def test_numbers_and_pins_that_make_no_sense_are_one_sentence(run: Path, tmp_path: Path) -> None:
    bad = tmp_path / "bad"
    bad.write_text("99999")
    out = tmp_path / "map.html"
    said = refused("export", run, "--to", "html", "--out", out, "--only", bad)
    assert "There is no item 99999" in said
    said = refused("export", run, "--to", "html", "--out", out, "--pins", bad)
    assert "This is no file of pins" in said
    said = refused("export", run, "--to", "csv", "--out", tmp_path / "a.csv", "--only", bad)
    assert "--only and --pins are of --to html" in said
    assert not out.exists()
