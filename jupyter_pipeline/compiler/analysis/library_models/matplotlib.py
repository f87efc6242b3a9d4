"""Matplotlib: artists, the functions of pyplot that draw on the current figure, and settings.

A method of an artist changes the artist, and the axes and figure that it belongs to. It does not change its data,
which
artists copy.
"""

from __future__ import annotations

from jupyter_pipeline.compiler.analysis.library_models.model import LibraryModel

__all__ = ["MODELS"]

_ARTISTS = """
            class **.Artist : object
              get_figure
                : -> view(Figure)
              get_xaxis get_yaxis get_zaxis
                : -> view(Axis)
              get_children get_gridlines get_images get_lines get_patches get_texts get_ticklines get_xgridlines
              get_xticklines get_ygridlines get_yticklines get_zgridlines get_zticklines
                : -> view(list(Artist))
              get_bbox_patch get_frame get_legend get_offset_text get_title
                : -> view(Artist)
              get_axes
                : -> view(list(Axes))
              get_array get_coordinates get_data get_edgecolor get_edgecolors get_facecolor get_facecolors
              get_linewidths get_offsets get_segments get_size_inches get_sizes get_vertices get_verts get_xdata
              get_xy get_xydata get_ydata
                : -> view(table)
              get_agg_filter get_arrowstyle get_axes_locator get_axis_position get_bbox get_bbox_to_anchor
              get_boxstyle get_clip_box get_clip_path get_cmap get_co_vertices get_colors get_connectionstyle
              get_constrained_layout_pads get_converter get_corners get_cursor_data get_data_transform get_datalim
              get_default_bbox_extra_artists get_default_handler_map get_extents get_font get_font_properties
              get_fontproperties get_gridspec get_layout_engine get_legend_handler get_legend_handler_map
              get_legend_handles_labels get_major_formatter get_major_locator get_minor_formatter get_minor_locator
              get_offset_transform get_patch_transform get_path get_path_effects get_paths get_picker get_position
              get_proj get_shared_x_axes get_shared_y_axes get_spine_transform get_subplotspec get_tick_params
              get_tightbbox get_transOffset get_transform get_transformed_clip_path_and_affine get_transforms
              get_units get_window_extent get_xaxis_text1_transform get_xaxis_text2_transform get_xaxis_transform
              get_yaxis_text1_transform get_yaxis_text2_transform get_yaxis_transform
                : -> view(unknown)
              get_aa get_adjustable get_alignment get_alpha get_anchor get_angle get_animated get_anncoords
              get_annotation_clip get_antialiased get_antialiaseds get_aspect get_autoscale_on get_autoscalex_on
              get_autoscaley_on get_autoscalez_on get_axisbelow get_bounds get_box_aspect get_c get_capstyle
              get_center get_clim get_clip_on get_closed get_color get_constrained_layout get_dash_capstyle
              get_dash_joinstyle get_dashes get_data_interval get_data_ratio get_dpi get_draggable get_drawstyle
              get_ds get_ec get_edgegapcolor get_extent get_family get_fc get_figheight get_figwidth get_fill
              get_fillstyle get_filternorm get_filterrad get_fontfamily get_fontfeatures get_fontname get_fontsize
              get_fontstyle get_fontvariant get_fontweight get_forward_navigation_events get_frame_on get_frameon
              get_gapcolor get_gid get_ha get_hatch get_hatch_linewidth get_hatchcolor get_height
              get_horizontalalignment get_in_layout get_interpolation get_interpolation_stage get_inverted
              get_joinstyle get_label get_label_position get_label_text get_language get_linespacing get_linestyle
              get_linestyles get_linewidth get_loc get_ls get_lw get_marker get_markeredgecolor get_markeredgewidth
              get_markerfacecolor get_markerfacecoloralt get_markersize get_markevery get_math_fontfamily get_mec
              get_mew get_mfc get_mfcalt get_minpos get_mouseover get_ms get_mutation_aspect get_mutation_scale
              get_name get_navigate get_navigate_mode get_pad get_parse_math get_pickradius get_rasterization_zorder
              get_rasterized get_remove_overlapping_locs get_resample get_rotation get_rotation_mode get_scale
              get_shape get_size get_sketch_params get_snap get_solid_capstyle get_solid_joinstyle get_stretch
              get_style get_suptitle get_supxlabel get_supylabel get_text get_tick_padding get_tick_space get_tickdir
              get_ticks_direction get_ticks_position get_tight_layout get_transform_rotates_text get_unitless_position
              get_url get_urls get_usetex get_va get_variant get_verticalalignment get_visible get_weight get_width
              get_wrap get_x get_xlabel get_xmargin get_xscale get_y get_ylabel get_ymargin get_yscale get_zlabel
              get_zmargin get_zorder get_zscale
                : pure
              # reads of limits and ticks update limits
              get_view_interval get_w_lims get_xbound get_xinverted get_xlim get_xlim3d get_ybound get_yinverted
              get_ylim get_ylim3d get_zbound get_zinverted get_zlim get_zlim3d
                : changes(self only) -> constant
              get_majorticklocs get_minorticklocs get_ticklocs get_ticks get_xticks get_yticks get_zticks
                : changes(self only) -> view(table)
              get_major_ticks get_majorticklabels get_majorticklines get_minor_ticks get_minorticklabels
              get_minorticklines get_ticklabels get_xmajorticklabels get_xminorticklabels get_xticklabels
              get_ymajorticklabels get_yminorticklabels get_yticklabels get_zmajorticklabels get_zminorticklabels
              get_zticklabels
                : changes(self only) -> view(list(Artist))
              set_aa set_adjustable set_agg_filter set_alignment set_alpha set_anchor set_angle set_animated
              set_anncoords set_annotation_clip set_antialiased set_antialiaseds set_array set_arrowstyle set_aspect
              set_autoscale_on set_autoscalex_on set_autoscaley_on set_autoscalez_on set_axes_locator set_axis_off
              set_axis_on set_axisbelow set_backgroundcolor set_bbox set_bbox_to_anchor set_bounds set_box_aspect
              set_boxstyle set_c set_canvas set_capstyle set_center set_clim set_clip_box set_clip_on set_clip_path
              set_closed set_cmap set_color set_colors set_connectionstyle set_constrained_layout
              set_constrained_layout_pads set_converter set_dash_capstyle set_dash_joinstyle set_dashes set_data
              set_data_interval set_default_handler_map set_default_intervals set_dpi set_draggable set_drawstyle
              set_ds set_ec set_edgecolor set_edgecolors set_edgegapcolor set_extent set_facecolor set_facecolors
              set_family set_fc set_figheight set_figure set_figwidth set_fill set_fillstyle set_filternorm
              set_filterrad set_font set_font_properties set_fontfamily set_fontfeatures set_fontname
              set_fontproperties set_fontsize set_fontstretch set_fontstyle set_fontvariant set_fontweight
              set_forward_navigation_events set_frame_on set_frameon set_gapcolor set_gid set_ha set_hatch
              set_hatch_linewidth set_hatchcolor set_height set_horizontalalignment set_in_layout set_interpolation
              set_interpolation_stage set_inverted set_joinstyle set_label set_label_coords set_label_position
              set_label_text set_language set_layout_engine set_linespacing set_linestyle set_linestyles
              set_linewidth set_linewidths set_loc set_ls set_lw set_ma set_major_formatter set_major_locator
              set_marker set_markeredgecolor set_markeredgewidth set_markerfacecolor set_markerfacecoloralt
              set_markersize set_markevery set_math_fontfamily set_mec set_mew set_mfc set_mfcalt
              set_minor_formatter set_minor_locator set_mouseover set_ms set_multialignment set_mutation_aspect
              set_mutation_scale set_name set_navigate set_navigate_mode set_ncols set_norm set_offset_position
              set_offset_transform set_offsets set_pad set_parse_math set_patchA set_patchB set_patch_arc
              set_patch_circle set_patch_line set_path_effects set_paths set_picker set_pickradius set_position
              set_positions set_proj_type set_prop_cycle set_radius set_rasterization_zorder set_rasterized
              set_remove_overlapping_locs set_resample set_rotation set_rotation_mode set_segments set_size
              set_size_inches set_sizes set_sketch_params set_snap set_solid_capstyle set_solid_joinstyle
              set_stretch set_style set_subplotspec set_text set_theta1 set_theta2 set_tick_params set_ticklabels
              set_ticks set_ticks_position set_tight_layout set_top_view set_transOffset set_transform
              set_transform_rotates_text set_units set_url set_urls set_usetex set_va set_variant
              set_verticalalignment set_verts set_verts_and_codes set_view_interval set_visible set_weight set_width
              set_wrap set_x set_xbound set_xdata set_xinverted set_xlabel set_xlim set_xlim3d set_xmargin
              set_xscale set_xy set_y set_ybound set_ydata set_yinverted set_ylabel set_ylim set_ylim3d set_ymargin
              set_yscale set_zbound set_zinverted set_zlabel set_zlim set_zlim3d set_zmargin set_zorder set_zscale
              set_zticklabels set_zticks
                : changes(self only)
              set_title set_xticklabels set_yticklabels set_xticks set_yticks
              : changes(self only) -> view(Artist) of self
              add_callback pchanged pick remove_callback remove update update_from set recache recache_always
              update_bbox_position_size draw_frame autoscale autoscale_None changed update_scalarmappable
              add_lines drag_pan minorticks_off minorticks_on update_normal update_ticks axis_date clear grid
              limit_range_for_scale reset_ticks tick_bottom tick_top tick_left tick_right update_units register_axis
              draw : changes(self only)
              format_cursor_data is_transform_set pickable have_units is_dashed can_composite
              contains_point contains_points contains is_saving : pure
              convert_xunits convert_yunits convert_units convert_zunits to_rgba make_image : -> table
              properties : -> view(unknown)
              findobj : -> view(list(Artist))
              legend_elements : -> tuple(list(Artist), container)
              write_png : writes(fname@0)
              .axes .ax : -> view(Axes)
              .figure : -> view(Figure)
              .xaxis .yaxis .zaxis : -> view(Axis)
              .patches .lines .collections .texts .images .artists .containers .legends .legend_handles .legendHandles
              .child_axes .tables : -> view(list(Artist))
              .title .legend_ .patch .label .label1 .label2 .gridline .tick1line .tick2line .colorbar .outline
              .mappable .suppressComposite : -> view(Artist)
              .transAxes .transData .transFigure .dpi_scale_trans .viewLim .dataLim .bbox .subplotpars .norm .cmap
              : -> view(unknown)
              .dpi .name .zorder : pure
              .spines : -> view(ArtistDict)
              .canvas : -> view(Canvas)

            class **.Line2D **.Text **.Annotation **.Legend **.Patch **.Rectangle **.Circle **.Ellipse **.Polygon
            **.Wedge **.Arc **.Annulus **.Arrow **.FancyArrow **.FancyArrowPatch **.FancyBboxPatch **.RegularPolygon
            **.PathPatch **.ConnectionPatch **.CirclePolygon **.Shadow **.StepPatch **.Collection **.PathCollection
            **.LineCollection **.PolyCollection **.PatchCollection **.EllipseCollection **.CircleCollection
            **.QuadMesh **.TriMesh **.EventCollection **.AxesImage **.NonUniformImage **.PcolorImage **.Axis **.Tick
            **.Spine **.OffsetImage **.AnnotationBbox **.AnchoredText **.TextArea **.DrawingArea **.HPacker **.VPacker
            **.Quiver **.QuiverKey **.Table **.Cell **.Colorbar **.AxLine (Artist)

            class **.ContourSet (Artist)
              clabel : changes(self only) -> view(list(Artist)) of self
              .levels .layers : -> view(table)

            # bars, error bars, stems: containers of artists
            class **.ArtistTuple (Artist)
              __getitem__ : -> view(Artist)
              __iter__ : -> view(Artist)
              count index : pure
              .errorbar .markerline .stemlines .baseline : -> view(Artist)
              .datavalues : -> view(table)

            # spines, box plots, violins: artists by name
            class **.ArtistDict (Artist)
              __getitem__ : -> view(ArtistTuple)
              __iter__ : pure
              keys : -> container
              values : -> view(list(ArtistTuple))
              items get : -> view(unknown)
"""

_AXES = """
            class **.Axes (Artist)
              plot loglog semilogx semilogy fill triplot eventplot stackplot plot_date
              : changes(self only) -> view(list(Artist)) of self
              scatter step fill_between fill_betweenx imshow matshow spy pcolor pcolormesh pcolorfast tripcolor stairs
              axhline axvline axline axhspan axvspan hlines vlines text annotate arrow barbs quiver quiverkey
              table legend indicate_inset indicate_inset_zoom broken_barh hexbin add_artist add_line add_patch
              add_collection add_image add_table add_container set_xlabel set_ylabel set_zlabel
              : changes(self only) -> view(Artist) of self
              bar barh errorbar stem bar_label pie_label pie clabel grouped_bar
              : changes(self only) -> view(ArtistTuple) of self
              boxplot bxp violinplot violin streamplot : changes(self only) -> view(ArtistDict) of self
              contour contourf tricontour tricontourf : changes(self only) -> view(ContourSet) of self
              hist ecdf xcorr acorr : changes(self only) -> view(tuple(table, table, ArtistTuple)) of self
              hist2d specgram psd csd cohere angle_spectrum magnitude_spectrum phase_spectrum
              : changes(self only) -> view(tuple(table, table, table, Artist)) of self
              twinx twiny secondary_xaxis secondary_yaxis inset_axes add_child_axes : changes(self only)
              -> view(Axes) of self
              sharex sharey : changes(self only) changes(other@0)
              apply_aspect autoscale autoscale_view axis cla clear draw_artist drag_pan end_pan start_pan invert_xaxis
              invert_yaxis label_outer locator_params margins redraw_in_frame relim reset_position tick_params
              ticklabel_format update_datalim xaxis_date yaxis_date set_xlim set_ylim
              : changes(self only)
              can_pan can_zoom format_coord format_xdata format_ydata has_data in_axes xaxis_inverted yaxis_inverted
              : pure
              # three dimensions
              plot3D stem3D : changes(self only) -> view(list(Artist)) of self
              plot_surface plot_wireframe plot_trisurf scatter3D bar3d text3D text2D quiver3D contour3D contourf3D
              voxels add_collection3d add_contour_set add_contourf_set : changes(self only) -> view(Artist) of self
              view_init auto_scale_xyz disable_mouse_rotation mouse_init invert_zaxis semilogz shareview sharez
              zaxis_date : changes(self only)
              format_zdata zaxis_inverted : pure
              # polar axes and maps
              set_theta_zero_location set_theta_direction set_theta_offset set_rmax set_rmin set_rlim set_rticks
              set_rlabel_position set_rgrids set_thetagrids set_thetalim set_thetamin set_thetamax set_rorigin
              : changes(self only)
              # several axes in an array or dictionary
              __getitem__ __iter__ ravel flatten reshape squeeze transpose tolist : -> view(Axes)
              .flat .T : -> view(Axes)
              .shape .size .ndim : pure
              keys : -> container
              values : -> view(list(Axes))
              items get : -> view(unknown)
            class **.Axes3D **.PolarAxes **.Subplot (Axes)

            class **.Figure (Artist)
              add_axes add_subplot : changes(self only) figure -> view(Axes) of self
              subplots subplot_mosaic : changes(self only) figure -> view(Axes) of self
              subfigures add_subfigure : changes(self only) -> view(Figure) of self
              gca : changes(self only) figure -> view(Axes) of self
              sca : changes(self only) figure -> view(Axes) of self
              delaxes clf clear add_axobserver : changes(self only) figure
              add_gridspec : changes(self only) -> view(GridSpec) of self
              suptitle supxlabel supylabel text legend figimage colorbar add_artist
              : changes(self only) changes(mappable@0 ax@2 cax@1) -> view(Artist) of self
              align_labels align_titles align_xlabels align_ylabels autofmt_xdate draw_artist draw_without_rendering
              subplots_adjust tight_layout : changes(self only)
              savefig : changes(self only) writes(fname@0)
              show ginput waitforbuttonpress : figure changes(self only)
              __getitem__ __iter__ : -> view(Figure)
              .axes : -> view(list(Axes))
              .number : pure
            class **.SubFigure (Figure)

            class **.Canvas **.FigureCanvasAgg **.FigureCanvas : object
              draw draw_idle flush_events mpl_connect mpl_disconnect set_window_title restore_region blit
              : changes(self only)
              buffer_rgba tostring_rgb tostring_argb print_to_buffer copy_from_bbox get_width_height renderer
              get_renderer : changes(self only) -> table
              print_figure print_png print_jpg print_jpeg print_tif print_raw print_rgba
              : changes(self only) writes(filename@0 filename_or_obj@0)
              .figure : -> view(Figure)
              .manager .renderer : -> view(unknown)

            class **.GridSpec **.GridSpecFromSubplotSpec **.SubplotSpec : object
              __getitem__ subgridspec new_subplotspec get_subplot_params get_topmost_subplotspec get_gridspec
              locally_modified_subplot_params : -> view(GridSpec)
              get_geometry get_grid_positions get_width_ratios get_height_ratios get_position is_first_col
              is_first_row is_last_col is_last_row : -> container
              update set_width_ratios set_height_ratios : changes
              subplots : changes figure -> view(Axes) of self
              tight_layout : changes(self figure@0)
              .nrows .ncols .colspan .rowspan : pure
"""

_OTHER = """
            class **.Formatter **.ScalarFormatter **.FuncFormatter **.StrMethodFormatter **.FormatStrFormatter
            **.PercentFormatter **.EngFormatter **.FixedFormatter **.NullFormatter **.IndexFormatter **.LogFormatter
            **.LogFormatterExponent **.LogFormatterMathtext **.LogFormatterSciNotation **.LogitFormatter
            **.DateFormatter **.AutoDateFormatter **.ConciseDateFormatter
            **.Locator **.AutoLocator **.AutoMinorLocator **.AsinhLocator **.FixedLocator **.IndexLocator
            **.LinearLocator **.LogLocator **.LogitLocator **.MaxNLocator **.MultipleLocator **.NullLocator
            **.SymmetricalLogLocator **.DateLocator **.AutoDateLocator **.DayLocator **.HourLocator
            **.MicrosecondLocator **.MinuteLocator **.MonthLocator **.RRuleLocator **.SecondLocator
            **.WeekdayLocator **.YearLocator **.rrulewrapper : object
              format_data format_data_short format_ticks format_pct format_eng tick_values view_limits fix_minus
              get_offset get_useOffset get_useMathText get_useLocale __call__ : changes -> table
              set_scientific set_powerlimits set_useOffset set_useMathText set_useLocale set_params set_axis set_locs
              set_offset_string set_unit set_tzinfo : changes

            class **.Colormap **.ListedColormap **.LinearSegmentedColormap : object
              __call__ : -> table
              set_bad set_over set_under set_extremes set_gamma : changes
              copy resampled reversed with_alpha with_extremes from_list : -> new(Colormap)
              get_bad get_over get_under is_gray : -> table
              .N .name .colors : pure
            class **.Normalize **.LogNorm **.PowerNorm **.BoundaryNorm **.TwoSlopeNorm **.CenteredNorm **.SymLogNorm
            **.AsinhNorm **.FuncNorm **.NoNorm : object
              __call__ : changes -> table
              autoscale autoscale_None : changes
              inverse process_value : -> table
              scaled : pure
              .vmin .vmax .clip .vcenter : pure
            class **.ScalarMappable (Artist)
            class **.LightSource : object
              hillshade shade shade_rgb shade_normals blend_hsv blend_overlay blend_soft_light : -> table

            class **.Path **.Bbox **.Affine2D **.ScaledTranslation **.Transform **.IdentityTransform : object
              rotate rotate_deg rotate_around rotate_deg_around scale translate skew skew_deg clear set set_matrix
              invalidate : changes -> receiver
              transform transform_point inverted transformed get_matrix frozen contains_point contains_points
              intersects_path interpolated to_polygons get_extents vertices get_points padded shrunk expanded
              from_bounds from_extents unit union intersection : -> table
              .x0 .x1 .y0 .y1 .width .height .bounds .extents .xmin .xmax .ymin .ymax : pure
            class **.FontProperties : object
              get_name get_family get_size get_size_in_points get_weight get_style get_file : pure
              set_size set_family set_weight set_style set_file set_name : changes

            class **.FuncAnimation **.ArtistAnimation **.TimedAnimation **.Animation : object
              save : changes writes(filename@0)
              to_jshtml to_html5_video : changes -> constant
              pause resume new_frame_seq new_saved_frame_seq : changes -> iterator
              .event_source : -> view(unknown)
            class **.PillowWriter **.FFMpegWriter **.HTMLWriter **.ImageMagickWriter **.FFMpegFileWriter : object
              grab_frame finish setup saving : changes
            class backends.backend_pdf.PdfPages : object
              savefig : changes changes(figure@0) figure
              close infodict get_pagecount attach_note : changes
"""

_FUNCTIONS = """
            functions
            backends.backend_pdf.PdfPages : writes(filename@0) -> PdfPages
            pyplot.figure pyplot.gcf : changes(num@0) figure -> view(Figure) of num@0
            pyplot.subplots : figure -> view(tuple(Figure, Axes)) of num fig_kw
            pyplot.subplot_mosaic : figure -> view(tuple(Figure, Axes)) of num
            pyplot.gca pyplot.axes pyplot.subplot pyplot.subplot2grid pyplot.polar : figure -> view(Axes) of fig
            pyplot.twinx pyplot.twiny : changes(ax@0) figure -> view(Axes) of ax@0
            pyplot.sca pyplot.delaxes : changes(ax@0) figure
            pyplot.setp : changes(obj@0) figure
            pyplot.colorbar : changes(mappable@0 cax@1 ax@2) figure -> view(Artist) of mappable@0 cax@1 ax@2
            pyplot.clabel : changes(CS@0) figure -> view(list(Artist)) of CS@0
            pyplot.bar_label pyplot.pie_label : changes(container@0) figure -> view(list(Artist)) of container@0
            pyplot.sci : changes(im@0) figure
            pyplot.plot pyplot.loglog pyplot.semilogx pyplot.semilogy pyplot.fill pyplot.triplot pyplot.eventplot
            pyplot.stackplot pyplot.plot_date : figure -> view(list(Artist)) of self
            pyplot.scatter pyplot.step pyplot.fill_between pyplot.fill_betweenx pyplot.imshow pyplot.matshow
            pyplot.spy
            pyplot.pcolor pyplot.pcolormesh pyplot.tripcolor pyplot.stairs pyplot.axhline pyplot.axvline pyplot.axline
            pyplot.axhspan pyplot.axvspan pyplot.hlines pyplot.vlines pyplot.text pyplot.annotate pyplot.arrow
            pyplot.barbs pyplot.quiver pyplot.quiverkey pyplot.table pyplot.legend pyplot.figlegend pyplot.figtext
            pyplot.figimage pyplot.broken_barh pyplot.hexbin pyplot.title pyplot.suptitle pyplot.xlabel pyplot.ylabel
            pyplot.gci : figure -> view(Artist) of self
            pyplot.bar pyplot.barh pyplot.errorbar pyplot.stem pyplot.pie pyplot.grouped_bar
            : figure -> view(ArtistTuple) of self
            pyplot.boxplot pyplot.violinplot pyplot.streamplot : figure -> view(ArtistDict) of self
            pyplot.contour pyplot.contourf pyplot.tricontour pyplot.tricontourf : figure -> view(ContourSet) of self
            pyplot.hist pyplot.ecdf pyplot.xcorr pyplot.acorr
            : figure -> view(tuple(table, table, ArtistTuple)) of self
            pyplot.hist2d pyplot.specgram pyplot.psd pyplot.csd pyplot.cohere pyplot.angle_spectrum
            pyplot.magnitude_spectrum pyplot.phase_spectrum
            : figure -> view(tuple(table, table, table, Artist)) of self
            pyplot.xticks pyplot.yticks pyplot.rgrids pyplot.thetagrids
            : figure -> view(tuple(table, list(Artist))) of self
            pyplot.xlim pyplot.ylim pyplot.axis pyplot.xscale pyplot.yscale pyplot.margins pyplot.grid pyplot.box
            pyplot.autoscale pyplot.locator_params pyplot.tick_params pyplot.ticklabel_format pyplot.minorticks_on
            pyplot.minorticks_off pyplot.tight_layout pyplot.subplots_adjust pyplot.cla pyplot.clf pyplot.close
            pyplot.clim pyplot.draw pyplot.show pyplot.pause pyplot.ginput pyplot.waitforbuttonpress pyplot.connect
            pyplot.disconnect pyplot.fignum_exists pyplot.get_fignums pyplot.get_figlabels pyplot.draw_if_interactive
            : figure
            pyplot.findobj pyplot.get_current_fig_manager : figure -> view(unknown) of self
            pyplot.savefig : figure writes(fname@0)
            pyplot.imsave image.imsave : writes(fname@0)
            pyplot.imread image.imread : reads(fname@0) -> table
            pyplot.getp pyplot.get pyplot.isinteractive pyplot.get_plot_commands pyplot.get_scale_names : pure
            pyplot.autumn pyplot.bone pyplot.cool pyplot.copper pyplot.flag pyplot.gray pyplot.hot pyplot.hsv
            pyplot.inferno pyplot.jet pyplot.magma pyplot.nipy_spectral pyplot.pink pyplot.plasma pyplot.prism
            pyplot.spring pyplot.summer pyplot.viridis pyplot.winter pyplot.set_cmap pyplot.xkcd
            : configures figure
            pyplot.get_cmap cm.get_cmap pyplot.cm.get_cmap colormaps.get_cmap pyplot.colormaps.get_cmap
            : -> new(Colormap)
            cm.register_cmap cm.unregister_cmap pyplot.register_cmap colormaps.register colormaps.unregister
            pyplot.colormaps.register pyplot.colormaps.unregister pyplot.cm.register_cmap : configures
            pyplot.cm.Accent pyplot.cm.Accent_r pyplot.cm.Blues pyplot.cm.Blues_r pyplot.cm.BrBG pyplot.cm.BrBG_r
            pyplot.cm.BuGn pyplot.cm.BuGn_r pyplot.cm.BuPu pyplot.cm.BuPu_r pyplot.cm.CMRmap pyplot.cm.CMRmap_r
            pyplot.cm.ColormapRegistry pyplot.cm.Dark2 pyplot.cm.Dark2_r pyplot.cm.GnBu pyplot.cm.GnBu_r
            pyplot.cm.Grays pyplot.cm.Grays_r pyplot.cm.Greens pyplot.cm.Greens_r pyplot.cm.Greys pyplot.cm.Greys_r
            pyplot.cm.OrRd pyplot.cm.OrRd_r pyplot.cm.Oranges pyplot.cm.Oranges_r pyplot.cm.PRGn pyplot.cm.PRGn_r
            pyplot.cm.Paired pyplot.cm.Paired_r pyplot.cm.Pastel1 pyplot.cm.Pastel1_r pyplot.cm.Pastel2
            pyplot.cm.Pastel2_r pyplot.cm.PiYG pyplot.cm.PiYG_r pyplot.cm.PuBu pyplot.cm.PuBuGn pyplot.cm.PuBuGn_r
            pyplot.cm.PuBu_r pyplot.cm.PuOr pyplot.cm.PuOr_r pyplot.cm.PuRd pyplot.cm.PuRd_r pyplot.cm.Purples
            pyplot.cm.Purples_r pyplot.cm.RdBu pyplot.cm.RdBu_r pyplot.cm.RdGy pyplot.cm.RdGy_r pyplot.cm.RdPu
            pyplot.cm.RdPu_r pyplot.cm.RdYlBu pyplot.cm.RdYlBu_r pyplot.cm.RdYlGn pyplot.cm.RdYlGn_r pyplot.cm.Reds
            pyplot.cm.Reds_r pyplot.cm.ScalarMappable pyplot.cm.Set1 pyplot.cm.Set1_r pyplot.cm.Set2
            pyplot.cm.Set2_r pyplot.cm.Set3 pyplot.cm.Set3_r pyplot.cm.Spectral pyplot.cm.Spectral_r
            pyplot.cm.Wistia pyplot.cm.Wistia_r pyplot.cm.YlGn pyplot.cm.YlGnBu pyplot.cm.YlGnBu_r pyplot.cm.YlGn_r
            pyplot.cm.YlOrBr pyplot.cm.YlOrBr_r pyplot.cm.YlOrRd pyplot.cm.YlOrRd_r pyplot.cm.afmhot
            pyplot.cm.afmhot_r pyplot.cm.autumn pyplot.cm.autumn_r pyplot.cm.berlin pyplot.cm.berlin_r
            pyplot.cm.binary pyplot.cm.binary_r pyplot.cm.bone pyplot.cm.bone_r pyplot.cm.brg pyplot.cm.brg_r
            pyplot.cm.bwr pyplot.cm.bwr_r pyplot.cm.cividis pyplot.cm.cividis_r pyplot.cm.cool pyplot.cm.cool_r
            pyplot.cm.coolwarm pyplot.cm.coolwarm_r pyplot.cm.copper pyplot.cm.copper_r pyplot.cm.cubehelix
            pyplot.cm.cubehelix_r pyplot.cm.flag pyplot.cm.flag_r pyplot.cm.gist_earth pyplot.cm.gist_earth_r
            pyplot.cm.gist_gray pyplot.cm.gist_gray_r pyplot.cm.gist_grey pyplot.cm.gist_grey_r pyplot.cm.gist_heat
            pyplot.cm.gist_heat_r pyplot.cm.gist_ncar pyplot.cm.gist_ncar_r pyplot.cm.gist_rainbow
            pyplot.cm.gist_rainbow_r pyplot.cm.gist_stern pyplot.cm.gist_stern_r pyplot.cm.gist_yarg
            pyplot.cm.gist_yarg_r pyplot.cm.gist_yerg pyplot.cm.gist_yerg_r pyplot.cm.gnuplot pyplot.cm.gnuplot2
            pyplot.cm.gnuplot2_r pyplot.cm.gnuplot_r pyplot.cm.gray pyplot.cm.gray_r pyplot.cm.grey pyplot.cm.grey_r
            pyplot.cm.hot pyplot.cm.hot_r pyplot.cm.hsv pyplot.cm.hsv_r pyplot.cm.inferno pyplot.cm.inferno_r
            pyplot.cm.jet pyplot.cm.jet_r pyplot.cm.magma pyplot.cm.magma_r pyplot.cm.managua pyplot.cm.managua_r
            pyplot.cm.nipy_spectral pyplot.cm.nipy_spectral_r pyplot.cm.ocean pyplot.cm.ocean_r pyplot.cm.okabe_ito
            pyplot.cm.okabe_ito_r pyplot.cm.pink pyplot.cm.pink_r pyplot.cm.plasma pyplot.cm.plasma_r
            pyplot.cm.prism pyplot.cm.prism_r pyplot.cm.rainbow pyplot.cm.rainbow_r pyplot.cm.seismic
            pyplot.cm.seismic_r pyplot.cm.spring pyplot.cm.spring_r pyplot.cm.summer pyplot.cm.summer_r
            pyplot.cm.tab10 pyplot.cm.tab10_r pyplot.cm.tab20 pyplot.cm.tab20_r pyplot.cm.tab20b pyplot.cm.tab20b_r
            pyplot.cm.tab20c pyplot.cm.tab20c_r pyplot.cm.terrain pyplot.cm.terrain_r pyplot.cm.turbo
            pyplot.cm.turbo_r pyplot.cm.twilight pyplot.cm.twilight_r pyplot.cm.twilight_shifted
            pyplot.cm.twilight_shifted_r pyplot.cm.vanimo pyplot.cm.vanimo_r pyplot.cm.viridis pyplot.cm.viridis_r
            pyplot.cm.winter pyplot.cm.winter_r cm.Accent cm.Accent_r cm.Blues cm.Blues_r cm.BrBG cm.BrBG_r cm.BuGn
            cm.BuGn_r cm.BuPu cm.BuPu_r cm.CMRmap cm.CMRmap_r cm.ColormapRegistry cm.Dark2 cm.Dark2_r cm.GnBu
            cm.GnBu_r cm.Grays cm.Grays_r cm.Greens cm.Greens_r cm.Greys cm.Greys_r cm.OrRd cm.OrRd_r cm.Oranges
            cm.Oranges_r cm.PRGn cm.PRGn_r cm.Paired cm.Paired_r cm.Pastel1 cm.Pastel1_r cm.Pastel2 cm.Pastel2_r
            cm.PiYG cm.PiYG_r cm.PuBu cm.PuBuGn cm.PuBuGn_r cm.PuBu_r cm.PuOr cm.PuOr_r cm.PuRd cm.PuRd_r cm.Purples
            cm.Purples_r cm.RdBu cm.RdBu_r cm.RdGy cm.RdGy_r cm.RdPu cm.RdPu_r cm.RdYlBu cm.RdYlBu_r cm.RdYlGn
            cm.RdYlGn_r cm.Reds cm.Reds_r cm.ScalarMappable cm.Set1 cm.Set1_r cm.Set2 cm.Set2_r cm.Set3 cm.Set3_r
            cm.Spectral cm.Spectral_r cm.Wistia cm.Wistia_r cm.YlGn cm.YlGnBu cm.YlGnBu_r cm.YlGn_r cm.YlOrBr
            cm.YlOrBr_r cm.YlOrRd cm.YlOrRd_r cm.afmhot cm.afmhot_r cm.autumn cm.autumn_r cm.berlin cm.berlin_r
            cm.binary cm.binary_r cm.bone cm.bone_r cm.brg cm.brg_r cm.bwr cm.bwr_r cm.cividis cm.cividis_r cm.cool
            cm.cool_r cm.coolwarm cm.coolwarm_r cm.copper cm.copper_r cm.cubehelix cm.cubehelix_r cm.flag cm.flag_r
            cm.gist_earth cm.gist_earth_r cm.gist_gray cm.gist_gray_r cm.gist_grey cm.gist_grey_r cm.gist_heat
            cm.gist_heat_r cm.gist_ncar cm.gist_ncar_r cm.gist_rainbow cm.gist_rainbow_r cm.gist_stern
            cm.gist_stern_r cm.gist_yarg cm.gist_yarg_r cm.gist_yerg cm.gist_yerg_r cm.gnuplot cm.gnuplot2
            cm.gnuplot2_r cm.gnuplot_r cm.gray cm.gray_r cm.grey cm.grey_r cm.hot cm.hot_r cm.hsv cm.hsv_r
            cm.inferno cm.inferno_r cm.jet cm.jet_r cm.magma cm.magma_r cm.managua cm.managua_r cm.nipy_spectral
            cm.nipy_spectral_r cm.ocean cm.ocean_r cm.okabe_ito cm.okabe_ito_r cm.pink cm.pink_r cm.plasma
            cm.plasma_r cm.prism cm.prism_r cm.rainbow cm.rainbow_r cm.seismic cm.seismic_r cm.spring cm.spring_r
            cm.summer cm.summer_r cm.tab10 cm.tab10_r cm.tab20 cm.tab20_r cm.tab20b cm.tab20b_r cm.tab20c
            cm.tab20c_r cm.terrain cm.terrain_r cm.turbo cm.turbo_r cm.twilight cm.twilight_r cm.twilight_shifted
            cm.twilight_shifted_r cm.vanimo cm.vanimo_r cm.viridis cm.viridis_r cm.winter cm.winter_r : -> table
            pyplot.colormaps : -> container
            pyplot.rc pyplot.rcdefaults pyplot.ion pyplot.ioff pyplot.switch_backend pyplot.set_loglevel
            pyplot.style.use pyplot.style.reload_library style.use style.core.use style.reload_library
            rc rcdefaults use set_loglevel interactive rc_file_defaults
            rcParams.update rcParams.setdefault rcParams.pop rcParams.clear rcParams.__setitem__
            pyplot.rcParams.update pyplot.rcParams.setdefault pyplot.rcParams.pop pyplot.rcParams.clear
            pyplot.rcParams.__setitem__ dates.set_epoch pyplot.install_repl_displayhook
            pyplot.uninstall_repl_displayhook : configures
            rc_file : configures reads(fname@0)
            font_manager.fontManager.addfont : configures reads(path@0)
            pyplot.rc_context pyplot.style.context style.context rc_context : -> object
            rcParams.get rcParams.keys rcParams.values rcParams.items rcParams.copy rcParams.find_all
            pyplot.rcParams.get pyplot.rcParams.keys pyplot.rcParams.values pyplot.rcParams.items
            pyplot.rcParams.copy rc_params rc_params_from_file get_backend get_cachedir get_configdir get_data_path
            is_interactive matplotlib_fname pyplot.get_backend font_manager.findSystemFonts font_manager.findfont
            font_manager.get_font_names : -> container
            colors.to_hex colors.to_rgb colors.is_color_like colors.rgb2hex colors.hex2color colors.same_color
            colors.to_rgba pyplot.get_scale_names : pure
            colors.to_rgba_array colors.hsv_to_rgb colors.rgb_to_hsv : -> table
            colors.from_levels_and_colors : -> tuple(Colormap, Normalize)
            colors.get_named_colors_mapping : -> state
            dates.date2num dates.num2date dates.num2timedelta dates.datestr2num dates.drange dates.get_epoch
            cbook.boxplot_stats cbook.flatten cbook.get_sample_data mlab.psd mlab.csd mlab.specgram mlab.cohere
            mlab.detrend mlab.window_hanning mlab.GaussianKDE : -> table
            transforms.blended_transform_factory transforms.offset_copy transforms.composite_transform_factory
            : -> unknown
            tri.Triangulation tri.LinearTriInterpolator tri.CubicTriInterpolator tri.UniformTriRefiner : -> object
            lines.Artist lines.AxLine lines.Bbox lines.BboxTransformTo lines.CapStyle lines.JoinStyle lines.Line2D
            lines.MarkerStyle lines.Path lines.TransformedPath lines.VertexSelector lines.allow_rasterization
            lines.segment_hits patches.ArrowStyle patches.BoxStyle patches.ConnectionStyle
            patheffects.AbstractPathEffect patheffects.Normal patheffects.Path patheffects.PathEffectRenderer
            patheffects.PathPatchEffect patheffects.RendererBase patheffects.SimpleLineShadow
            patheffects.SimplePatchShadow patheffects.Stroke patheffects.TickedStroke
            patheffects.withSimplePatchShadow patheffects.withStroke patheffects.withTickedStroke
            legend_handler.HandlerBase legend_handler.HandlerCircleCollection legend_handler.HandlerErrorbar
            legend_handler.HandlerLine2D legend_handler.HandlerLine2DCompound legend_handler.HandlerLineCollection
            legend_handler.HandlerNpoints legend_handler.HandlerNpointsYoffsets legend_handler.HandlerPatch
            legend_handler.HandlerPathCollection legend_handler.HandlerPolyCollection
            legend_handler.HandlerRegularPolyCollection legend_handler.HandlerStem legend_handler.HandlerStepPatch
            legend_handler.HandlerTuple legend_handler.Line2D legend_handler.Rectangle
            legend_handler.update_from_first_child path.get_path_collection_extents ticker.scale_range : -> object
"""

MODELS = (LibraryModel(library="matplotlib", rules=_ARTISTS + _AXES + _OTHER + _FUNCTIONS),)
