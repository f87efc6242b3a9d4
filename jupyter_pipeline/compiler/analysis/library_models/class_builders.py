"""Libraries that build classes from field descriptions."""

from __future__ import annotations

from jupyter_pipeline.compiler.analysis.library_models.model import LibraryModel, Names, Returns

__all__ = ["MODELS"]

MODELS = (
    LibraryModel(library="attr", returns=((Names("ib"), Returns.FIELD),)),
    LibraryModel(library="attrs", returns=((Names("field"), Returns.FIELD),)),
    LibraryModel(library="pydantic", returns=((Names("Field"), Returns.FIELD),)),
)
