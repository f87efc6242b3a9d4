"""SciPy."""

from __future__ import annotations

from jupyter_pipeline.compiler.analysis.library_models.model import Names
from jupyter_pipeline.compiler.analysis.library_models.table_api import table_library

__all__ = ["MODELS"]

MODELS = (table_library("scipy", draws=Names("*")),)
