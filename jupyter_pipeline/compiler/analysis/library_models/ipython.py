"""IPython, as far as notebooks import it."""

from __future__ import annotations

from jupyter_pipeline.compiler.analysis.library_models.model import LibraryModel

__all__ = ["MODELS"]

MODELS = (
    LibraryModel(
        library="IPython",
        rules="""
            display.display core.display.display core.display_functions.display : pure
            display.clear_output core.display.clear_output core.display_functions.clear_output : pure
            display.display_html display.display_javascript display.display_jpeg display.display_json
            display.display_latex display.display_markdown display.display_pdf display.display_png
            display.display_pretty display.display_svg : pure
            display.set_matplotlib_* core.pylabtools.* : configures(matplotlib)
            get_ipython : -> unknown
            class **.Audio **.Code **.DisplayHandle **.FileLink **.FileLinks **.GeoJSON **.HTML **.IFrame **.Image
              **.JSON **.Javascript **.Latex **.Markdown **.Math **.Pretty **.SVG **.TextDisplayObject **.Video
              **.VimeoVideo **.YouTubeVideo : object
              _repr_html_ _repr_mimebundle_ : -> constant
              update display : pure
              .data .filename .url : -> constant
        """,
    ),
)
