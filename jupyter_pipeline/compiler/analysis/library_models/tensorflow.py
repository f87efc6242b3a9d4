"""TensorFlow and Keras."""

from __future__ import annotations

from jupyter_pipeline.compiler.analysis.library_models.model import LibraryModel, Names, words

__all__ = ["MODELS"]

MODELS = (
    LibraryModel(
        library="tensorflow",
        seeds=Names("random.set_seed"),
        draws=Names("*"),
        decorators=words("function"),
    ),
    LibraryModel(library="keras", draws=Names("*")),
)
