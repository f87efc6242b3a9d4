"""Plotly."""

from __future__ import annotations

from jupyter_pipeline.compiler.analysis.library_models.model import LibraryModel, writing

__all__ = ["MODELS"]

MODELS = (LibraryModel(library="plotly", file_methods=writing("write_image write_html")),)
