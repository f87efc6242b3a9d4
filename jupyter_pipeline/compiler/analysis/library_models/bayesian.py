"""Bayesian models: PyMC, ArviZ, Prophet."""

from __future__ import annotations

from jupyter_pipeline.compiler.analysis.library_models.model import LibraryModel

__all__ = ["MODELS"]

_PYMC = """
# Variables belong to the model of the ``with`` block around them
Model modelcontext model.Model : configures -> holding(Model)
Normal HalfNormal StudentT HalfStudentT Uniform Beta Gamma InverseGamma Exponential Cauchy HalfCauchy Laplace
LogNormal Lognormal Bernoulli Binomial BetaBinomial Poisson NegativeBinomial ZeroInflatedPoisson
ZeroInflatedNegativeBinomial Categorical Dirichlet Multinomial MvNormal MvStudentT LKJCholeskyCov LKJCorr Wishart
Deterministic Potential Mixture NormalMixture Weibull Pareto TruncatedNormal Truncated Censored SkewNormal VonMises
Triangular Flat HalfFlat DiscreteUniform Geometric HyperGeometric Constant GaussianRandomWalk AR AR1 GARCH11
ExGaussian Kumaraswamy Logistic ChiSquared OrderedLogistic Bound DensityDist CustomDist Simulator Interpolated Data
MutableData ConstantData Minibatch set_data : configures -> holding(Variable)
Normal.dist HalfNormal.dist Uniform.dist Beta.dist Gamma.dist Exponential.dist Poisson.dist Bernoulli.dist
Binomial.dist StudentT.dist
Dirichlet.dist Categorical.dist HalfCauchy.dist : -> holding(Variable)
gp.Marginal gp.Latent gp.HSGP gp.cov.ExpQuad gp.cov.Matern52 gp.cov.Matern32 gp.cov.Periodic gp.cov.Linear
gp.mean.Zero
gp.mean.Constant gp.mean.Linear : -> unknown
NUTS HamiltonianMC Metropolis Slice BinaryMetropolis CategoricalGibbsMetropolis CompoundStep ADVI FullRankADVI SVGD
: configures draws -> object
sample sample_smc sample_prior_predictive sample_posterior_predictive sample_ppc find_MAP fit draw sample_approx
sample_posterior_predictive_w fast_sample_posterior_predictive init_nuts
: configures draws changes(trace@0 model) -> new(unknown)
math.dot math.exp math.log math.sqrt math.sigmoid math.invlogit math.logit math.switch math.sum math.abs
math.maximum math.minimum
math.stack math.concatenate math.where math.eq math.ge math.gt math.le math.lt math.and_ math.or_ math.log1p
math.softmax math.clip
logp logcdf invlogit logit deterministics waic compare loo summary hpd stats.hpd : -> view(unknown)
model_to_graphviz : -> unknown
traceplot plot_posterior forestplot autocorrplot densityplot energyplot plots.traceplot
: changes(ax) figure -> view(unknown) of ax
class Model : object
  add_coord add_coords set_data set_dim register_rv add_named_variable Var initial_point compile_logp compile_fn
  debug profile : configures changes(self *) -> view(unknown)
  point_logps check_start_vals check_test_point logp eval_rv_shapes : changes(self except data) -> view(unknown)
  .* : -> view(unknown)
  __getitem__ : -> view(unknown)
  __enter__ : configures -> receiver
class Variable : object
  eval logp random set_value get_value : changes(self except data) draws -> view(unknown)
  sum mean dot dimshuffle reshape flatten transpose repeat max min prod std var take copy clip : -> holding(Variable)
  .* : -> view(unknown)
  __getitem__ __iter__ : -> holding(Variable)
"""
_ARVIZ = """
style.use rcParams.update : configures(matplotlib)
rcParams.__getitem__ : -> constant
plot_trace plot_posterior plot_forest plot_autocorr plot_pair plot_density plot_dist plot_energy plot_ess plot_hdi
plot_ppc plot_rank
plot_compare plot_loo_pit plot_khat plot_kde plot_mcse plot_parallel plot_violin plot_joint plot_bpv plot_elpd
plot_lm plot_ridge
plot_trace_dist : changes(ax) figure -> view(unknown) of ax
summary : -> pandas.DataFrame
hdi ess rhat mcse loo waic compare bfmi r2_score psislw loo_pit kde make_ufunc apply_test_function extract
convert_to_dataset
: -> view(unknown)
from_dict from_pymc from_pymc3 from_pystan from_cmdstanpy from_numpyro from_pyro from_emcee convert_to_inference_data
InferenceData concat : -> holding(InferenceData)
from_netcdf from_json from_zarr : reads(filename@0) -> InferenceData
to_netcdf : writes(filename@1) -> constant
load_arviz_data : reads(any) -> InferenceData
class InferenceData : object
  extend add_groups update : changes(self *) -> receiver
  stack rename rename_dims rename_vars assign assign_coords : changes(self if inplace) -> holding(self)
  to_netcdf to_zarr : writes(filename@0) -> constant
  to_dataframe : -> pandas.DataFrame
  sel isel map mean quantile sum groups values keys items get : -> view(unknown)
  .* : -> view(xarray.Dataset)
  __getitem__ : -> view(xarray.Dataset)
"""
_PROPHET = """
Prophet forecaster.Prophet : -> Prophet
diagnostics.cross_validation : draws -> pandas.DataFrame
diagnostics.performance_metrics : -> pandas.DataFrame
plot.plot plot.plot_components plot.plot_cross_validation_metric plot.add_changepoints_to_plot
: changes(ax) figure -> matplotlib.Figure
plot.plot_plotly plot.plot_components_plotly : -> unknown
serialize.model_to_json : -> constant
serialize.model_from_json : -> Prophet
class Prophet : object
  fit : changes(self) draws -> receiver
  add_seasonality add_regressor add_country_holidays : changes(self) -> receiver
  make_future_dataframe : -> pandas.DataFrame
  predict : draws -> pandas.DataFrame
  plot plot_components : changes(ax) figure -> matplotlib.Figure
  predictive_samples : draws -> container
  .params .changepoints .history .component_modes .seasonalities .train_holiday_names : -> view(unknown)
"""

MODELS = (
    LibraryModel(library="pymc", rules=_PYMC),
    LibraryModel(library="pymc3", rules=_PYMC),
    LibraryModel(library="arviz", rules=_ARVIZ),
    LibraryModel(library="prophet", rules=_PROPHET),
)
