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
uuid types.* cpu_count io_thread_count default_memory_pool total_allocated_bytes show_versions show_info runtime_info
supported_memory_backends MonthDayNano get_include get_libraries get_library_dirs ArrowException ArrowInvalid
ArrowTypeError ArrowKeyError ArrowNotImplementedError ArrowIOError : -> constant
compress decompress : -> object
serialize_pandas deserialize_pandas : -> view(table)
set_cpu_count set_io_thread_count set_memory_pool set_timezone_db_path enable_signal_handlers log_memory_allocations
jemalloc_set_decay_ms register_extension_type unregister_extension_type : configures

# Compute functions
compute.register_* : configures
compute.cast compute.scalar : -> view(Array)
compute.* : changes(memory_pool) -> view(Array)

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
