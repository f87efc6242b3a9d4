"""Methods that tables of several libraries share."""

from __future__ import annotations

from jupyter_pipeline.compiler.analysis.library_models.model import words

__all__ = ["CONVERTERS"]

CONVERTERS = words("to_numpy to_frame to_list to_dict")
"""Methods that convert a table in memory; other methods named ``to_…`` write to a file or buffer."""
