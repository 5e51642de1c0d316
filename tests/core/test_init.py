"""The package's front door: every public name resolves, and importing it costs nothing."""

from __future__ import annotations

import subprocess
import sys

import pytest

import vae_core
from tests.support import ROOT


def test_importing_the_package_does_not_import_torch() -> None:
    code = "import sys, vae_core; sys.exit('torch' in sys.modules or 'numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT).returncode == 0


@pytest.mark.parametrize("name", vae_core.__all__)
def test_every_public_name_resolves(name: str) -> None:
    assert getattr(vae_core, name) is not None
    assert name in dir(vae_core)


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'transformer'"):
        vae_core.transformer  # noqa: B018
