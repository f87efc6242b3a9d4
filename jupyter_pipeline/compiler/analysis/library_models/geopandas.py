"""GeoPandas."""

from __future__ import annotations

from jupyter_pipeline.compiler.analysis.library_models.model import LibraryModel

__all__ = ["MODELS"]

_RULES = """
read_file : reads(filename@0) -> GeoDataFrame
read_parquet read_feather : reads(path@0) -> GeoDataFrame
read_postgis : changes(con@1) reads(con@1) -> GeoDataFrame
list_layers io.file.list_layers : reads(filename@0) -> pandas.DataFrame
GeoDataFrame.from_file GeoSeries.from_file : reads(filename@0) -> GeoDataFrameOrSeries
GeoDataFrame.from_postgis : changes(con@1) reads(con@1) -> GeoDataFrame
GeoDataFrame.from_features GeoDataFrame.from_dict GeoDataFrame.from_arrow GeoSeries.from_arrow GeoSeries.from_wkb
GeoSeries.from_wkt GeoSeries.from_xy : -> view(GeoDataFrameOrSeries)
sjoin sjoin_nearest overlay clip tools.sjoin tools.sjoin_nearest tools.overlay tools.clip make_grid : -> GeoDataFrame
tools.collect : -> constant
points_from_xy array.from_shapely array.from_wkb array.from_wkt : -> view(pandas.ExtensionArray)
tools.geocode tools.reverse_geocode geocode reverse_geocode : -> GeoDataFrame
datasets.get_path show_versions testing.GeoDataFrame testing.GeoSeries testing.GeometryDtype
testing.assert_geodataframe_equal testing.assert_geoseries_equal testing.geom_almost_equals testing.geom_equals
: -> constant
options.* : configures
plotting.plot_dataframe plotting.plot_series : changes(ax) figure -> object

# The tables of pandas with geometries
class GeoFrame : table
  affine_transform buffer build_area clip_by_rect concave_hull constrained_delaunay_triangles contains
  contains_properly count_geometries count_interior_rings covered_by covers crosses delaunay_triangles difference
  disjoint dissolve distance dwithin extract_unique_points force_2d force_3d frechet_distance geom_equals
  geom_equals_identical get_geometry get_precision hausdorff_distance hilbert_distance intersection intersection_all
  intersects invalid_coverage_edges is_valid_coverage is_valid_reason line_merge make_grid make_valid
  maximum_inscribed_circle minimum_bounding_circle minimum_bounding_radius minimum_clearance minimum_clearance_line
  minimum_rotated_rectangle normalize offset_curve orient_polygons overlaps overlay polygonize project relate
  relate_pattern remove_repeated_points representative_point reverse rotate scale segmentize set_precision
  shared_paths
  shortest_line simplify simplify_coverage sjoin sjoin_nearest snap symmetric_difference touches translate union
  union_all voronoi_polygons within get_coordinates geom_almost_equals geom_equals_exact count_coordinates clip
  explode
  union_all unary_union intersection_all overlay sjoin dissolve : -> GeoDataFrameOrSeries
  set_geometry set_crs to_crs rename_geometry : changes(self if inplace) -> GeoDataFrameOrSeries
  sample_points : draws(unless rng seed) changes(rng) -> GeoDataFrameOrSeries
  get_geometry : -> GeoDataFrameOrSeries
  to_file : writes(filename@0)
  to_postgis : changes(con@1) writes(con@1)
  to_wkb to_wkt : -> pandas.DataFrameOrSeries
  to_geo_dict : -> container
  to_arrow : -> holding(object)
  iterfeatures : -> iterator
  explore : changes(m) -> object
  estimate_utm_crs is_valid_coverage : -> constant
  plot : changes(ax) figure -> matplotlib.Axes
  .plot : -> view(pandas.PlotAccessor)
  .crs .total_bounds .has_sindex .active_geometry_name : -> constant
  .sindex : -> holding(SpatialIndex)
  .cx : -> view(Indexer)
  .bounds : -> pandas.DataFrame
  .geometry .boundary .centroid .convex_hull .envelope .exterior .interiors .unary_union : -> GeoDataFrameOrSeries
  .area .length .geom_type .is_ccw .is_closed .is_empty .is_ring .is_simple .is_valid .has_z .has_m .x .y .z
  .m : -> pandas.Series

class GeoDataFrame(GeoFrame, pandas.DataFrame)
  assign join merge select_dtypes pivot : -> GeoDataFrame
  query : changes(self if inplace) names(@) -> GeoDataFrame
  head tail take : -> view(GeoDataFrame)
  loc iloc .loc .iloc : -> view(Indexer)
  apply : -> GeoDataFrameOrSeries
  explode : -> GeoDataFrame
  __getitem__ : -> view(GeoDataFrameOrSeries)
  .geometry .* : -> view(GeoSeries)

class GeoSeries(GeoFrame, pandas.Series)
  .geometry : -> view(GeoSeries)
  loc iloc .loc .iloc : -> view(Indexer)
  apply map : -> GeoDataFrameOrSeries
  __getitem__ : -> view(GeoDataFrameOrSeries)

class GeoDataFrameOrSeries(GeoDataFrame, GeoSeries, pandas.Item)
  .* : -> view(GeoDataFrameOrSeries)

class Indexer(pandas.Indexer)
  __getitem__ __iter__ __call__ : -> view(GeoDataFrameOrSeries)

class SpatialIndex : object
  intersection nearest query : -> numpy.ndarray
  .is_empty .size .valid_query_predicates : -> constant
"""

MODELS = (LibraryModel(library="geopandas", rules=_RULES),)
