"""xarray."""

from __future__ import annotations

from jupyter_pipeline.compiler.analysis.library_models.model import reading
from jupyter_pipeline.compiler.analysis.library_models.table_api import table_library

__all__ = ["MODELS"]

MODELS = (table_library("xarray", files=reading("open_dataset")),)
