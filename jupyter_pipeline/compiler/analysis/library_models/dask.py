"""Dask and its collections."""

from __future__ import annotations

from jupyter_pipeline.compiler.analysis.library_models.model import LibraryModel, Methods, words
from jupyter_pipeline.compiler.analysis.library_models.table_api import table_library
from jupyter_pipeline.compiler.analysis.values import TABLE

__all__ = ["MODELS"]

MODELS = (
    table_library(
        "dask",
        methods={TABLE: Methods(pure=words("compute persist repartition map_partitions visualize"))},
        decorators=words("delayed"),
    ),
    LibraryModel(library="distributed"),
    LibraryModel(library="coiled"),
)
