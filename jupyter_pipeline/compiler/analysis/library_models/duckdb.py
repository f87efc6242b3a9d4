"""DuckDB."""

from __future__ import annotations

from jupyter_pipeline.compiler.analysis.library_models.model import LibraryModel

__all__ = ["MODELS"]

_RULES = """
connect : writes(database@0) -> Connection

# The default connection is a setting of the library
sql query from_query : names queries(query@0) -> holding(Relation)
execute executemany : names queries(query@0) configures -> holding(Connection)
query_df : names configures -> holding(Relation)
read_csv read_json read_parquet from_csv_auto
from_parquet : opens(path_or_buffer@0 name file_glob) -> holding(Relation)
from_df from_arrow : -> holding(Relation)
table view values table_function : -> holding(Relation)
filter project aggregate order limit distinct alias : names -> holding(Relation)
fetchall fetchmany : configures -> container
fetchone : configures -> constant
df fetchdf fetch_df fetch_df_chunk : configures -> pandas.DataFrame
pl : configures -> polars.DataFrame
arrow to_arrow_table to_arrow_reader fetch_arrow_table : configures -> pyarrow.Table
fetchnumpy : configures -> container
torch tf : configures -> table
write_csv : writes(filename@1 file_name)
register unregister append appender create_function remove_function install_extension load_extension interrupt
register_filesystem unregister_filesystem begin commit rollback checkpoint close set_default_connection
enable_profiling disable_profiling query_appender : configures -> holding(Connection)
cursor duplicate default_connection : configures -> holding(Connection)

array_type decimal_type dtype enum_type list_type map_type row_type sqltype string_type struct_type type union_type
typing.DuckDBPyType sqltypes.DuckDBPyType extract_statements tokenize get_table_names list_filesystems
filesystem_is_registered
build_info
get_profiling_information query_progress description rowcount : -> constant
CaseExpression CoalesceOperator ColumnExpression ConstantExpression DefaultExpression FunctionExpression
LambdaExpression SQLExpression StarExpression col lit fn coalesce when sql_expr star lag lead first_value last_value
rank dense_rank row_number ntile count_all : -> holding(Expression)

class Connection DuckDBPyConnection : object
  sql query from_query : names queries(query@0) -> holding(Relation)
  execute executemany : names queries(query@0) changes(self) -> receiver
  read_csv read_json read_parquet from_csv_auto
  from_parquet : opens(path_or_buffer@0 name file_glob) -> holding(Relation)
  from_df from_arrow table view values table_function : -> holding(Relation)
  register unregister append create_function remove_function install_extension load_extension interrupt
  register_filesystem unregister_filesystem begin commit rollback checkpoint close enable_profiling
  disable_profiling : changes(self) -> receiver
  appender query_appender : changes(self) -> holding(Connection)
  cursor duplicate : -> holding(Connection)
  fetchall fetchmany fetchnumpy : changes(self) -> container
  fetchone : changes(self) -> constant
  df fetchdf fetch_df fetch_df_chunk : changes(self) -> pandas.DataFrame
  pl : changes(self) -> polars.DataFrame
  arrow to_arrow_table fetch_arrow_table : changes(self) -> pyarrow.Table
  to_arrow_reader fetch_record_batch : changes(self) -> holding(pyarrow.RecordBatchReader)
  torch tf : changes(self) -> table
  array_type decimal_type dtype enum_type list_type map_type row_type sqltype string_type struct_type type union_type
  extract_statements get_table_names list_filesystems filesystem_is_registered get_profiling_information
  query_progress : -> constant
  __enter__ : -> receiver
  .description .rowcount : -> constant

# Runs its query when it is read
class Relation DuckDBPyRelation : object
  aggregate any_value apply arg_max arg_min avg bit_and bit_or bit_xor bitstring_agg bool_and bool_or count cross
  cume_dist dense_rank describe distinct except_ favg first first_value fsum geomean group_by head histogram
  intersect join lag last last_value lead limit list map max mean median min mode n_tile nth_value offset order
  percent_rank pivot preview product project quantile quantile_cont quantile_disc rank rank_dense rename row_number
  sample select select_dtypes select_types set_alias sort std stddev stddev_pop stddev_samp string_agg sum union
  union_by_name unique unnest unpivot value_counts var var_pop var_samp variance with_columns : -> holding(Relation)
  filter : names -> holding(Relation)
  query : configures names queries(sql_query@1) -> holding(Relation)
  create create_view insert_into to_table to_view insert update : changes(self) configures -> holding(Relation)
  execute materialize close : changes(self) -> holding(Relation)
  df fetchdf to_df : -> pandas.DataFrame
  pl : -> polars.DataFrame
  arrow to_arrow_table fetch_arrow_table : -> pyarrow.Table
  to_arrow_reader fetch_arrow_reader fetch_record_batch : -> holding(pyarrow.RecordBatchReader)
  fetchall fetchmany : changes(self) -> container
  fetchone : changes(self) -> constant
  fetchnumpy to_dicts : -> container
  iter_rows __iter__ : -> iterator
  torch tf : -> table
  show print explain sql_query __len__ : -> constant
  write_csv to_csv write_parquet to_parquet : writes(file_name@0)
  .alias .shape .type : -> constant
  .columns .description .dtypes .types : -> container
  .* : -> holding(Expression)
  __getitem__ : -> holding(Relation)

class Expression : table
  alias any_value arg_max arg_min array_agg as_order as_select asc avg between bit_and bit_or bool_and bool_or cast
  collate concat count desc dt entropy first fragment ignore_nulls ilike is_not_null is_null isin isnotin isnotnull
  isnull json kurtosis last like list max mean median min mode n_unique nulls_first nulls_last order_by otherwise over
  product quantile quantile_cont skewness std str string_agg sum try_cast var when where : -> holding(Expression)
  get_name show : -> constant
"""

MODELS = (LibraryModel(library="duckdb", rules=_RULES),)
