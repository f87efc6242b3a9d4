"""PyTorch."""

from __future__ import annotations

from jupyter_pipeline.compiler.analysis.library_models.model import LibraryModel, Names, reading, writing

__all__ = ["MODELS"]

MODELS = (
    LibraryModel(
        library="torch",
        seeds=Names("manual_seed"),
        draws=Names("*"),
        files={**reading("load"), **writing("save")},
    ),
)
