"""Libraries that build classes from field descriptions, and that validate values: attrs, pydantic, pandera."""

from __future__ import annotations

from jupyter_pipeline.compiler.analysis.library_models.model import LibraryModel

__all__ = ["MODELS"]

_ATTRIBUTES = """
ib attrib field Factory : -> field
s attrs attributes define frozen mutable dataclass : -> part
asdict astuple fields fields_dict has evolve assoc resolve_types make_class cmp_using : -> part
validators.instance_of validators.in_ validators.optional validators.and_ validators.or_ validators.not_ validators.gt
validators.ge validators.lt validators.le validators.matches_re validators.deep_iterable validators.deep_mapping
validators.is_callable validators.max_len validators.min_len validators.subclass_of converters.optional
converters.default_if_none converters.to_bool converters.pipe filters.include filters.exclude : -> part
set_run_validators validators.set_disabled : configures
"""
_PYDANTIC = """
Field PrivateAttr fields.Field : -> field
field_validator model_validator validator root_validator field_serializer model_serializer computed_field
functional_validators.field_validator : -> unknown
ConfigDict SecretStr SecretBytes StringConstraints conint constr confloat conlist condecimal condate conset
AfterValidator BeforeValidator PlainValidator WrapValidator AliasChoices AliasPath Json Tag Discriminator Strict
NonNegativeInt PositiveInt HttpUrl AnyUrl ValidationError create_model parse_obj_as : -> part
class TypeAdapter : object
  validate_python validate_json validate_strings dump_python : -> part
  dump_json : -> constant
  json_schema : -> container
"""
_PANDERA = """
check_io check_input check_output check_types pandas.check_io pandas.check_input pandas.check_output
pandas.check_types
dataframe_check check dataframe_parser parser : -> unknown
Field pandas.Field : -> field
infer_schema pandas.infer_schema io.from_yaml io.from_json : -> holding(DataFrameSchema)
Check Hypothesis Parser Check.isin Check.in_range Check.gt Check.ge Check.lt Check.le Check.eq Check.ne
Check.greater_than Check.greater_than_or_equal_to Check.less_than Check.less_than_or_equal_to Check.equal_to
Check.not_equal_to Check.str_matches Check.str_contains Check.str_startswith Check.str_endswith Check.str_length
Check.unique_values_eq Check.notin Check.between pandas.Check : -> unknown
Column Index MultiIndex pandas.Column pandas.Index pandas.MultiIndex : -> unknown
class DataFrameSchema SeriesSchema : object
  validate __call__ : changes(@0 if inplace) draws -> view(pandas.DataFrameOrSeries)
  add_columns remove_columns update_column update_columns rename_columns select_columns set_index reset_index
  : -> holding(DataFrameSchema)
  to_yaml to_json to_script : writes(stream@0 fp@0 target@0) -> constant
  get_dtypes : -> container
  .columns .index .dtypes .checks : -> view(unknown)
functions
pandas.DataFrameSchema polars.DataFrameSchema : -> holding(DataFrameSchema)
pandas.SeriesSchema : -> holding(SeriesSchema)
errors.SchemaError errors.SchemaErrors : -> object
"""

MODELS = (
    LibraryModel(library="attr", rules=_ATTRIBUTES),
    LibraryModel(library="attrs", rules=_ATTRIBUTES),
    LibraryModel(library="pydantic", rules=_PYDANTIC),
    LibraryModel(library="pandera", rules=_PANDERA),
)
