"""The Latentscape explorer: a Streamlit application over vae_core."""

from __future__ import annotations


def __getattr__(name: str) -> str:
    """Resolve `__version__` on demand: reading package metadata costs start-up time."""
    if name == "__version__":
        from importlib.metadata import version

        return version("latentscape")
    raise AttributeError(f"module 'explorer' has no attribute {name!r}")
