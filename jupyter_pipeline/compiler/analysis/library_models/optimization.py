"""Optimization of parameters and economic models: Optuna, Hyperopt, Keras Tuner, QuantEcon."""

from __future__ import annotations

from jupyter_pipeline.compiler.analysis.library_models.model import LibraryModel

__all__ = ["MODELS"]

_OPTUNA = """
create_study load_study study.create_study : writes(storage) draws -> holding(Study)
delete_study copy_study : writes(storage)
get_all_study_summaries get_all_study_names : reads(storage@0) -> container
logging.set_verbosity logging.disable_default_handler logging.enable_default_handler logging.enable_propagation
: configures
samplers.TPESampler samplers.RandomSampler samplers.CmaEsSampler samplers.GridSampler samplers.NSGAIISampler
samplers.BruteForceSampler
samplers.QMCSampler pruners.MedianPruner pruners.NopPruner pruners.HyperbandPruner pruners.SuccessiveHalvingPruner
pruners.PercentilePruner distributions.FloatDistribution distributions.IntDistribution
distributions.CategoricalDistribution
TrialPruned exceptions.TrialPruned trial.TrialState.COMPLETE integration.LightGBMPruningCallback : -> object
visualization.plot_optimization_history visualization.plot_param_importances visualization.plot_slice
visualization.plot_contour visualization.plot_parallel_coordinate visualization.plot_intermediate_values
visualization.plot_edf visualization.plot_pareto_front : draws -> plotly.Figure
visualization.matplotlib.plot_optimization_history visualization.matplotlib.plot_param_importances
visualization.matplotlib.plot_slice
visualization.matplotlib.plot_contour visualization.matplotlib.plot_parallel_coordinate
: draws figure -> matplotlib.Axes
importance.get_param_importances : draws -> container
class Study : object
  optimize enqueue_trial add_trial add_trials ask tell stop set_user_attr : changes(self *) draws -> holding(Trial)
  trials_dataframe : -> pandas.DataFrame
  get_trials : -> view(unknown)
  .best_params .best_value .best_trial .best_trials .best_values .trials .direction .directions .study_name
  .user_attrs
  : -> view(unknown)
class Trial : object
  suggest_float suggest_int suggest_categorical suggest_uniform suggest_loguniform suggest_discrete_uniform report
  should_prune set_user_attr
  : changes(self) draws -> unknown
  .params .number .value .user_attrs .state : -> view(unknown)
"""
_HYPEROPT = """
fmin : changes(*) draws(unless rstate) -> container
hp.choice hp.uniform hp.quniform hp.loguniform hp.qloguniform hp.normal hp.lognormal hp.randint hp.uniformint
hp.pchoice : -> unknown
space_eval : -> part
Trials : -> Trials
class Trials : object
  .trials .results .best_trial .argmin .losses .vals : -> view(unknown)
  losses statuses : -> container
"""

MODELS = (
    LibraryModel(library="optuna", rules=_OPTUNA),
    LibraryModel(library="hyperopt", rules=_HYPEROPT),
)
