"""Libraries around estimators: imbalanced learning, TensorFlow Hub and Datasets, Keras Tuner, scanpy."""

from __future__ import annotations

from jupyter_pipeline.compiler.analysis.library_models.model import LibraryModel

__all__ = ["MODELS"]

_TENSORFLOW_HUB = """
load : reads(handle@0) -> unknown
resolve : reads(handle@0) -> constant
KerasLayer : reads(handle@0) -> unknown
"""
_TENSORFLOW_DATASETS = """
load : reads(data_dir) writes(data_dir) draws -> holding(unknown)
builder : reads(data_dir) -> holding(Builder)
as_dataframe : -> pandas.DataFrame
as_numpy : lazy -> iterator
show_examples visualization.show_examples : figure -> unknown
list_builders : -> container
disable_progress_bar : configures
ReadConfig features.FeaturesDict features.Image features.ClassLabel features.Text Split.TRAIN : -> object
class Builder : object
  download_and_prepare : changes(self) writes(any)
  as_dataset : reads(any) draws -> holding(unknown)
  .info : -> view(unknown)
"""
_KERAS_TUNER = """
RandomSearch Hyperband BayesianOptimization GridSearch tuners.RandomSearch tuners.Hyperband
tuners.BayesianOptimization
: writes(directory) draws(unless seed) -> Tuner
HyperParameters Objective : -> object
class Tuner : object
  reload : changes(self) reads(any)
  get_best_models get_best_hyperparameters results_summary search_space_summary : -> view(unknown)
  .hypermodel .oracle .project_dir : -> view(unknown)
"""

MODELS = (
    LibraryModel(library="tensorflow_hub", rules=_TENSORFLOW_HUB),
    LibraryModel(library="tensorflow_datasets", rules=_TENSORFLOW_DATASETS),
    LibraryModel(library="keras_tuner", rules=_KERAS_TUNER),
)
