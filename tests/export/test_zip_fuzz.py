"""Whatever bytes a .zip has: it gives a run that opens, or one sentence, and nothing else."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.core.support import one_sentence
from tests.export.conftest import RunOf
from tests.export.test_zip import Files, files_of, zipped
from vae_core.checkpoint import load_run
from vae_core.errors import UserError
from vae_core.export import export_run, import_run
from vae_core.export.zip_archive import MANIFEST

# Where, what is done there, and with which bytes.
CHANGE = st.tuples(
    st.floats(0, 1), st.sampled_from(["set", "insert", "remove", "cut"]), st.binary(max_size=8)
)
CHANGES = st.lists(CHANGE, min_size=1, max_size=4)
RUN = ("config.json", "model.safetensors", "tokenizer.json", "latents.npy", "items.parquet")
SLOW = settings(
    deadline=None,
    max_examples=60,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.fixture(scope="module")
def zips(finished_run: RunOf, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("zips")
    return {
        family: export_run(finished_run(family), "zip", folder / f"{family}.zip").path
        for family in ("gru", "dense", "bag-of-words")
    }


def mutated(content: bytes, changes: list[tuple[float, str, bytes]]) -> bytes:
    changed = bytearray(content)
    for share, what, replacement in changes:
        place = int(share * len(changed))
        if what == "cut":
            del changed[place:]
        elif what == "remove":
            del changed[place : place + len(replacement)]
        else:
            end = place + len(replacement) * (what == "set")
            changed[place:end] = replacement
    return bytes(changed)


def is_a_run_or_a_sentence(path: Path) -> None:
    """Import `path`; whatever comes of it, nothing else is there afterwards."""
    runs = path.parent / "runs"
    try:
        folder = import_run(path, runs)
    except UserError as error:
        one_sentence(error)
        assert not runs.exists()
    else:
        load_run(folder)
        assert list(runs.iterdir()) == [folder]
        shutil.rmtree(runs)


@SLOW
@given(family=st.sampled_from(["gru", "dense"]), changes=CHANGES)
def test_any_bytes_of_the_zip(
    zips: dict[str, Path], tmp_path: Path, family: str, changes: list[tuple[float, str, bytes]]
) -> None:
    path = tmp_path / "x.zip"
    path.write_bytes(mutated(zips[family].read_bytes(), changes))
    is_a_run_or_a_sentence(path)


@SLOW
@given(
    family=st.sampled_from(["gru", "dense", "bag-of-words"]),
    name=st.sampled_from([*RUN, MANIFEST]),
    changes=CHANGES,
)
def test_any_bytes_of_a_file_under_a_fitting_manifest(
    zips: dict[str, Path],
    tmp_path: Path,
    family: str,
    name: str,
    changes: list[tuple[float, str, bytes]],
) -> None:
    files = files_of(zips[family])
    if name in files:
        files[name] = mutated(files[name], changes)
    is_a_run_or_a_sentence(zipped(tmp_path / "x.zip", files, signed=name != MANIFEST))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)


@SLOW
@given(
    data=st.data(), name=st.sampled_from(["config.json", "tokenizer.json", MANIFEST]), value=JSON
)
def test_any_value_in_its_json(
    zips: dict[str, Path], tmp_path: Path, data: st.DataObject, name: str, value: object
) -> None:
    files: Files = files_of(zips["gru"])
    content = json.loads(files[name])
    inside = content
    while True:
        key = data.draw(st.sampled_from(sorted(inside)))
        if not (isinstance(inside[key], dict) and inside[key] and data.draw(st.booleans())):
            break
        inside = inside[key]
    inside[key] = value
    files[name] = json.dumps(content).encode()
    is_a_run_or_a_sentence(zipped(tmp_path / "x.zip", files, signed=name != MANIFEST))
