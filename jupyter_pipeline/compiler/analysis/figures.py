"""Lifetime of figures in a notebook.

With the inline backend of Jupyter, ``show()`` and the end of a cell close all figures. A later cell starts with a
new one. With an interactive backend they stay open.
"""

from __future__ import annotations

import re

__all__ = ["ADJUSTING_FUNCTIONS", "SAVING_FUNCTION", "keeps_figures"]

ADJUSTING_FUNCTIONS = (
    "close", "draw", "gca", "gcf", "get_fignums", "pause", "savefig", "show", "subplots_adjust", "tight_layout",
)  # fmt: skip
"""Functions of ``matplotlib.pyplot`` that use the current figure and draw nothing."""
SAVING_FUNCTION = "savefig"
"""Function of ``matplotlib.pyplot`` that writes the current figure to a file."""

_INTERACTIVE = re.compile(
    r"^[ \t]*(?:%matplotlib[ \t]+(?!inline|agg|--list)\w+|%config[ \t]+InlineBackend\.close_figures[ \t]*=[ \t]*False)",
    re.MULTILINE,
)


def keeps_figures(source: str) -> bool:
    """Return True if a cell selects a backend that leaves figures open at the end of a cell.

    Examples
    --------
    >>> keeps_figures("%matplotlib widget"), keeps_figures("%matplotlib inline")
    (True, False)
    """
    return "%" in source and bool(_INTERACTIVE.search(source))
