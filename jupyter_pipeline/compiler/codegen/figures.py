"""Render the lines that draw and close figures where Jupyter has done so."""

from __future__ import annotations

from collections.abc import Collection

from jupyter_pipeline.compiler.analysis.statements import Program, Statement, first_line
from jupyter_pipeline.compiler.codegen.source_map import Piece
from jupyter_pipeline.compiler.graph.figures import PYPLOT, find_shows
from jupyter_pipeline.compiler.graph.steps import Step, is_import
from jupyter_pipeline.compiler.graph.value_types import find_imported_paths

__all__ = ["render_closing", "render_text"]


def render_closing(program: Program, step: Step, imported: Collection[str], s: Statement | None) -> list[Piece]:
    """Return the lines before a statement that draw or close all figures; empty if it has none.

    Parameters
    ----------
    program : Program
        The notebook.
    step : Step
        The step.
    imported : collection of str
        Names that the module imports.
    s : Statement, optional
        The statement. ``None`` is the end of the step.
    """
    draws = step.draws_last if s is None else s.number in step.draws
    if not draws and (s is None or s.number not in step.closes):
        return []
    names = {*imported, *(n for s in step.statements if is_import(s.node) for n in s.bound)}
    paths = find_imported_paths(s.node for s in program.statements)
    name = next((name for name, path in paths.items() if path == PYPLOT and name in names), "")
    pieces = [] if name else [Piece("from matplotlib import pyplot"), Piece("")]
    name = name or "pyplot"
    if draws:
        return [*pieces, Piece(f"{name}.draw_all(force=True)  # as Jupyter does"), Piece(f'{name}.close("all")')]
    return [*pieces, Piece(f'{name}.close("all")  # as Jupyter does')]


def render_text(program: Program, s: Statement) -> str:
    """Return the text of a statement; loops and functions close the figures where they show them."""
    text = program.text(s)
    if ".show(" not in text or s.typed or s.cell in program.open_figure_cells:
        return text
    paths = find_imported_paths(one.node for one in program.statements)
    lines = text.split("\n")
    last = s.node.end_lineno or first_line(s.node)
    begin = last - len(lines) + 1
    for show, pyplot in find_shows(s.node, paths):
        position = (show.end_lineno or show.lineno) - begin
        line = lines[position].encode()
        head, tail = line[: show.end_col_offset].decode(), line[show.end_col_offset or 0 :].decode()
        drawing = f"{pyplot}.draw_all(force=True); " if program.draws_figures else ""
        lines[position] = f'{head}; {drawing}{pyplot}.close("all"){tail}'
    return "\n".join(lines)
