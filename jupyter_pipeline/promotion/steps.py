"""The slice as a module of pure functions: imports, helpers and constants, then one function for each step.

1. Imports that mean one thing go to the top of the module.
2. What is cheap and never changes stays at the level of the module, as it was typed: functions, classes, constants.
   Whatever touches a name that a step assigns is itself part of a step.
3. Everything else goes inside the step, in order, before the body of the cell as typed.
4. What later cells use of the cell, and the value of its last expression, is returned.
"""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from jupyter_pipeline.promotion.knowledge import FRAME_METHODS, PURE_METHODS
from jupyter_pipeline.promotion.parameters import Parameter
from jupyter_pipeline.promotion.slicing import Kept
from jupyter_pipeline.promotion.statements import Program, Statement
from jupyter_pipeline.promotion.text import docstring, indent

__all__ = ["Step", "partition", "render_steps"]

_CHEAP_CALLS = {
    "Path",
    "timedelta",
    "date",
    "datetime",
    "Decimal",
    "Fraction",
    "frozenset",
    "tuple",
    "compile",
    "namedtuple",
    "TypeVar",
    "NewType",
    "Enum",
    "getLogger",
}
_SILENT = {"print", "display", "show", "clear_output", "plot", "savefig", "append", "sort", "extend", "update", "add"}


@dataclass(slots=True, eq=False)
class Step:
    """One function of the module."""

    name: str
    """Of the function."""
    cell: int
    statements: list[Statement]
    """What runs inside it, in order."""
    kind: str = "step"
    """``step`` or ``check``."""
    parameters: list[Parameter] = field(default_factory=list)
    inputs: list[str] = field(default_factory=list)
    """Results of earlier steps that it takes."""
    outputs: list[str] = field(default_factory=list)
    """Names that it returns."""
    returns_last: bool = False
    """Whether the value of the last expression is returned, after the names."""
    sources: dict[str, Step] = field(default_factory=dict)
    """The step that each input comes from."""
    after: list[Step] = field(default_factory=list)
    """Steps that must have ended, beyond those that inputs come from."""
    summary: str = ""
    asynchronous: bool = False


def partition(kept: Kept, parameters: Sequence[Parameter]) -> tuple[list[Statement], list[Statement], list[Statement]]:
    """Return the imports, what else stays at the level of the module, and what belongs to a step.

    Parameters
    ----------
    kept : Kept
        The slice.
    parameters : sequence of Parameter
        Names that become arguments; the statements that assign them are in no part.
    """
    given = {p.statement for p in parameters}
    rest = [s for s in kept.statements if s.number not in given]
    binders: dict[str, set[str]] = {}
    for s in rest:
        for name in s.bound | s.assigned:
            binders.setdefault(name, set()).add(ast.dump(s.node) if _is_import(s.node) else str(s.number))
    inner = {name for name, by in binders.items() if len(by) > 1} | {p.name for p in parameters}
    level: dict[int, Statement] = {}
    for s in rest:
        is_target = s.cell in kept.targets
        if _is_import(s.node) or (not s.changed and not is_target and _is_cheap(s.node)):
            level[s.number] = s
    touched = True
    while touched:
        touched = False
        for s in rest:
            if s.number not in level:
                new = s.bound - inner
                inner |= new
                touched = touched or bool(new)
        for s in list(level.values()):
            if (s.bound | s.read | s.deferred | s.assigned) & inner:
                del level[s.number]
                touched = True
    imports = [s for s in level.values() if _is_import(s.node)]
    helpers = [s for s in level.values() if not _is_import(s.node)]
    return imports, helpers, [s for s in rest if s.number not in level]


def render_steps(
    program: Program, imports: Sequence[Statement], helpers: Sequence[Statement], steps: Sequence[Step], title: str
) -> str:
    """Return the text of ``steps.py``."""
    parts = [f'"""{docstring(title)}"""']
    lines = _import_lines(program, imports, steps)
    if lines:
        parts.append("\n".join(lines))
    module = "\n\n".join(parts) + "\n"
    previous_block = False
    for index, s in enumerate(helpers):
        block = isinstance(s.node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        module += "\n\n" if block or previous_block else "\n" if index == 0 else ""
        module += program.text(s) + "\n"
        previous_block = block
    for step in steps:
        module += "\n\n" + _function(program, step)
    return module


def _is_import(node: ast.stmt) -> bool:
    return isinstance(node, ast.Import | ast.ImportFrom)


def _is_cheap(node: ast.stmt) -> bool:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return True
    if isinstance(node, ast.Try):
        handlers = [s for h in node.handlers for s in h.body]
        return all(
            _is_import(s) or _is_cheap(s) or isinstance(s, ast.Pass) for s in [*node.body, *handlers, *node.orelse]
        )
    if isinstance(node, ast.If):
        return _cheap_value(node.test) and all(_is_import(s) or _is_cheap(s) for s in [*node.body, *node.orelse])
    if isinstance(node, ast.Assign):
        return all(isinstance(t, ast.Name) for t in node.targets) and _cheap_value(node.value)
    if isinstance(node, ast.AnnAssign):
        return isinstance(node.target, ast.Name) and (node.value is None or _cheap_value(node.value))
    return type(node).__name__ == "TypeAlias"


def _cheap_value(node: ast.expr) -> bool:
    for part in ast.walk(node):
        if isinstance(part, ast.Call):
            name = part.func.attr if isinstance(part.func, ast.Attribute) else getattr(part.func, "id", "")
            if name not in _CHEAP_CALLS:
                return False
        elif isinstance(
            part, ast.Await | ast.Yield | ast.YieldFrom | ast.NamedExpr | ast.comprehension | ast.Subscript
        ):
            return False
    return True


def _import_lines(program: Program, imports: Sequence[Statement], steps: Sequence[Step]) -> list[str]:
    seen: dict[str, str] = {}
    for s in imports:
        seen.setdefault(ast.dump(s.node), program.text(s))
    texts = list(seen.values())
    if any(p.annotation == "Any" for step in steps for p in step.parameters):
        texts.append("from typing import Any")
    future = [t for t in texts if t.startswith("from __future__")]
    return future + [t for t in texts if t not in future]


def _function(program: Program, step: Step) -> str:
    given = [*step.inputs, *(f"{p.name}: {p.annotation} = {p.text}" for p in step.parameters)]
    head = signature(step.name, given, asynchronous=step.asynchronous)
    body = [_docstring(step)]
    own = [s for s in step.statements if s.cell == step.cell]
    fed = [s for s in step.statements if (s.cell != step.cell and s.cell < step.cell) or step.cell < 0]
    after = [s for s in step.statements if s.cell > step.cell >= 0]
    body += _shadowed(step.statements)
    local = {n for s in step.statements for n in s.bound} | set(step.inputs) | {p.name for p in step.parameters}
    body += [_as_local(program.text(s), s.node, local) for s in fed]
    if fed and own:
        body.append("")
    body += _cell_body(program, step, own, local, [_as_local(program.text(s), s.node, local) for s in after])
    return head + "\n" + indent("\n".join(body)).rstrip() + "\n"


def signature(name: str, parameters: Sequence[str], *, asynchronous: bool = False) -> str:
    """Return the first line of a function, over several lines where it is long."""
    start = f"{'async ' if asynchronous else ''}def {name}("
    line = f"{start}{', '.join(parameters)}):"
    if len(line) <= 100:
        return line
    return start + "\n" + "".join(f"    {p},\n" for p in parameters) + "):"


def _docstring(step: Step) -> str:
    lines = [step.summary or f"Run cell {step.cell} of the notebook, counted from 0."]
    if step.parameters or step.inputs:
        lines += ["", "Parameters", "----------"]
        lines += [f"{name} : object\n    Result of an earlier step." for name in step.inputs]
        lines += [f"{p.name} : {p.annotation}, default {p.text}" for p in step.parameters]
    returned = step.outputs + (["the value of the last expression"] if step.returns_last else [])
    if returned:
        lines += ["", "Returns", "-------"]
        lines += [", ".join(returned)]
    text = docstring("\n".join(lines))
    if len(lines) == 1:
        return f'"""{text}"""'
    return f'"""{indent(text)}\n    """'.replace('"""    ', '"""', 1)


def _cell_body(
    program: Program, step: Step, own: Sequence[Statement], local: Collection[str], after: Sequence[str]
) -> list[str]:
    """Return the cell as typed, without what went to the top of the module, and with its return."""
    if not own:
        return [*after, "return " + ", ".join(step.outputs)] if step.outputs else list(after)
    lines = program.plain[step.cell].source.split("\n")
    kept = []
    previous = None
    last = own[-1]
    for s in own:
        text = program.text(s)
        if previous is not None and _blank_between(lines, previous, s):
            kept.append("")
        if s is last and step.returns_last:
            value = ast.get_source_segment("\n".join(lines), s.node) or ""
            before = text.split(value)[0] if value in text else ""
            names = "".join(f"{n}, " for n in step.outputs)
            value = f"({value})" if "\n" in value and value[-1] not in ")]}" else value
            kept.append(f"{before}return {names}{value}")
        else:
            kept.append(_as_local(text, s.node, local))
        previous = s
    kept += after
    if not step.returns_last and step.outputs:
        kept.append("return " + ", ".join(step.outputs))
    return kept


def _blank_between(lines: Sequence[str], first: Statement, second: Statement) -> bool:
    return any(not line.strip() for line in lines[(first.node.end_lineno or 1) : second.node.lineno - 1])


def _as_local(text: str, node: ast.stmt, local: Collection[str]) -> str:
    """Return `text` as it must read inside a function: what was global is the function's own now."""
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
    """Return a ``global`` line with the names that are local to the step made ``nonlocal``."""
    names = [n.strip() for n in match[2].split("#")[0].split(",")]
    inner = [n for n in names if n in local]
    outer = [n for n in names if n not in local]
    lines = [f"{match[1]}nonlocal {', '.join(inner)}"] if inner else []
    lines += [f"{match[1]}global {', '.join(outer)}"] if outer else []
    return "\n".join(lines)


def _shadowed(statements: Sequence[Statement]) -> list[str]:
    """Return assignments of the builtins that are read before the step gives their name to something else."""
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


def last_value(step_statements: Sequence[Statement], source: str) -> bool:
    """Whether the last statement is an expression whose value someone looks at."""
    if not step_statements or not isinstance(step_statements[-1].node, ast.Expr):
        return False
    node = step_statements[-1].node
    if (
        source.split("\n")[(node.end_lineno or 1) - 1]
        .encode()[node.end_col_offset or 0 :]
        .decode()
        .lstrip()
        .startswith(";")
    ):
        return False
    value = node.value
    if isinstance(value, ast.Constant):
        return False
    if isinstance(value, ast.Call):
        name = value.func.attr if isinstance(value.func, ast.Attribute) else getattr(value.func, "id", "")
        return name not in _SILENT
    return True


def assigned_last(statements: Sequence[Statement]) -> list[str]:
    """Return the names that the last assignment binds, or whose objects it changes."""
    for s in reversed(statements):
        if isinstance(s.node, ast.Assign | ast.AugAssign | ast.AnnAssign):
            return sorted({n for n in s.bound if not n.startswith("_")} | changed_names(s.node))
    return []


def changed_names(node: ast.stmt) -> set[str]:
    """Return the names whose objects the statement plainly changes: by element, by attribute, by a discarded call."""
    found: set[str] = set()
    targets: list[ast.expr] = []
    if isinstance(node, ast.Assign):
        targets = node.targets
    elif isinstance(node, ast.AugAssign | ast.AnnAssign):
        targets = [node.target]
    elif isinstance(node, ast.Delete):
        targets = node.targets
    elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call) and isinstance(node.value.func, ast.Attribute):
        if node.value.func.attr not in FRAME_METHODS | PURE_METHODS or any(
            k.arg == "inplace" for k in node.value.keywords
        ):
            targets = [node.value.func]
    elif isinstance(node, ast.For | ast.While | ast.If | ast.With):
        for child in [*node.body, *getattr(node, "orelse", ())]:
            found |= changed_names(child)
    for target in targets:
        root: ast.expr = target
        while isinstance(root, ast.Attribute | ast.Subscript):
            root = root.value
        if root is not target and isinstance(root, ast.Name):
            found.add(root.id)
    return found


def names_read(sources: Collection[str]) -> set[str]:
    """Return the names that occur in `sources`, those that do not parse left out."""
    found: set[str] = set()
    for source in sources:
        try:
            tree = ast.parse(source)
        except (SyntaxError, ValueError):
            continue
        found |= {n.id for n in ast.walk(tree) if isinstance(n, ast.Name)}
    return found
