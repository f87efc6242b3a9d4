"""statsmodels."""

from __future__ import annotations

from jupyter_pipeline.compiler.analysis.library_models.model import LibraryModel

__all__ = ["MODELS"]

MODELS = (LibraryModel(library="statsmodels", reads_names=("formula",)),)
