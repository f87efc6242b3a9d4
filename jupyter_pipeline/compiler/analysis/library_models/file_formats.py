"""Libraries of file formats and images: Excel, images, YAML."""

from __future__ import annotations

from jupyter_pipeline.compiler.analysis.library_models.model import LibraryModel

__all__ = ["MODELS"]

_PIL = """
            Image.open : reads(fp@0) -> Image
            Image.new Image.fromarray Image.frombytes Image.frombuffer Image.blend Image.composite Image.merge
            Image.alpha_composite Image.effect_noise Image.linear_gradient Image.radial_gradient : -> Image
            Image.init Image.preinit Image.register_* : configures
            ImageOps.SupportsGetMesh ImageOps.autocontrast ImageOps.colorize ImageOps.contain ImageOps.cover
            ImageOps.crop ImageOps.deform ImageOps.equalize ImageOps.exif_transpose ImageOps.expand ImageOps.fit
            ImageOps.flip ImageOps.grayscale ImageOps.invert ImageOps.mirror ImageOps.pad ImageOps.posterize
            ImageOps.scale ImageOps.solarize ImageChops.add ImageChops.add_modulo ImageChops.blend
            ImageChops.composite ImageChops.constant ImageChops.darker ImageChops.difference ImageChops.duplicate
            ImageChops.hard_light ImageChops.invert ImageChops.lighter ImageChops.logical_and ImageChops.logical_or
            ImageChops.logical_xor ImageChops.multiply ImageChops.offset ImageChops.overlay ImageChops.screen
            ImageChops.soft_light ImageChops.subtract ImageChops.subtract_modulo : -> Image
            ImageDraw.Draw : -> view(ImageDraw) of im@0
            ImageFont.truetype ImageFont.load ImageFont.load_path : reads(font@0 filename@0) -> Font
            ImageFont.load_default : -> Font
            ImageColor.getrgb ImageColor.getcolor : pure
            ImageGrab.grab : draws -> Image
            class Image.Image : object
              convert copy crop filter point quantize reduce resize rotate transform transpose effect_spread
              getchannel
              get_flattened_data remap_palette split to_bytes tobitmap tobytes histogram entropy getbbox getcolors
              getdata
              getextrema getpixel getpalette getprojection tell : changes -> holding(Image)
              load getexif get_child_images : changes -> view(unknown)
              seek thumbnail paste alpha_composite putalpha putdata putpalette putpixel draft verify
              apply_transparency close : changes changes(im@0) -> unknown
              save : changes writes(fp@0)
              show : pure
              .size .width .height .mode .format : pure
              .info .palette : -> view(unknown)
            class ImageDraw.ImageDraw : object
              arc bitmap chord circle ellipse floodfill line multiline_text pieslice point polygon rectangle
              rounded_rectangle regular_polygon text : changes
              textbbox textlength multiline_textbbox textsize getfont : pure
            class ImageFont.Font : object
              getbbox getlength getmask getsize getmetrics getname : pure
            class **.Enhance **.Brightness **.Contrast **.Color **.Sharpness : object
              enhance : -> new(Image)
            class **.GaussianBlur **.BoxBlur **.UnsharpMask **.MedianFilter **.MinFilter **.MaxFilter **.ModeFilter
            **.Kernel **.RankFilter : object
"""
_OPENPYXL = """
            load_workbook reader.excel.load_workbook : reads(filename@0) -> Workbook
            Workbook workbook.Workbook : -> Workbook
            utils.get_column_letter utils.column_index_from_string utils.cell.get_column_letter
            utils.cell.column_index_from_string utils.cell.coordinate_from_string utils.cell.coordinate_to_tuple
            utils.cell.range_boundaries utils.cell.absolute_coordinate : pure
            utils.dataframe.dataframe_to_rows : lazy -> iterator
            class Workbook : object
              create_sheet copy_worksheet : changes(self only) -> view(Worksheet) of self
              remove move_sheet create_named_range add_named_style close : changes(self only)
              save : changes(self only) writes(filename@0)
              __getitem__ __iter__ : -> view(Worksheet)
              .active : -> view(Worksheet)
              .worksheets : -> view(list(Worksheet))
              .sheetnames : -> container
            class **.Worksheet **.Cell : object
              append add_chart add_image add_table add_data_validation merge_cells unmerge_cells insert_rows
              insert_cols
              delete_rows delete_cols move_range set_printer_settings : changes(self only)
              cell : changes(self only) -> view(Cell) of self
              iter_rows iter_cols : changes(self only) lazy -> view(unknown)
              # An access to a cell creates it
              __getitem__ : changes(self only) -> view(Cell)
              __iter__ : -> view(Cell)
              .value .max_row .max_column .min_row .min_column .dimensions .title .row .column .coordinate : pure
              .column_dimensions .row_dimensions : -> view(DimensionHolder)
              .rows .columns .conditional_formatting : -> view(unknown)
            class **.DimensionHolder : object
              __getitem__ : changes(self only) -> view(unknown)
            class **.Font **.PatternFill **.Alignment **.Border **.Side **.Color **.Reference **.BarChart **.LineChart
            **.PieChart **.ScatterChart **.Series **.Table **.TableStyleInfo **.DataValidation : object
              add_data set_categories append : changes
"""

MODELS = (
    LibraryModel(library="PIL", rules=_PIL),
    LibraryModel(library="openpyxl", rules=_OPENPYXL),
    LibraryModel(
        library="toml",
        rules="""
            load : reads(f@0) -> container
            loads dumps : -> container
            dump : changes(f@1) -> constant
        """,
    ),
    LibraryModel(
        library="yaml",
        rules="""
            dump safe_dump dump_all safe_dump_all : writes(stream@1)
            load safe_load full_load unsafe_load : changes(stream@0) -> container
            load_all safe_load_all full_load_all : changes(stream@0) -> iterator
            add_representer add_constructor add_implicit_resolver : configures
        """,
    ),
    LibraryModel(
        library="imageio",
        rules="""
            imread v2.imread v3.imread volread v2.volread mimread v2.mimread : reads(uri@0) -> table
            imwrite v2.imwrite v3.imwrite imsave mimsave v2.mimsave mimwrite volwrite : writes(uri@0)
        """,
    ),
    LibraryModel(
        library="cv2",
        rules="""
            imread imreadmulti : reads(filename@0) -> table
            imwrite imwritemulti : writes(filename@0)
            line rectangle circle ellipse polylines fillPoly fillConvexPoly putText arrowedLine drawContours
            drawMarker drawKeypoints drawMatches floodFill accumulate accumulateWeighted setRNGSeed
            : changes(*) -> table
            randu randn randShuffle : changes(*) draws
            cvtColor resize GaussianBlur medianBlur bilateralFilter blur Canny threshold adaptiveThreshold erode
            dilate
            morphologyEx getStructuringElement warpAffine warpPerspective getRotationMatrix2D getPerspectiveTransform
            getAffineTransform flip rotate transpose equalizeHist calcHist findContours contourArea arcLength
            approxPolyDP boundingRect minAreaRect moments matchTemplate minMaxLoc addWeighted bitwise_and bitwise_or
            bitwise_not bitwise_xor absdiff add subtract multiply divide split merge inRange normalize Sobel Laplacian
            filter2D hconcat vconcat copyMakeBorder connectedComponents distanceTransform HoughLines HoughLinesP
            HoughCircles goodFeaturesToTrack cornerHarris convertScaleAbs countNonZero mean meanStdDev integral LUT
            : changes(dst) -> view(table)
        """,
    ),
)
