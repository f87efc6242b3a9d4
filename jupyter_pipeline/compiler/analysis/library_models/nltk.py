"""NLTK."""

from __future__ import annotations

from jupyter_pipeline.compiler.analysis.library_models.model import LibraryModel, Names

__all__ = ["MODELS"]

MODELS = (LibraryModel(library="nltk", draws=Names("*")),)
