"""The wheel works: installed into an empty environment, started from an empty folder."""

from __future__ import annotations

import email
import json
import os
import re
import subprocess
import sys
import sysconfig
import tomllib
import urllib.request
import venv
import zipfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from importlib.metadata import (
    Distribution,
    PackagePath,
    distributions,
    packages_distributions,
)
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from explorer.canvas import bundle
from tests.support import ROOT, running_server
from tests.test_import_rule import imported_modules, python_files

BUNDLES = ("digits", "mnist", "sentences")
PAGES = ("map", "decode", "interpolate", "clusters", "read", "evaluate", "train", "runs")

# What the installed package says about itself, run by the empty environment's own Python.
INSPECT = """
import json
from importlib.metadata import version
from streamlit import config
from streamlit.testing.v1 import AppTest
import explorer, vae_core
from explorer import catalogue, paths
models = {entry.id: entry.problem for entry in catalogue.list_models() if entry.bundled}
# As the server sets it, which does not run here.
config.set_option("server.enableStaticServing", True)
app = AppTest.from_file(str(paths.app_script()), default_timeout=300).run()
print(json.dumps({
    "version": version("latentscape"),
    "files": [explorer.__file__, vae_core.__file__, str(paths.pages_folder()),
              str(paths.assets_folder()), str(paths.config_file())],
    "models": models,
    "exceptions": [str(exception.value) for exception in app.exception],
    "errors": [error.value for error in app.error],
    "texts": [text.value for text in app.markdown],
}))
"""


def run(
    *command: str | Path, folder: Path, environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run `command` in `folder` and return what it printed; fails the test where it fails."""
    result = subprocess.run(
        [str(part) for part in command],
        cwd=folder,
        env=None if environment is None else dict(environment),
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
    )
    assert result.returncode == 0, f"{command}:\n{result.stdout}\n{result.stderr}"
    return result


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project's wheel, built here."""
    folder = tmp_path_factory.mktemp("wheel")
    options = ("--wheel", "--no-isolation", "--outdir", folder)
    run(sys.executable, "-m", "build", *options, ROOT, folder=folder)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def bare_environment() -> dict[str, str]:
    """The environment variables less those by which this checkout or its coverage could leak."""
    leaks = re.compile(r"COV|COVERAGE|PYTHON|VIRTUAL_ENV|LATENTSCAPE_")
    return {name: value for name, value in os.environ.items() if not leaks.match(name)}


@pytest.fixture(scope="module")
def installed(
    wheel: Path, bare_environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """The folder of programs of an empty environment with only the wheel and what it asks for.

    What it asks for is linked from this environment, where `make install` has just brought it with
    the same constraints: a second copy would be 1.6 GB. pip resolves it again, without an index.
    """
    home = tmp_path_factory.mktemp("environment")
    venv.create(home)
    python = home / ("Scripts" if os.name == "nt" else "bin") / "python"
    (packages,) = {sysconfig.get_path(kind, "venv", {"base": str(home), "platbase": str(home)})
                   for kind in ("purelib", "platlib")}  # fmt: skip
    owners = Counter(top for each in distributions() for top in tops(each))
    for distribution in asked_for(wheel):
        for top, files in tops(distribution).items():
            for file in [top] if owners[top] == 1 else files:
                link = Path(packages, file)
                link.parent.mkdir(parents=True, exist_ok=True)
                link.symlink_to(Path(str(distribution.locate_file(file))).resolve())
    options = ("--quiet", "--no-index", "--constraint", ROOT / "constraints.txt")
    pip = (sys.executable, "-m", "pip", "--python", python)
    run(*pip, "install", *options, wheel, folder=home, environment=bare_environment)
    run(*pip, "check", folder=home, environment=bare_environment)
    return python.parent


def tops(distribution: Distribution) -> dict[str, list[PackagePath]]:
    """What a distribution has at the top of site-packages, and its files there."""
    found = defaultdict(list)
    for file in distribution.files or ():
        if ".." not in file.parts and file.parts[0] != "__pycache__":  # ..: programs
            found[file.parts[0]].append(file)
    return found


def asked_for(wheel: Path) -> list[Distribution]:
    """The distributions that the wheel asks for, and those that they ask for, as installed here."""
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        about = email.message_from_bytes(archive.read(name))
    found: dict[str, Distribution] = {}
    met: set[tuple[str, str]] = set()

    def meet(requirements: Iterable[str], extra: str) -> None:
        for requirement in map(Requirement, requirements):
            if requirement.marker and not requirement.marker.evaluate({"extra": extra}):
                continue
            name = _plain(requirement.name)
            found.setdefault(name, Distribution.from_name(name))
            for wanted in {"", *requirement.extras}:
                if (name, wanted) not in met:
                    met.add((name, wanted))
                    meet(found[name].requires or (), wanted)

    meet(about.get_all("Requires-Dist") or (), "")
    return list(found.values())


def test_the_wheel_carries_pages_and_models_but_no_screenshots(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    tops = {name.split("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"explorer", "vae_core"}
    assert {f"explorer/_pages/{page}.py" for page in PAGES} <= set(names)
    for name in BUNDLES:
        assert f"explorer/_assets/{name}/model.safetensors" in names
    assert "explorer/_streamlit/config.toml" in names
    assert {"explorer/py.typed", "vae_core/py.typed"} <= set(names)
    assert not [name for name in names if "screenshots" in name or "__pycache__" in name]


def test_the_wheel_carries_the_built_browser_code_and_not_what_it_was_built_from(
    wheel: Path,
) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    built = {name for name in names if name.startswith("explorer/static/")}
    bundles = {bundle.manifest()[name] for name in ("file", "standalone")}
    wanted = {*bundles, "canvas.json", "canvas-licences.txt"}
    assert built == {f"explorer/static/{name}" for name in wanted}
    sources = ("node_modules", ".ts", "package.json", "package-lock.json", "tsconfig.json")
    assert not [name for name in names if any(part in name for part in sources)]
    assert {"explorer/canvas/mount.py", "explorer/canvas/ranges.py"} <= names


def test_the_wheel_works_in_an_empty_environment(
    installed: Path, bare_environment: dict[str, str], tmp_path: Path
) -> None:
    python = installed / "python"
    result = run(python, "-c", INSPECT, folder=tmp_path, environment=bare_environment)
    said = json.loads(result.stdout.splitlines()[-1])

    declared = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert said["version"] == declared["version"]
    home = installed.parent.resolve()
    assert all(Path(path).resolve().is_relative_to(home) for path in said["files"]), said["files"]
    assert all(Path(path).exists() for path in said["files"])
    assert said["models"] == dict.fromkeys(BUNDLES)
    assert said["exceptions"] == []
    assert said["errors"] == []
    assert any(text.startswith("**Map**") for text in said["texts"]), said["texts"]


def test_the_installed_command_serves_the_app_from_an_empty_folder(
    installed: Path, bare_environment: dict[str, str], tmp_path: Path
) -> None:
    command = [installed / "latentscape"]
    with (
        running_server(tmp_path, command, bare_environment) as server,
        urllib.request.urlopen(f"{server.url}/", timeout=60) as answer,
    ):
        assert "text/html" in answer.headers["Content-Type"]
        assert b'id="root"' in answer.read()


def test_every_imported_package_is_declared() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    # What an extra brings is imported where it is asked for, and missed with one clear sentence.
    optional = project["optional-dependencies"]
    extras = [entry for name, entries in optional.items() if name != "dev" for entry in entries]
    declared = {
        _plain(re.split(r"[\s\[<>=!~;]", entry, maxsplit=1)[0])
        for entry in (*project["dependencies"], *extras)
    }
    of_extras = {
        name: [name] for name in ("sentence_transformers", "onnx", "onnxruntime", "pacmap")
    }
    of_extras["faiss"] = ["faiss-cpu"]
    homes = {**of_extras, **packages_distributions()}
    own = {"vae_core", "explorer", "pages"} | set(sys.stdlib_module_names)
    missing = {
        f"{path.relative_to(ROOT)} imports {top}"
        for start in ("vae_core", "explorer", "pages")
        for path in python_files(start)
        for top in {name.split(".")[0] for name in imported_modules(path.read_text("utf-8"))} - own
        if not declared & {_plain(name) for name in homes.get(top, [])}
    }
    assert missing == set()


def _plain(name: str) -> str:
    """A distribution's name as registries compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()
