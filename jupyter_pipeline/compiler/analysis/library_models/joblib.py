"""joblib."""

from __future__ import annotations

from jupyter_pipeline.compiler.analysis.library_models.model import LibraryModel, copying, reading, writing

__all__ = ["MODELS"]

MODELS = (
    LibraryModel(
        library="joblib",
        files={**reading("load"), **copying("dump")},
        file_methods=writing("dump"),
    ),
)
