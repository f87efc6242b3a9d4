"""NumPy."""

from __future__ import annotations

from jupyter_pipeline.compiler.analysis.library_models.model import LibraryModel

__all__ = ["MODELS"]

_RULES = """
class ndarray : table
"""
MODELS = (LibraryModel(library="numpy", rules=_RULES),)
