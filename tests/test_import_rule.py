"""Imports point one way: pages → explorer → vae_core; and what is slow is not imported early."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support import ROOT

# What a file under the first path must never import, not even inside a function.
FORBIDDEN = {
    "vae_core": ("explorer", "pages", "streamlit", "plotly", "tests", "tools"),
    "explorer": ("pages", "tests", "tools"),
    "explorer/analysis": ("streamlit",),
    "explorer/live": ("streamlit",),
    "explorer/figures.py": ("streamlit",),
    "pages": ("pages", "tests", "tools"),
}


def imported_modules(source: str) -> Iterator[str]:
    """Yield the absolute modules that `source` imports anywhere, those by name included."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield node.module
        elif isinstance(node, ast.Call) and node.args and _is_import_by_name(node.func):
            name = node.args[0]
            if isinstance(name, ast.Constant) and isinstance(name.value, str):
                yield name.value


def _is_import_by_name(function: ast.expr) -> bool:
    name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
    return name in ("import_module", "__import__")


def python_files(start: str) -> list[Path]:
    """Return the Python files at or under `start`, a path from the root."""
    path = ROOT / start
    return [path] if path.is_file() else sorted(path.rglob("*.py"))


@pytest.mark.parametrize("start", FORBIDDEN)
def test_imports_point_one_way(start: str) -> None:
    wrong = [
        f"{path.relative_to(ROOT)} imports {module}"
        for path in python_files(start)
        for module in imported_modules(path.read_text(encoding="utf-8"))
        if module.split(".")[0] in FORBIDDEN[start]
    ]
    assert wrong == []


@pytest.mark.parametrize("start", ["vae_core", "explorer", "pages"])
def test_the_rule_sees_files(start: str) -> None:
    assert python_files(start)


def test_the_rule_sees_every_kind_of_import() -> None:
    source = (
        "import a.b as c\nfrom d import e\nfrom . import f\n"
        "def g():\n    import h\n    import_module('i.j')\n"
    )
    assert set(imported_modules(source)) == {"a.b", "d", "h", "i.j"}


def _loaded_by(program: str, folder: Path) -> set[str]:
    """Run `program` in a fresh interpreter in `folder`; return the top-level modules it loaded."""
    tail = "\nimport json, sys; print(json.dumps(sorted({m.split('.')[0] for m in sys.modules})))"
    result = subprocess.run(
        [sys.executable, "-c", program + tail],
        cwd=folder,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
    )
    assert result.returncode == 0, result.stderr
    return set(json.loads(result.stdout.splitlines()[-1]))


def test_importing_vae_core_is_cheap(tmp_path: Path) -> None:
    loaded = _loaded_by("import vae_core", tmp_path)
    assert "vae_core" in loaded
    assert not loaded & {"torch", "umap", "datasets", "sklearn", "pandas", "pyarrow", "tokenizers"}


def test_the_first_page_leaves_slow_packages_alone(tmp_path: Path) -> None:
    loaded = _loaded_by(
        "from streamlit.testing.v1 import AppTest\n"
        "from explorer import paths\n"
        "page = AppTest.from_file(str(paths.app_script()), default_timeout=300).run()\n"
        "assert not page.exception, page.exception",
        tmp_path,
    )
    assert {"explorer", "streamlit"} <= loaded
    assert not loaded & {"umap", "numba", "datasets"}
