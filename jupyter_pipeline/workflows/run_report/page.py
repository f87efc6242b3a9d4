"""Render the executed notebook of a run as one HTML page, by nbconvert."""

from __future__ import annotations

import html
import importlib.util
import json
import logging
import re
import secrets
from collections.abc import Mapping
from typing import Any

from jupyter_pipeline.exceptions import ConfigurationError
from jupyter_pipeline.models import ReportMode
from jupyter_pipeline.workflows.run_report.store import Options

__all__ = ["CONTENT_SECURITY_POLICY", "render_page"]

_HOSTS = " ".join(
    f"https://{host}"
    for host in (
        "cdn.bokeh.org",
        "cdn.holoviz.org",
        "cdn.jsdelivr.net",
        "cdn.plot.ly",
        "cdn.pydata.org",
        "cdnjs.cloudflare.com",
        "unpkg.com",
    )
)
CONTENT_SECURITY_POLICY = (
    "sandbox allow-scripts allow-popups; default-src 'none'; "
    f"script-src 'unsafe-inline' 'unsafe-eval' blob: {_HOSTS}; style-src 'unsafe-inline' {_HOSTS}; "
    f"font-src data: {_HOSTS}; img-src data: blob: https:; media-src data: blob:; worker-src blob:; "
    f"connect-src {_HOSTS}; form-action 'none'; base-uri 'none'; frame-src 'none'; frame-ancestors 'self'"
)
"""Header of a response with a report. The page has a separate origin, and loads libraries from few servers only.

Outputs are code of anyone whose data the notebook shows, so that the page must not act for the user. Pictures may be on
any server: the code of an output can send the content of its own page there.
"""
_REMOVED: Mapping[str, tuple[str, ...]] = {
    "remove_cell_tags": ("remove-cell", "remove_cell"),
    "remove_input_tags": ("hide-input", "remove-input", "hide_input", "remove_input"),
    "remove_all_outputs_tags": ("hide-output", "remove-output", "hide_output", "remove_output"),
}
"""Tags of cells, as in Jupyter Book and nbconvert, by the option of nbconvert."""
_PLOTLY = "application/vnd.plotly.v1+json"
_PLOTLY_ADDRESS = "https://cdn.plot.ly/plotly-3.0.1.min.js"
_LARGEST_LIBRARY = 8 * 2**20
_LOG = logging.getLogger(f"{__name__}.nbconvert")
_LOG.setLevel(logging.ERROR)  # it warns of pictures without alternative text


def render_page(notebook: Any, options: Options) -> str:
    """Return a notebook as an HTML page.

    Parameters
    ----------
    notebook : nbformat.NotebookNode
        Result of `notebook.build_notebook`. It is changed.
    options : Options
        Mode and template of the report.

    Raises
    ------
    ConfigurationError
        If nbconvert has no such template, or the template fails.
    """
    import nbconvert
    from traitlets.config import Config

    _draw_plotly(notebook)
    pictures = _take_pictures(notebook)
    config = Config()
    config.TagRemovePreprocessor.enabled = True
    for name, tags in _REMOVED.items():
        setattr(config.TagRemovePreprocessor, name, set(tags))
    config.HTMLExporter.preprocessors = ["nbconvert.preprocessors.TagRemovePreprocessor"]
    config.HTMLExporter.exclude_input = options.mode == ReportMode.HIDE_CODE
    config.HTMLExporter.exclude_input_prompt = options.mode == ReportMode.HIDE_CODE
    config.HTMLExporter.exclude_output_prompt = options.mode == ReportMode.HIDE_CODE
    config.HTMLExporter.theme = "light"
    try:
        make: Any = nbconvert.HTMLExporter
        exporter = make(config=config, log=_LOG, **_template(options))
        text, _ = exporter.from_notebook_node(
            notebook, resources={"metadata": {"name": str(notebook.metadata.get("title", "Report"))}}
        )
    except Exception as error:
        if not options.template:
            raise
        raise ConfigurationError(
            "--report-template",
            options.template,
            f"cannot be used by nbconvert ({type(error).__name__}: {error})".replace("\n", " "),
            "Choose a folder of `share/jupyter/nbconvert/templates` in the environment, such as lab or classic.",
        ) from error
    return re.sub(_PICTURE.format(r"(\d+)"), lambda match: pictures[int(match[1])], str(text))


_PICTURE = f"jupyter-pipeline-{secrets.token_hex(8)}-{{}}-end"
"""Text in place of a picture."""


def _take_pictures(notebook: Any) -> list[str]:
    """Replace pictures by short texts: nbconvert parses the whole page, which would take most of the time."""
    pictures: list[str] = []
    for cell in notebook.cells:
        for output in cell.get("outputs", ()):
            data = output.get("data") or {}
            for kind in ("image/png", "image/jpeg"):
                if isinstance(data.get(kind), str):
                    data[kind], text = _PICTURE.format(len(pictures)), data[kind]
                    pictures.append(html.escape(text))
    return pictures


def _template(options: Options) -> dict[str, str]:
    return {"template_name": options.template} if options.template else {}


def _draw_plotly(notebook: Any) -> None:
    """Add HTML to figures of Plotly, which nbconvert cannot draw. The library is in the page once."""
    number = 0
    for cell in notebook.cells:
        for output in cell.get("outputs", ()):
            data = output.get("data") or {}
            figure = data.get(_PLOTLY)
            if not isinstance(figure, dict) or "text/html" in data:  # a malformed figure is shown as text
                continue
            number += 1
            library = _find_plotly() if number == 1 else ""
            values = [figure.get("data", []), figure.get("layout", {}), {"responsive": True}]
            arguments = ",".join(json.dumps(value).replace("<", "\\u003c") for value in values)
            data["text/html"] = (
                f'{library}<div id="plotly-{number}" style="min-height:450px"></div>'
                f'<script>Plotly.newPlot("plotly-{number}",{arguments})</script>'
            )
            del data[_PLOTLY]


def _find_plotly() -> str:
    """Return the element that loads Plotly: from the installed package, so that the page needs no network."""
    if importlib.util.find_spec("plotly") is not None:
        from plotly.offline import get_plotlyjs  # type: ignore[import-untyped]

        text = get_plotlyjs()
        if len(text) <= _LARGEST_LIBRARY:
            return f"<script>{text}</script>"
    return f'<script src="{_PLOTLY_ADDRESS}"></script>'
