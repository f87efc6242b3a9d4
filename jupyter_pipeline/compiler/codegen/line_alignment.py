"""Align the lines of a file before and after formatting.

Formatting keeps the syntax tree, except for imports and a few statements that a fix adds or removes. Equal nodes of
both trees give the lines. Imports are sorted, split and merged, so the imports of one body are aligned by the names
that they bind.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

__all__ = ["align_lines"]


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
    _align_nodes(old, new, found)
    _fill(new, found)
    return dict(sorted(found.items()))


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
            elif isinstance(left, list) and isinstance(right, list):
                pending += reversed(list(_pair(left, right, found)))


def _pair(old: Sequence[object], new: Sequence[object], found: dict[int, int]) -> Iterator[tuple[ast.AST, ast.AST]]:
    """Yield the equal nodes of two lists; the imports of a body are aligned at once."""
    left, right = ([node for node in side if isinstance(node, ast.AST)] for side in (old, new))
    if any(isinstance(node, ast.stmt) for node in left):
        _align_imports(left, right, found)
        left, right = _without_imports(left), _without_imports(right)
        if len(left) != len(right):
            yield from _pair_statements(left, right)
            return
    if len(left) == len(right):
        yield from zip(left, right, strict=True)


def _pair_statements(old: Sequence[ast.AST], new: Sequence[ast.AST]) -> Iterator[tuple[ast.AST, ast.AST]]:
    """Yield equal statements of two bodies, and those between them in order."""
    texts, others = ([ast.dump(node) for node in side] for side in (old, new))
    for _, first, last, start, end in SequenceMatcher(None, texts, others, autojunk=False).get_opcodes():
        yield from zip(old[first:last], new[start:end], strict=False)


def _without_imports(body: Sequence[ast.AST]) -> list[ast.AST]:
    return [node for node in body if not isinstance(node, ast.Import | ast.ImportFrom)]


def _align_imports(old: Sequence[ast.AST], new: Sequence[ast.AST], found: dict[int, int]) -> None:
    lines = {key: line for key, line, _ in reversed(list(_imported_names(old)))}
    for key, line, first in _imported_names(new):
        if key in lines:
            found.setdefault(first, lines[key])
            found.setdefault(line, lines[key])


def _imported_names(body: Sequence[ast.AST]) -> Iterator[tuple[tuple[object, ...], int, int]]:
    """Yield a key, the line, and the first line of the statement, for each name that an import binds."""
    for node in body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            origin = (node.module, node.level) if isinstance(node, ast.ImportFrom) else ("", -1)
            for alias in node.names:
                yield (*origin, alias.name, alias.asname), alias.lineno, node.lineno


def _fill(module: ast.Module, found: dict[int, int]) -> None:
    """Give the lines inside a statement that start no node the line of the node before them."""
    for node in ast.walk(module):
        if isinstance(node, ast.stmt):
            last = found.get(node.lineno)
            for line in range(node.lineno, (node.end_lineno or node.lineno) + 1):
                last = found.get(line, last)
                if last is not None:
                    found.setdefault(line, last)
