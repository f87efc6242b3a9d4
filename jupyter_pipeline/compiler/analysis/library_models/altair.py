"""Altair: charts, whose methods return new charts, and settings of themes and data."""

from __future__ import annotations

from jupyter_pipeline.compiler.analysis.library_models.model import LibraryModel

__all__ = ["MODELS"]

_RULES = """
            class **.Chart **.LayerChart **.HConcatChart **.VConcatChart **.ConcatChart **.FacetChart **.RepeatChart
            : object
              configure configure_arc configure_area configure_axis configure_axisBand configure_axisBottom
              configure_axisDiscrete configure_axisLeft configure_axisPoint configure_axisQuantitative
              configure_axisRight configure_axisTemporal configure_axisTop configure_axisX configure_axisXBand
              configure_axisXDiscrete configure_axisXPoint configure_axisXQuantitative configure_axisXTemporal
              configure_axisY configure_axisYBand configure_axisYDiscrete configure_axisYPoint
              configure_axisYQuantitative configure_axisYTemporal configure_bar configure_boxplot configure_circle
              configure_concat configure_errorband configure_errorbar configure_facet configure_geoshape
              configure_header configure_headerColumn configure_headerFacet configure_headerRow configure_image
              configure_legend configure_line configure_mark configure_point configure_projection configure_range
              configure_rect configure_rule configure_scale configure_selection configure_square configure_text
              configure_tick configure_title configure_tooltipFormat configure_trail configure_view mark_arc
              mark_area mark_bar mark_boxplot mark_circle mark_errorband mark_errorbar mark_geoshape mark_image
              mark_line mark_point mark_rect mark_rule mark_square mark_text mark_tick mark_trail resolve_axis
              resolve_legend resolve_references resolve_scale transform_aggregate transform_bin transform_calculate
              transform_density transform_extent transform_filter transform_flatten transform_fold transform_impute
              transform_joinaggregate transform_loess transform_lookup transform_pivot transform_quantile
              transform_regression transform_sample transform_stack transform_timeunit transform_window add_params
              add_selection copy encode facet interactive project properties repeat from_dict from_json
              : -> holding(Chart)
              to_dict : -> container
              to_json to_html to_url show display : pure
              save : writes(fp@0)
              transformed_data : -> table
              .data : -> view(unknown)
            class Encoding : object
              scale axis legend title sort bin stack aggregate timeUnit type format impute band header condition
              otherwise then when isin : -> holding(Encoding)

            functions
            layer hconcat vconcat concat : -> Chart
            binding binding_checkbox binding_radio binding_range binding_select condition datum graticule param
            selection_interval selection_point selection selection_single selection_multi sequence sphere
            topo_feature value when expr expr.ConstExpression expr.FunctionExpression expr.expr
            X Y Color Size Shape Opacity Tooltip Row Column Facet Detail Text Order Theta Radius X2 Y2 XOffset YOffset
            Stroke StrokeDash StrokeWidth Fill FillOpacity Href Url Key Latitude Longitude Angle Scale Axis Legend
            Sort Bin Impute Title TitleParams Data UrlData NamedData InlineData Stack Header Gradient GradientStop
            EncodingSortField SortField RepeatRef Repeat LookupData LookupSelection TopoDataFormat CsvDataFormat
            Projection Predicate Parameter Step SelectionParameter VariableParameter BinParams
            : -> Encoding
            data_transformers.* renderers.* themes.* theme.* : configures
            to_csv to_json : writes(any) -> container
"""

MODELS = (LibraryModel(library="altair", rules=_RULES),)
