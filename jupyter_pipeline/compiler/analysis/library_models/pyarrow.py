"""Apache Arrow."""

from __future__ import annotations

from jupyter_pipeline.compiler.analysis.library_models.model import Methods, words
from jupyter_pipeline.compiler.analysis.library_models.table_api import table_library
from jupyter_pipeline.compiler.analysis.values import TABLE

__all__ = ["MODELS"]

MODELS = (table_library("pyarrow", methods={TABLE: Methods(mutating=words("append_column"))}),)
