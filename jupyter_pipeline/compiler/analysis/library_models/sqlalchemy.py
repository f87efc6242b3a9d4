"""SQLAlchemy."""

from __future__ import annotations

from jupyter_pipeline.compiler.analysis.library_models.model import LibraryModel

__all__ = ["MODELS"]

_RULES = """
create_engine engine_from_config create_async_engine ext.asyncio.create_async_engine engine.create_engine
create_pool_from_url : writes(url@0) -> Engine
create_mock_engine : writes(url@0) -> Engine
make_url engine.make_url URL.count URL.create URL.difference_update_query URL.get_backend_name URL.get_dialect
URL.get_driver_name URL.index URL.render_as_string URL.set URL.translate_connect_args URL.update_query_dict
URL.update_query_pairs URL.update_query_string engine.URL.count engine.URL.create engine.URL.difference_update_query
engine.URL.get_backend_name engine.URL.get_dialect engine.URL.get_driver_name engine.URL.index
engine.URL.render_as_string engine.URL.set engine.URL.translate_connect_args engine.URL.update_query_dict
engine.URL.update_query_pairs engine.URL.update_query_string engine.url.Dialect engine.url.URL engine.url.make_url
URL : -> constant
inspect : -> holding(Inspector)
# Elements that attach themselves to the table of their columns or to their metadata
Table schema.Table : changes(@1 metadata) -> holding(Element)
CheckConstraint ForeignKeyConstraint Index PrimaryKeyConstraint UniqueConstraint schema.CheckConstraint
schema.ColumnCollectionConstraint schema.Constraint schema.ForeignKeyConstraint schema.Index
schema.PrimaryKeyConstraint schema.UniqueConstraint dialects.postgresql.ExcludeConstraint
: changes(*) -> holding(Element)
Sequence schema.Sequence : changes(metadata@14) -> holding(Element)
Enum types.Enum types.SchemaType dialects.postgresql.ENUM dialects.postgresql.DOMAIN
: changes(metadata) -> holding(Element)
MetaData schema.MetaData : -> MetaData
event.listen event.listens_for event.remove event.listens_for : changes(@0) configures -> part
ARRAY BIGINT BINARY BLOB BOOLEAN BigInteger Boolean CHAR CLOB ColumnDefault Computed DATE DATETIME DDL
DECIMAL DOUBLE Date DateTime Double FLOAT Float ForeignKey INT INTEGER Identity
Integer Interval JSON LargeBinary NCHAR NUMERIC NVARCHAR Numeric PickleType REAL SMALLINT
SmallInteger String TEXT TIME TIMESTAMP Text Time TypeDecorator UUID Unicode UnicodeText
Uuid VARBINARY VARCHAR alias all_ and_ any_ asc between bindparam bitwise_not case cast collate column cte custom_op
delete desc distinct except_ except_all exists extract false func func.* funcfilter insert insert_sentinel intersect
intersect_all join label lambda_stmt lateral literal literal_column modifier not_ null nulls_first nulls_last
nullsfirst nullslast or_ outerjoin outparam over quoted_name result_tuple schema.AddConstraint schema.BaseDDLElement
schema.Column schema.ColumnCollectionMixin
schema.ColumnDefault schema.Computed schema.CreateColumn schema.CreateIndex schema.CreateSchema
schema.CreateSequence schema.CreateTable schema.DDL schema.DDLElement schema.DefaultClause schema.DefaultGenerator
schema.DropColumnComment schema.DropConstraint schema.DropConstraintComment schema.DropIndex schema.DropSchema
schema.DropSequence schema.DropTable schema.DropTableComment schema.ExecutableDDLElement schema.FetchedValue
schema.ForeignKey schema.HasConditionalDDL schema.Identity
schema.InvokeDDLBase schema.SchemaConst schema.SchemaItem schema.SchemaVisitable
schema.SchemaVisitor schema.SetColumnComment schema.SetConstraintComment schema.SetTableComment
schema.conv schema.insert_sentinel schema.sort_tables
schema.sort_tables_and_constraints select sql.Alias sql.BaseDDLElement sql.ClauseElement sql.ClauseVisitor
sql.ColumnCollection sql.ColumnElement sql.CompoundSelect sql.DDL sql.DDLElement sql.Delete sql.Executable
sql.ExecutableDDLElement sql.False_ sql.FromClause sql.Insert sql.Join sql.LambdaElement sql.NotNullable
sql.Nullable sql.SQLColumnExpression sql.Select sql.SelectLabelStyle sql.Selectable sql.StatementLambdaElement
sql.Subquery sql.TableClause sql.TableSample sql.True_ sql.Update sql.Values sql.alias sql.all_ sql.and_ sql.any_
sql.asc sql.between sql.bindparam sql.case sql.cast sql.collate sql.column sql.cte sql.delete sql.desc sql.distinct
sql.except_ sql.except_all sql.exists sql.extract sql.false sql.func sql.funcfilter sql.insert sql.intersect
sql.intersect_all sql.join sql.label sql.lambda_stmt sql.lateral sql.literal sql.literal_column sql.modifier
sql.not_ sql.null sql.nulls_first sql.nulls_last sql.nullsfirst sql.nullslast sql.or_ sql.outerjoin sql.outparam
sql.over sql.quoted_name sql.select sql.table sql.tablesample sql.true sql.try_cast sql.tuple_ sql.type_coerce
sql.union sql.union_all sql.update sql.values sql.within_group table tablesample true
try_cast tuple_ type_coerce union union_all update values within_group : -> holding(Element)
orm.sessionmaker orm.scoped_session : -> holding(SessionMaker)
orm.Session orm.create_session : -> holding(Session)
orm.close_all_sessions orm.clear_mappers orm.configure_mappers : configures
orm.declarative_base ext.declarative.declarative_base orm.registry ext.automap.automap_base : -> unknown
orm.aliased orm.backref orm.column_property orm.composite orm.contains_eager orm.defer orm.deferred orm.foreign
orm.immediateload orm.join orm.joinedload orm.lazyload orm.load_only orm.mapped_column orm.noload orm.outerjoin
orm.query_expression orm.raiseload orm.relationship orm.remote orm.selectin_polymorphic orm.selectinload
orm.subqueryload orm.synonym orm.undefer orm.with_expression orm.with_loader_criteria orm.with_parent
orm.with_polymorphic : -> holding(Element)
exc.AmbiguousForeignKeysError exc.ArgumentError exc.AwaitRequired exc.Base20DeprecationWarning
exc.CircularDependencyError exc.CompileError exc.ConstraintColumnNotFoundError exc.DBAPIError exc.DataError
exc.DatabaseError exc.DisconnectionError exc.DontWrapMixin exc.DuplicateColumnError exc.HasDescriptionCode
exc.IdentifierError exc.IllegalStateChangeError exc.IntegrityError exc.InterfaceError exc.InternalError
exc.InvalidRequestError exc.InvalidatePoolError exc.LegacyAPIWarning exc.MissingGreenlet exc.MovedIn20Warning
exc.MultipleResultsFound exc.NoForeignKeysError exc.NoInspectionAvailable exc.NoReferenceError
exc.NoReferencedColumnError exc.NoReferencedTableError exc.NoResultFound exc.NoSuchColumnError exc.NoSuchModuleError
exc.NoSuchTableError exc.NotSupportedError exc.ObjectNotExecutableError exc.OperationalError
exc.PendingRollbackError exc.ProgrammingError exc.ResourceClosedError exc.SADeprecationWarning
exc.SAPendingDeprecationWarning exc.SATestSuiteWarning exc.SAWarning exc.SQLAlchemyError exc.StatementError
exc.TimeoutError exc.UnboundExecutionError exc.UnreflectableTableError exc.UnsupportedCompilationError
orm.exc.ConcurrentModificationError orm.exc.DetachedInstanceError orm.exc.FlushError orm.exc.LoaderStrategyException
orm.exc.MappedAnnotationError orm.exc.MultipleResultsFound orm.exc.NoResultFound orm.exc.ObjectDeletedError
orm.exc.ObjectDereferencedError orm.exc.StaleDataError orm.exc.UnmappedClassError orm.exc.UnmappedColumnError
orm.exc.UnmappedError orm.exc.UnmappedInstanceError pool.AssertionPool pool.AsyncAdaptedQueuePool
pool.ConnectionPoolEntry pool.FallbackAsyncAdaptedQueuePool pool.ManagesConnection pool.NullPool pool.Pool
pool.PoolProxiedConnection pool.PoolResetState pool.QueuePool pool.SingletonThreadPool pool.StaticPool types.ARRAY
types.BIGINT types.BINARY types.BLOB types.BOOLEAN types.BigInteger types.Boolean types.CHAR types.CLOB
types.Concatenable types.DATE types.DATETIME types.DECIMAL types.DOUBLE types.DOUBLE_PRECISION types.Date
types.DateTime types.Double types.ExternalType types.FLOAT types.Float types.INT types.INTEGER
types.Indexable types.Integer types.Interval types.JSON types.LargeBinary types.MatchType types.NCHAR types.NUMERIC
types.NVARCHAR types.NullType types.Numeric types.PickleType types.REAL types.SMALLINT
types.SmallInteger types.String types.TEXT types.TIME types.TIMESTAMP types.Text types.Time types.TupleType
types.TypeDecorator types.TypeEngine types.UUID types.Unicode types.UnicodeText types.UserDefinedType types.Uuid
types.VARBINARY types.VARCHAR types.Variant types.adapt_type types.to_instance : -> object
engine.Engine : -> Engine
text sql.text sql.expression.text : -> Element

# The result of a connection is the file of the database
class Engine : object
  connect begin raw_connection execution_options : -> holding(Connection)
  dispose clear_compiled_cache update_execution_options : changes(self)
  execute scalar : changes(self) -> holding(Result)
  table_names has_table : -> container
  get_execution_options : -> container
  .driver .name .echo .logging_name .dialect .url : -> constant
  .engine .pool : -> holding(Engine)
  __enter__ : -> holding(Connection)

class Connection : object
  execute exec_driver_sql scalars run_callable : changes(self) -> holding(Result)
  scalar : changes(self) -> part
  begin begin_nested begin_twophase cursor : changes(self) -> holding(Connection)
  execution_options : changes(self) -> receiver
  close commit rollback detach invalidate commit_prepared rollback_prepared executemany executescript : changes(self)
  get_execution_options get_isolation_level get_nested_transaction get_transaction in_nested_transaction
  in_transaction schema_for_object recover_twophase fetchall fetchone fetchmany : changes(self) -> part
  .closed .invalidated .default_isolation_level .dialect .should_close_with_result : -> constant
  .connection .engine .info : -> holding(Connection)
  __enter__ : -> receiver

class Result CursorResult : iterator
  all fetchall fetchmany fetchone first one one_or_none scalar scalar_one scalar_one_or_none partitions freeze close
  __next__ : changes(self) -> part
  scalars mappings columns unique yield_per tuples merge : changes(self) -> holding(Result)
  keys : -> container
  .closed .rowcount .lastrowid .returns_rows .is_insert .inserted_primary_key .context : -> part
  __iter__ : -> part

class SessionMaker : object
  __call__ begin : -> holding(Session)
  configure remove : changes(self)

class Session : object
  add add_all delete bulk_insert_mappings bulk_save_objects bulk_update_mappings merge refresh expire expunge
  enable_relationship_loading : changes(self *) -> part
  begin begin_nested close close_all commit rollback flush expire_all expunge_all invalidate prepare reset
  bind_mapper bind_table : changes(self) -> receiver
  execute scalars connection : changes(self) -> holding(Result)
  scalar get get_one : changes(self) -> part
  query : -> holding(Query)
  get_bind get_transaction in_transaction is_modified identity_key object_session : -> part
  .dirty .new .deleted .info .no_autoflush .is_active .bind : -> part
  __enter__ : -> receiver

class Query : object
  add_columns add_entity autoflush correlate cte distinct enable_eagerloads except_ except_all execution_options
  exists
  filter filter_by from_statement group_by having intersect intersect_all join label limit offset options order_by
  outerjoin params populate_existing prefix_with scalar_subquery select_from slice subquery suffix_with union
  union_all
  where with_entities with_for_update with_hint with_parent with_session yield_per as_scalar : -> holding(Query)
  all count first get one one_or_none scalar update delete value values instances __iter__ : changes(self) -> part
  .column_descriptions .selectable .statement .whereclause : -> holding(Element)
  __getitem__ : changes(self) -> part

class MetaData : object
  create_all drop_all : changes(@0 bind)
  reflect : changes(self @0 bind)
  clear remove : changes(self)
  .tables .sorted_tables .info .schema : -> part

# Parts of statements
class Element Column Select Insert Update Delete : object
  create drop : changes(bind@0)
  append_column append_constraint : changes(self *)
  to_metadata tometadata : changes(metadata@0) -> holding(Element)
  exists compile compare : -> holding(Element)
  add_columns add_cte add_is_dependent_on alias all_ any_ append_foreign_key argument_for as_scalar asc between
  bindparams bitwise_and bitwise_lshift bitwise_not bitwise_or bitwise_rshift bitwise_xor bool_op c cast collate
  column columns concat contains copy correlate correlate_except corresponding_column cte delete desc distinct
  endswith except_ except_all execution_options fetch filter filter_by from_select from_statement get_children
  get_dialect_option get_execution_options get_final_froms get_label_style group_by having icontains iendswith ilike
  in_ inline insert intersect intersect_all is_ is_derived_from is_distinct_from is_not is_not_distinct_from isnot
  isnot_distinct_from istartswith join join_from label lateral like limit match not_ilike not_in not_like notilike
  notin_ notlike nulls_first nulls_last nullsfirst nullslast offset op operate options order_by ordered_values
  outerjoin outerjoin_from params prefix_with reduce_columns references regexp_match regexp_replace replace_selectable
  return_defaults returning reverse_operate scalar_subquery select select_from self_group set_label_style
  shares_lineage slice startswith subquery suffix_with table_valued tablesample union union_all
  unique_params update values where with_dialect_options with_for_update with_hint with_only_columns
  with_statement_hint : -> holding(Element)
  .* : -> holding(Element)
  __getitem__ __iter__ __call__ : -> holding(Element)

class Inspector : object
  clear_cache : changes(self)
  reflect_table : changes(self *)
  from_engine get_check_constraints get_columns get_foreign_keys get_indexes get_materialized_view_names
  get_multi_check_constraints get_multi_columns get_multi_foreign_keys get_multi_indexes get_multi_pk_constraint
  get_multi_table_comment get_multi_table_options get_multi_unique_constraints get_pk_constraint get_schema_names
  get_sequence_names get_sorted_table_and_fkc_names get_table_comment get_table_names get_table_options
  get_temp_table_names get_temp_view_names get_unique_constraints get_view_definition get_view_names has_index
  has_schema has_sequence has_table sort_tables_on_foreign_key_dependency : -> part
  .* : -> part
"""

MODELS = (LibraryModel(library="sqlalchemy", rules=_RULES),)
