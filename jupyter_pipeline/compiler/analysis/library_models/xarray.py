"""xarray."""

from __future__ import annotations

from jupyter_pipeline.compiler.analysis.library_models.model import LibraryModel

__all__ = ["MODELS"]

_RULES = """
# Opened data sets read their files when their values are used
open_dataset open_dataarray open_datatree open_groups : opens(filename_or_obj@0) -> holding(Item)
open_mfdataset : opens(paths@0) -> holding(Dataset)
open_zarr : opens(store@0) -> holding(Dataset)
load_dataset load_dataarray load_datatree : reads(filename_or_obj@0) -> Item
tutorial.DataArray tutorial.DataTree tutorial.Dataset tutorial.load_dataset tutorial.load_datatree
tutorial.open_dataset tutorial.open_datatree tutorial.scatter_example_dataset : -> Item
save_mfdataset : writes(paths@1) -> part
where concat merge combine_by_coords combine_nested align broadcast zeros_like ones_like full_like dot polyval cov
corr
cross unify_chunks decode_cf as_variable ufuncs.abs ufuncs.absolute ufuncs.acos ufuncs.acosh ufuncs.add ufuncs.angle
ufuncs.arccos ufuncs.arccosh ufuncs.arcsin ufuncs.arcsinh ufuncs.arctan ufuncs.arctan2 ufuncs.arctanh ufuncs.asin
ufuncs.asinh ufuncs.atan ufuncs.atan2 ufuncs.atanh ufuncs.bitwise_and ufuncs.bitwise_count ufuncs.bitwise_invert
ufuncs.bitwise_left_shift ufuncs.bitwise_not ufuncs.bitwise_or ufuncs.bitwise_right_shift ufuncs.bitwise_xor
ufuncs.cbrt ufuncs.ceil ufuncs.conj ufuncs.conjugate ufuncs.copysign ufuncs.cos ufuncs.cosh ufuncs.deg2rad
ufuncs.degrees ufuncs.divide ufuncs.equal ufuncs.exp ufuncs.exp2 ufuncs.expm1 ufuncs.fabs ufuncs.float_power
ufuncs.floor ufuncs.floor_divide ufuncs.fmax ufuncs.fmin ufuncs.fmod ufuncs.gcd ufuncs.greater ufuncs.greater_equal
ufuncs.heaviside ufuncs.hypot ufuncs.invert ufuncs.iscomplex ufuncs.isfinite ufuncs.isinf ufuncs.isnan ufuncs.isnat
ufuncs.isreal ufuncs.lcm ufuncs.ldexp ufuncs.left_shift ufuncs.less ufuncs.less_equal ufuncs.log ufuncs.log10
ufuncs.log1p ufuncs.log2 ufuncs.logaddexp ufuncs.logaddexp2 ufuncs.logical_and ufuncs.logical_not ufuncs.logical_or
ufuncs.logical_xor ufuncs.maximum ufuncs.minimum ufuncs.mod ufuncs.multiply ufuncs.negative ufuncs.nextafter
ufuncs.not_equal ufuncs.positive ufuncs.pow ufuncs.power ufuncs.rad2deg ufuncs.radians ufuncs.reciprocal
ufuncs.remainder ufuncs.right_shift ufuncs.rint ufuncs.sign ufuncs.signbit ufuncs.sin ufuncs.sinh ufuncs.spacing
ufuncs.sqrt ufuncs.square ufuncs.subtract ufuncs.tan ufuncs.tanh ufuncs.true_divide ufuncs.trunc : -> view(Item)
apply_ufunc map_blocks map_over_datasets : draws(*) -> view(Item)
cftime_range date_range date_range_like : -> pandas.Index
infer_freq show_versions get_options testing.assert_allclose testing.assert_chunks_equal
testing.assert_duckarray_allclose testing.assert_duckarray_equal testing.assert_equal testing.assert_identical
testing.assert_isomorphic groupers.BinGrouper groupers.EncodedGroups groupers.Grouper groupers.Resampler
groupers.SeasonGrouper groupers.SeasonResampler groupers.TimeResampler groupers.UniqueGrouper : -> constant
set_options : configures -> Options
register_dataarray_accessor register_dataset_accessor register_datatree_accessor backends.register_* : configures ->
part
plot.FacetGrid plot.contour plot.contourf plot.hist plot.imshow plot.line plot.lines plot.pcolormesh plot.plot
plot.scatter plot.step plot.surface : changes(ax) figure -> object
DataArray.from_dict DataArray.from_series Dataset.from_dict Dataset.from_dataframe DataTree.from_dict : -> view(Item)

class Options : object
  __enter__ : configures -> receiver

class Item : table
  all any argmax argmin argsort as_numpy assign assign_attrs assign_coords astype bfill broadcast_like broadcast_to
  chunk clip coarsen_reshape combine_first compute concat conj conjugate convert_calendar copy count cumprod cumsum
  cumulative_integrate curvefit diff differentiate dot drop drop_attrs drop_dims drop_duplicates drop_indexes
  drop_isel
  drop_sel drop_vars dropna expand_dims ffill fillna filter_by_attrs get head idxmax idxmin integrate interp
  interp_calendar interp_like interpolate_na isel isin isnull map_blocks max mean median merge min no_conflicts
  notnull
  pad permute_dims persist polyfit prod quantile rank reindex reindex_like rename rename_dims rename_vars
  reorder_levels reset_coords reset_index roll rolling_window round sel set_coords set_dims set_index set_xindex shift
  sortby squeeze stack std sum swap_dims tail thin to_array to_base_variable to_coord to_dataarray to_dataset
  to_index_variable to_stacked_array to_unstacked_dataset to_variable transpose unify_chunks unstack var where
  __array__ : -> view(Item)
  drop_encoding reset_encoding : -> view(Item)
  query eval map apply reduce : draws(*) -> view(Item)
  groupby groupby_bins resample : -> holding(Grouped)
  rolling coarsen weighted rolling_exp cumulative : -> holding(Grouped)
  load load_async : changes(self) -> view(self)
  close set_close update load_store : changes(self) -> view(self)
  pipe : -> part
  plot : changes(ax) figure -> object
  to_netcdf : writes(path@0) -> part
  dump_to_store : changes(@0 store) -> part
  to_zarr : changes(store@0) writes(store@0) -> part
  to_dict : -> container
  to_dataframe : -> pandas.DataFrame
  to_pandas : -> view(pandas.DataFrameOrSeries)
  to_series : -> view(pandas.Series)
  to_index get_index : -> view(pandas.Index)
  to_numpy to_masked_array searchsorted : -> view(numpy.ndarray)
  to_dask_dataframe : -> holding(dask.DataFrame)
  to_iris : -> holding(object)
  info : changes(buf@0)
  equals identical broadcast_equals item get_axis_num __len__ __contains__ : -> constant
  items keys values __iter__ : -> view(unknown)
  .plot : -> holding(Plot)
  .dt .str : -> view(Accessor)
  .attrs .encoding .coords .indexes .xindexes .data_vars .variables .dims .sizes .dtypes .chunks .chunksizes : -> part
  .data .values : -> view(numpy.ndarray)
  .loc : -> view(Item)
  .variable .T .real .imag : -> view(Item)
  .dtype .name .nbytes .ndim .shape .size : -> constant
  __getitem__ .* : -> view(Item)
  __setitem__ __delitem__ : changes(self)

class DataArray Dataset Variable DataTree (Item)
  add_child : changes(self)

class Grouped : object
  all any apply argmax argmin asfreq assign assign_coords backfill bfill construct count cumprod cumsum ffill fillna
  first interpolate last map max mean median min nearest pad prod quantile reduce shuffle_to_chunks std sum
  sum_of_squares sum_of_weights var where : draws(*) -> view(Item)
  .groups .dims .sizes : -> part
  __iter__ : -> tuple(constant, Item)
  __getitem__ : -> view(Item)

class Accessor : table
  capitalize casefold cat ceil center contains count decode encode endswith extract extractall find findall floor
  format get get_dummies index isalnum isalpha isdecimal isdigit islower isnumeric isocalendar isspace istitle isupper
  join len ljust lower lstrip match normalize pad partition repeat replace rfind rindex rjust round rpartition rsplit
  rstrip slice slice_replace split startswith strftime strip swapcase title translate upper wrap zfill : -> Item
  .* : -> Item

class Plot : object
  contour contourf hist imshow line lines pcolormesh scatter step surface quiver streamplot
  __call__ : changes(ax) figure -> object
"""

MODELS = (LibraryModel(library="xarray", rules=_RULES),)
