"""Render ``steps.py``: imports, helpers and constants, then one pure function for each step.

1. Module-level statements keep their text, comments included.
2. A step is a function: a docstring, statements of other cells that only it needs, then the text of its cell.
3. It returns the names that later cells use, and the value of the last expression. A mapped step returns one element.
4. Each piece records its cell and line, for the source map.
"""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Collection, Sequence
from dataclasses import replace

from jupyter_pipeline.compiler.analysis.statements import Program, Statement
from jupyter_pipeline.compiler.codegen.sections import is_displayed, render_section
from jupyter_pipeline.compiler.codegen.source_map import Piece
from jupyter_pipeline.compiler.codegen.text import escape_docstring, indent, render_signature
from jupyter_pipeline.compiler.graph.steps import Step

__all__ = ["render_steps"]

_EMPTY = Piece("")


def render_steps(
    program: Program, imports: Sequence[Statement], helpers: Sequence[Statement], steps: Sequence[Step], title: str
) -> list[Piece]:
    """Return the pieces of ``steps.py``; joined with line breaks they are the file."""
    pieces = [Piece(f'"""{escape_docstring(title)}"""')]
    lines = _import_lines(program, imports, steps)
    if lines:
        pieces += [_EMPTY, *lines]
    previous_block = False
    for index, s in enumerate(helpers):
        block = isinstance(s.node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        pieces += [_EMPTY] * (2 if block or previous_block else 1 if index == 0 else 0)
        pieces.append(_piece(program, s))
        previous_block = block
    for step in steps:
        pieces += [_EMPTY, _EMPTY, *_function(program, step, imports)]
    return pieces


def _piece(program: Program, statement: Statement, text: str | None = None) -> Piece:
    """Return the text of a statement, or its replacement, with its first line in the cell."""
    typed = program.text(statement)
    if statement.typed:
        return Piece(typed)
    begin = (statement.node.end_lineno or 1) - typed.count("\n")
    return Piece(typed if text is None else text, statement.cell, begin)


def _import_lines(program: Program, imports: Sequence[Statement], steps: Sequence[Step]) -> list[Piece]:
    seen: dict[str, Piece] = {}
    for s in imports:
        seen.setdefault(ast.dump(s.node), _piece(program, s))
    pieces = list(seen.values())
    if any(p.annotation == "Any" for step in steps for p in step.parameters):
        pieces.append(Piece("from typing import Any"))
    if any(step.shares for step in steps) and not any(p.text == "import dask" for p in pieces):
        pieces.append(Piece("import dask"))
    bound = {name for s in imports for name in s.bound}
    if "display" not in bound and any(is_displayed(program, step) for step in steps):
        pieces.append(Piece("from IPython.display import display"))
    future = [p for p in pieces if p.text.startswith("from __future__")]
    return future + [p for p in pieces if p not in future]


def _function(program: Program, step: Step, imports: Sequence[Statement]) -> list[Piece]:
    inputs = [step.mapped.variable if step.mapped and n == step.mapped.items else n for n in step.inputs]
    parameters = [p for p in step.parameters if not (step.mapped and p.name == step.mapped.items)]
    if step.mapped and step.mapped.items not in step.inputs:
        inputs.insert(0, step.mapped.variable)
    arguments = [*inputs, *(f"{p.name}: {p.typed_annotation} = {p.typed_text}" for p in parameters)]
    head = Piece(render_signature(step.name, arguments, asynchronous=step.asynchronous))
    if step.mapped:
        value = _piece(program, step.statements[-1], f"return {step.mapped.element}")
        return [head, *_indented([Piece(_docstring(step)), value])]
    body = [Piece(_docstring(step))]
    own = [s for s in step.statements if s.cell == step.cell]
    needed = [s for s in step.statements if (s.cell != step.cell and s.cell < step.cell) or step.cell < 0]
    after = [s for s in step.statements if s.cell > step.cell >= 0]
    body += [Piece(line) for line in _shadowed(step.statements)]
    local = {n for s in step.statements for n in s.bound} | set(step.inputs) | {p.name for p in step.parameters}
    if step.cells:
        body += render_section(program, step, imports, lambda s: _local_piece(program, s, local))
        body += _return(step)
        return [head, *_indented(body)]
    body += [_local_piece(program, s, local) for s in needed]
    if needed and own:
        body.append(_EMPTY)
    body += _cell_body(program, step, own, local, [_local_piece(program, s, local) for s in after])
    while not body[-1].text:
        body.pop()
    return [head, *_indented(body)]


def _indented(pieces: Sequence[Piece]) -> list[Piece]:
    return [replace(piece, text=indent(piece.text)) for piece in pieces]


def _local_piece(program: Program, statement: Statement, local: Collection[str]) -> Piece:
    return _piece(program, statement, _as_local(program.text(statement), statement.node, local))


def _docstring(step: Step) -> str:
    lines = [step.summary or f"Run cell {step.cell + 1} of the notebook."]
    if step.parameters or step.inputs:
        lines += ["", "Parameters", "----------"]
        mapped = step.mapped.items if step.mapped else ""
        if step.mapped:
            lines += [f"{step.mapped.variable} : object\n    One of `{mapped}`."]
        lines += [f"{name} : object\n    Result of an earlier step." for name in step.inputs if name != mapped]
        lines += [
            f"{p.name} : {p.typed_annotation}, default {p.typed_text}" for p in step.parameters if p.name != mapped
        ]
    if step.mapped:
        lines += ["", "Returns", "-------", f"an element of `{step.outputs[0]}`"]
        return _quoted(lines)
    returned = step.outputs + (["the value of the last expression"] if step.returns_last else [])
    if returned:
        lines += ["", "Returns", "-------"]
        lines += [", ".join(returned)]
    return _quoted(lines)


def _quoted(lines: Sequence[str]) -> str:
    text = escape_docstring("\n".join(lines))
    if len(lines) == 1:
        return f'"""{text}"""'
    return f'"""{indent(text)}\n    """'.replace('"""    ', '"""', 1)


def _cell_body(
    program: Program, step: Step, own: Sequence[Statement], local: Collection[str], after: Sequence[Piece]
) -> list[Piece]:
    """Return the text of the cell without its module-level statements, and with a return statement."""
    if not own:
        return [*after, *_return(step)]
    lines = program.plain[step.cell].source.split("\n")
    pieces: list[Piece] = []
    previous = None
    last = own[-1]
    for s in own:
        text = program.text(s)
        if previous is not None and _blank_between(lines, previous, s):
            pieces.append(_EMPTY)
        if s is last and step.returns_last:
            value = ast.get_source_segment("\n".join(lines), s.node) or ""
            before = text.split(value)[0] if value in text else ""
            names = "".join(f"{n}, " for n in step.outputs)
            value = f"({value})" if "\n" in value and value[-1] not in ")]}" else value
            pieces.append(_piece(program, s, f"{before}return {names}{value}"))
        elif s is last and step.decides:
            value = ast.unparse(s.node.value) if isinstance(s.node, ast.Expr) else "True"
            pieces.append(_piece(program, s, f'assert str({value}) != "False", {value!r}'))
        elif not (s is last and step.outputs and isinstance(s.node, ast.Expr) and isinstance(s.node.value, ast.Name)):
            pieces.append(_local_piece(program, s, local))  # a name alone is shown in the notebook, and returned here
        previous = s
    pieces += after
    return pieces if step.returns_last else [*pieces, *_return(step)]


def _return(step: Step) -> list[Piece]:
    if not step.outputs:
        return []
    names = ", ".join(step.outputs)
    if not step.shares:
        return [Piece(f"return {names}")]
    return [
        Piece("# Several steps read this: lazy collections are computed once, on the cluster."),
        Piece(f"{names if len(step.outputs) > 1 else f'({names},)'} = dask.persist({names})"),
        Piece(f"return {names}"),
    ]


def _blank_between(lines: Sequence[str], first: Statement, second: Statement) -> bool:
    return any(not line.strip() for line in lines[(first.node.end_lineno or 1) : second.node.lineno - 1])


def _as_local(text: str, node: ast.stmt, local: Collection[str]) -> str:
    """Return `text` for use inside a function, where global names of the cell are local."""
    if isinstance(node, ast.Global):
        return ""
    if isinstance(node, ast.Delete):
        freed = [t.id for t in node.targets if isinstance(t, ast.Name) and hasattr(builtins, t.id)]
        if freed:
            return "\n".join([text, "import builtins", *(f"{name} = builtins.{name}" for name in freed)])
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and "global " in text:
        return re.sub(r"(?m)^(\s+)global (.+)$", lambda m: _scoped(m, local), text)
    return text


def _scoped(match: re.Match[str], local: Collection[str]) -> str:
    """Return a ``global`` line in which the local names of the step are declared ``nonlocal``."""
    names = [n.strip() for n in match[2].split("#")[0].split(",")]
    inner = [n for n in names if n in local]
    outer = [n for n in names if n not in local]
    lines = [f"{match[1]}nonlocal {', '.join(inner)}"] if inner else []
    lines += [f"{match[1]}global {', '.join(outer)}"] if outer else []
    return "\n".join(lines)


def _shadowed(statements: Sequence[Statement]) -> list[str]:
    """Return assignments of the builtins that the step reads before it rebinds their names."""
    bound = {name for s in statements for name in s.bound if hasattr(builtins, name)}
    seen: set[str] = set()
    early = set()
    for s in statements:
        early |= {
            n
            for n in bound
            if n not in seen
            and any(isinstance(x, ast.Name) and x.id == n and isinstance(x.ctx, ast.Load) for x in ast.walk(s.node))
        }
        seen |= s.bound
    if not early:
        return []
    return ["import builtins", "", *(f"{n} = builtins.{n}" for n in sorted(early))]
