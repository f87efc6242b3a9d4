"""Polars."""

from __future__ import annotations

from jupyter_pipeline.compiler.analysis.library_models.model import LibraryModel

__all__ = ["MODELS"]

_RULES = """
# Expressions
all all_horizontal any any_horizontal approx_n_unique arange arctan2 arg_sort arg_sort_by arg_where avg
business_day_count coalesce col concat_arr concat_list concat_str corr count cov cum_count cum_fold cum_reduce cum_sum
cum_sum_horizontal date date_range date_ranges datetime datetime_range datetime_ranges dtype_of duration element
exclude field first fold format from_epoch groups head implode int_range int_ranges last len linear_space
linear_spaces
lit map_batches map_groups max max_horizontal mean mean_horizontal median min min_horizontal n_unique nth ones
quantile
reduce repeat rolling_corr rolling_cov row_index selectors.Selector selectors.all selectors.alpha
selectors.alphanumeric selectors.array selectors.binary selectors.boolean selectors.by_dtype selectors.by_index
selectors.by_name selectors.categorical selectors.contains selectors.date selectors.datetime selectors.decimal
selectors.digit selectors.duration selectors.ends_with selectors.enum selectors.exclude selectors.expand_selector
selectors.first selectors.float selectors.integer selectors.is_selector selectors.last selectors.list selectors.map
selectors.matches selectors.nested selectors.numeric selectors.signed_integer selectors.starts_with selectors.string
selectors.struct selectors.temporal selectors.time selectors.unsigned_integer self_dtype sql_expr std struct
struct_with_fields sum
sum_horizontal tail time time_range time_ranges var zeros : -> holding(Expr)
when : -> holding(When)
# Tables
concat union merge_sorted : -> holding(Frame) of @0
align_frames : -> list(DataFrame)
collect_all : draws(*) -> list(DataFrame)
explain_all : -> constant
select : draws(*) -> DataFrame
sql : names queries(query@0) draws(*) -> holding(Frame)
from_arrow from_dataframe from_dict from_dicts from_numpy from_pandas from_records from_repr from_torch
: -> view(Frame)
json_normalize : -> DataFrame
# Files
read_csv read_parquet read_excel read_ods read_json read_ndjson read_avro read_ipc read_ipc_stream read_delta
read_lines : reads(source@0) -> DataFrame
read_csv_batched : opens(source@0) -> BatchReader
read_ipc_schema read_parquet_schema read_parquet_metadata : reads(source@0) -> container
scan_csv scan_parquet scan_ndjson scan_ipc scan_delta scan_iceberg scan_lines scan_lance
scan_pyarrow_dataset : opens(source@0) -> holding(LazyFrame)
read_database : changes(connection@1) reads(connection@1) -> DataFrame
read_database_uri : reads(uri@1) -> DataFrame
read_clipboard : receives(clipboard) -> DataFrame
# Settings
Config.enable_monitoring Config.load Config.reload_env_vars Config.restore_defaults Config.set_ascii_tables
Config.set_decimal_separator Config.set_default_credential_provider Config.set_engine_affinity
Config.set_expr_depth_warning Config.set_float_precision Config.set_fmt_float Config.set_fmt_str_lengths
Config.set_fmt_table_cell_list_len Config.set_streaming_chunk_size Config.set_tbl_cell_alignment
Config.set_tbl_cell_numeric_alignment Config.set_tbl_cols Config.set_tbl_column_data_type_inline
Config.set_tbl_dataframe_shape_below Config.set_tbl_formatting Config.set_tbl_hide_column_data_types
Config.set_tbl_hide_column_names Config.set_tbl_hide_dataframe_shape Config.set_tbl_hide_dtype_separator
Config.set_tbl_rows Config.set_tbl_width_chars Config.set_thousands_separator Config.set_trim_decimal_zeros
Config.set_verbose Config.warn_unstable enable_string_cache disable_string_cache toggle_string_cache
register_extension_type
unregister_extension_type api.* plugins.* : configures -> part
Config StringCache : configures -> ConfigContext
Config.save Config.state : -> constant
Config.save_to_file : writes(file@0)
Config.load_from_file : reads(file@0) configures -> part
set_random_seed : seeds
# Constants
Array Binary Boolean Categorical Categories CompatLevel.newest CompatLevel.oldest DataType.base_type
DataType.from_python DataType.is_ DataType.is_decimal DataType.is_extension DataType.is_float DataType.is_integer
DataType.is_nested DataType.is_numeric DataType.is_object DataType.is_signed_integer DataType.is_temporal
DataType.is_unsigned_integer DataType.to_dtype_expr DataType.to_python Date Datetime Decimal Duration Enum Field
Float16
Float32 Float64 GPUEngine InMemoryEngine Int128 Int16 Int32 Int64 Int8 List Map Null Object QueryOptFlags Schema
StreamingEngine String Struct Time UInt128 UInt16 UInt32 UInt64 UInt8 Unknown Utf8 build_info datatypes.Array
datatypes.BaseExtension datatypes.Binary datatypes.Boolean datatypes.Categorical datatypes.Categories
datatypes.DataType datatypes.DataTypeClass datatypes.Date datatypes.Datetime datatypes.Decimal datatypes.Duration
datatypes.Enum datatypes.Extension datatypes.Field datatypes.Float16 datatypes.Float32 datatypes.Float64
datatypes.FloatType datatypes.Int128 datatypes.Int16 datatypes.Int32 datatypes.Int64 datatypes.Int8
datatypes.IntegerType datatypes.List datatypes.Map datatypes.Null datatypes.Object datatypes.String datatypes.Struct
datatypes.TemporalType datatypes.Time datatypes.UInt128 datatypes.UInt16 datatypes.UInt32 datatypes.UInt64
datatypes.UInt8 datatypes.Unknown datatypes.Utf8 datatypes.dtype_to_ffiname datatypes.dtype_to_py_type
datatypes.is_polars_dtype datatypes.maybe_cast datatypes.numpy_char_code_to_dtype
datatypes.numpy_type_to_constructor datatypes.numpy_values_and_dtype datatypes.parse_into_datatype_expr
datatypes.parse_into_dtype datatypes.polars_type_to_constructor datatypes.py_type_to_arrow_type
datatypes.py_type_to_constructor datatypes.supported_numpy_char_code datatypes.try_parse_into_dtype
datatypes.unpack_dtypes escape_regex
exceptions.ArgumentRemovedError exceptions.AttributeRemovedError exceptions.CategoricalRemappingWarning
exceptions.ChronoFormatWarning exceptions.ColumnNotFoundError exceptions.ComputeError exceptions.CustomUFuncWarning
exceptions.DataOrientationWarning exceptions.DuplicateError exceptions.InvalidOperationError
exceptions.MapWithoutReturnDtypeWarning exceptions.ModuleUpgradeRequiredError exceptions.NoDataError
exceptions.NoRowsReturnedError exceptions.OutOfBoundsError exceptions.PanicException
exceptions.ParameterCollisionError exceptions.PerformanceWarning exceptions.PolarsError
exceptions.PolarsInefficientMapWarning exceptions.PolarsWarning exceptions.RowsError exceptions.SQLInterfaceError
exceptions.SQLSyntaxError exceptions.SchemaError exceptions.SchemaFieldNotFoundError exceptions.ShapeError
exceptions.StringCacheMismatchError exceptions.StructFieldNotFoundError exceptions.TooManyRowsReturnedError
exceptions.UnstableWarning exceptions.UnsuitableSQLError get_extension_type get_index_type show_versions
testing.assert_frame_equal testing.assert_frame_not_equal
testing.assert_series_equal testing.assert_series_not_equal thread_pool_size using_string_cache : -> constant
PartitionBy PartitionMaxSize PartitionByKey PartitionParted : -> object

class ConfigContext : object
  __enter__ : configures

class BatchReader : object
  next_batches : changes(self) -> list(DataFrame)

class DataFrame : table
  approx_n_unique bottom_k cast clear clone corr count describe drop drop_nans drop_nulls explode fill_nan fill_null
  filter gather gather_every head interpolate join join_asof join_where limit map_columns map_rows match_to_schema max
  mean median melt merge_sorted min null_count pivot product quantile rechunk remove rename reverse select select_seq
  set_sorted shift slice sort std sum tail to_dummies top_k transpose unique unnest unpivot unstack update upsample
  var
  with_columns with_columns_seq with_row_count with_row_index : draws(*) -> DataFrame
  hash_rows is_duplicated is_unique max_horizontal mean_horizontal min_horizontal sum_horizontal fold : -> Series
  hstack vstack shrink_to_fit : changes(self if in_place) -> DataFrame
  sample : draws(unless seed) -> DataFrame
  extend insert_column replace_column : changes(self) -> view(self)
  drop_in_place : changes(self) -> Series
  replace : changes(self)
  get_column to_series : -> view(Series)
  get_columns iter_columns : -> list(Series)
  iter_slices : -> list(DataFrame)
  iter_rows : -> iterator
  partition_by : -> container
  group_by group_by_dynamic rolling groupby : -> holding(GroupBy)
  lazy : -> holding(LazyFrame)
  sql : names draws(*) -> DataFrame
  pipe : -> part
  equals estimated_size get_column_index is_empty is_sorted item n_chunks n_unique to_init_repr glimpse show
  frame_equal find_idx_by_name __len__ __contains__ : -> constant
  row rows rows_by_key to_dict to_dicts collect_schema : -> container
  to_numpy : -> view(numpy.ndarray)
  to_pandas : -> pandas.DataFrame
  to_arrow : -> view(pyarrow.Table)
  to_struct : -> Series
  to_torch to_jax : -> part
  write_csv write_parquet write_json write_ndjson write_ipc write_ipc_stream write_avro serialize : writes(file@0) ->
  constant
  write_excel : writes(workbook@0) -> part
  write_delta write_iceberg : changes(target@0) writes(target@0) -> part
  write_database : changes(connection@1) writes(connection@1) -> constant
  write_clipboard : sends(clipboard)
  deserialize : reads(source@0) -> DataFrame
  .columns .dtypes : -> container
  .schema .flags : -> container
  .height .shape .width : -> constant
  .plot : -> holding(Plot)
  .style : -> holding(object)
  __getitem__ : -> view(DataFrameOrSeries)
  __iter__ : -> view(Series)

class Series : table
  abs apply arccos arccosh arcsin arcsinh arctan arctanh arg_sort arg_true arg_unique backward_fill bin_intervals
  bin_quantiles bin_ranks bitwise_count_ones bitwise_count_zeros bitwise_leading_ones bitwise_leading_zeros
  bitwise_trailing_ones bitwise_trailing_zeros bottom_k bottom_k_by cast cbrt ceil clear clip clone cos cosh cot count
  cum_count cum_max cum_min cum_prod cum_sum cumsum cumulative_eval degrees diff drop_nans drop_nulls eq eq_missing
  erf
  erfc ewm_mean ewm_mean_by ewm_std ewm_sum ewm_sum_by ewm_var exp explode extend_constant fill_nan fill_null filter
  floor forward_fill gather gather_every ge gt head implode interpolate interpolate_by is_between is_close
  is_duplicated is_finite is_first_distinct is_in is_infinite is_last_distinct is_nan is_not is_not_nan is_not_null
  is_null is_unique le limit log log10 log1p lt map_dict map_elements mode ne ne_missing new_from_index not_
  pct_change
  peak_max peak_min pow radians rank rechunk reinterpret repeat_by replace replace_strict reshape reverse rle_id
  rolling_kurtosis rolling_map rolling_max rolling_max_by rolling_mean rolling_mean_by rolling_median
  rolling_median_by
  rolling_min rolling_min_by rolling_quantile rolling_quantile_by rolling_rank rolling_rank_by rolling_skew
  rolling_std
  rolling_std_by rolling_sum rolling_sum_by rolling_var rolling_var_by round round_sig_figs search_sorted set_sorted
  shift shift_and_fill shrink_dtype sign sin sinh slice sqrt tail tan tanh to_physical top_k top_k_by truncate unique
  view zip_with : draws(*) -> Series
  rename alias : -> Series
  sort : changes(self if in_place) -> Series
  shrink_to_fit : changes(self if in_place) -> Series
  append extend scatter set_at_idx : changes(self) -> view(self)
  set unique_counts : -> Series
  sample : draws(unless seed) -> Series
  shuffle : draws(unless seed@0) -> Series
  to_numpy : -> view(numpy.ndarray)
  to_arrow : -> view(pyarrow.Array)
  to_pandas : -> pandas.Series
  to_frame to_dummies value_counts describe hist cut qcut rle : -> DataFrameOrSeries
  to_torch to_jax item first last max min mode_ nan_max nan_min max_by min_by : -> part
  to_list : -> container
  sql : names -> DataFrame
  get_chunks : -> list(Series)
  chunk_lengths : -> container
  equals has_nulls is_empty is_sorted len n_chunks n_unique null_count estimated_size to_init_repr all any dot mean
  median std sum var product quantile approx_quantile skew kurtosis entropy bitwise_and bitwise_or bitwise_xor arg_max
  arg_min index_of approx_n_unique lower_bound upper_bound __len__ __contains__ series_equal : -> constant
  hash : -> Series
  .name .dtype .shape : -> constant
  .flags : -> container
  .arr .bin .cat .dt .ext .list .map .str .struct : -> view(Namespace)
  .plot : -> holding(Plot)
  __getitem__ : -> view(DataFrameOrSeries)
  __iter__ : -> constant

class DataFrameOrSeries(DataFrame, Series)
  __getitem__ __iter__ : -> view(DataFrameOrSeries)

class Expr : table
  abs add agg_groups alias all and_ any append apply approx_n_unique approx_quantile arccos arccosh arcsin arcsinh
  arctan arctanh arg_max arg_min arg_sort arg_true arg_unique backward_fill bin_intervals bin_quantiles bin_ranks
  bitwise_and bitwise_count_ones bitwise_count_zeros bitwise_leading_ones bitwise_leading_zeros bitwise_or
  bitwise_trailing_ones bitwise_trailing_zeros bitwise_xor bottom_k bottom_k_by cast cbrt ceil clip cos cosh cot count
  cum_count cum_max cum_min cum_prod cum_sum cumsum cumulative_eval cut degrees diff dot drop_nans drop_nulls entropy
  eq eq_missing erf erfc ewm_mean ewm_mean_by ewm_std ewm_sum ewm_sum_by ewm_var exclude exp explode extend_constant
  fill_nan fill_null filter first floor floordiv forward_fill gather gather_every ge get gt has_nulls hash head hist
  implode index_of inspect interpolate interpolate_by is_between is_close is_duplicated is_empty is_finite
  is_first_distinct is_in is_infinite is_last_distinct is_nan is_not is_not_nan is_not_null is_null is_sorted
  is_unique
  item keep_name kurtosis last le len limit log log10 log1p lower_bound lt map_alias map_batches map_elements max
  max_by mean median min min_by mod mode mul n_unique nan_max nan_min ne ne_missing neg not_ null_count or_ over
  pct_change peak_max peak_min pipe pipe_with_dtype pow prefix product qcut quantile radians rank reinterpret
  repeat_by
  replace replace_strict reshape reverse rle rle_id rolling rolling_kurtosis rolling_map rolling_max rolling_max_by
  rolling_mean rolling_mean_by rolling_median rolling_median_by rolling_min rolling_min_by rolling_quantile
  rolling_quantile_by rolling_rank rolling_rank_by rolling_skew rolling_std rolling_std_by rolling_sum rolling_sum_by
  rolling_var rolling_var_by round round_sig_figs search_sorted set_sorted shift shift_and_fill shrink_dtype sign sin
  sinh skew slice sort sort_by sqrt std sub suffix sum tail tan tanh to_physical top_k top_k_by truediv truncate
  truncdiv unique unique_counts upper_bound value_counts var xor : -> holding(Expr)
  sample : random(unless seed) -> holding(Expr)
  shuffle : random(unless seed@0) -> holding(Expr)
  deserialize : reads(source@0) -> Expr
  .arr .bin .cat .dt .ext .list .map .meta .name .str .struct : -> view(Namespace)

class When : table
  then : -> holding(Then)
class Then(Expr)
  when : -> holding(When)
  otherwise : -> holding(Expr)

class Namespace : table
  add_business_days agg all any arg_max arg_min as_expression as_selector base_utc_offset capitalize casefold
  cast_time_unit center century combine concat contains contains_any contains_key convert_time_zone count
  count_matches
  date day days days_in_month decode diff dot drop drop_nulls dst_offset encode ends_with endswith entries epoch eq
  escape_regex eval expandtabs explode extract extract_all extract_groups extract_many field filter find find_many
  first format format_map gather gather_every get has_multiple_outputs head hour hours index is_business_day is_column
  is_column_selection is_known_length is_leap_year is_length_preserving is_literal is_regex_projection
  is_row_separable
  is_scalar isalnum isalpha isascii isdecimal isdigit isidentifier islower isnumeric iso_year isprintable isspace
  istitle isupper item join json_decode json_encode json_extract json_path_match keep keys last len len_bytes
  len_chars
  lengths ljust lower lstrip maketrans map map_fields max mean median microsecond millennium millisecond milliseconds
  min minute minutes month month_end month_start n_bytes n_chars n_unique nanosecond ne normalize offset_by
  ordinal_day
  output_name pad_end pad_start parse_int partition physical pop prefix prefix_fields quarter reinterpret removeprefix
  removesuffix rename_fields replace replace_all replace_many replace_time_zone reverse rfind rindex rjust root_names
  round rpartition rsplit rstrip second seconds set_difference set_intersection set_symmetric_difference set_union
  shift size slice sort split split_exact splitlines splitn starts_with startswith std storage strftime strip
  strip_chars strip_chars_end strip_chars_start strip_prefix strip_suffix strptime suffix suffix_fields sum swapcase
  tail time timestamp title to to_array to_date to_datetime to_decimal to_integer to_list to_lowercase to_map
  to_string
  to_struct to_time to_titlecase to_uppercase total_days total_hours total_microseconds total_milliseconds
  total_minutes total_nanoseconds total_seconds translate tree_format truncate undo_aliases unique unnest upper values
  var week weekday with_fields with_time_unit year zfill : -> holding(Expr)
  sample : random(unless seed) -> holding(Expr)
  serialize : writes(file@0) -> constant
  show_graph : writes(output_path)
  .fields .schema : -> container

class Plot : object
  line bar point scatter hist kde __call__ : -> object

# Reads its files and the data that it holds when a result is collected
class LazyFrame : object
  bottom_k cache cast clear clone count drop drop_nans drop_nulls explode fill_nan fill_null filter first gather
  gather_every head inspect interpolate join join_asof join_where last lazy limit match_to_schema max mean median melt
  merge_sorted min null_count pivot quantile remove rename reverse select select_seq set_sorted shift slice sort std
  sum tail take_every top_k unique unnest unpivot update var with_columns with_columns_seq with_context with_row_count
  with_row_index : -> holding(LazyFrame)
  map_batches : -> holding(LazyFrame)
  group_by group_by_dynamic rolling groupby : -> holding(LazyGroupBy)
  sql : names -> holding(LazyFrame)
  pipe pipe_with_schema : -> part
  collect fetch describe execute : draws(self *) -> DataFrame
  profile : draws(self *) -> tuple(DataFrame, DataFrame)
  collect_schema : -> container
  explain show : draws(self) -> constant
  sink_csv sink_parquet sink_ipc sink_ndjson : draws(self) writes(path@0) -> holding(LazyFrame)
  sink_delta sink_iceberg : draws(self) writes(target@0) -> part
  serialize : writes(file@0) -> constant
  show_graph : writes(output_path)
  deserialize : reads(source@0) -> holding(LazyFrame)
  .columns .dtypes .schema : -> container
  .width : -> constant

class GroupBy : object
  agg all apply first head last len map_groups max mean median min n_unique quantile sum tail : draws(self *) ->
  DataFrame
  having : -> holding(GroupBy)
  __iter__ : -> tuple(container, DataFrame)
class LazyGroupBy : object
  agg all apply first head last len map_groups max mean median min n_unique quantile sum tail : -> holding(LazyFrame)
  having : -> holding(LazyGroupBy)

class Frame(DataFrame, Series, LazyFrame)

class SQLContext : object
  execute : names queries(query@0) draws(self) -> holding(Frame)
  register register_globals register_many unregister : changes(self) -> view(self)
  tables : -> container
"""

MODELS = (LibraryModel(library="polars", rules=_RULES),)
