"""Shapely."""

from __future__ import annotations

from jupyter_pipeline.compiler.analysis.library_models.model import LibraryModel

__all__ = ["MODELS"]

_RULES = """
# Geometries are immutable since Shapely 2
Point LineString LinearRing Polygon MultiPoint MultiLineString MultiPolygon GeometryCollection geometry.CAP_STYLE
geometry.GeometryCollection geometry.JOIN_STYLE geometry.LineString geometry.LinearRing geometry.MultiLineString
geometry.MultiPoint geometry.MultiPolygon geometry.Point geometry.Polygon geometry.box geometry.mapping
geometry.shape ops.clip_by_rect ops.linemerge ops.nearest_points ops.orient ops.polygonize ops.polygonize_full
ops.shared_paths ops.snap ops.split ops.substring ops.transform ops.triangulate ops.unary_union ops.validate
ops.voronoi_diagram
affinity.affine_transform affinity.rotate affinity.scale affinity.skew affinity.translate wkt.loads wkb.loads
prepared.prep Polygon.from_bounds : -> Geometry
wkt.dumps wkb.dumps : -> constant
wkt.load wkb.load : changes(@0) -> Geometry
wkt.dump wkb.dump : changes(@1)
STRtree strtree.STRtree : -> STRtree
setup_signal_checks : configures
set_coordinates : changes(geometry@0) -> Geometry
area boundary bounds box buffer build_area centroid clip_by_rect concave_hull constrained_delaunay_triangles contains
contains_properly contains_xy convex_hull count_coordinates coverage_clean coverage_invalid_edges coverage_is_valid
coverage_simplify coverage_union coverage_union_all covered_by covers crosses delaunay_triangles
difference disjoint disjoint_subset_union disjoint_subset_union_all distance dwithin empty envelope equals
equals_exact
equals_identical extract_unique_points force_2d force_3d frechet_distance from_geojson from_ragged_array from_wkb
from_wkt geometrycollections get_coordinate_dimension get_coordinates get_dimensions get_exterior_ring get_geometry
get_interior_ring get_m get_num_coordinates get_num_geometries get_num_interior_rings get_num_points get_parts
get_point get_precision get_rings get_segments get_srid get_type_id get_x get_y get_z has_m has_z hausdorff_distance
intersection intersection_all intersects intersects_xy is_ccw is_closed is_empty is_geometry is_missing is_prepared
is_ring is_simple is_valid is_valid_input is_valid_reason length line_interpolate_point line_locate_point line_merge
linearrings linestrings make_valid maximum_inscribed_circle minimum_bounding_circle minimum_bounding_radius
minimum_clearance minimum_clearance_line minimum_rotated_rectangle minimum_width multilinestrings multipoints
multipolygons node normalize offset_curve orient_polygons oriented_envelope overlaps point_on_surface points
polygonize
polygonize_full polygons relate relate_pattern remove_repeated_points reverse segmentize set_precision
set_srid
shared_paths shortest_line simplify snap split symmetric_difference symmetric_difference_all to_geojson
to_ragged_array
to_wkb to_wkt total_bounds touches transform transform_coordseq unary_union union union_all voronoi_polygons
within : changes(out@2) -> Geometry
prepare destroy_prepared : changes(geometry@0)
errors.DimensionError errors.EmptyPartError errors.GEOSException errors.GeometryTypeError
errors.ShapelyDeprecationWarning errors.ShapelyError errors.TopologicalError errors.UnsupportedGEOSVersionError
errors.setup_signal_checks GEOSException GeometryType BufferCapStyle BufferJoinStyle coords.CoordinateSequence
: -> constant

# A geometry, or an array of geometries, numbers or truth values
class Geometry(numpy.ndarray)
  almost_equals buffer contains contains_properly covered_by covers crosses difference disjoint distance dwithin
  equals
  equals_exact from_bounds geometryType hausdorff_distance interpolate intersection intersects line_interpolate_point
  line_locate_point normalize offset_curve overlaps parallel_offset point_on_surface project relate relate_pattern
  representative_point reverse segmentize simplify svg symmetric_difference touches union within : -> Geometry
  svg : -> constant
  .boundary .centroid .convex_hull .coords .envelope .exterior .interiors .minimum_rotated_rectangle
  .oriented_envelope .xy .geoms .context : -> Geometry
  .area .bounds .geom_type .has_m .has_z .is_closed .is_empty .is_ring .is_simple .is_valid .is_ccw .length .m
  .minimum_clearance .type .wkb .wkb_hex .wkt .x .y .z : -> constant
  __getitem__ __iter__ : -> Geometry

class STRtree : object
  nearest query query_nearest : -> numpy.ndarray
  .geometries : -> Geometry
"""

MODELS = (LibraryModel(library="shapely", rules=_RULES),)
