"""Dask and its collections."""

from __future__ import annotations

from jupyter_pipeline.compiler.analysis.library_models.model import LibraryModel, words

__all__ = ["MODELS"]

_RULES = """
# Dask evaluates lazily: a collection holds its data, and reads its files when it is computed
delayed : -> unknown
delayed.delayed : -> unknown
compute persist optimize base.compute : draws(*) -> part
visualize : writes(filename)
is_dask_collection istask get_annotations base.tokenize tokenize.tokenize : -> constant
annotate : -> object
config.set config.update config.refresh config.merge config.update_defaults config.ensure_file config.pop
config.update_defaults : configures(dask distributed) -> Setting
config.get config.collect config.expand_environment_variables : -> part
cache.Cache callbacks.Callback diagnostics.Callback : -> Setting
diagnostics.ProgressBar diagnostics.Profiler diagnostics.ResourceProfiler diagnostics.CacheProfiler : -> Setting
diagnostics.visualize : writes(filename) -> object
distributed.Client : -> distributed.Client
distributed.LocalCluster distributed.SSHCluster distributed.SpecCluster distributed.SubprocessCluster
distributed.Nanny : -> distributed.Cluster
distributed.as_completed : -> iterator
distributed.wait distributed.progress distributed.get_client distributed.get_worker distributed.default_client
distributed.worker_client distributed.futures_of distributed.Future : -> part
distributed.Lock distributed.Semaphore distributed.Event distributed.Queue distributed.Variable distributed.PubSub
distributed.Pub distributed.Sub : -> object
distributed.performance_report : writes(filename@0) -> object
distributed.get_task_stream distributed.config.get_loop_factory distributed.config.import_required
distributed.config.initialize_logging : -> object
distributed.print distributed.warn : -> constant

class Setting : object
  __enter__ : configures(dask distributed) -> receiver
  register unregister : configures(dask distributed)
  visualize clear close : changes(self)
  .results : -> container
functions

# Data frames
dataframe.read_csv dataframe.read_table dataframe.read_fwf : opens(urlpath@0) -> holding(DataFrame)
dataframe.read_parquet dataframe.read_orc : opens(path@0) -> holding(DataFrame)
dataframe.read_json : opens(url_path@0) -> holding(DataFrame)
dataframe.read_hdf : opens(pattern@0) -> holding(DataFrame)
dataframe.read_sql dataframe.read_sql_table dataframe.read_sql_query : opens(con@1 uri) -> holding(DataFrame)
dataframe.from_pandas dataframe.from_dask_array dataframe.from_array dataframe.from_delayed dataframe.from_map
dataframe.from_dict dataframe.from_graph dataframe.from_dask_dataframe : -> holding(DataFrameOrSeries)
dataframe.concat dataframe.map_partitions dataframe.map_overlap dataframe.merge dataframe.merge_asof dataframe.melt
dataframe.multi.concat dataframe.multi.merge
dataframe.multi.merge_asof dataframe.get_dummies dataframe.pivot_table dataframe.repartition dataframe.isna
dataframe.to_datetime dataframe.to_numeric dataframe.to_timedelta : -> holding(DataFrameOrSeries)
dataframe.compute : draws(*) -> part
dataframe.Aggregation : -> object
dataframe.to_csv : writes(filename@1)
dataframe.to_parquet : writes(path@1) -> part
dataframe.to_json : writes(url_path@1)
dataframe.to_hdf : writes(path_or_buf@1)
dataframe.to_orc : writes(path@1) -> part
dataframe.to_sql : writes(uri@2)
dataframe.to_records dataframe.to_bag : -> holding(Array)
dataframe.utils.make_meta : -> object
dataframe.accessor.register_* dataframe.extensions.* : configures -> part

class DataFrame : object
  abs add add_prefix add_suffix align all any append apply assign astype autocorr between bfill case_when categorize
  clear_divisions clip combine combine_first compute_current_divisions copy corr count cov cummax cummin cumprod
  cumsum
  describe diff div divide dot drop drop_duplicates dropna dtypes enforce_runtime_divisions eq explode ffill fillna
  floordiv from_dict ge get_partition gt idxmax idxmin isin isna isnull join kurt kurtosis le lower_once lt map
  map_overlap map_partitions mask max mean median median_approximate melt memory_usage memory_usage_per_partition
  merge
  min mod mode mul ne nlargest notnull nsmallest nunique nunique_approx optimize pivot_table pow prod product quantile
  radd rdiv reduction rename rename_axis repartition replace reset_index rfloordiv rmod rmul round rpow rsub rtruediv
  select_dtypes sem set_index shift shuffle simplify skew sort_values squeeze std sub sum to_backend to_frame
  to_timestamp truediv unique value_counts var where : -> holding(DataFrameOrSeries)
  query eval : names(@) -> holding(DataFrameOrSeries)
  sample : draws(unless random_state@2) -> holding(DataFrameOrSeries)
  random_split : draws(unless random_state@1) -> holding(container)
  persist : draws(self) -> holding(self)
  compute : draws(self) -> pandas.DataFrameOrSeries
  head tail : draws(self) -> pandas.DataFrameOrSeries
  groupby rolling resample : -> holding(GroupBy)
  items iterrows itertuples : -> holding(iterator)
  pop : changes(self) -> holding(DataFrameOrSeries)
  __setitem__ __delitem__ : changes(self)
  pipe : -> part
  to_csv : writes(filename@0) -> part
  to_hdf : writes(path_or_buf@0) -> part
  to_json : writes(filename@0 url_path) -> part
  to_orc to_parquet : writes(path@0) -> part
  to_sql : changes(uri@1) writes(uri@1) -> part
  to_html to_string : -> constant
  to_bag : -> holding(Bag)
  to_dask_array to_records : -> holding(Array)
  to_delayed : -> holding(list(Delayed))
  visualize : writes(filename)
  info explain analyze pprint __len__ : -> constant
  .loc .iloc .index .partitions .values : -> holding(DataFrameOrSeries)
  .str .dt .cat : -> holding(Accessor)
  .columns .axes .dtypes : -> part
  .dask .expr : -> holding(object)
  .divisions .dtype .empty .known_divisions .name .nbytes .ndim .npartitions .shape .size : -> constant
  __getitem__ .* : -> holding(DataFrameOrSeries)

class Series Index Scalar DataFrameOrSeries (DataFrame)

class GroupBy : object
  agg aggregate apply bfill corr count cov cumcount cummax cummin cumprod cumsum ffill first get_group head idxmax
  idxmin last max mean median min nth nunique prod rolling shift size std sum tail transform unique value_counts
  var : -> holding(DataFrameOrSeries)
  __getitem__ .* : -> holding(GroupBy)

class Accessor : object
  add_categories as_known as_ordered as_unit as_unknown as_unordered capitalize casefold cat ceil center contains
  count
  day_name decode encode endswith extract extractall find findall floor fullmatch get get_dummies index isalnum
  isalpha
  isascii isdecimal isdigit islower isnumeric isocalendar isspace istitle isupper join len ljust lower lstrip match
  month_name normalize pad partition remove_categories remove_unused_categories removeprefix removesuffix
  rename_categories reorder_categories repeat replace rfind rindex rjust round rpartition rsplit rstrip set_categories
  slice slice_replace split startswith strftime strip swapcase title to_period to_pydatetime translate tz_convert
  tz_localize upper wrap zfill : -> holding(DataFrameOrSeries)
  .known .ordered : -> constant
  .* : -> holding(DataFrameOrSeries)
functions

# Arrays
array.Array array.PerformanceWarning array.abs array.absolute array.add array.allclose array.angle
array.append array.apply_along_axis array.apply_gufunc array.apply_over_axes array.arange array.arccos array.arccosh
array.arcsin array.arcsinh array.arctan array.arctan2 array.arctanh array.argtopk
array.argwhere array.around array.array array.as_gufunc array.asanyarray array.asarray array.atleast_1d
array.atleast_2d array.atleast_3d array.atop array.average array.bincount array.bitwise_and array.bitwise_not
array.bitwise_or array.bitwise_xor array.block array.blockwise array.broadcast_arrays array.broadcast_to array.cbrt
array.ceil array.choose array.clip array.coarsen array.compress array.concatenate array.conj array.copysign
array.corrcoef array.cos array.cosh array.count_nonzero array.cov array.deg2rad
array.degrees array.delete array.diag array.diagonal array.diff array.digitize array.divide array.divmod array.dot
array.dstack array.ediff1d array.einsum array.empty array.empty_like array.equal array.exp array.exp2
array.expand_dims
array.expm1 array.extract array.eye array.fabs array.fft.asarray array.fft.derived_from array.fft.fft array.fft.fft2
array.fft.fft_wrap array.fft.fftfreq array.fft.fftn array.fft.fftshift array.fft.hfft array.fft.ifft array.fft.ifft2
array.fft.ifftn array.fft.ifftshift array.fft.ihfft array.fft.irfft array.fft.irfft2 array.fft.irfftn array.fft.rfft
array.fft.rfft2 array.fft.rfftfreq array.fft.rfftn array.fft.skip_doctest array.fix array.flatnonzero array.flip
array.fliplr
array.flipud array.float_power array.floor array.floor_divide array.fmax array.fmin array.fmod array.frexp
array.from_array array.from_delayed array.fromfunction array.frompyfunc array.full array.full_like array.gradient
array.greater array.greater_equal array.gufunc array.gufunc.Array array.gufunc.HighLevelGraph
array.gufunc.apply_gufunc array.gufunc.apply_infer_dtype array.gufunc.as_gufunc array.gufunc.asarray
array.gufunc.blockwise array.gufunc.cached_max array.gufunc.flatten array.gufunc.getitem array.gufunc.gufunc
array.gufunc.meta_from_array array.histogram array.histogram2d array.histogramdd
array.hstack array.hypot array.i0 array.imag array.indices array.insert array.invert array.isclose array.iscomplex
array.isfinite array.isin array.isinf array.isnan array.isneginf array.isnull array.isposinf array.isreal array.ldexp
array.left_shift array.less array.less_equal array.linalg.Array array.linalg.HighLevelGraph array.linalg.RandomState
array.linalg.apply array.linalg.array_safe array.linalg.blockwise array.linalg.cholesky
array.linalg.compression_level array.linalg.compression_matrix array.linalg.concatenate array.linalg.default_rng
array.linalg.delayed array.linalg.derived_from array.linalg.dotmany array.linalg.eye array.linalg.from_delayed
array.linalg.inv array.linalg.lstsq array.linalg.lu array.linalg.meta_from_array array.linalg.norm array.linalg.qr
array.linalg.sfqr array.linalg.solve array.linalg.solve_triangular array.linalg.solve_triangular_safe
array.linalg.svd array.linalg.svd_compressed array.linalg.svd_flip array.linalg.tokenize array.linalg.tsqr
array.linalg.wait array.linspace array.log array.log10 array.log1p array.log2
array.logaddexp array.logaddexp2 array.logical_and array.logical_not array.logical_or array.logical_xor
array.ma.asanyarray array.ma.average array.ma.blockwise array.ma.count array.ma.derived_from array.ma.elemwise
array.ma.empty_like array.ma.filled array.ma.fix_invalid array.ma.getdata array.ma.getmaskarray array.ma.map_blocks
array.ma.masked_array array.ma.masked_equal array.ma.masked_inside array.ma.masked_invalid array.ma.masked_outside
array.ma.masked_values array.ma.masked_where array.ma.nonzero array.ma.normalize_masked_array
array.ma.normalize_token array.ma.ones_like array.ma.reduction array.ma.set_fill_value array.ma.where
array.ma.zeros_like
array.map_blocks array.map_overlap array.matmul array.maximum array.meshgrid
array.minimum array.mod array.modf array.moveaxis array.multiply array.nan_to_num
array.nanpercentile array.ndim
array.negative array.nextafter array.nonzero array.not_equal array.notnull array.ones array.ones_like array.outer
array.overlap.Array array.overlap.ArrayOverlapLayer array.overlap.HighLevelGraph array.overlap.add_dummy_padding
array.overlap.arange array.overlap.boundaries array.overlap.broadcast_to array.overlap.coerce_boundary
array.overlap.coerce_depth array.overlap.coerce_depth_type array.overlap.concatenate array.overlap.constant
array.overlap.cumreduction array.overlap.derived_from array.overlap.empty_like
array.overlap.ensure_minimum_chunksize array.overlap.full_like array.overlap.import_optional_dependency
array.overlap.map_blocks array.overlap.map_overlap array.overlap.nearest array.overlap.notnull array.overlap.overlap
array.overlap.overlap_internal array.overlap.periodic array.overlap.push array.overlap.reflect array.overlap.repeat
array.overlap.sliding_window_view array.overlap.tokenize array.overlap.trim_internal array.overlap.trim_overlap
array.overlap.unify_chunks array.overlap.where array.pad array.percentile array.piecewise array.positive array.power
array.ptp array.push
array.rad2deg array.radians array.ravel array.ravel_multi_index array.real array.rechunk
array.reciprocal array.remainder array.repeat array.reshape array.reshape_blockwise array.result_type
array.right_shift array.rint array.roll array.rollaxis array.rot90 array.round array.searchsorted array.select
array.shape array.shuffle array.sign array.signbit array.sin array.sinc array.sinh array.spacing array.sqrt
array.square array.squeeze array.stack array.stats.chisquare array.stats.f_oneway array.stats.kurtosis
array.stats.kurtosistest array.stats.moment array.stats.normaltest array.stats.power_divergence array.stats.skew
array.stats.skewtest array.stats.ttest_1samp array.stats.ttest_ind array.stats.ttest_rel array.subtract
array.swapaxes array.take
array.tan array.tanh array.tensordot array.tile array.topk array.trace array.transpose array.tri array.tril
array.tril_indices array.tril_indices_from array.triu array.triu_indices array.triu_indices_from array.true_divide
array.trunc array.unify_chunks array.union1d array.unique array.unravel_index array.vdot array.vstack
array.where array.zeros array.zeros_like : -> holding(Array)
array.all array.any array.argmax array.argmin array.cumprod array.cumsum array.max array.mean array.median array.min
array.moment array.nanargmax array.nanargmin array.nancumprod array.nancumsum array.nanmax array.nanmean
array.nanmedian array.nanmin array.nanprod array.nanquantile array.nanstd array.nansum array.nanvar array.prod
array.quantile array.reduction array.std array.sum array.var
: changes(out @3 @4 @5 @6 @7 @9) -> holding(Array)
array.float32 array.float64 array.int16 array.int32 array.int64 array.int8 array.uint8 array.uint16 array.uint32
array.uint64
array.bool array.complex64 array.complex128 array.array_expr_enabled array.assert_eq : -> constant
array.compute array.optimize : draws(*) -> part
array.store : draws(*) changes(@1 targets) -> part
array.to_hdf5 : writes(filename@0) -> part
array.to_npy_stack : writes(dirname@0)
array.to_zarr : changes(url@1) writes(url@1) -> part
array.to_tiledb : writes(uri@1) -> part
array.from_npy_stack : opens(dirname@0) -> holding(Array)
array.from_zarr : opens(url@0) -> holding(Array)
array.from_tiledb : opens(uri@0) -> holding(Array)
array.random.seed : seeds
array.random.default_rng array.random.RandomState array.random.Generator : -> Generator
array.random.beta array.random.binomial array.random.chisquare array.random.choice array.random.exponential
array.random.gamma array.random.geometric array.random.gumbel array.random.hypergeometric array.random.laplace
array.random.logistic array.random.lognormal array.random.logseries array.random.multinomial
array.random.negative_binomial array.random.noncentral_chisquare array.random.noncentral_f array.random.normal
array.random.pareto array.random.permutation array.random.poisson array.random.power array.random.product
array.random.randint array.random.random array.random.random_integers array.random.random_sample array.random.rayleigh
array.random.standard_cauchy array.random.standard_exponential array.random.standard_gamma
array.random.standard_normal
array.random.standard_t array.random.triangular array.random.uniform array.random.vonmises array.random.wald
array.random.weibull array.random.zipf : draws -> Array

class Generator : object
  beta binomial chisquare choice exponential f gamma geometric gumbel hypergeometric integers laplace logistic
  lognormal logseries multinomial multivariate_hypergeometric negative_binomial noncentral_chisquare noncentral_f
  normal pareto permutation poisson power rand randint randn random random_integers random_sample rayleigh seed
  standard_cauchy standard_exponential standard_gamma standard_normal standard_t tomaxint triangular uniform vonmises
  wald weibull zipf : changes(self) -> Array

class Array : object
  all any argmax argmin argtopk astype choose clip conj copy cumprod cumsum dot flatten map_blocks map_overlap max
  mean
  min moment nonzero prod ravel rechunk repeat reshape round shuffle squeeze std sum swapaxes topk trace transpose var
  view : -> holding(Array)
  compute : draws(self) -> view(numpy.ndarray)
  persist : draws(self) -> holding(Array)
  compute_chunk_sizes : changes(self) -> receiver
  store : draws(self) changes(@0 targets) -> part
  to_hdf5 : writes(filename@0) -> part
  to_zarr : changes(@0 url) writes(@0 url) -> part
  to_tiledb : writes(uri@0) -> part
  to_backend : -> holding(Array)
  to_dask_dataframe : -> holding(DataFrame)
  to_delayed : -> holding(table)
  to_svg __len__ : -> constant
  visualize : writes(filename)
  __setitem__ : changes(self)
  .A .T .blocks .imag .real .partitions .vindex : -> holding(Array)
  .chunks .chunksize .dtype .itemsize .name .nbytes .ndim .npartitions .numblocks .shape .size : -> constant
  .dask : -> holding(object)
  __getitem__ __iter__ : -> holding(Array)
functions

# Bags
bag.from_sequence bag.from_delayed bag.from_url bag.range bag.concat bag.map bag.map_partitions bag.zip
bag.Bag : -> holding(Bag)
bag.read_text bag.read_avro : opens(urlpath@0) -> holding(Bag)
bag.to_textfiles : writes(path@1) -> part
bag.compute : draws(*) -> part
bag.Item : -> holding(Bag)
bag.random.choices bag.random.sample : draws(unless random_state@2) -> holding(Bag)

class Bag : object
  accumulate all any apply count distinct filter flatten fold foldby frequencies groupby join map map_partitions max
  mean min pluck product reduction remove repartition starmap std sum topk unzip var : -> holding(Bag)
  compute : draws(self) -> part
  persist : draws(self) -> holding(Bag)
  take : draws(self) -> part
  random_sample : draws(unless random_state@1) -> holding(Bag)
  to_dataframe : -> holding(DataFrame)
  to_delayed : -> holding(list(Delayed))
  to_avro : writes(filename@0) -> part
  to_textfiles : writes(path@0) -> part
  visualize : writes(filename)
  .npartitions .name : -> constant
  .str : -> holding(Bag)
  lower upper strip split match replace startswith endswith : -> holding(Bag)
  __iter__ : -> part

class Delayed : object
  compute : draws(self) -> part
  persist : draws(self) -> holding(Delayed)
  visualize : writes(filename)
  .dask .key : -> holding(object)
"""

_DISTRIBUTED = """
class Client : object
  submit map : -> holding(Future)
  scatter : -> holding(Future)
  gather : draws(*) -> part
  compute persist get : draws(*) -> part
  run run_on_scheduler sync : changes(*) -> part
  close shutdown restart cancel restart_workers retire_workers rebalance replicate retry set_metadata publish_dataset
  unpublish_dataset register_plugin register_worker_callbacks unregister_scheduler_plugin unregister_worker_plugin
  subscribe_topic unsubscribe_topic log_event forward_logging unforward_logging : changes(self) -> part
  upload_file : reads(filename@0) changes(self)
  get_dataset list_datasets : -> part
  dump_cluster_state write_scheduler_file : writes(filename@0 scheduler_file)
  profile : writes(filename) -> part
  get_task_stream : writes(filename) -> part
  as_current : -> object
  benchmark_hardware call_stack current futures_of get_events get_executor get_metadata get_scheduler_logs
  get_versions
  get_worker_logs has_what nbytes ncores normalize_collection nthreads processing scheduler_info start story
  wait_for_workers who_has : -> part
  .dashboard_link .asynchronous .id .status .loop : -> constant
  .cluster .amm .scheduler : -> holding(Cluster)
  __enter__ : -> receiver

class Future : object
  result exception traceback : draws(self) -> part
  done cancelled : -> constant
  cancel release retry add_done_callback bind_client : changes(self)
  .key .status .type : -> constant
  .client .executor : -> holding(Client)
  __getitem__ __iter__ : -> holding(Future)

class Cluster : object
  adapt scale scale_up scale_down close start_worker new_worker_spec wait_for_workers sync : changes(self) -> part
  get_client : -> holding(Client)
  get_logs : -> container
  .asynchronous .dashboard_link .loop .name .scheduler_address .status .workers .scheduler_info : -> constant
  __enter__ : -> receiver
functions

LocalCluster SSHCluster SpecCluster SubprocessCluster Nanny deploy.local.LocalCluster deploy.ssh.SSHCluster
deploy.spec.SpecCluster : -> Cluster
as_completed : -> iterator
wait progress get_client get_worker default_client worker_client local_client futures_of fire_and_forget : -> part
Lock MultiLock Semaphore Event Queue Variable Pub Sub Actor Security : -> object
performance_report : writes(filename@0) -> object
get_task_stream get_task_metadata span annotate : -> object
secede rejoin Reschedule print warn CancelledError KilledWorker TimeoutError Status
utils.format_bytes utils.get_ip utils.parse_bytes utils.parse_timedelta : -> constant
"""

_COILED = """
Cluster : -> distributed.Cluster
function : -> part
"""

MODELS = (
    LibraryModel(library="dask", rules=_RULES, decorators=words("delayed")),
    LibraryModel(library="distributed", rules=_DISTRIBUTED),
    LibraryModel(library="coiled", rules=_COILED, decorators=words("function")),
)
