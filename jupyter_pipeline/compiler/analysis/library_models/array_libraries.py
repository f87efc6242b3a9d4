"""Libraries with the API of pandas, NumPy or scikit-learn, such as cuDF, CuPy, cuML, Dask-ML and JAX."""

from __future__ import annotations

from jupyter_pipeline.compiler.analysis.library_models import numpy, pandas, scikit_learn
from jupyter_pipeline.compiler.analysis.library_models.model import LibraryModel, words

__all__ = ["MODELS"]

_CUDF = """
functions
from_pandas DataFrame.from_pandas : -> DataFrameOrSeries
Series.from_pandas : -> Series
read_text : reads(filepath_or_buffer@0) -> Series
pandas.install : process
"""
_CONVERSIONS = """class NDFrame : table
  to_pandas : -> pandas.DataFrameOrSeries
  to_cupy : -> cupy.ndarray
  to_arrow : -> pyarrow.Table
"""
_CUPY = """
functions
asnumpy : changes(out) -> numpy.ndarray
get_default_memory_pool get_default_pinned_memory_pool get_array_module cuda.get_current_stream : -> object
cuda.Device cuda.Stream : -> object
cuda.runtime.getDeviceCount cuda.is_available : -> constant
RawKernel ElementwiseKernel ReductionKernel fuse : -> unknown
"""
_JAX = """
# Arrays do not change, and each function that draws has a key
numpy.abs numpy.absolute numpy.add numpy.all numpy.allclose numpy.any numpy.append numpy.arange numpy.arccos
numpy.arcsin
numpy.arctan numpy.arctan2 numpy.argmax numpy.argmin numpy.argsort numpy.array numpy.array_equal numpy.asarray
numpy.atleast_1d numpy.atleast_2d numpy.average numpy.bincount numpy.broadcast_to numpy.ceil numpy.clip
numpy.column_stack numpy.concatenate numpy.convolve numpy.corrcoef numpy.cos numpy.cosh numpy.count_nonzero numpy.cov
numpy.cross numpy.cumprod numpy.cumsum numpy.diag numpy.diff numpy.divide numpy.dot numpy.einsum numpy.empty
numpy.equal numpy.exp numpy.expand_dims numpy.expm1 numpy.eye numpy.flip numpy.floor numpy.full numpy.full_like
numpy.greater numpy.hstack numpy.identity numpy.inner numpy.interp numpy.isclose numpy.isfinite numpy.isinf
numpy.isnan
numpy.kron numpy.less numpy.linspace numpy.log numpy.log10 numpy.log1p numpy.log2 numpy.logical_and numpy.logical_not
numpy.logical_or numpy.logspace numpy.matmul numpy.max numpy.maximum numpy.mean numpy.median numpy.meshgrid numpy.min
numpy.minimum numpy.mod numpy.moveaxis numpy.multiply numpy.nan_to_num numpy.nanmax numpy.nanmean numpy.nanmin
numpy.nansum numpy.negative numpy.nonzero numpy.ones numpy.ones_like numpy.outer numpy.pad numpy.percentile
numpy.power
numpy.prod numpy.quantile numpy.ravel numpy.repeat numpy.reshape numpy.roll numpy.round numpy.searchsorted
numpy.select
numpy.sign numpy.sin numpy.sinh numpy.sort numpy.split numpy.sqrt numpy.square numpy.squeeze numpy.stack numpy.std
numpy.subtract numpy.sum numpy.swapaxes numpy.take numpy.tan numpy.tanh numpy.tensordot numpy.tile numpy.trace
numpy.transpose numpy.tril numpy.triu numpy.unique numpy.vander numpy.var numpy.vdot numpy.vstack numpy.where
numpy.zeros numpy.zeros_like numpy.float32 numpy.float64 numpy.int32 numpy.int64 numpy.linalg.cholesky
numpy.linalg.det
numpy.linalg.eig numpy.linalg.eigh numpy.linalg.inv numpy.linalg.lstsq numpy.linalg.norm numpy.linalg.pinv
numpy.linalg.qr numpy.linalg.solve numpy.linalg.svd scipy.linalg.cho_factor scipy.linalg.cho_solve scipy.linalg.solve
scipy.special.logsumexp scipy.stats.norm.logpdf scipy.stats.norm.pdf scipy.stats.norm.cdf nn.relu nn.sigmoid
nn.softmax
nn.log_softmax nn.gelu nn.one_hot nn.tanh nn.softplus nn.silu random.key random.PRNGKey random.split random.fold_in
random.normal random.uniform random.randint random.permutation random.choice random.bernoulli random.categorical
random.exponential random.gamma random.beta random.poisson random.multivariate_normal random.truncated_normal
lax.dot lax.select lax.stop_gradient lax.dynamic_slice lax.dynamic_update_slice lax.psum lax.pmean device_put
device_get : -> Array
class Array : table
  all any argmax argmin argsort astype block_until_ready clip conj copy cumprod cumsum diagonal dot flatten max mean
  min
  nonzero prod ravel repeat reshape round searchsorted sort squeeze std sum swapaxes take trace transpose var view
  : -> Array
  item tolist tobytes devices device __len__ : -> container
  .T .real .imag .at .mT : -> Array
  .shape .dtype .ndim .size .nbytes .weak_type .sharding : -> constant
  set add multiply min max get : -> Array
  __getitem__ __iter__ : -> Array
functions
jit vmap pmap grad value_and_grad jacfwd jacrev jacobian hessian vjp jvp linearize checkpoint remat named_call
tree_util.Partial : -> unknown
lax.scan lax.fori_loop lax.while_loop lax.cond lax.switch lax.map tree.map tree_map tree_util.tree_map
: draws(*) -> unknown
tree.leaves tree_util.tree_leaves tree_util.tree_flatten tree_util.tree_unflatten tree.flatten tree.unflatten
: -> view(unknown)
devices local_devices device_count local_device_count default_backend make_jaxpr eval_shape : -> container
config.update config.parse_flags_with_absl : configures
"""
_BOTTLENECK = """
nansum nanmean nanmedian nanmin nanmax nanstd nanvar nanargmin nanargmax median ss allnan anynan rankdata nanrankdata
push move_sum move_mean move_std move_var move_min move_max move_argmin move_argmax move_median move_rank
: -> numpy.Element
partition argpartition : -> numpy.ndarray
replace : changes(a@0)
"""
_NUMEXPR = """
evaluate re_evaluate : names changes(out) -> numpy.Element
set_num_threads set_vml_num_threads set_vml_accuracy_mode : configures
detect_number_of_cores get_vml_version : -> constant
"""
_IMBLEARN = """
class **.RandomOverSampler **.SMOTE **.SMOTENC **.SMOTEN **.BorderlineSMOTE **.SVMSMOTE **.ADASYN **.KMeansSMOTE
  **.RandomUnderSampler **.NearMiss **.TomekLinks **.EditedNearestNeighbours **.ClusterCentroids **.SMOTEENN
  **.SMOTETomek (BaseEstimator)
  fit_resample fit_sample : changes(self except data) draws(self) -> list(table)
functions
over_sampling.RandomOverSampler over_sampling.SMOTE over_sampling.SMOTENC over_sampling.SMOTEN
over_sampling.BorderlineSMOTE over_sampling.SVMSMOTE over_sampling.ADASYN over_sampling.KMeansSMOTE
under_sampling.RandomUnderSampler under_sampling.ClusterCentroids combine.SMOTEENN combine.SMOTETomek
: random(unless random_state) -> SMOTE
metrics.classification_report_imbalanced : pure
metrics.geometric_mean_score metrics.sensitivity_score metrics.specificity_score : -> table
"""
_DASK_CUDF = """
read_csv read_parquet read_orc read_json read_text : opens(path@0) -> holding(dask.DataFrame)
from_cudf from_dask_dataframe from_delayed concat : -> holding(dask.DataFrameOrSeries)
"""

MODELS = (
    LibraryModel(library="cudf", rules=pandas.RULES.replace("class NDFrame : table\n", _CONVERSIONS) + _CUDF),
    LibraryModel(library="cupy", rules=numpy.RULES + _CUPY),
    LibraryModel(library="cuml", rules=scikit_learn.RULES),
    LibraryModel(library="dask_ml", rules=scikit_learn.RULES),
    LibraryModel(library="dask_cudf", rules=_DASK_CUDF),
    LibraryModel(library="imblearn", rules=scikit_learn.RULES + _IMBLEARN),
    LibraryModel(library="jax", rules=_JAX, decorators=words("jit")),
    LibraryModel(library="bottleneck", rules=_BOTTLENECK),
    LibraryModel(library="numexpr", rules=_NUMEXPR),
)
