"""Lifetime of figures in a notebook.

With the inline backend of Jupyter, ``show()`` and the end of a cell close all figures. A later cell starts with a
new one. With any other backend, Agg included, they stay open.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping, Sequence

__all__ = ["ADJUSTING_FUNCTIONS", "SAVING_FUNCTION", "find_open_figures"]

ADJUSTING_FUNCTIONS = (
    "close", "draw", "gca", "gcf", "get_fignums", "pause", "savefig", "show", "subplots_adjust", "tight_layout",
)  # fmt: skip
"""Functions of ``matplotlib.pyplot`` that use the current figure and draw nothing."""
SAVING_FUNCTION = "savefig"
"""Function of ``matplotlib.pyplot`` that writes the current figure to a file."""

_MAGIC = re.compile(
    r"""
      ^[ \t]*%matplotlib[ \t]+(?P<backend>(?!-)\w+)
    | ^[ \t]*%config[ \t]+InlineBackend\.close_figures[ \t]*=[ \t]*(?P<closes>True|False)
    """,
    re.MULTILINE | re.VERBOSE,
)
_INLINE = ("inline", "module://matplotlib_inline")
"""Beginnings of the names of the inline backend."""
_SELECTING = ("matplotlib.use", "matplotlib.pyplot.switch_backend")
"""Functions that select a backend."""
_SETTING = ("rcParams", "backend")
"""Mapping with the setting that selects a backend until it is in use, and the key."""
_VARIABLE = "MPLBACKEND"
"""Environment variable that selects a backend until matplotlib is imported."""
_DRAWING = ("matplotlib.pyplot.", "pylab.", "seaborn.")
_CONFIGURING = ("rc", "set", "style", "switch")
"""Beginnings of the names of their functions that use no backend."""
_LIBRARIES = ("matplotlib", "pylab", "seaborn")
_SELECTION = re.compile(rf"\buse\s*\(|switch_backend|rcParams|{_VARIABLE}|close_figures|%matplotlib[ \t]+(?!inline)")
"""Text in a cell that may select another backend than the inline backend."""


def find_open_figures(sources: Sequence[tuple[int, str]], bodies: Mapping[int, Sequence[ast.stmt]]) -> set[int]:
    r"""Return the cells after which Jupyter leaves figures open.

    Parameters
    ----------
    sources : sequence of (int, str)
        Index and text of the cells, in order.
    bodies : mapping of int to sequence of ast.stmt
        Statements of each cell in plain Python, on the lines of the cell.

    Examples
    --------
    >>> find_open_figures([(0, "%matplotlib widget"), (1, "x = 1"), (2, "%matplotlib inline")], {})
    {0, 1}
    >>> source = "import matplotlib\nmatplotlib.use('Agg')"
    >>> find_open_figures([(0, source), (1, "x = 1")], {0: ast.parse(source).body})
    {0, 1}
    """
    if not any(_SELECTION.search(source) for _, source in sources):
        return set()
    found = set()
    backend = _Backend()
    for cell, source in sources:
        body = bodies.get(cell, ())
        selections = [(line, match) for line, match in _find_magics(source) if not _is_in_text(line, body)]
        for line, node in _find_statements(body):
            while selections and selections[0][0] < line:
                backend.run_magic(selections.pop(0)[1])
            backend.run(node)
        for _, match in selections:
            backend.run_magic(match)
        if backend.leaves_open:
            found.add(cell)
    return found


class _Backend:
    """The backend of matplotlib, statement by statement."""

    def __init__(self) -> None:
        self.leaves_open = False
        """True if Jupyter leaves figures open at the end of a cell."""
        self.is_loaded = False
        """True after the import of matplotlib: the environment variable selects nothing."""
        self.is_used = False
        """True after the first drawing: the setting selects nothing."""
        self._paths: dict[str, str] = {}
        """Import paths of names of matplotlib and libraries that draw with it."""

    def run_magic(self, match: re.Match[str]) -> None:
        """Follow a magic that `_MAGIC` has found."""
        if match["closes"]:
            self.leaves_open = match["closes"] == "False"
        else:
            self.leaves_open = match["backend"] != "inline"
            self.is_loaded = self.is_used = True

    def run(self, node: ast.stmt) -> None:
        """Follow a statement."""
        if isinstance(node, ast.Import | ast.ImportFrom):
            self._import(node)
            return
        for part in _find_evaluated(node):
            if isinstance(part, ast.Call):
                self._call(part)
            elif isinstance(part, ast.Assign) and isinstance(part.targets[0], ast.Subscript):
                target = part.targets[0]
                self._set(target.value, target.slice, part.value)
            elif isinstance(part, ast.Attribute) and part.attr == "plot":
                self.is_used = True

    def _import(self, node: ast.Import | ast.ImportFrom) -> None:
        for alias in node.names:
            base = f"{node.module}." if isinstance(node, ast.ImportFrom) else ""
            path = f"{base}{alias.name}"
            if path.partition(".")[0] not in _LIBRARIES:
                continue
            self.is_loaded = True
            if alias.name == "*":
                self._paths |= {one.rpartition(".")[2]: one for one in _SELECTING if one.startswith(base)}
            elif alias.asname or base:
                self._paths[alias.asname or alias.name] = path
            else:
                root = path.partition(".")[0]
                self._paths[root] = root

    def _call(self, node: ast.Call) -> None:
        function = node.func
        path = self._find_path(function)
        if path in _SELECTING:
            values = [*node.args, *(k.value for k in node.keywords if k.arg in ("backend", "newbackend"))]
            if values:
                self._select(values[0])
        elif path.startswith(_DRAWING) and not path.rpartition(".")[2].startswith(_CONFIGURING):
            self.is_used = True
        if isinstance(function, ast.Attribute) and function.attr == "update":
            for each in node.args:
                if isinstance(each, ast.Dict):
                    for key, value in zip(each.keys, each.values, strict=True):
                        self._set(function.value, key, value)
            for keyword in node.keywords:
                self._set(function.value, ast.Constant(keyword.arg), keyword.value)

    def _set(self, mapping: ast.expr, key: ast.expr | None, value: ast.expr) -> None:
        """Follow the assignment of a value to a key of a mapping."""
        if not isinstance(key, ast.Constant):
            return
        name = self._find_path(mapping).rpartition(".")[2] or getattr(mapping, "attr", getattr(mapping, "id", ""))
        is_setting = (name, key.value) == _SETTING and not self.is_used
        if is_setting or (key.value == _VARIABLE and not self.is_loaded):
            self._select(value)

    def _select(self, name: ast.expr) -> None:
        """Select a backend, which is another one than the inline backend if its name is not known."""
        text = name.value if isinstance(name, ast.Constant) else ""
        self.leaves_open = not (isinstance(text, str) and text.lower().startswith(_INLINE))

    def _find_path(self, node: ast.expr) -> str:
        if isinstance(node, ast.Name):
            return self._paths.get(node.id, "")
        base = self._find_path(node.value) if isinstance(node, ast.Attribute) else ""
        return f"{base}.{node.attr}" if isinstance(node, ast.Attribute) and base else ""


def _find_magics(source: str) -> list[tuple[int, re.Match[str]]]:
    """Return the matches of `_MAGIC` with their lines, from 1."""
    return [(source.count("\n", 0, m.start()) + 1, m) for m in _MAGIC.finditer(source)] if "%" in source else []


def _is_in_text(line: int, body: Sequence[ast.stmt]) -> bool:
    """Return True if a line is in a string of several lines."""
    around = next((node for node in body if node.lineno < line <= (node.end_lineno or 0)), None)
    return around is not None and any(
        isinstance(node, ast.Constant | ast.JoinedStr) and node.lineno < line <= (node.end_lineno or 0)
        for node in ast.walk(around)
    )


def _find_statements(body: Sequence[ast.stmt]) -> Iterator[tuple[int, ast.stmt]]:
    """Yield statements that run, with their lines: those in branches may not, and those in functions run later."""
    for node in body:
        if isinstance(node, ast.Try | ast.TryStar):
            yield from _find_statements([*node.body, *node.orelse, *node.finalbody])
        elif isinstance(node, ast.With | ast.For | ast.While):
            yield node.lineno, node
            yield from _find_statements(node.body)
        elif not isinstance(node, ast.If | ast.Match | ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.lineno, node


def _find_evaluated(node: ast.stmt) -> Iterator[ast.AST]:
    """Yield a statement and its expressions, without statements in it and functions."""
    pending: list[ast.AST] = [node]  # not by recursion: a chain of operators is as deep as it is long
    while pending:
        part = pending.pop()
        yield part
        pending += [child for child in ast.iter_child_nodes(part) if not isinstance(child, ast.stmt | ast.Lambda)]
