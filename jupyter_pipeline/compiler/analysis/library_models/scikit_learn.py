"""scikit-learn."""

from __future__ import annotations

from jupyter_pipeline.compiler.analysis.library_models.model import LibraryModel, Methods, Names, words
from jupyter_pipeline.compiler.analysis.values import OBJECT

__all__ = ["MODELS"]

MODELS = (
    LibraryModel(
        library="sklearn",
        mutates_arguments=Names("utils.shuffle"),
        draws=Names("*"),
        methods={
            OBJECT: Methods(
                pure=words(
                    """
                    predict predict_proba transform score get_params decision_function get_support
                    get_feature_names_out
                    """
                )
            ),
        },
    ),
)
