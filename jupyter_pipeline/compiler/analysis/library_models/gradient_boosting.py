"""Gradient boosting: XGBoost, LightGBM, CatBoost."""

from __future__ import annotations

from jupyter_pipeline.compiler.analysis.library_models.model import LibraryModel, Names, writing

__all__ = ["MODELS"]

MODELS = (
    *(LibraryModel(library=name, draws=Names("*")) for name in ("catboost", "lightgbm")),
    LibraryModel(library="xgboost", draws=Names("*"), file_methods=writing("save_model")),
)
