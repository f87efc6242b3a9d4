"""pandas."""

from __future__ import annotations

from jupyter_pipeline.compiler.analysis.library_models.model import FileAccess, LibraryModel, words

__all__ = ["MODELS", "RULES"]

RULES = """
# Input and output
read_csv read_table read_fwf read_stata : reads(filepath_or_buffer@0) -> DataFrame or Reader if chunksize iterator
read_sas : reads(filepath_or_buffer@0) -> DataFrame or Reader if chunksize@4 iterator@5
read_spss read_pickle : reads(filepath_or_buffer@0 path) -> Item
read_excel : reads(io@0) -> Item
read_html : reads(io@0) -> list(DataFrame)
read_json : reads(path_or_buf@0) -> Item or Reader if chunksize
read_hdf : reads(path_or_buf@0) -> Item or Reader if chunksize iterator
read_feather read_orc read_parquet : reads(path@0) -> DataFrame
read_xml : reads(path_or_buffer@0) -> DataFrame
read_sql read_sql_query read_sql_table : changes(con@1) reads(con@1) -> DataFrame or Reader if chunksize
read_clipboard : receives(clipboard) -> DataFrame
read_gbq : receives(google) queries(query@0) -> DataFrame
read_iceberg : reads(any) -> DataFrame
to_pickle : writes(filepath_or_buffer@1 path)

# Functions
merge merge_asof merge_ordered melt pivot pivot_table crosstab get_dummies from_dummies wide_to_long lreshape
json_normalize : -> DataFrame
concat : -> DataFrameOrSeries
cut qcut to_datetime to_numeric to_timedelta isna isnull notna notnull : -> Item
unique : -> ExtensionArray
value_counts : -> Series
factorize : -> tuple(numpy.ndarray, Index)
date_range bdate_range : -> DatetimeIndex
timedelta_range : -> TimedeltaIndex
period_range : -> PeriodIndex
interval_range : -> Index
infer_freq get_option describe_option show_versions NamedAgg : -> constant
CategoricalDtype IntervalDtype DatetimeTZDtype PeriodDtype SparseDtype ArrowDtype BooleanDtype Float32Dtype
Float64Dtype
Int8Dtype Int16Dtype Int32Dtype Int64Dtype StringDtype UInt8Dtype UInt16Dtype UInt32Dtype UInt64Dtype : -> constant
IndexSlice.__getitem__ NA NaT : -> constant
Grouper : -> object
DateOffset Interval offsets.BDay offsets.BHalfYearBegin offsets.BHalfYearEnd offsets.BMonthBegin offsets.BMonthEnd
offsets.BQuarterBegin offsets.BQuarterEnd offsets.BYearBegin offsets.BYearEnd offsets.BaseOffset offsets.BusinessDay
offsets.BusinessHour offsets.BusinessMonthBegin offsets.BusinessMonthEnd offsets.CBMonthBegin offsets.CBMonthEnd
offsets.CDay offsets.CustomBusinessDay offsets.CustomBusinessHour offsets.CustomBusinessMonthBegin
offsets.CustomBusinessMonthEnd offsets.DateOffset offsets.Day offsets.Easter offsets.FY5253 offsets.FY5253Quarter
offsets.HalfYearBegin offsets.HalfYearEnd offsets.Hour offsets.LastWeekOfMonth offsets.Micro offsets.Milli
offsets.Minute offsets.MonthBegin offsets.MonthEnd offsets.Nano offsets.QuarterBegin offsets.QuarterEnd
offsets.Second offsets.SemiMonthBegin offsets.SemiMonthEnd offsets.Tick offsets.Week offsets.WeekOfMonth
offsets.YearBegin offsets.YearEnd tseries.offsets.BDay tseries.offsets.BHalfYearBegin tseries.offsets.BHalfYearEnd
tseries.offsets.BMonthBegin tseries.offsets.BMonthEnd tseries.offsets.BQuarterBegin tseries.offsets.BQuarterEnd
tseries.offsets.BYearBegin tseries.offsets.BYearEnd tseries.offsets.BaseOffset tseries.offsets.BusinessDay
tseries.offsets.BusinessHour tseries.offsets.BusinessMonthBegin tseries.offsets.BusinessMonthEnd
tseries.offsets.CBMonthBegin tseries.offsets.CBMonthEnd tseries.offsets.CDay tseries.offsets.CustomBusinessDay
tseries.offsets.CustomBusinessHour tseries.offsets.CustomBusinessMonthBegin tseries.offsets.CustomBusinessMonthEnd
tseries.offsets.DateOffset tseries.offsets.Day tseries.offsets.Easter tseries.offsets.FY5253
tseries.offsets.FY5253Quarter tseries.offsets.HalfYearBegin tseries.offsets.HalfYearEnd tseries.offsets.Hour
tseries.offsets.LastWeekOfMonth tseries.offsets.Micro tseries.offsets.Milli tseries.offsets.Minute
tseries.offsets.MonthBegin tseries.offsets.MonthEnd tseries.offsets.Nano tseries.offsets.QuarterBegin
tseries.offsets.QuarterEnd tseries.offsets.Second tseries.offsets.SemiMonthBegin tseries.offsets.SemiMonthEnd
tseries.offsets.Tick tseries.offsets.Week tseries.offsets.WeekOfMonth tseries.offsets.YearBegin
tseries.offsets.YearEnd tseries.frequencies.to_offset : -> constant
Timestamp Timedelta Period Timestamp.as_unit Timestamp.astimezone Timestamp.ceil Timestamp.combine Timestamp.ctime
Timestamp.date Timestamp.day_name Timestamp.dst Timestamp.floor Timestamp.fromisocalendar Timestamp.fromisoformat
Timestamp.fromordinal Timestamp.fromtimestamp Timestamp.isocalendar Timestamp.isoformat Timestamp.isoweekday
Timestamp.month_name Timestamp.normalize Timestamp.now Timestamp.replace Timestamp.round Timestamp.strftime
Timestamp.strptime Timestamp.time Timestamp.timestamp Timestamp.timetuple Timestamp.timetz Timestamp.to_datetime64
Timestamp.to_julian_date Timestamp.to_numpy Timestamp.to_period Timestamp.to_pydatetime Timestamp.today
Timestamp.toordinal Timestamp.tz_convert Timestamp.tz_localize Timestamp.tzname Timestamp.utcfromtimestamp
Timestamp.utcnow Timestamp.utcoffset Timestamp.utctimetuple Timestamp.weekday Timedelta.as_unit Timedelta.ceil
Timedelta.floor Timedelta.isoformat Timedelta.round Timedelta.to_numpy Timedelta.to_pytimedelta
Timedelta.to_timedelta64 Timedelta.total_seconds Timedelta.view Period.asfreq Period.now Period.strftime
Period.to_timestamp : -> constant
array : -> view(ExtensionArray)
Categorical.from_codes : -> view(Categorical)
set_option reset_option set_eng_float_format options.* : configures
option_context : -> OptionContext
eval : names changes(target) -> Item
DataFrame.from_dict DataFrame.from_records DataFrame.from_arrow : -> view(DataFrame)
Series.from_arrow : -> view(Series)
MultiIndex.from_tuples MultiIndex.from_arrays MultiIndex.from_product MultiIndex.from_frame : -> MultiIndex
IntervalIndex.from_breaks IntervalIndex.from_arrays IntervalIndex.from_tuples RangeIndex.from_range : -> Index
testing.assert_frame_equal testing.assert_series_equal testing.assert_index_equal testing.assert_extension_array_equal
 api.types.is_any_real_numeric_dtype api.types.is_array_like api.types.is_bool api.types.is_bool_dtype
 api.types.is_categorical_dtype api.types.is_complex api.types.is_complex_dtype api.types.is_datetime64_any_dtype
 api.types.is_datetime64_dtype api.types.is_datetime64_ns_dtype api.types.is_datetime64tz_dtype
 api.types.is_dict_like api.types.is_dtype_equal api.types.is_extension_array_dtype api.types.is_file_like
 api.types.is_float api.types.is_float_dtype api.types.is_hashable api.types.is_int64_dtype api.types.is_integer
 api.types.is_integer_dtype api.types.is_interval_dtype api.types.is_iterator api.types.is_list_like
 api.types.is_named_tuple api.types.is_number api.types.is_numeric_dtype api.types.is_object_dtype
 api.types.is_period_dtype api.types.is_re api.types.is_re_compilable api.types.is_scalar
 api.types.is_signed_integer_dtype api.types.is_sparse api.types.is_string_dtype api.types.is_timedelta64_dtype
 api.types.is_timedelta64_ns_dtype api.types.is_unsigned_integer_dtype api.types.infer_dtype api.types.pandas_dtype
 api.indexers.check_array_indexer : -> constant
api.types.union_categoricals : -> Categorical
plotting.autocorrelation_plot plotting.lag_plot plotting.parallel_coordinates plotting.andrews_curves plotting.radviz
plotting.table : changes(ax) figure -> object
plotting.bootstrap_plot : changes(fig@1) figure draws -> object
plotting.scatter_matrix plotting.boxplot plotting.boxplot_frame plotting.hist_frame plotting.hist_series
plotting.boxplot_frame_groupby : changes(ax) figure -> object
api.extensions.register_dataframe_accessor api.extensions.register_series_accessor
api.extensions.register_index_accessor api.extensions.register_extension_dtype : configures -> part
util.hash_pandas_object : -> Series
util.hash_array : -> numpy.ndarray
errors.AbstractMethodError errors.AttributeConflictWarning errors.CSSWarning errors.CategoricalConversionWarning
errors.ChainedAssignmentError errors.ClosedFileError errors.DataError errors.DatabaseError errors.DtypeWarning
errors.DuplicateLabelError errors.EmptyDataError errors.IncompatibilityWarning errors.IncompatibleFrequency
errors.IndexingError errors.IntCastingNaNError errors.InvalidColumnName errors.InvalidComparison
errors.InvalidIndexError errors.InvalidVersion errors.LossySetitemError errors.MergeError errors.NoBufferPresent
errors.NullFrequencyError errors.NumExprClobberingError errors.NumbaUtilError errors.OptionError
errors.OutOfBoundsDatetime errors.OutOfBoundsTimedelta errors.Pandas4Warning errors.Pandas5Warning
errors.PandasChangeWarning errors.PandasDeprecationWarning errors.PandasFutureWarning
errors.PandasPendingDeprecationWarning errors.ParserError errors.ParserWarning errors.PerformanceWarning
errors.PossibleDataLossError errors.PossiblePrecisionLoss errors.PyperclipException errors.PyperclipWindowsException
errors.SpecificationError errors.UndefinedVariableError errors.UnsortedIndexError errors.UnsupportedFunctionCall
errors.ValueLabelTypeMismatch : -> object
plotting.register_matplotlib_converters plotting.deregister_matplotlib_converters : configures(matplotlib)

ExcelFile : reads(path_or_buffer@0) -> ExcelFile
ExcelWriter : writes(path@0) -> ExcelWriter
HDFStore : writes(path@0) -> HDFStore

class Reader : iterator
  get_chunk read __next__ close : changes(self) -> DataFrame
  variable_labels value_labels : changes(self) -> container
  __enter__ : -> receiver
  __iter__ : changes(self) -> DataFrame
class ExcelFile : object
  parse : reads(any) -> Item
  close : changes(self)
  .sheet_names .engine : -> constant
  .book : -> part
  __enter__ : -> view(self)

class ExcelWriter : object
  close save write_cells : changes(self) writes(any)
  .sheets .book : -> part
  .engine .if_sheet_exists .date_format .datetime_format .supported_extensions .cur_sheet : -> constant
  __enter__ : -> view(self)

class HDFStore : object
  get select select_column select_as_coordinates : reads(any) -> Item
  __getitem__ : -> Item
  keys info get_node get_storer groups items walk : reads(any) -> unknown
  put append append_to_multiple remove create_table_index close open flush copy : changes(self) writes(any)
  .is_open .filename .root : -> constant
  __enter__ : -> view(self)

class OptionContext : object
  __enter__ : configures

# Tables
class NDFrame : table
  # New tables
  abs add add_prefix add_suffix  asfreq astype at_time between_time combine combine_first convert_dtypes
  copy cummax cummin cumprod cumsum diff div divide eq explode floordiv ge gt filter first  isin isna
  isnull last le lt map mod mul multiply ne nlargest notna notnull nsmallest pct_change pow radd rank rdiv
  reindex reindex_like reorder_levels rfloordiv rmod rmul round rpow rsub rtruediv shift sub subtract
  swaplevel to_period to_timestamp transform truediv truncate tz_convert tz_localize tshift slice_shift
  applymap   : -> self
  # Parts that share memory before pandas 3
  head tail infer_objects set_flags squeeze take transpose swapaxes  xs get droplevel
  .T : -> view(Item)
  __getitem__ __iter__ : -> view(Item)
  # In place on request
  bfill backfill clip drop drop_duplicates dropna ffill fillna interpolate mask pad query rename rename_axis replace
  reset_index set_axis set_index sort_index sort_values where : changes(self if inplace) -> self
  # Reductions
  all any count idxmax idxmin kurt kurtosis max mean median min nunique prod product sem skew std sum var
  corr corrwith cov dot quantile mode agg aggregate apply asof value_counts duplicated describe memory_usage : -> Item
  pipe : -> part
  equals first_valid_index last_valid_index bool item __len__ __contains__ : -> constant
  sample : draws(unless random_state@4) changes(random_state@4) -> self
  # Windows and groups
  groupby : -> holding(GroupBy)
  resample : -> holding(Resampler)
  rolling expanding ewm : -> holding(Window)
  # Indexers and attributes
  loc iloc .loc .iloc .at .iat .ix : -> view(Indexer)
  .index : -> view(Index)
  .axes : -> list(Index)
  .shape .size .ndim .empty .nbytes .dtype .name .hasnans .is_unique .is_monotonic_increasing .is_monotonic_decreasing
  .is_copy .is_monotonic : -> constant
  .dtypes : -> Item
  .values .to_numpy to_numpy ravel view : -> view(numpy.ndarray)
  .array : -> view(ExtensionArray)
  .attrs .flags : -> part
  .plot : -> view(PlotAccessor)
  .hvplot : -> view(PlotAccessor)
  .sparse .list .struct : -> view(Item)
  keys : -> view(Index)
  align : -> tuple(Item, Item)
  # Conversions
  to_dict to_list tolist  : -> container
  to_records : -> numpy.ndarray
  to_frame : -> view(DataFrame)
  to_xarray : -> table
  to_csv to_json : writes(path_or_buf@0)
  to_xml : writes(path_or_buffer@0)
  to_html to_latex to_markdown to_string : writes(buf@0)
  to_feather to_orc to_parquet to_pickle to_stata : writes(path@0)
  to_hdf : writes(path_or_buf@0)
  to_excel : writes(excel_writer@0)
  to_sql : changes(con@1) writes(con@1)
  to_clipboard : sends(clipboard)
  to_gbq : sends(google)
  to_iceberg : writes(any)
  info : writes(buf@1)
  # Plots
  plot hist boxplot : changes(ax) figure -> object
  # The whole table
  insert isetitem pop update __setitem__ __delitem__ : changes(self) -> Item
  items iteritems : -> view(ItemIterator)

class DataFrame(NDFrame)
  assign compare from_dict join melt merge pivot pivot_table select select_dtypes  append : -> DataFrame
  agg aggregate all any count idxmax idxmin kurt kurtosis max mean median min nunique prod product sem skew std sum
  var
  quantile stack unstack apply asof : -> DataFrameOrSeries
  corrwith duplicated memory_usage value_counts : -> Series
  corr cov describe mode  : -> DataFrame
  dot : -> DataFrameOrSeries
  eval : changes(self if inplace) names(@) -> Item
  query : changes(self if inplace) names(@) -> DataFrame
  droplevel infer_objects set_flags head tail take transpose swapaxes : -> view(DataFrame)
  .T : -> view(DataFrame)
  squeeze xs get : -> view(DataFrameOrSeries)
  iterrows : -> view(ItemIterator)
  itertuples : -> view(RowIterator)
  items iteritems : -> view(SeriesIterator)
  groupby : -> holding(DataFrameGroupBy)
  rolling expanding ewm : -> holding(DataFrameWindow)
  boxplot hist : changes(ax) figure -> object
  plot : changes(ax) figure -> object
  isna isnull notna notnull isin eq ne lt le gt ge : -> DataFrame
  pop : changes(self) -> Series
  insert isetitem update : changes(self)
  __getitem__ : -> view(DataFrameOrSeries)
  __iter__ : -> constant
  .columns : -> view(Index)
  .dtypes : -> Series
  .style : -> holding(Styler)
  .geometry : -> view(Series)
  .* : -> view(Series)

class Series(NDFrame)
  argsort between case_when repeat append : -> Series
  all any autocorr corr count cov idxmax idxmin kurt kurtosis max mean median min nunique prod product sem skew std
  sum
  var memory_usage argmax argmin : -> Item
  agg aggregate quantile apply asof xs get squeeze : -> Item
  compare : -> DataFrame
  describe duplicated isin isna isnull mode notna notnull value_counts : -> Series
  head tail infer_objects set_flags take transpose swapaxes droplevel : -> view(Series)
  .T : -> view(Series)
  get xs : -> view(Item)
  searchsorted : -> numpy.ndarray
  unique : -> view(ExtensionArray)
  factorize : -> tuple(numpy.ndarray, Index)
  divmod rdivmod : -> tuple(Series, Series)
  dot : -> Item
  unstack : -> DataFrame
  reset_index : changes(self if inplace) -> DataFrameOrSeries
  groupby : -> holding(SeriesGroupBy)
  rolling expanding ewm : -> holding(SeriesWindow)
  items iteritems : -> view(ItemIterator)
  keys : -> view(Index)
  pop : changes(self) -> Item
  update : changes(self)
  hist plot : changes(ax) figure -> object
  .str : -> view(StringMethods)
  .dt : -> view(DatetimeProperties)
  .cat : -> view(CategoricalAccessor)
  .dtypes : -> constant
  .name .is_unique .nbytes .dtype : -> constant
  .values : -> view(numpy.ndarray)

# A row or column, or several of them
class DataFrameOrSeries(DataFrame, Series)
  agg aggregate all any count idxmax idxmin kurt kurtosis max mean median min nunique prod product sem skew std sum
  var
  quantile stack unstack apply asof corr cov mode dot corrwith memory_usage describe pop : -> Item
  astype isna isnull notna notnull isin eq ne lt le gt ge round abs : -> DataFrameOrSeries
  groupby : -> holding(GroupBy)
  rolling expanding ewm : -> holding(Window)
  pop : changes(self) -> Item
  .dtypes .columns : -> view(Item)
  __iter__ : -> view(Item)
  __getitem__ : -> view(Item)
  head tail take transpose infer_objects set_flags swapaxes droplevel .T : -> view(DataFrameOrSeries)
  items iteritems : -> view(ItemIterator)
  reset_index : changes(self if inplace) -> DataFrameOrSeries
  squeeze xs get .* : -> view(Item)

# The same, or one element: a number, text or time
class Item(DataFrameOrSeries, ExtensionArray, builtins.str)
  # An element may be a list, a set or a dictionary
  append extend remove discard clear insert reverse setdefault popitem appendleft extendleft popleft
  : changes(self) -> part
  .* : -> view(Item)
  copy : -> Item
  replace : changes(self if inplace) -> Item
  ceil floor date time strftime isoformat total_seconds timestamp to_pydatetime month_name day_name normalize weekday
  isoweekday isocalendar to_timestamp to_period to_numpy as_integer_ratio is_integer year tz_localize tz_convert
  item tolist astype : -> Item

class ItemIterator : iterator
  __iter__ __next__ : -> tuple(constant, Item)

class SeriesIterator : iterator
  __iter__ __next__ : -> tuple(constant, Series)

class RowIterator : iterator
  __iter__ __next__ : -> view(Row)

class Row : table
  _asdict : -> view(container)
  _replace : -> view(self)
  index count : -> constant
  __getitem__ __iter__ .* : -> view(Item)

class Indexer : table
  __getitem__ __iter__ __call__ : -> view(Item)
  __setitem__ : changes(self)
  .obj : -> view(DataFrameOrSeries)

# Index
class Index : table
  append astype copy delete diff difference drop drop_duplicates droplevel dropna fillna get_level_values
  infer_objects
  insert intersection join map normalize putmask ravel remove_unused_levels reorder_levels repeat round set_codes
  set_levels shift snap sort_values swaplevel symmetric_difference take to_flat_index transpose truncate union
  unique view
  where as_unit ceil floor tz_convert tz_localize to_period to_timestamp day_name month_name strftime to_julian_date
  asfreq add_categories remove_categories rename_categories reorder_categories set_categories as_ordered as_unordered
  total_seconds to_pydatetime isocalendar : -> view(IndexOrLabel)
  rename set_names : changes(self if inplace) -> Index
  groupby : -> container
  to_frame : -> DataFrame
  to_series value_counts : -> Series
  all any argmax argmin asof equals get_loc get_slice_bound identical is_ max memory_usage min nunique slice_indexer
  equal_levels mean std sum item is_type_compatible is_numeric is_boolean is_integer is_floating is_object
  __len__ __contains__ : -> constant
  searchsorted argsort asof_locs duplicated get_indexer get_indexer_for isin isna isnull notna notnull get_locs
  indexer_at_time indexer_between_time : -> numpy.ndarray
  to_numpy .values .asi8 .codes : -> view(numpy.ndarray)
  .array : -> view(ExtensionArray)
  factorize get_indexer_non_unique reindex slice_locs sortlevel get_loc_level : -> view(tuple(Item, Item))
  to_list tolist : -> container
  to_pytimedelta : -> numpy.ndarray
  .str : -> view(StringMethods)
  .T .levels .categories .left .right .mid : -> view(IndexOrLabel)
  .names : -> view(container)
  .dtype .dtypes .empty .has_duplicates .hasnans .inferred_type .is_monotonic_decreasing .is_monotonic_increasing
  .is_unique .is_monotonic .name .nbytes .ndim .nlevels .size .shape .levshape .sortorder .freq .freqstr
  .inferred_freq
  .is_normalized .resolution .tz .tzinfo .unit .start .stop .step .ordered .closed .is_overlapping : -> constant
  .day .day_of_week .day_of_year .dayofweek .dayofyear .days_in_month .daysinmonth .hour .microsecond .minute .month
  .nanosecond .quarter .second .weekday .year .week .weekofyear .date .is_leap_year .is_month_end .is_month_start
  .is_quarter_end .is_quarter_start .is_year_end .is_year_start .time .timetz .days .seconds .microseconds
  .nanoseconds
  .start_time .end_time .length : -> Index
  __getitem__ : -> IndexOrLabel
  __iter__ : -> constant

class DatetimeIndex TimedeltaIndex PeriodIndex MultiIndex CategoricalIndex IntervalIndex RangeIndex (Index)

class IndexOrLabel(Index, builtins.str)
  replace date time ceil floor isoformat timestamp : -> IndexOrLabel

# Groups and windows
class GroupBy : table
  agg aggregate all any bfill corr corrwith count cov cummax cummin cumprod cumsum describe diff ffill fillna
  filter first
  head idxmax idxmin kurt last max mean median min nth nunique ohlc pct_change prod quantile rank sem shift skew std
  sum
  tail take transform var pad backfill mad apply cumcount ngroup size value_counts dtypes unique nlargest nsmallest
  tshift : -> DataFrameOrSeries
  get_group : -> view(DataFrameOrSeries)
  pipe : -> part
  sample : draws(unless random_state@4) changes(random_state@4) -> DataFrameOrSeries
  rolling expanding ewm : -> holding(Window)
  resample : -> holding(Resampler)
  plot hist boxplot : changes(ax) figure -> Item
  .plot : -> view(PlotAccessor)
  .groups .indices : -> view(container)
  .ngroups .ndim .dtype .is_monotonic_increasing .is_monotonic_decreasing .keys .level .sort : -> constant
  .obj : -> view(DataFrameOrSeries)
  __getitem__ : -> view(GroupBy)
  __iter__ : -> tuple(constant, DataFrameOrSeries)
  __len__ : -> constant
  .* : -> view(GroupBy)

class DataFrameGroupBy(GroupBy)
  agg aggregate all any bfill corr count cov cummax cummin cumprod cumsum diff ffill fillna filter first head
  idxmax idxmin kurt last max mean median min nth nunique ohlc pct_change prod quantile rank sem shift skew std sum
  tail
  take transform var pad backfill mad describe : -> DataFrame
  apply : -> DataFrameOrSeries
  cumcount ngroup value_counts corrwith : -> DataFrameOrSeries
  size : -> DataFrameOrSeries
  get_group : -> view(DataFrame)
  sample : draws(unless random_state@4) changes(random_state@4) -> DataFrame
  rolling expanding ewm : -> holding(DataFrameWindow)
  __iter__ : -> tuple(constant, DataFrame)
  .* : -> view(SeriesGroupBy)

class SeriesGroupBy(GroupBy)
  all any bfill corr count cov cumcount cummax cummin cumprod cumsum ffill fillna filter first head idxmax idxmin kurt
  last max mean median min ngroup nlargest nsmallest nth nunique prod quantile rank sem size skew std sum tail take
  transform unique value_counts var pad backfill mad : -> Series
  agg aggregate apply diff pct_change shift : -> DataFrameOrSeries
  describe ohlc : -> DataFrame
  get_group : -> view(Series)
  sample : draws(unless random_state@4) changes(random_state@4) -> Series
  rolling expanding ewm : -> holding(SeriesWindow)
  __iter__ : -> tuple(constant, Series)

class Resampler(GroupBy)
  asfreq interpolate nearest : -> DataFrameOrSeries
  .ax .binner : -> view(Index)
  __getitem__ : -> view(Resampler)
  .* : -> view(Resampler)

class Window : table
  agg aggregate apply corr count cov first kurt last max mean median min nunique quantile rank sem skew std sum
  var : -> DataFrameOrSeries
  pipe : -> part
  online : -> holding(object)
  .obj : -> view(DataFrameOrSeries)
  .adjust .alpha .center .closed .com .halflife .ignore_na .method .min_periods .ndim .on .span .step .times .win_type
  .window : -> constant
  .exclusions : -> container
  __getitem__ : -> view(Window)
  __iter__ : -> view(DataFrameOrSeries)
  .* : -> view(Window)

class DataFrameWindow(Window)
  agg aggregate apply corr count cov first kurt last max mean median min nunique quantile rank sem skew std sum
  var : -> DataFrame

class SeriesWindow(Window)
  agg aggregate apply corr count cov first kurt last max mean median min nunique quantile rank sem skew std sum
  var : -> DataFrameOrSeries

# Accessors
class StringMethods : table
  extractall get_dummies : -> DataFrame
  split rsplit partition rpartition extract : -> DataFrameOrSeries
  capitalize casefold cat center contains count decode encode endswith find findall fullmatch get index isalnum
  isalpha
  isascii isdecimal isdigit islower isnumeric isspace istitle isupper join len ljust lower lstrip match normalize pad
  removeprefix removesuffix repeat replace rfind rindex rjust rstrip slice slice_replace startswith strip swapcase
  title translate upper wrap zfill : -> Series
  __getitem__ : -> Series

class DatetimeProperties : table
  isocalendar : -> DataFrame
  as_unit ceil day_name floor month_name normalize round strftime to_period to_pydatetime tz_convert tz_localize
  total_seconds asfreq to_timestamp : -> Series
  to_pytimedelta : -> numpy.ndarray
  .components : -> DataFrame
  .freq .tz .unit : -> constant
  .* : -> Series

class CategoricalAccessor : table
  add_categories as_ordered as_unordered remove_categories remove_unused_categories rename_categories
  reorder_categories set_categories : -> Series
  .categories : -> view(Index)
  .codes : -> Series
  .ordered : -> constant

# Also arrays of NumPy, which functions return for other types
class ExtensionArray(numpy.ndarray)
  copy dropna unique shift factorize fillna map isna isnull notna notnull to_numpy insert delete interpolate
  duplicated value_counts describe add_categories as_ordered as_unordered remove_categories remove_unused_categories
  rename_categories reorder_categories set_categories set_ordered memory_usage equals astype isin
  check_for_ordered tz_localize tz_convert to_period to_timestamp normalize strftime round : -> Item
  sort_values : changes(self if inplace) -> Item
  __getitem__ __iter__ : -> view(Item)
  .categories : -> view(Index)
  .codes : -> view(numpy.ndarray)
  .ordered : -> constant

class Categorical(ExtensionArray)

class PlotAccessor : object
  line bar barh box hist kde density area pie scatter hexbin __call__ : changes(ax) figure -> object

class Styler : object
  apply apply_index applymap applymap_index background_gradient bar format format_index format_index_names hide
  hide_index hide_columns highlight_between highlight_max highlight_min highlight_null highlight_quantile map
  map_index
  relabel_index set_caption set_properties set_sticky set_table_attributes set_table_styles set_td_classes
  set_tooltips
  set_uuid text_gradient use concat set_precision set_na_rep set_td_styles : changes(self) -> view(self)
  clear : changes(self)
  export : -> container
  to_html to_latex to_string to_typst : writes(buf@0)
  render : -> constant
  to_excel : writes(excel_writer@0)
  pipe : -> part
  .data : -> view(DataFrame)
  .columns .index : -> view(Index)
"""

MODELS = (
    LibraryModel(
        library="pandas",
        rules=RULES,
        # Tables of libraries without rules have methods with these names
        file_methods={
            "to_*": (FileAccess(0, writes=True, optional=True),),
            **dict.fromkeys(("to_numpy", "to_frame", "to_list", "to_dict", "to_datetime", "to_pandas"), ()),
        },
        drawing_methods=words("plot hist boxplot hvplot"),
    ),
)
