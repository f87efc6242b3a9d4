"""Interactive plots and maps: Bokeh, HoloViews, Folium."""

from __future__ import annotations

from jupyter_pipeline.compiler.analysis.library_models.model import LibraryModel

__all__ = ["MODELS"]

_BOKEH = """
plotting.figure plotting.Figure plotting.gmap models.Plot models.plots.Plot models.GMapPlot
: changes(x_range y_range) -> holding(Figure)
plotting.output_file io.output_file : writes(filename@0) configures
plotting.output_notebook io.output_notebook plotting.reset_output io.reset_output plotting.curdoc io.curdoc
settings.settings.resources : configures -> view(unknown)
plotting.show io.show : held changes(@0 obj)
plotting.save io.save : held writes(filename@1) changes(@0 obj) -> constant
io.export_png io.export_svg io.export.export_png io.export.export_svg : writes(filename) changes(@0 obj) -> constant
io.push_notebook : changes(*)
plotting.gridplot layouts.gridplot plotting.row plotting.column layouts.row layouts.column layouts.layout layouts.grid
layouts.widgetbox models.layouts.Row models.layouts.Column plotting.Row plotting.Column : changes(*) -> holding(Model)
embed.components embed.file_html embed.json_item embed.autoload_static resources.CDN.render : changes(@0) -> container
plotting.from_networkx : -> holding(Model)
transform.factor_cmap transform.linear_cmap transform.log_cmap transform.dodge transform.jitter transform.stack
transform.cumsum
transform.factor_mark transform.factor_hatch transform.transform transform.eqhist_cmap : -> holding(container)
palettes.viridis palettes.magma palettes.inferno palettes.plasma palettes.cividis palettes.turbo palettes.grey
palettes.gray
palettes.linear_palette palettes.diverging_palette palettes.interp_palette palettes.mix_palettes
palettes.varying_alpha_palette
palettes.to_rgba_array : -> container
util.hex.hexbin util.hex.axial_to_cartesian : -> pandas.DataFrame
tile_providers.get_provider : -> object
sampledata.download sampledata.download.download : writes(any)

class Model
   : object
  add_tools remove_tools add_layout js_link js_on_change js_on_event on_change on_event on_click js_on_click
  remove_on_change
  set_select set_from_json update trigger apply_theme unapply_theme destroy : changes(self *) -> view(Model)
  select select_one references lookup : -> view(Model)
  clone : -> holding(Model)
  dataspecs parameters properties equals to_serializable : -> container
  .* : -> view(Model)
  __getitem__ __iter__ : -> view(Model)
class Figure(Model)
  annular_wedge annulus arc asterisk bezier block circle circle_cross circle_dot circle_x circle_y contour
  dash diamond diamond_cross diamond_dot ellipse graph harea harea_stack harea_step hbar hbar_stack
  hex_dot hex_tile hexbin hline_stack hspan hstrip image image_rgba image_stack image_url inverted_triangle line
  mathml multi_line multi_polygons ngon patch patches quad quadratic ray rect scatter segment
  square_cross square_dot square_pin square_x star_dot tex text triangle triangle_dot triangle_pin
  varea varea_stack varea_step vbar vbar_stack vline_stack vspan vstrip wedge add_glyph add_layout add_tile
  add_tools remove_tools js_link js_on_change js_on_event on_change on_event set_select update trigger
  apply_theme : changes(self source x_range y_range) -> view(Model)
class plotting.ColumnDataSource models.ColumnDataSource models.sources.ColumnDataSource (Model)
  add remove patch stream : changes(self) -> constant
  from_df from_groupby to_df : -> container
  .data : -> view(container)
  .column_names : -> container
"""
_HOLOVIEWS = """
extension renderer output notebook_extension util.output util.extension util.opts.defaults opts.defaults util.defaults
Store.add_style_opts Store.register : configures -> view(unknown)
save util.save : writes(filename@1) changes(@0)
render util.render : changes(@0) -> view(unknown)
help archive : configures
dim : -> holding(Element)
opts opts.Curve opts.Scatter opts.Bars opts.Image opts.HeatMap opts.Points opts.Histogram opts.Area opts.Overlay
opts.Layout
opts.Violin opts.BoxWhisker opts.RGB opts.QuadMesh opts.Contours opts.Polygons opts.Path opts.Graph opts.HLine
opts.VLine
opts.Labels opts.Text opts.GridSpace opts.NdOverlay Cycle Palette : -> object
class Element
  **.Area **.Arrow **.Bars **.BoxWhisker **.Bounds **.Box **.Chord **.Contours **.Curve **.Dataset **.Dimension
  **.Dendrogram
  **.Distribution **.Bivariate **.Ellipse **.ErrorBars **.Graph **.GridMatrix **.GridSpace **.HLine **.HLines
  **.HSpan **.HSV **.HeatMap
  **.HexTiles **.Histogram **.HoloMap **.Image **.ItemTable **.Labels **.Layout **.NdLayout **.NdOverlay **.Nodes
  **.Overlay **.Path
  **.Path3D **.Points **.Polygons **.QuadMesh **.RGB **.Raster **.Rectangles **.Sankey **.Scatter **.Scatter3D
  **.Segments
  **.Slope **.Spikes **.Spline **.Spread **.Surface **.Table **.Text **.Tiles **.TriMesh **.TriSurface **.VLine
  **.VLines **.VSpan
  **.VectorField **.Violin **.EdgePaths **.NodePaths : object
  opts __call__ relabel redim : changes(self) -> view(self)
  aggregate reduce select sort sample reindex groupby overlay grid layout to hist clone collapse add_dimension map
  cols
  last array dframe columns dimension_values range closest split_overlays apply transform
  : draws(*) -> view(unknown)
  dimensions get_dimension get_dimension_index get_dimension_type keys values items get data_range __len__
  : -> view(unknown)
  .* : -> view(unknown)
  __getitem__ __iter__ : -> view(unknown)
"""
_FOLIUM = """
Map folium.Map : -> holding(Node)
class Node
  Marker CircleMarker Circle PolyLine Polygon Rectangle Popup Tooltip Icon DivIcon CustomIcon GeoJson GeoJsonTooltip
  GeoJsonPopup
  TopoJson Choropleth TileLayer WmsTileLayer FeatureGroup LayerControl LatLngPopup ClickForMarker IFrame Html Figure
  VegaLite ColorLine Element JavascriptLink CssLink RegularPolygonMarker Control
  plugins.HeatMap plugins.HeatMapWithTime plugins.MarkerCluster plugins.FastMarkerCluster plugins.MiniMap
  plugins.Fullscreen
  plugins.Draw plugins.MeasureControl plugins.MousePosition plugins.Search plugins.DualMap plugins.TimestampedGeoJson
  plugins.TimeSliderChoropleth plugins.FloatImage plugins.AntPath plugins.BeautifyIcon plugins.Geocoder
  plugins.GroupedLayerControl
  plugins.LocateControl plugins.FeatureGroupSubGroup plugins.PolyLineTextPath plugins.BoatMarker
  plugins.ScrollZoomToggler
  plugins.StripePattern plugins.Terminator plugins.SideBySideLayers plugins.VectorGridProtobuf plugins.SemiCircle
  plugins.TagFilterButton
  raster_layers.TileLayer raster_layers.WmsTileLayer raster_layers.ImageOverlay raster_layers.VideoOverlay
  features.GeoJson features.GeoJsonTooltip
  features.GeoJsonPopup features.Choropleth features.DivIcon features.CustomIcon map.Icon map.Marker map.Popup
  map.FeatureGroup
  map.LayerControl vector_layers.PolyLine vector_layers.CircleMarker vector_layers.Circle vector_layers.Polygon
  vector_layers.Rectangle : object
  add_to : changes(self @0 parent) -> receiver
  add_child add_children fit_bounds keep_in_front set_icon show_in_browser : changes(self *) -> view(Node)
  save : changes(self) writes(outfile@0)
  get_root get_name get_bounds to_dict to_json _repr_html_ : -> view(unknown)
  .* : -> view(unknown)
functions
branca.colormap.linear LinearColormap StepColormap : -> object
"""

MODELS = (
    LibraryModel(library="bokeh", rules=_BOKEH),
    LibraryModel(library="holoviews", rules=_HOLOVIEWS),
    LibraryModel(library="folium", rules=_FOLIUM),
)
