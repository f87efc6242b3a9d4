"""xarray."""

from __future__ import annotations

from jupyter_pipeline.compiler.analysis.library_models.model import LibraryModel

__all__ = ["MODELS"]

_RULES = """
class Dataset : table
"""
MODELS = (LibraryModel(library="xarray", rules=_RULES),)
