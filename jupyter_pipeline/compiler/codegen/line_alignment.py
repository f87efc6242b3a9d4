"""Align the lines of a file before and after formatting.

Formatting keeps the syntax tree. Equal nodes of both trees give the lines. Imports are sorted and merged, so they are
aligned by the names that they bind.
"""

from __future__ import annotations

import ast
import difflib
from collections.abc import Iterator, Sequence

__all__ = ["align_lines"]

_BODIES = frozenset(["body", "orelse", "finalbody"])


def align_lines(before: str, after: str) -> dict[int, int]:
    r"""Return the line in `before` of each line of a statement in `after`, from 1.

    Examples
    --------
    >>> align_lines("x=f(1,\n2)\ny=3", "x = f(1, 2)\ny = 3")
    {1: 1, 2: 3}
    """
    if before == after:
        return {number: number for number in range(1, before.count("\n") + 2)}
    old, new = ast.parse(before), ast.parse(after)
    found: dict[int, int] = {}
    _align_imports(old, new, found)
    _align_bodies(_without_imports(old.body), _without_imports(new.body), found)
    _fill(new, found)
    return dict(sorted(found.items()))


def _without_imports(body: Sequence[ast.stmt]) -> list[ast.stmt]:
    return [node for node in body if not isinstance(node, ast.Import | ast.ImportFrom)]


def _align_imports(old: ast.Module, new: ast.Module, found: dict[int, int]) -> None:
    lines = {key: line for key, line, _ in reversed(list(_imported_names(old)))}
    for key, line, first in _imported_names(new):
        if key in lines:
            found.setdefault(first, lines[key])
            found.setdefault(line, lines[key])


def _imported_names(module: ast.Module) -> Iterator[tuple[tuple[object, ...], int, int]]:
    """Yield a key, the line, and the first line of the statement, for each name that an import binds."""
    for node in module.body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            origin = (node.module, node.level) if isinstance(node, ast.ImportFrom) else ("", -1)
            for alias in node.names:
                yield (*origin, alias.name, alias.asname), alias.lineno, node.lineno


def _align_bodies(old: Sequence[ast.stmt], new: Sequence[ast.stmt], found: dict[int, int]) -> None:
    for one, other in _pair_statements(old, new):
        _align_nodes(one, other, found)


def _pair_statements(old: Sequence[ast.stmt], new: Sequence[ast.stmt]) -> Iterator[tuple[ast.stmt, ast.stmt]]:
    """Yield the corresponding statements of two bodies. Ruff may merge imports and remove statements."""
    if len(old) == len(new):
        yield from zip(old, new, strict=True)
        return
    left, right = ([ast.dump(node) for node in body] for body in (old, new))
    for tag, i, end, j, other_end in difflib.SequenceMatcher(None, left, right, autojunk=False).get_opcodes():
        if tag == "equal" or end - i == other_end - j:
            yield from zip(old[i:end], new[j:other_end], strict=True)
        elif tag == "replace":
            yield from zip(_without_imports(old[i:end]), _without_imports(new[j:other_end]), strict=False)


def _align_nodes(old: ast.AST, new: ast.AST, found: dict[int, int]) -> None:
    pending = [(old, new)]
    while pending:
        one, other = pending.pop()
        line, place = getattr(other, "lineno", 0), getattr(one, "lineno", 0)
        if line and place:
            found.setdefault(line, place)
            if isinstance(other, ast.Constant | ast.JoinedStr):  # the lines of a text stay, or it is split
                height = (getattr(one, "end_lineno", None) or place) - place
                for offset in range(1, (other.end_lineno or line) - line + 1):
                    found.setdefault(line + offset, place + min(offset, height))
        if type(one) is not type(other):
            continue  # a fix has replaced it
        for name in reversed(one._fields):
            left, right = getattr(one, name), getattr(other, name, None)
            if isinstance(left, ast.AST) and isinstance(right, ast.AST):
                pending.append((left, right))
            elif name in _BODIES and isinstance(left, list) and isinstance(right, list):
                pending += reversed([*_pair_statements(left, right)])
            elif isinstance(left, list) and isinstance(right, list) and len(left) == len(right):
                pairs = list(zip(left, right, strict=True))
                pending += [(a, b) for a, b in reversed(pairs) if isinstance(a, ast.AST) and isinstance(b, ast.AST)]


def _fill(module: ast.Module, found: dict[int, int]) -> None:
    """Give the lines inside a statement that start no node the line of the node before them."""
    for node in ast.walk(module):
        if isinstance(node, ast.stmt):
            last = found.get(node.lineno)
            for line in range(node.lineno, (node.end_lineno or node.lineno) + 1):
                last = found.get(line, last)
                if last is not None:
                    found.setdefault(line, last)
