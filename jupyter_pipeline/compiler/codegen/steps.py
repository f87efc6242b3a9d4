"""Render ``steps.py``: imports, helpers and constants, then one pure function for each step.

1. Module-level statements keep their text, comments included.
2. A step is a function: a docstring, statements of other cells that only it needs, then the text of its cell.
3. It returns the names that later cells use, and the value of the last expression. A mapped step returns one element.
   An expression that only shows a value is displayed.
4. Figures are closed where Jupyter has closed them, if a later statement draws.
5. Each piece records its cell and line, for the source map.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace

from jupyter_pipeline.compiler.analysis.dynamic_names import is_star_import, needs_module_scope
from jupyter_pipeline.compiler.analysis.statements import Program, Statement
from jupyter_pipeline.compiler.codegen.docstrings import render_docstring, render_module_docstring
from jupyter_pipeline.compiler.codegen.figures import render_closing, render_text
from jupyter_pipeline.compiler.codegen.scopes import (
    as_global,
    as_local,
    assign_shadowed_builtins,
    declare_assigned,
    declare_global,
)
from jupyter_pipeline.compiler.codegen.sections import is_displayed, render_section
from jupyter_pipeline.compiler.codegen.source_map import Piece
from jupyter_pipeline.compiler.codegen.star_imports import replace_star_imports
from jupyter_pipeline.compiler.codegen.step_types import find_returned_types, infer_step_types
from jupyter_pipeline.compiler.codegen.text import (
    indent,
    render_default,
    render_parameter,
    render_signature,
)
from jupyter_pipeline.compiler.graph.pipeline import PipelineGraph
from jupyter_pipeline.compiler.graph.steps import Step, find_returned_value
from jupyter_pipeline.compiler.graph.value_types import TypeInference, find_imported_paths, qualify

__all__ = ["render_steps"]

_EMPTY = Piece("")


def render_steps(graph: PipelineGraph, title: str, origin: str) -> list[Piece]:
    """Return the pieces of ``steps.py``; joined with line breaks they are the file."""
    program, imports, helpers, steps = graph.program, graph.imports, graph.helpers, graph.steps
    pieces = [Piece(render_module_docstring(title, origin))]
    lines = _import_lines(program, imports, steps)
    if lines:
        pieces += [_EMPTY, *lines]
    previous_block = False
    for index, s in enumerate(helpers):
        block = isinstance(s.node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) or s.typed.startswith("def ")
        pieces += [_EMPTY] * (2 if block or previous_block else 1 if index == 0 else 0)
        pieces.append(_piece(program, s))
        previous_block = block
    if graph.settings:
        summary = Piece('"""Set options of libraries. Each worker calls it before its first step."""')
        body = _indented([summary, *(_piece(program, s) for s in graph.settings)])
        pieces += [_EMPTY, _EMPTY, Piece(f"def {graph.settings_function}() -> None:"), *body]
    types = infer_step_types(imports, helpers, steps)
    uses_global_names = len(steps) == 1 and needs_module_scope([*helpers, *steps[0].statements])
    for step in steps:
        pieces += [
            _EMPTY,
            _EMPTY,
            *_function(program, step, types[id(step)], imports, uses_global_names=uses_global_names),
        ]
    return pieces


def _piece(program: Program, statement: Statement, text: str | None = None) -> Piece:
    """Return the text of a statement, or its replacement, with its first line in the cell."""
    typed = render_text(program, statement)
    if statement.typed:
        return Piece(typed, statement.cell, 0) if statement.encloses_cell else Piece(typed)
    begin = (statement.node.end_lineno or 1) - typed.count("\n")
    return Piece(typed if text is None else text, statement.cell, begin)


def _import_lines(program: Program, imports: Sequence[Statement], steps: Sequence[Step]) -> list[Piece]:
    seen: dict[str, Piece] = {}
    for s in imports:
        seen.setdefault(ast.dump(s.node), _piece(program, s))
    pieces = list(seen.values())
    bound = {name for s in imports for name in s.bound}
    if "Any" not in bound and any(p.annotation == "Any" for step in steps for p in step.parameters):
        pieces.append(Piece("from typing import Any"))
    if "dask" not in bound and any(step.shares for step in steps):
        pieces.append(Piece("import dask"))
    if "display" not in bound and any(step.shows_last or is_displayed(program, step) for step in steps):
        pieces.append(Piece("from IPython.display import display"))
    future = [p for p in pieces if p.text.startswith("from __future__")]
    if len(pieces) > 1 and any(is_star_import(s.node) for s in imports):
        future.append(Piece("# A star import may bind a name again: the order stays.\n# isort: off"))
    return future + [p for p in pieces if p not in future]


def _function(
    program: Program, step: Step, types: TypeInference, imports: Sequence[Statement], *, uses_global_names: bool
) -> list[Piece]:
    modules = find_imported_paths(s.node for s in imports)
    items = step.mapped.items if step.mapped else ""
    inputs = [step.mapped.variable if step.mapped and n == items else n for n in step.inputs]
    parameters = [p for p in step.parameters if p.name != items]
    if step.mapped and items not in step.inputs:
        inputs.insert(0, step.mapped.variable)
    annotated = {name: qualify(type_, modules) for name, type_ in types.inputs.items()}
    arguments = [f"{name}: {annotated[name]}" if annotated.get(name) else name for name in inputs]
    arguments += [render_parameter(p.name, p.typed_annotation, p.typed_text) for p in parameters]
    returns = "" if step.mapped else _render_return_type(step, types, modules)
    head = Piece(render_signature(step.name, arguments, asynchronous=step.asynchronous, returns=returns))
    docstring = Piece(render_docstring(step, types))
    if step.mapped:
        value = _piece(program, step.statements[-1], f"return {step.mapped.element}")
        return [head, *_indented([docstring, value])]
    body = [docstring, *(Piece(text) for p in parameters if (text := render_default(p.name, p.typed_text)))]
    own = [s for s in step.statements if s.cell == step.cell]
    needed = [s for s in step.statements if (s.cell != step.cell and s.cell < step.cell) or step.cell < 0]
    after = [s for s in step.statements if s.cell > step.cell >= 0]
    arguments_of_step = {*step.inputs, *(p.name for p in step.parameters)}
    local: Collection[str] | None = None
    if uses_global_names:
        body += [Piece(line) for line in declare_global(step.statements, arguments_of_step)]
    else:
        local = {n for s in step.statements for n in s.bound} | arguments_of_step
        body += [Piece(line) for line in assign_shadowed_builtins(step.statements)]
        body += [Piece(line) for line in declare_assigned(step.statements, arguments_of_step)]
    if step.cells:
        body += render_section(program, step, imports, lambda s: _local_piece(program, s, local, step))
        body += _return(step)
        return [head, *_indented(body)]
    imported = {name for s in imports for name in s.bound}

    def close(s: Statement | None) -> list[Piece]:
        return render_closing(program, step, imported, s)

    body += [piece for s in needed for piece in (*close(s), _local_piece(program, s, local, step))]
    if needed and own:
        body.append(_EMPTY)
    below = [piece for s in after for piece in (*close(s), _local_piece(program, s, local, step))]
    body += _cell_body(program, step, own, local, below, close)
    while not body[-1].text:
        body.pop()
    return [head, *_indented(body)]


def _render_return_type(step: Step, types: TypeInference, modules: Mapping[str, str]) -> str:
    """Return the annotation of the result; empty if a type is not known or has no name in the module."""
    found = find_returned_types(step, types, modules)
    if found is None:
        return ""
    named = [qualify(type_, modules) for type_ in found]
    return "None" if not named else named[0] if len(named) == 1 else f"tuple[{', '.join(named)}]"


def _indented(pieces: Sequence[Piece]) -> list[Piece]:
    return [replace(piece, text=indent(piece.text)) for piece in pieces]


def _local_piece(program: Program, statement: Statement, local: Collection[str] | None, step: Step) -> Piece:
    """Return a statement in the scope of the function, or with global names if `local` is ``None``."""
    text = render_text(program, statement)
    changed = as_global(text, statement.node) if local is None else as_local(text, statement.node, local)
    if local is not None:
        changed = replace_star_imports(changed, statement, step, program)
    return _piece(program, statement, changed)


def _cell_body(
    program: Program,
    step: Step,
    own: Sequence[Statement],
    local: Collection[str] | None,
    after: Sequence[Piece],
    close: Callable[[Statement | None], list[Piece]],
) -> list[Piece]:
    """Return the text of the cell without its module-level statements, and with a return statement."""
    if not own:
        return [*after, *close(None), *_return(step)]
    pieces: list[Piece] = []
    returned = find_returned_value(step)
    gaps = _Gaps(program, step, own)
    for s in own:
        pieces += [*gaps.before(s), *close(s)]
        piece = _local_piece(program, s, local, step)
        if piece.line < gaps.begin:
            piece = _without_comment(piece)  # it is the docstring
        if s is own[-1] and isinstance(s.node, ast.Expr) and (step.returns_last or step.shows_last or step.decides):
            if returned is None:
                last = _last_expression(program, step, s, piece, local)
                pieces.append(last if local is not None else replace(last, text=as_global(last.text, s.node)))
        elif returned is not None and isinstance(s.node, ast.Assign) and s.node.value is returned:
            pieces.append(_around(program, s, piece, returned, "return {}"))
        elif not (isinstance(s.node, ast.Expr) and isinstance(s.node.value, ast.Name)):
            pieces.append(piece)  # a name alone has no effect
    pieces += gaps.end()
    pieces += after
    pieces += close(None)
    return pieces if step.returns_last or returned is not None else [*pieces, *_return(step)]


def _last_expression(program: Program, step: Step, s: Statement, piece: Piece, local: Collection[str] | None) -> Piece:
    """Return the last expression of a cell as a return statement, a call of ``display``, or an assertion."""
    assert isinstance(s.node, ast.Expr)
    value = s.node.value
    if step.decides:
        text = ast.unparse(value)
        return _piece(program, s, f'assert str({text}) != "False", {text!r}')
    if step.returns_last:
        return _around(program, s, piece, value, f"return {''.join(f'{name}, ' for name in step.outputs)}{{}}")
    return _around(program, s, piece, value, "print({})" if "display" in (local or ()) else "display({})")


def _around(program: Program, s: Statement, piece: Piece, value: ast.expr, template: str) -> Piece:
    """Return the piece of a statement with `template` around its value, and with its comments."""
    source = program.plain[s.cell].source
    statement = ast.get_source_segment(source, s.node) or ""
    text = ast.get_source_segment(source, value) or ast.unparse(value)
    if isinstance(value, ast.Tuple | ast.NamedExpr | ast.Yield) and template.endswith("({})"):
        text = text if text.startswith("(") else f"({text})"
    elif "\n" in text and text[-1] not in ")]}":
        text = f"({text})"
    before, found, rest = piece.text.partition(statement)
    changed = template.replace("{}", text)
    return replace(piece, text=f"{before}{changed}{rest}" if found and statement else changed)


def _without_comment(piece: Piece) -> Piece:
    """Return a piece without the comment lines at its top."""
    lines = piece.text.split("\n")
    count = next((number for number, line in enumerate(lines) if not line.startswith("#")), 0)
    return replace(piece, text="\n".join(lines[count:]), line=piece.line + count)


class _Gaps:
    """Blank lines and comments between the statements of a cell."""

    def __init__(self, program: Program, step: Step, own: Sequence[Statement]) -> None:
        self.cell = step.cell
        self.lines = program.plain[step.cell].source.split("\n")
        everything = program.of_cell(step.cell)
        self.begins = {s.number: _piece(program, s).line for s in everything}
        covered = {n for s in everything for n in range(self.begins[s.number], (s.node.end_lineno or 1) + 1)}
        self.free = {*range(1, len(self.lines) + 1)} - covered
        self.begin = self.number = self._skip_summary() if step.summary_is_comment else 1
        """First line below the comment that is the docstring."""
        self.first = self.begins[own[0].number]

    def before(self, s: Statement) -> list[Piece]:
        """Return the pieces between the previous statement and this one."""
        found = self._between(self.number, self.begins[s.number])
        self.number = max(self.number, (s.node.end_lineno or 1) + 1)
        return found

    def end(self) -> list[Piece]:
        """Return the comments below the last statement."""
        found = self._between(self.number, len(self.lines) + 1)
        return found if any(piece.text for piece in found) else []

    def _skip_summary(self) -> int:
        number = 1
        while number <= len(self.lines) and not self.lines[number - 1].strip():
            number += 1
        while number <= len(self.lines) and self.lines[number - 1].startswith("#"):
            number += 1
        return number

    def _between(self, first: int, last: int) -> list[Piece]:
        pieces: list[Piece] = []
        for number in sorted(self.free & {*range(first, last)}):
            text = self.lines[number - 1].rstrip()
            if text.lstrip().startswith("#"):
                pieces.append(Piece(text, self.cell, number))
            elif not text and (pieces or number > self.first) and not (pieces and not pieces[-1].text):
                pieces.append(_EMPTY)
        return pieces


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
