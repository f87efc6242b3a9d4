"""Lifetime of figures in a notebook.

With the inline backend of Jupyter, ``show()`` and the end of a cell close all figures. A later cell starts with a
new one. With any other backend, Agg included, they stay open.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

__all__ = ["ADJUSTING_FUNCTIONS", "SAVING_FUNCTION", "find_open_figures"]

ADJUSTING_FUNCTIONS = (
    "close", "draw", "gca", "gcf", "get_fignums", "pause", "savefig", "show", "subplots_adjust", "tight_layout",
)  # fmt: skip
"""Functions of ``matplotlib.pyplot`` that use the current figure and draw nothing."""
SAVING_FUNCTION = "savefig"
"""Function of ``matplotlib.pyplot`` that writes the current figure to a file."""

_INLINE = r"['\"]?(?:inline\b|module://matplotlib_inline)"
_SELECTION = re.compile(
    rf"""
      ^[ \t]*%matplotlib[ \t]+(?P<magic>inline\b|(?!-)\w+)
    | ^[ \t]*%config[ \t]+InlineBackend\.close_figures[ \t]*=[ \t]*(?P<closes>True|False)
    | ^(?P<name>(?:\w+\.)*)(?:use|switch_backend)\([ \t]*(?:backend[ \t]*=[ \t]*)?(?:(?P<inline>{_INLINE})|[\w'\"])
    | ^[^#\n]*\brcParams\b[^#\n]*?['\"]backend['\"][\]\s]*[:=][ \t]*(?:(?P<setting>{_INLINE})|[\w'\"])
    | ^[^#\n]*\bMPLBACKEND\b['\"\]\s]*[,=][ \t]*(?:(?P<variable>{_INLINE})|[\w'\"])
    """,
    re.MULTILINE | re.VERBOSE,
)
"""Selections of a backend: magics, calls, the setting ``backend``, and the environment variable."""
_ALIAS = re.compile(
    r"^[ \t]*(?:import[ \t]+matplotlib(?:\.pyplot)?[ \t]+as|from[ \t]+matplotlib[ \t]+import\b.*?\bas)"
    r"[ \t]+(\w+)",
    re.MULTILINE,
)
_USED = re.compile(
    r"\b(?:plt|pyplot|pylab|sns|seaborn)\.(?!rc|style|switch|set)\w+\(|\.plot\b|^[ \t]*%matplotlib", re.MULTILINE
)
"""Uses after which the setting ``backend`` selects none."""
_LOADED = re.compile(r"^[ \t]*(?:import|from)[ \t]+[^#\n]*\b(?:matplotlib|pylab|seaborn)\b|%matplotlib", re.MULTILINE)
"""Imports after which the environment variable selects none."""
_WORDS = ("%matplotlib", "close_figures", "use(", "switch_backend(", "rcParams", "MPLBACKEND")
"""Each match of `_SELECTION` contains one of these."""


def find_open_figures(sources: Iterable[tuple[int, str]]) -> set[int]:
    r"""Return the cells after which Jupyter leaves figures open.

    Parameters
    ----------
    sources : iterable of (int, str)
        Index and text of the cells, in order.

    Examples
    --------
    >>> find_open_figures([(0, "%matplotlib widget"), (1, "x = 1"), (2, "%matplotlib inline")])
    {0, 1}
    >>> find_open_figures([(0, "import matplotlib\nmatplotlib.use('Agg')"), (1, "x = 1")])
    {0, 1}
    """
    found = set()
    stays_open = False
    above: list[str] = []
    for cell, source in sources:
        if any(word in source for word in _WORDS):
            for match in _SELECTION.finditer(source):
                if _selects(match, "\n".join([*above, source[: match.start()]])):
                    stays_open = _leaves_open(match)
        if stays_open:
            found.add(cell)
        above.append(source)
    return found


def _selects(match: re.Match[str], before: str) -> bool:
    """Return True if a match of `_SELECTION` selects a backend of matplotlib, after the text `before`."""
    text = match[0]
    if match["name"] is not None:
        names = {"matplotlib", "mpl", "plt", "pyplot", "", *_ALIAS.findall(before)}
        base = match["name"].rstrip(".")
        if not base:
            return bool(re.search(r"^[ \t]*from[ \t]+matplotlib\b", before, re.MULTILINE))
        return base.removesuffix(".pyplot") in names
    if "rcParams" in text:
        return not _USED.search(before)
    return "MPLBACKEND" not in text or not _LOADED.search(before)


def _leaves_open(match: re.Match[str]) -> bool:
    """Return True if Jupyter leaves figures open with the backend that a match of `_SELECTION` selects."""
    if match["closes"] is not None:
        return match["closes"] == "False"
    if match["magic"] is not None:
        return match["magic"] != "inline"
    return not (match["inline"] or match["setting"] or match["variable"])
