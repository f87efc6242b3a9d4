"""Names in a notebook, found by a scan that tolerates syntax errors and IPython syntax.

The translation of IPython syntax needs to know, before the cells are parsed, if a name exists: ``$HOME`` in a shell
line is a variable of the shell unless the notebook binds ``HOME``.
"""

from __future__ import annotations

import ast
import builtins
import re
import warnings
from collections.abc import Sequence
from functools import cached_property

__all__ = ["NotebookNames", "find_bound_names", "find_free_names", "parse"]

_NAME = r"[^\W\d]\w*"
_BINDING_LINE = re.compile(
    rf"""^\s*(?:
        (?P<targets>{_NAME}(?:\s*,\s*\*?{_NAME})*)\s*,?\s*(?::(?!=)[^=]*)?(?:[-+*/@%&|^]|//|\*\*|>>|<<)?=(?!=)
      | (?:async\s+)?(?:def|class)\s+(?P<defined>{_NAME})
      | (?:from\s+[\w.]+\s+)?import\s+\(?(?P<imported>.+)
      | (?:async\s+)?for\s+(?P<loop>.+?)\s+in\b
      | (?:async\s+)?with\b.*?\bas\s+\(?(?P<context>{_NAME})
      | except\b.*?\bas\s+(?P<exception>{_NAME})
      | global\s+(?P<globals>.+)
    )""",
    re.VERBOSE,
)
_INNER = re.compile(rf"\bdef\s+{_NAME}\s*\(([^)]*)\)|\blambda\s+([^:]*):|\bfor\s+([\w\s,()*]+?)\s+in\b")
"""Parameters of functions, and variables of comprehensions."""
_WALRUS = re.compile(rf"\b({_NAME})\s*:=")


def parse(source: str) -> ast.Module | None:
    """Return the tree of `source`, or None if it is not Python. Top-level ``await`` is accepted."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # such as invalid escapes: the kernel has shown them
            compile(source, "<cell>", "exec", 0x2400, dont_inherit=True)  # ast only, top-level await
            return ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def find_bound_names(source: str) -> list[str]:
    r"""Return the names that a cell seems to bind, in order; the cell need not be valid Python.

    Examples
    --------
    >>> find_bound_names("x = y = (")
    ['x', 'y']
    >>> find_bound_names("for i, row in (\nimport numpy as np, os.path")
    ['i', 'row', 'np', 'os']
    """
    found: list[str] = []
    for line in source.split("\n"):
        found += _WALRUS.findall(line)
        for part in line.split(";"):
            match = _BINDING_LINE.match(part)
            if not match:
                continue
            rest = part
            while (chained := _BINDING_LINE.match(rest)) and chained["targets"]:
                found += re.findall(_NAME, chained["targets"])
                rest = rest[chained.end() :]
            if match["imported"]:
                found += _imported_names(match["imported"])
            elif not match["targets"]:
                text = next(group for group in match.groups() if group is not None)
                found += re.findall(_NAME, text)
    return [name for name in dict.fromkeys(found) if name.isidentifier() and name not in _KEYWORDS]


_KEYWORDS = {"in", "is", "not", "and", "or", "if", "else", "as", "None", "True", "False", "lambda", "for"}


def _imported_names(text: str) -> list[str]:
    found = []
    for part in text.partition("#")[0].replace("(", " ").replace(")", " ").split(","):
        words = part.split()
        if len(words) >= 3 and words[1] == "as":
            found.append(words[2])
        elif words:
            found.append(words[0].partition(".")[0])
    return found


def find_free_names(node: ast.AST) -> set[str]:
    """Return the names that an expression reads from outside of itself."""
    inner = {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and not isinstance(n.ctx, ast.Load)}
    inner |= {a.arg for a in ast.walk(node) if isinstance(a, ast.arg)}
    return {n.id for n in ast.walk(node) if isinstance(n, ast.Name)} - inner


class NotebookNames:
    """Names that the cells of a notebook bind and use.

    Parameters
    ----------
    sources : sequence of str
        Code cells as typed.
    """

    def __init__(self, sources: Sequence[str]) -> None:
        self.sources = sources
        self.deciding = -1
        """Position of the last source on which an answer has depended; without it and the sources below, the answers
        may differ."""

    def _decide(self, position: int | None) -> bool:
        """Return True if a source decides a question, and record its position."""
        if position is None:
            return False
        self.deciding = max(self.deciding, position)
        return True

    def _search(self, pattern: re.Pattern[str]) -> int | None:
        """Return the position of the first source in which `pattern` occurs."""
        return next((i for i, source in enumerate(self.sources) if pattern.search(source)), None)

    @cached_property
    def _bound(self) -> dict[str, int]:
        """For each name that a cell seems to bind, the position of the first one; -1 for the builtins.

        Parameters of functions are included.
        """
        found = dict.fromkeys(dir(builtins), -1)
        for position, source in enumerate(self.sources):
            for name in find_bound_names(source):
                found.setdefault(name, position)
            for inner in _INNER.finditer(source):
                for name in re.findall(_NAME, next(group for group in inner.groups() if group is not None)):
                    found.setdefault(name, position)
        return found

    def binds(self, *names: str) -> bool:
        """Return True if cells or the builtins seem to bind all `names`."""
        positions = [self._bound.get(name) for name in names]
        known = [position for position in positions if position is not None]
        return len(known) == len(positions) and self._decide(max(known, default=-1))

    def has_star_import(self) -> bool:
        """Return True if a cell imports all names of a module."""
        return self._decide(self._search(re.compile(r"(?m)^\s*from\s.*\simport\s+\*|^\s*%pylab")))

    @cached_property
    def _values(self) -> dict[str, list[tuple[int, ast.expr | None]]]:
        """Position and expression of the simple assignments of each name."""
        found: dict[str, list[tuple[int, ast.expr | None]]] = {}
        for position, source in enumerate(self.sources):
            tree = parse(_without_magics(source))
            for node in tree.body if tree else ():
                target = None
                if isinstance(node, ast.Assign) and len(node.targets) == 1:
                    target = node.targets[0]
                elif isinstance(node, ast.AnnAssign):
                    target = node.target
                if isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(target, ast.Name):
                    found.setdefault(target.id, []).append((position, node.value))
        return found

    def value_of(self, name: str) -> ast.expr | None:
        """Return the expression that a simple assignment binds to `name`; None if there are several or none."""
        found = self._values.get(name, [])[:2]
        for position, _ in found:
            self._decide(position)
        return found[0][1] if len(found) == 1 else None

    def find_shells(self) -> list[str]:
        """Return the names whose only value is the result of ``get_ipython()``."""
        if not self._has_shell:
            return []
        values = ((name, self.value_of(name)) for name in self._values)
        return [name for name, value in values if value is not None and ast.unparse(value) == "get_ipython()"]

    @cached_property
    def _has_shell(self) -> bool:
        """True if a cell seems to assign the result of ``get_ipython()`` to a name."""
        return any(re.search(r"=\s*get_ipython\(\)\s*(?:[;#]|$)", source, re.MULTILINE) for source in self.sources)

    def text_of(self, name: str) -> str | None:
        """Return the value of `name` if it is one constant text."""
        value = self.value_of(name)
        return value.value if isinstance(value, ast.Constant) and isinstance(value.value, str) else None

    def is_used(self, name: str) -> bool:
        """Return True if `name` occurs outside of the line of a cell magic."""
        return self._decide(self._search(re.compile(rf"(?m)^(?!%%)(?:.*[^\w.\n])?{re.escape(name)}\b")))

    def has_list_attributes(self, name: str) -> bool:
        """Return True if the attributes of IPython's list of lines are used on `name`."""
        attributes = r"(?:s|n|l|p|spstr|nlstr|list|paths|grep|fields)"
        return self._decide(self._search(re.compile(rf"\b{re.escape(name)}\.{attributes}\b")))

    def is_rebound(self, module: str) -> bool:
        """Return True if `module` is the name of something else than the module."""
        bound = self._bound.get(module)
        if bound is None:
            return False
        module = re.escape(module)
        pattern = re.compile(
            rf"(?m)^\s*{module}\s*=|\bas\s+{module}\b|(?:def|class|for)\s+{module}\b|^\s*from\s.*import\s.*\b{module}\b"
        )
        found = self._search(pattern)
        return found is not None and self._decide(max(bound, found))

    def imports(self, module: str) -> bool:
        """Return True if a cell imports `module`, or something from it."""
        module = re.escape(module)
        return self._decide(self._search(re.compile(rf"(?m)^\s*(?:import\s+(?:.*,\s*)?{module}\b|from\s+{module}\b)")))


def _without_magics(source: str) -> str:
    return "\n".join("" if line.startswith(("%", "!")) else line for line in source.split("\n"))
