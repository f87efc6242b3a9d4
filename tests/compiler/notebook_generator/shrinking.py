"""The smallest notebook with a given failure."""

from __future__ import annotations

import ast
import copy
import re
from collections.abc import Iterator

from notebook_generator.runs import Runner
from notebook_generator.trials import Outcome, compare_cell

__all__ = ["shrink"]


def shrink(runner: Runner, outcome: Outcome, attempts: int = 80) -> Outcome:
    """Return the outcome of a smaller notebook with the same verdict."""
    smallest = outcome
    progress = True
    while progress:
        progress = False
        for candidate, observed in _smaller(list(smallest.cells), list(smallest.observed)):
            attempts -= 1
            if attempts < 0:
                return smallest
            found = _try(runner, outcome.seed, candidate, observed)
            if found is not None and _symptom(found) == _symptom(outcome):
                smallest, progress = found, True
                break
    return smallest


def _symptom(outcome: Outcome) -> tuple[str, str]:
    """Return verdict and kind of the difference, which stay the same."""
    return outcome.verdict, re.split(r"[:\d]", outcome.detail)[0]


def _try(runner: Runner, seed: int, cells: list[str], observed: list[str]) -> Outcome | None:
    whole = runner.run_notebook(cells)
    if whole["error"] or any(e not in whole["cells"][-1]["values"] for e in observed):
        return None
    return compare_cell(runner, seed, cells, whole["cells"][-1], observed)


def _smaller(cells: list[str], observed: list[str]) -> Iterator[tuple[list[str], list[str]]]:
    for size in (len(cells) // 2, len(cells) // 4, 1):
        for i in range(0, len(cells) - 1, max(size, 1)):
            if size:
                yield cells[:i] + cells[min(i + size, len(cells) - 1) :], observed
    for i in range(len(observed)):
        yield cells, observed[:i] + observed[i + 1 :]
    for i, cell in enumerate(cells):
        for smaller in _smaller_cells(cell):
            yield [*cells[:i], smaller, *cells[i + 1 :]], observed


def _smaller_cells(cell: str) -> Iterator[str]:
    try:
        tree = ast.parse(cell)
    except SyntaxError:
        lines = cell.splitlines()
        yield from ("\n".join(lines[:i] + lines[i + 1 :]) for i in range(len(lines)) if len(lines) > 1)
        return
    if len(tree.body) > 1:
        for i in range(len(tree.body)):
            yield "\n".join(ast.unparse(node) for j, node in enumerate(tree.body) if j != i)
    for i, node in enumerate(tree.body):
        for inner in _unwrap(node):
            yield "\n".join(
                [*map(ast.unparse, tree.body[:i]), *map(ast.unparse, inner), *map(ast.unparse, tree.body[i + 1 :])]
            )


def _unwrap(node: ast.stmt) -> Iterator[list[ast.stmt]]:
    """Yield the bodies of a compound statement."""
    if isinstance(node, ast.If | ast.For | ast.While | ast.With | ast.Try):
        yield node.body
        if getattr(node, "orelse", None):
            yield node.orelse  # type: ignore[union-attr]
    elif isinstance(node, ast.FunctionDef | ast.ClassDef) and len(node.body) > 1:
        for i in range(len(node.body)):
            smaller = copy.copy(node)
            smaller.body = node.body[:i] + node.body[i + 1 :]
            yield [smaller]
