"""Prefect, and the API of this package."""

from __future__ import annotations

from jupyter_pipeline.compiler.analysis.library_models.model import LibraryModel, words

__all__ = ["MODELS"]

_PREFECT = """
get_run_logger logging.get_run_logger : -> state
tags context.tags : -> object
"""
_PIPELINE = """
slice_cells : -> object
runs : receives(prefect) -> unknown
"""

MODELS = (
    LibraryModel(library="prefect", rules=_PREFECT, decorators=words("flow task")),
    LibraryModel(library="jupyter_pipeline", rules=_PIPELINE),
)
