"""`latentscape doctor`: what this machine has, and what is missing."""

from __future__ import annotations

import json
import os
import platform
import shutil
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Annotated, Any

import typer

from explorer import paths

_PACKAGES = ("latentscape", "torch", "streamlit", "numpy", "plotly", "numba", "datasets")


def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="Print it as JSON.")] = False,
) -> None:
    """Tell versions, device, free disk, and the data and models that are found."""
    report = examine()
    if as_json:
        typer.echo(json.dumps(report))
        return
    for section, content in report.items():
        typer.echo(section)
        lines = content.items() if isinstance(content, dict) else [("", content)]
        for name, value in lines:
            typer.echo(f"  {name:<14} {'not found' if value is None else value}")


def examine() -> dict[str, Any]:
    """Return what `doctor` prints, as JSON values; what is not found is null."""
    import torch

    from vae_core.device import available_devices

    devices = available_devices()
    runs = paths.runs_folder()
    return {
        "versions": {
            "python": platform.python_version(),
            **{name: _version(name) for name in _PACKAGES},
        },
        "machine": {
            "system": f"{platform.system()} {platform.machine()}",
            "cores": os.cpu_count(),
            "torch threads": torch.get_num_threads(),
            "device": devices[0],
            "gpu": torch.cuda.get_device_name() if devices[0] == "cuda" else None,
        },
        "disk": {"runs folder": str(runs), "free gigabytes": _free_gigabytes(runs)},
        "data": {
            "digits": "ships with scikit-learn",
            "mnist": _mnist(),
            "python-docs": _python_docs(),
            "toy-sentences": "made by Latentscape",
        },
        "bundled models": {
            name: _size(paths.assets_folder() / name) for name in ("digits", "mnist", "sentences")
        },
    }


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _free_gigabytes(folder: Path) -> float:
    while not folder.exists():
        folder = folder.parent
    return round(shutil.disk_usage(folder).free / 1e9, 1)


def _mnist() -> str | None:
    root = os.environ.get("LATENTSCAPE_DATA")
    folder = Path(root) / "mnist" if root else None
    return str(folder) if folder is not None and folder.is_dir() else None


def _python_docs() -> str | None:
    from importlib.util import find_spec

    return "ships with Python" if find_spec("pydoc_data") is not None else None


def _size(folder: Path) -> str | None:
    if not folder.is_dir():
        return None
    size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    return f"{size / 1e6:.1f} MB"
