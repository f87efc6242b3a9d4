"""Polars."""

from __future__ import annotations

from jupyter_pipeline.compiler.analysis.library_models.model import Methods, words
from jupyter_pipeline.compiler.analysis.library_models.table_api import table_library
from jupyter_pipeline.compiler.analysis.values import TABLE

__all__ = ["MODELS"]

MODELS = (
    table_library(
        "polars",
        methods={
            TABLE: Methods(
                pure=words("with_columns select group_by collect lazy sort join concat collect_schema"),
                mutating=words("extend"),
                views=words("group_by iter_rows"),
            ),
        },
    ),
)
