"""DuckDB."""

from __future__ import annotations

from jupyter_pipeline.compiler.analysis.library_models.model import LibraryModel, reading, writing

__all__ = ["MODELS"]

MODELS = (
    LibraryModel(
        library="duckdb",
        reads_names=("sql", "query", "execute"),
        files={**reading("query"), **writing("connect sql")},
    ),
)
