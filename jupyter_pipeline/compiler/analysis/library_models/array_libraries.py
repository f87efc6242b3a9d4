"""Libraries of tables and arrays without rules of their own."""

from __future__ import annotations

from jupyter_pipeline.compiler.analysis.library_models.table_api import table_library

__all__ = ["MODELS"]

MODELS = (
    *(table_library(name) for name in ("bottleneck", "cudf", "cupy", "jax", "modin", "vaex")),
    table_library("numexpr", reads_names=("evaluate",)),
)
