"""clusters/: the clusterings of a run's items that its owner kept, as the explorer writes them."""

from __future__ import annotations

import re

CLUSTERS = "clusters"
MOST_FILES = 200
_FILE = re.compile(r"[a-z0-9](?:[a-z0-9._-]{0,150}[a-z0-9])?\.(?:json|npz)", re.ASCII)


def is_cluster_file(name: str) -> bool:
    """Whether ``name`` can be a file's in ``CLUSTERS``: small letters, digits, no path."""
    return _FILE.fullmatch(name) is not None
