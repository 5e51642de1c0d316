"""A finished run taken away, in formats that others read, and brought in again, untrusted."""

from __future__ import annotations

from vae_core.export.errors import ExportError, RunImportError
from vae_core.export.formats import FORMATS, Exported, export_run
from vae_core.export.zip_import import import_run

__all__ = ["FORMATS", "ExportError", "Exported", "RunImportError", "export_run", "import_run"]
