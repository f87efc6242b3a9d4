"""Plotly: figures, which most methods change and return, and settings of templates and renderers."""

from __future__ import annotations

from jupyter_pipeline.compiler.analysis.library_models.model import LibraryModel

__all__ = ["MODELS"]

_RULES = """
            class **.Figure **.FigureWidget : object
              add_annotation add_bar add_barpolar add_box add_candlestick add_carpet add_choropleth
              add_choroplethmap add_cone add_contour add_contourcarpet add_densitymap add_funnel add_funnelarea
              add_heatmap add_histogram add_histogram2d add_histogram2dcontour add_hline add_hrect add_icicle
              add_image add_indicator add_isosurface add_layout_image add_mesh3d add_ohlc add_parcats add_parcoords
              add_pie add_quiver add_sankey add_scatter add_scatter3d add_scattercarpet add_scattergeo add_scattergl
              add_scattermap add_scatterpolar add_scatterpolargl add_scattersmith add_scatterternary add_selection
              add_shape add_splom add_streamtube add_sunburst add_surface add_table add_trace add_traces add_treemap
              add_violin add_vline add_volume add_vrect add_waterfall for_each_annotation for_each_coloraxis
              for_each_geo for_each_layout_image for_each_legend for_each_map for_each_polar for_each_scene
              for_each_selection for_each_shape for_each_smith for_each_ternary for_each_trace for_each_xaxis
              for_each_yaxis update_annotations update_coloraxes update_geos update_layout update_layout_images
              update_legends update_maps update_polars update_scenes update_selections update_shapes update_smiths
              update_ternaries update_traces update_xaxes update_yaxes append_trace set_subplots plotly_relayout
              plotly_restyle plotly_update update
              : changes(self only) -> receiver
              batch_update batch_animate : changes(self only) -> object
              select_annotations select_coloraxes select_geos select_layout_images select_legends select_maps
              select_polars select_scenes select_selections select_shapes select_smiths select_ternaries
              select_traces select_xaxes select_yaxes
              : -> view(list(Trace))
              get_subplot full_figure_for_development : -> view(Figure)
              pop : changes(self only) -> view(unknown)
              to_dict to_plotly_json to_ordered_dict : -> container
              to_html to_json to_image print_grid show : pure
              write_image write_html write_json : writes(file@0)
              __getitem__ __iter__ : -> view(Trace)
              .data .frames : -> view(list(Trace))
              .layout : -> view(Trace)
            class graph_objects.Trace : object
              update on_change on_click on_hover on_selection : changes(self only) -> receiver
              to_plotly_json : -> container
              pop : changes(self only) -> view(unknown)
              __getitem__ __iter__ : -> view(Trace)
            class
              **.AngularAxis **.Annotation **.Bar **.Barpolar **.Box **.Candlestick **.Carpet **.Choropleth
              **.Choroplethmap **.ColorBar **.Cone **.Contour **.Contourcarpet **.Contours **.Densitymap **.ErrorX
              **.ErrorY **.ErrorZ **.Font **.Frame **.Funnel **.Funnelarea **.Heatmap **.Histogram **.Histogram2d
              **.Histogram2dContour **.Histogram2dcontour **.Icicle **.Image **.Indicator **.Isosurface **.Layout
              **.Legend **.Line **.Margin **.Marker **.Mesh3d **.Ohlc **.Parcats **.Parcoords **.Pie **.Quiver
              **.RadialAxis **.Sankey **.Scatter **.Scatter3d **.Scattercarpet **.Scattergeo **.Scattergl
              **.Scattermap **.Scatterpolar **.Scatterpolargl **.Scattersmith **.Scatterternary **.Scene **.Splom
              **.Streamtube **.Sunburst **.Surface **.Table **.Treemap **.Violin **.Volume **.Waterfall **.XAxis
              **.XBins **.YAxis **.YBins **.ZAxis (Trace)

            functions
            express.area express.bar express.bar_polar express.box express.choropleth express.choropleth_map
            express.density_contour express.density_heatmap express.density_map express.ecdf express.funnel
            express.funnel_area express.histogram express.icicle express.imshow express.line express.line_3d
            express.line_geo express.line_map express.line_polar express.line_ternary express.parallel_categories
            express.parallel_coordinates express.pie express.scatter express.scatter_3d express.scatter_geo
            express.scatter_map express.scatter_matrix express.scatter_polar express.scatter_ternary express.strip
            express.sunburst express.timeline express.treemap express.violin express.density_mapbox
            express.scatter_mapbox express.line_mapbox express.choropleth_mapbox
            : -> new(Figure)
            express.get_trendline_results : -> table
            express.data.carshare express.data.election express.data.election_geojson express.data.experiment
            express.data.gapminder express.data.iris express.data.medals_long express.data.medals_wide
            express.data.stocks express.data.tips express.data.wind data.carshare data.election
            data.election_geojson data.experiment data.gapminder data.iris data.medals_long data.medals_wide
            data.stocks data.tips data.wind : reads(any) -> table
            express.set_mapbox_access_token : configures
            express.colors.sample_colorscale colors.sample_colorscale colors.hex_to_rgb colors.n_colors
            colors.unlabel_rgb colors.label_rgb colors.find_intermediate_color colors.make_colorscale
            : -> container
            figure_factory.create_dendrogram figure_factory.create_hexbin_map figure_factory.create_quiver
            figure_factory.create_streamline figure_factory.create_table figure_factory.create_ternary_contour
            figure_factory.create_trisurf
            : -> new(Figure)
            subplots.make_subplots tools.make_subplots : changes(figure) -> Figure
            subplots.get_subplots tools.mpl_to_plotly : -> unknown
            io.show offline.iplot io.to_html io.to_json io.to_image io.full_figure_for_development : pure
            io.write_image io.write_html io.write_json io.write_images : writes(file@1)
            io.read_json : reads(file@0) -> new(Figure)
            io.from_json : -> new(Figure)
            offline.plot : writes(filename)
            offline.init_notebook_mode io.templates.* io.renderers.* : configures
"""

MODELS = (LibraryModel(library="plotly", rules=_RULES),)
