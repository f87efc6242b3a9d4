"""seaborn: functions that draw on axes or create a grid of axes, and settings of Matplotlib."""

from __future__ import annotations

from jupyter_pipeline.compiler.analysis.library_models.model import LibraryModel

__all__ = ["MODELS"]

_RULES = """
            # functions of axes
            barplot boxenplot boxplot pointplot swarmplot violinplot lineplot scatterplot regplot residplot kdeplot
            histplot countplot ecdfplot rugplot heatmap distplot
            : changes(ax) figure -> view(matplotlib.Axes) of ax
            stripplot : changes(ax) draws figure -> view(matplotlib.Axes) of ax
            despine : changes(fig@0 ax@1) figure
            move_legend : changes(obj@0) figure
            palplot dogplot : figure

            # functions of figures
            displot relplot lmplot : figure -> FacetGrid
            catplot factorplot : draws figure -> FacetGrid
            pairplot : figure -> PairGrid
            jointplot : figure -> JointGrid
            clustermap : figure -> ClusterGrid
            FacetGrid : figure -> FacetGrid
            PairGrid : figure -> PairGrid
            JointGrid : figure -> JointGrid

            class axisgrid.Grid : object
              map map_dataframe map_diag map_lower map_offdiag map_upper plot plot_joint plot_marginals pipe apply
              : changes(self only) draws figure -> receiver
              add_legend despine refline set set_axis_labels set_titles set_xlabels set_ylabels set_xticklabels
              set_yticklabels tick_params tight_layout : changes(self only) figure -> receiver
              savefig : changes(self only) figure writes(fname@0)
              facet_axis : changes(self only) figure -> view(matplotlib.Axes) of self
              facet_data : -> iterator
              .fig .figure : -> view(matplotlib.Figure)
              .ax .axes .axes_dict .diag_axes .ax_joint .ax_marg_x .ax_marg_y .ax_heatmap .ax_row_dendrogram
              .ax_col_dendrogram .ax_cbar .cax : -> view(matplotlib.Axes)
              .legend : -> view(matplotlib.Artist)
              .data .data2d : -> view(table)
              .row_names .col_names .hue_names : pure
              .dendrogram_row .dendrogram_col : -> view(unknown)
            class **.FacetGrid **.PairGrid **.JointGrid **.ClusterGrid (Grid)

            functions
            # settings
            set set_theme set_style set_context set_palette set_color_codes reset_defaults reset_orig
            : configures(matplotlib seaborn)

            # palettes; the context managers change settings inside of a with statement only
            blend_palette color_palette crayon_palette cubehelix_palette dark_palette diverging_palette hls_palette
            husl_palette light_palette mpl_palette xkcd_palette : -> Palette
            desaturate saturate set_hls_values get_data_home : pure
            axes_style plotting_context : -> container
            load_dataset get_dataset_names : reads(name@0 data_home) -> table
            class palettes.Palette : container
              as_hex : -> new(Palette)
            functions
            class **.Plot : object
              add facet label layout limit on pair scale share theme : -> holding(Plot)
              show plot : figure changes(self) -> view(Plot)
              save : changes(self) figure writes(loc@0) -> receiver
            functions
            **.Plot.config.theme.update **.Plot.config.theme.reset **.Plot.config.display.update : configures
            objects.Agg objects.Area objects.Band objects.Bar objects.Bars objects.Boolean objects.Continuous
            objects.Count objects.Dash
            objects.Dodge objects.Dot objects.Dots objects.Est objects.Hist objects.Jitter objects.KDE objects.Line
            objects.Lines
            objects.Mark objects.Move objects.Nominal objects.Norm objects.Path objects.Paths objects.Perc
            objects.PolyFit
            objects.Range objects.Scale objects.Shift objects.Stack objects.Stat objects.Temporal objects.Text
            : -> object
"""

MODELS = (LibraryModel(library="seaborn", rules=_RULES, patching={"seaborn.": "matplotlib"}),)
"""The import of seaborn adds color maps to Matplotlib."""
