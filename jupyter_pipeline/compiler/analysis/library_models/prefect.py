"""Prefect."""

from __future__ import annotations

from jupyter_pipeline.compiler.analysis.library_models.model import LibraryModel, words

__all__ = ["MODELS"]

MODELS = (LibraryModel(library="prefect", decorators=words("flow task")),)
