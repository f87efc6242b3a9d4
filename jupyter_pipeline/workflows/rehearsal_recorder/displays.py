"""Find the representations of a value that a notebook shows, and replace the functions that show values."""

from __future__ import annotations

import base64
import contextlib
import functools
import json
import random
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

__all__ = ["find_bundle", "find_draws", "find_representations", "replace_display", "replace_show", "widen_tables"]

_PLAIN = (int, float, complex, str, bytes, bool, type(None))
_MOST_ITEMS = 1000
"""Items of a container from which IPython shortens it."""
_widened: list[bool] = []


def find_representations(value: Any) -> dict[str, Any]:
    """Return the representations of a value by MIME type; figures of Matplotlib have text only."""
    return find_bundle(value)[0]


def find_bundle(value: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the representations of a value by MIME type, and their metadata.

    IPython is imported for values only that it writes in another way than `repr`, if it writes them at all.
    """
    if type(value).__module__.startswith("plotly.") and hasattr(value, "to_json"):
        return {"application/vnd.plotly.v1+json": json.loads(value.to_json())}, {}
    if not _is_written_by_repr(value) or "IPython" in sys.modules:
        with contextlib.suppress(ImportError):
            found, metadata = _formatter().format(value)
            return {name: _encode(data) for name, data in found.items()}, dict(metadata)
    data = {"text/plain": repr(value)}
    for name, method in (("text/html", "_repr_html_"), ("image/png", "_repr_png_")):
        show = getattr(type(value), method, None)
        shown = show(value) if callable(show) else None
        if shown:
            data[name] = _encode(shown)
    return data, {}


@functools.cache
def _formatter() -> Any:
    """Return IPython's formatter of values."""
    from IPython.core.formatters import DisplayFormatter

    return DisplayFormatter()


def _encode(data: Any) -> Any:
    return base64.b64encode(data).decode() if isinstance(data, bytes) else data


def _is_written_by_repr(value: Any) -> bool:
    """Return True if IPython writes a value as `repr` does, but for spaces, and as HTML at most."""
    if isinstance(value, list | tuple | dict) and type(value) in (list, tuple, dict):
        members = [*value.keys(), *value.values()] if isinstance(value, dict) else value
        return len(members) < _MOST_ITEMS and all(type(each) in _PLAIN for each in members)
    return type(value) in _PLAIN or type(value).__module__.partition(".")[0] in ("numpy", "pandas", "polars")


def widen_tables() -> None:
    """Print tables of pandas as in a notebook: pandas reduces the columns in a process without one."""
    config = getattr(sys.modules.get("pandas"), "options", None)
    if config is not None and not _widened:
        with contextlib.suppress(Exception):
            if config.display.max_columns == 0:
                config.display.max_columns = 20
            _widened.append(True)


def find_draws() -> tuple[Any, ...]:
    """Return the positions of the global generators of `random` and NumPy."""
    state = random.getstate()
    numpy = sys.modules.get("numpy.random")
    found: tuple[Any, ...] = (state[1][-1], state[1][0], state[2])
    if numpy is not None:
        with contextlib.suppress(Exception):
            legacy = numpy.get_state(legacy=False)
            found += (int(legacy["state"]["pos"]), int(legacy["state"]["key"][0]), legacy["has_gauss"])
    return found


def replace_show(show_figures: Callable[[], None]) -> None:
    """Let ``pyplot.show`` call a function, once Matplotlib is loaded."""
    pyplot: Any = sys.modules.get("matplotlib.pyplot")
    if pyplot is None or not hasattr(pyplot, "show") or hasattr(pyplot.show, "__wrapped__"):
        return

    @functools.wraps(pyplot.show)
    def show(*values: Any, **options: Any) -> None:
        show_figures()

    pyplot.show = show


def replace_display(
    folder: str,
    show: Callable[..., None],
    clear: Callable[[], None],
    passed_on: Callable[[], contextlib.AbstractContextManager[None]],
) -> None:
    """Let IPython's ``display`` and ``clear_output`` call functions first, if the code of a folder may use them.

    Parameters
    ----------
    folder : str
        Folder of the pipeline's code.
    show : callable
        Function that gets each object, ``raw`` and ``update`` as in ``display``, and ``display_id`` as ``identifier``.
    clear : callable
        Function without arguments.
    passed_on : callable
        Function that returns a context in which nothing is recorded.
    """
    texts = (path.read_text("utf-8", errors="replace") for path in Path(folder).rglob("*.py"))
    if not any(name in text for text in texts for name in ("IPython", "plotly", "altair", "bokeh")):
        return
    with contextlib.suppress(ImportError):
        import IPython.display
        from IPython.core import display_functions

        display_before, clear_before = display_functions.display, display_functions.clear_output

        @functools.wraps(display_before)
        def display(*values: Any, **options: Any) -> Any:
            for value in values:
                identifier = str(options.get("display_id") or "") if options.get("display_id") is not True else ""
                raw = bool(options.get("raw")) and isinstance(value, Mapping)
                show(value, raw=raw, identifier=identifier, update=bool(options.get("update")))
            with passed_on():
                return display_before(*values, **options)

        @functools.wraps(clear_before)
        def clear_output(wait: bool = False) -> None:
            clear()
            with passed_on():
                clear_before(wait)

        publish_before = display_functions.publish_display_data

        @functools.wraps(publish_before)
        def publish_display_data(data: Any, *values: Any, **options: Any) -> Any:
            if isinstance(data, Mapping):
                show(data, raw=True, identifier="", update=False)
            with passed_on():
                return publish_before(data, *values, **options)

        for module in (display_functions, IPython.display):
            module.display, module.clear_output = display, clear_output
            module.publish_display_data = publish_display_data
