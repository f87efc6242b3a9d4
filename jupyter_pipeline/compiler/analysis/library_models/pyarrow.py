"""Apache Arrow."""

from __future__ import annotations

from jupyter_pipeline.compiler.analysis.library_models.model import LibraryModel

__all__ = ["MODELS"]

_RULES = """
# Arrays share the memory of NumPy and pandas
array chunked_array asarray nulls repeat arange concat_arrays scalar py_buffer infer_type : -> view(Array)
table record_batch concat_tables concat_batches : -> view(Table)
Table.from_arrays Table.from_batches Table.from_pandas Table.from_pydict Table.from_pylist Table.from_struct_array
RecordBatch.from_arrays RecordBatch.from_pandas RecordBatch.from_pydict RecordBatch.from_pylist : -> view(Table)
Array.from_pandas Array.from_buffers DictionaryArray.from_arrays ListArray.from_arrays MapArray.from_arrays
StructArray.from_arrays : -> view(Array)
schema unify_schemas Schema.from_pandas : -> holding(Schema)
binary binary_view bool8 bool_ date32 date64 decimal128 decimal256 decimal32 decimal64 dense_union dictionary duration
field fixed_shape_tensor float16 float32 float64 from_numpy_dtype int16 int32 int64 int8 json_ large_binary
large_list large_string large_utf8 list_ list_view map_ month_day_nano_interval null opaque run_end_encoded
sparse_union string string_view struct time32 time64 timestamp type_for_alias uint16 uint32 uint64 uint8 union utf8
uuid types.TypesEnum types.doc types.is_binary types.is_binary_view types.is_boolean types.is_boolean_value
types.is_date types.is_date32 types.is_date64 types.is_decimal types.is_decimal128 types.is_decimal256
types.is_decimal32 types.is_decimal64 types.is_dictionary types.is_duration types.is_fixed_size_binary
types.is_fixed_size_list types.is_float16 types.is_float32 types.is_float64 types.is_float_value types.is_floating
types.is_int16 types.is_int32 types.is_int64 types.is_int8 types.is_integer types.is_integer_value types.is_interval
types.is_large_binary types.is_large_list types.is_large_list_view types.is_large_string types.is_large_unicode
types.is_list types.is_list_view types.is_map types.is_nested types.is_null types.is_primitive
types.is_run_end_encoded types.is_signed_integer types.is_string types.is_string_view types.is_struct
types.is_temporal types.is_time types.is_time32 types.is_time64 types.is_timestamp types.is_uint16 types.is_uint32
types.is_uint64 types.is_uint8 types.is_unicode types.is_union types.is_unsigned_integer cpu_count io_thread_count
default_memory_pool total_allocated_bytes show_versions show_info runtime_info
supported_memory_backends MonthDayNano get_include get_libraries get_library_dirs ArrowException ArrowInvalid
ArrowTypeError ArrowKeyError ArrowNotImplementedError ArrowIOError : -> constant
compress decompress : -> object
serialize_pandas deserialize_pandas : -> view(table)
set_cpu_count set_io_thread_count set_memory_pool set_timezone_db_path enable_signal_handlers log_memory_allocations
jemalloc_set_decay_ms register_extension_type unregister_extension_type : configures

# Compute functions
compute.register_* : configures
compute.cast compute.scalar : -> view(Array)
compute.ArraySortOptions compute.AssumeTimezoneOptions compute.CastOptions compute.CountOptions
compute.CumulativeOptions compute.CumulativeSumOptions compute.DayOfWeekOptions compute.DictionaryEncodeOptions
compute.ElementWiseAggregateOptions compute.Expression compute.ExtractRegexOptions compute.ExtractRegexSpanOptions
compute.FilterOptions compute.Function compute.FunctionOptions compute.FunctionRegistry
compute.HashAggregateFunction compute.HashAggregateKernel compute.IndexOptions compute.InversePermutationOptions
compute.JoinOptions compute.Kernel compute.ListFlattenOptions compute.ListSliceOptions compute.MakeStructOptions
compute.MapLookupOptions compute.MatchSubstringOptions compute.ModeOptions compute.NullOptions compute.PadOptions
compute.PairwiseOptions compute.PartitionNthOptions compute.PivotWiderOptions compute.QuantileOptions
compute.RandomOptions compute.RankOptions compute.RankQuantileOptions compute.ReplaceSliceOptions
compute.ReplaceSubstringOptions compute.RoundBinaryOptions compute.RoundOptions compute.RoundTemporalOptions
compute.RoundToMultipleOptions compute.RunEndEncodeOptions compute.ScalarAggregateFunction
compute.ScalarAggregateKernel compute.ScalarAggregateOptions compute.ScalarFunction compute.ScalarKernel
compute.ScatterOptions compute.SearchSortedOptions compute.SelectKOptions compute.SetLookupOptions
compute.SkewOptions compute.SliceOptions compute.SortOptions compute.SplitOptions compute.SplitPatternOptions
compute.StrftimeOptions compute.StrptimeOptions compute.StructFieldOptions compute.TDigestOptions
compute.TakeOptions compute.TrimOptions compute.UdfContext compute.Utf8NormalizeOptions compute.VarianceOptions
compute.VectorFunction compute.VectorKernel compute.WeekOptions compute.WinsorizeOptions compute.ZeroFillOptions
compute.abs compute.abs_checked compute.acos compute.acos_checked compute.acosh compute.acosh_checked compute.add
compute.add_checked compute.all compute.and compute.and_ compute.and_kleene compute.and_not compute.and_not_kleene
compute.any compute.approximate_median compute.array_filter compute.array_sort_indices compute.array_take
compute.ascii_capitalize compute.ascii_center compute.ascii_is_alnum compute.ascii_is_alpha compute.ascii_is_decimal
compute.ascii_is_lower compute.ascii_is_printable compute.ascii_is_space compute.ascii_is_title
compute.ascii_is_upper compute.ascii_lower compute.ascii_lpad compute.ascii_ltrim compute.ascii_ltrim_whitespace
compute.ascii_reverse compute.ascii_rpad compute.ascii_rtrim compute.ascii_rtrim_whitespace
compute.ascii_split_whitespace compute.ascii_swapcase compute.ascii_title compute.ascii_trim
compute.ascii_trim_whitespace compute.ascii_upper compute.asin compute.asin_checked compute.asinh
compute.assume_timezone compute.atan compute.atan2 compute.atanh compute.atanh_checked compute.binary_join
compute.binary_join_element_wise compute.binary_length compute.binary_repeat compute.binary_replace_slice
compute.binary_reverse compute.binary_slice compute.bit_wise_and compute.bit_wise_not compute.bit_wise_or
compute.bit_wise_xor compute.bottom_k_unstable compute.call_function compute.call_tabular_function compute.case_when
compute.ceil compute.ceil_temporal compute.choose compute.coalesce compute.cos compute.cos_checked compute.cosh
compute.count compute.count_distinct compute.count_substring compute.count_substring_regex compute.cumulative_max
compute.cumulative_mean compute.cumulative_min compute.cumulative_prod compute.cumulative_prod_checked
compute.cumulative_sum compute.cumulative_sum_checked compute.day compute.day_of_week compute.day_of_year
compute.day_time_interval_between compute.days_between compute.dictionary_decode compute.dictionary_encode
compute.divide compute.divide_checked compute.drop_null compute.ends_with compute.equal compute.exp compute.expm1
compute.extract_regex compute.extract_regex_span compute.field compute.fill_null compute.fill_null_backward
compute.fill_null_forward compute.filter compute.find_substring compute.find_substring_regex compute.first
compute.first_last compute.floor compute.floor_temporal compute.function_registry compute.get_function
compute.greater compute.greater_equal compute.hour compute.hours_between compute.hypot compute.if_else compute.index
compute.index_in compute.index_in_meta_binary compute.indices_nonzero compute.inverse_permutation compute.invert
compute.is_dst compute.is_finite compute.is_in compute.is_in_meta_binary compute.is_inf compute.is_leap_year
compute.is_nan compute.is_null compute.is_valid compute.iso_calendar compute.iso_week compute.iso_year
compute.kurtosis compute.last compute.less compute.less_equal compute.list_element compute.list_flatten
compute.list_functions compute.list_parent_indices compute.list_slice compute.list_value_length compute.ln
compute.ln_checked compute.local_timestamp compute.log10 compute.log10_checked compute.log1p compute.log1p_checked
compute.log2 compute.log2_checked compute.logb compute.logb_checked compute.make_struct compute.map_lookup
compute.match_like compute.match_substring compute.match_substring_regex compute.max compute.max_element_wise
compute.mean compute.microsecond compute.microseconds_between compute.millisecond compute.milliseconds_between
compute.min compute.min_element_wise compute.min_max compute.minute compute.minutes_between compute.mode
compute.modulo compute.modulo_checked compute.month compute.month_day_nano_interval_between
compute.month_interval_between compute.multiply compute.multiply_checked compute.nanosecond
compute.nanoseconds_between compute.negate compute.negate_checked compute.not_equal compute.or compute.or_
compute.or_kleene compute.pairwise_diff compute.pairwise_diff_checked compute.partition_nth_indices
compute.pivot_wider compute.power compute.power_checked compute.product compute.quantile compute.quarter
compute.quarters_between compute.random compute.rank compute.rank_normal compute.rank_quantile
compute.register_aggregate_function compute.register_scalar_function compute.register_tabular_function
compute.register_vector_function compute.remainder compute.remainder_checked compute.replace_substring
compute.replace_substring_regex compute.replace_with_mask compute.round compute.round_binary compute.round_temporal
compute.round_to_multiple compute.run_end_decode compute.run_end_encode compute.scatter compute.search_sorted
compute.second compute.seconds_between compute.select_k_unstable compute.shift_left compute.shift_left_checked
compute.shift_right compute.shift_right_checked compute.sign compute.sin compute.sin_checked compute.sinh
compute.skew compute.sort_indices compute.split_pattern compute.split_pattern_regex compute.sqrt
compute.sqrt_checked compute.starts_with compute.stddev compute.strftime compute.string_is_ascii compute.strptime
compute.struct_field compute.subsecond compute.subtract compute.subtract_checked compute.sum compute.take
compute.tan compute.tan_checked compute.tanh compute.tdigest compute.top_k_unstable compute.true_unless_null
compute.trunc compute.unique compute.us_week compute.us_year compute.utf8_capitalize compute.utf8_center
compute.utf8_is_alnum compute.utf8_is_alpha compute.utf8_is_decimal compute.utf8_is_digit compute.utf8_is_lower
compute.utf8_is_numeric compute.utf8_is_printable compute.utf8_is_space compute.utf8_is_title compute.utf8_is_upper
compute.utf8_length compute.utf8_lower compute.utf8_lpad compute.utf8_ltrim compute.utf8_ltrim_whitespace
compute.utf8_normalize compute.utf8_replace_slice compute.utf8_reverse compute.utf8_rpad compute.utf8_rtrim
compute.utf8_rtrim_whitespace compute.utf8_slice_codeunits compute.utf8_split_whitespace compute.utf8_swapcase
compute.utf8_title compute.utf8_trim compute.utf8_trim_whitespace compute.utf8_upper compute.utf8_zero_fill
compute.utf8_zfill compute.value_counts compute.variance compute.week compute.weeks_between compute.winsorize
compute.xor compute.year compute.year_month_day compute.years_between : changes(memory_pool) -> view(Array)

# Files
memory_map create_memory_map : writes(path@0) -> holding(NativeFile)
OSFile : writes(path@0) -> holding(NativeFile)
output_stream : writes(source@0) -> holding(NativeFile)
input_stream : opens(source@0) -> holding(NativeFile)
BufferReader BufferOutputStream PythonFile CompressedInputStream CompressedOutputStream : -> holding(NativeFile)
parquet.read_table parquet.read_pandas feather.read_table orc.read_table : reads(source@0) -> Table
feather.read_feather : reads(source@0) -> pandas.DataFrame
parquet.read_metadata parquet.read_schema : reads(where@0) -> holding(Metadata)
csv.read_csv json.read_json : reads(input_file@0) -> Table
csv.open_csv json.open_json : opens(input_file@0) -> holding(RecordBatchReader)
ipc.open_file ipc.open_stream : opens(source@0) -> holding(RecordBatchReader)
dataset.dataset dataset.parquet_dataset : opens(source@0 metadata_path) -> holding(Dataset)
parquet.ParquetFile orc.ORCFile : opens(source@0) -> holding(ParquetFile)
parquet.ParquetDataset : opens(path_or_paths@0) -> holding(Dataset)
parquet.write_table parquet.write_metadata csv.write_csv : writes(where@1 output_file) changes(metadata_collector)
orc.write_table feather.write_feather : writes(where@1 dest)
parquet.write_to_dataset : writes(root_path@1) changes(metadata_collector)
dataset.write_dataset : writes(base_dir@1)
parquet.ParquetWriter csv.CSVWriter orc.ORCWriter : writes(where@0 sink) -> holding(Writer)
ipc.new_file ipc.new_stream RecordBatchFileWriter RecordBatchStreamWriter : writes(sink@0) -> holding(Writer)
csv.ConvertOptions csv.ParseOptions csv.ReadOptions csv.WriteOptions json.ParseOptions json.ReadOptions : -> object
dataset.field dataset.scalar : -> holding(Array)
dataset.partitioning dataset.HivePartitioning dataset.DirectoryPartitioning dataset.FilenamePartitioning
dataset.ParquetFileFormat dataset.CsvFileFormat dataset.IpcFileFormat dataset.JsonFileFormat dataset.FileFormat
parquet.filters_to_expression : -> object
fs.LocalFileSystem fs.S3FileSystem fs.GcsFileSystem fs.HadoopFileSystem fs.SubTreeFileSystem fs.PyFileSystem
fs.FSSpecHandler fs.FileSystem.from_uri : -> FileSystem
fs.FileSelector fs.FileInfo : -> object
fs.copy_files : writes(source@0 destination@1)

class Array : table
  cast copy_to dictionary_encode diff drop_null fill_null filter flatten format index is_nan is_null is_valid slice
  sort sum take unique value_counts view combine_chunks chunk length unify_dictionaries field
  dictionary_decode : -> view(Array)
  to_pandas : -> view(pandas.Series)
  to_numpy : -> view(numpy.ndarray)
  to_pylist tolist buffers iterchunks : -> view(container)
  as_py : -> part
  to_tensor : -> view(table)
  equals get_total_buffer_size to_string validate __len__ : -> constant
  .null_count .nbytes .offset .type .num_chunks .is_cpu .statistics .device_type : -> constant
  .chunks .data .indices .dictionary : -> view(Array)
  __getitem__ __iter__ : -> view(Array)

class ChunkedArray Scalar (Array)

class Table : table
  add_column append_column cast column combine_chunks copy_to drop drop_columns drop_null field filter flatten
  itercolumns join join_asof remove_column rename_columns replace_schema_metadata select set_column slice sort_by take
  to_struct_array unify_dictionaries : -> view(self)
  column itercolumns : -> view(Array)
  group_by : -> holding(TableGroupBy)
  to_batches : -> view(container)
  to_reader : -> holding(RecordBatchReader)
  to_pandas : -> view(pandas.DataFrame)
  to_pydict to_pylist : -> container
  to_tensor : -> view(table)
  serialize equals get_total_buffer_size to_string validate __len__ : -> constant
  .column_names : -> container
  .columns : -> list(Array)
  .nbytes .num_columns .num_rows .shape .is_cpu : -> constant
  .schema : -> holding(Schema)
  __getitem__ __iter__ : -> view(Array)

class RecordBatch (Table)

class TableGroupBy : object
  aggregate : -> Table

class Schema Metadata : object
  add_metadata append field field_by_name insert remove remove_metadata set with_metadata
  row_group column to_arrow_schema : -> holding(Schema)
  empty_table : -> Table
  equals get_all_field_indices get_field_index serialize to_string __len__ : -> constant
  to_dict : -> container
  .metadata .names .pandas_metadata .types : -> container
  .num_columns .num_row_groups .num_rows .serialized_size .format_version .created_by .name .type : -> constant
  .schema : -> holding(Schema)
  append_row_groups set_file_path : changes(self)
  write_metadata_file : writes(where@0)
  __getitem__ : -> holding(Schema)
  __iter__ : -> iterator

class NativeFile : object
  read read1 read_at read_buffer readall readinto readline readlines seek tell size close flush write writelines
  truncate upload download get_stream getvalue : changes(*) changes(self) -> object
  readable writable seekable isatty fileno : -> constant
  .closed .mode : -> constant
  __enter__ : -> receiver

class RecordBatchReader : object
  read_all read_pandas read_next_batch get_batch get_record_batch : changes(self) -> Table
  cast : -> holding(RecordBatchReader)
  close : changes(self)
  .schema : -> holding(Schema)
  .num_record_batches : -> constant
  __enter__ : -> receiver
  __iter__ __next__ : changes(self) -> Table

class Writer : object
  write write_batch write_table close add_key_value_metadata : changes(self)
  .schema : -> holding(Schema)
  __enter__ : -> receiver

class ParquetFile : object
  read read_row_group read_row_groups : -> Table
  iter_batches : -> list(Table)
  scan_contents close : -> constant
  .metadata .schema .schema_arrow : -> holding(Schema)
  .num_row_groups .closed .nrows .nstripes : -> constant
  __enter__ : -> receiver

# Reads its files and the data that it holds when a result is collected
class Dataset Scanner Fragment : object
  filter join join_asof replace_schema scanner sort_by : -> holding(Dataset)
  head take to_table read read_pandas : -> Table
  to_batches scan_batches : -> list(Table)
  to_reader : -> holding(RecordBatchReader)
  get_fragments : -> list(Dataset)
  count_rows equals : -> constant
  .schema .dataset_schema .projected_schema .physical_schema : -> holding(Schema)
  .files : -> container
  .path .partition_expression .partitioning .filesystem : -> holding(object)
  .fragments : -> list(Dataset)

class FileSystem : object
  get_file_info equals normalize_path : reads(any) -> constant
  copy_file move : writes(src@0 dest@1)
  create_dir delete_dir delete_dir_contents delete_file : writes(path@0)
  open_input_file open_input_stream : opens(path@0 source@0) -> holding(NativeFile)
  open_output_stream open_append_stream : writes(path@0) -> holding(NativeFile)
  .type_name : -> constant
"""

MODELS = (LibraryModel(library="pyarrow", rules=_RULES),)
