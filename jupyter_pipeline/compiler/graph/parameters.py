"""Find the literals that become parameters, their types, and their JSON schema.

1. A name is a parameter if the slice binds it once to a simple literal, and nothing changes it. Simple literals are
   numbers, strings, booleans, ``None``, and dates, times, paths, decimals and time zones of literals. Names in capitals
   are constants, and so are names of builtins such as ``sum``, and names that only plots read.
2. In a cell tagged ``parameters``, every literal is a parameter: lists, dictionaries and ``ALL_CAPS`` names too. A
   literal there that cannot be a parameter has a note with the reason.
3. An annotation gives the type: ``Optional``, ``Literal``, an enumeration, a list of texts. A default that does not fit
   is refused.
4. A name of ``--param`` must be a parameter; otherwise it is refused with a reason.
"""

from __future__ import annotations

import ast
import builtins
import io
import tokenize
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from jupyter_pipeline.compiler.analysis.locations import ANY_FILE, FIGURE
from jupyter_pipeline.compiler.analysis.statements import Program, Statement
from jupyter_pipeline.compiler.frontend.notebook import CellNote
from jupyter_pipeline.compiler.graph.parameter_types import (
    find_enums,
    modernize_annotation,
    read_annotation,
    read_value,
)
from jupyter_pipeline.compiler.graph.value_types import find_imported_paths
from jupyter_pipeline.compiler.refusals import refusal
from jupyter_pipeline.exceptions import UsageError
from jupyter_pipeline.models import Record, Refusal
from jupyter_pipeline.parameter_schema import convert_value, describe_schema

__all__ = ["Parameter", "find_parameters", "note_omitted_parameters", "parameter_schema"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter(Record):
    """An input of a pipeline with the notebook's value as its default."""

    name: str
    default: Any
    """Plain JSON value; dates in ISO format."""
    annotation: str
    """Python type as written, such as ``int`` or ``datetime.date``."""
    text: str
    """The default as it reads with ``import datetime``."""
    typed_annotation: str = ""
    """The type with the notebook's own imports in the current syntax, such as ``dt.date`` or ``list[int]``."""
    typed_text: str = ""
    """The default as typed."""
    description: str = ""
    """Comment beside or above the assignment."""
    schema: Mapping[str, Any] = field(default_factory=dict)
    """JSON schema of the value."""
    window: str = ""
    """``start`` or ``end`` where it is an edge of the run's time window."""
    statement: int = -1
    """Number of the statement that assigned it."""


def find_parameters(
    statements: Sequence[Statement],
    criteria: Collection[int],
    *,
    tagged: Collection[int] = (),
    wanted: Sequence[str] = (),
    reserved: Collection[str] = (),
    program: Program | None = None,
) -> tuple[list[Parameter], list[Refusal]]:
    """Return the parameters of a slice in order of assignment, and refusals of names in `wanted`.

    Parameters
    ----------
    statements : sequence of Statement
        The slice.
    criteria : collection of int
        Indices of the compiled cells: their literals are parameters only if in `wanted`.
    tagged : collection of int
        Indices of the cells tagged ``parameters``.
    wanted : sequence of str
        Names that must be parameters.
    reserved : collection of str
        Names that generated files use.
    program : Program, optional
        The notebook, for the comments beside the assignments.
    """
    binders: dict[str, list[Statement]] = {}
    for statement in statements:
        for name in statement.bound | statement.assigned:
            binders.setdefault(name, []).append(statement)
    modules = find_imported_paths(s.node for s in statements)
    enums = find_enums([s.node for s in statements], modules)
    read = {name for s in statements for name in s.read | s.deferred}
    needed = {name for s in statements if not _is_drawing(s, modules) for name in s.read | s.deferred}
    misfits = []
    found = []
    for statement in statements:
        name, value, _ = _assignment(statement.node)
        if not name or value is None or len(binders.get(name, ())) != 1 or _is_changed(statement):
            continue
        if name in reserved:
            continue
        explicit = name in wanted or statement.cell in tagged
        if not explicit and (
            statement.cell in criteria or name.isupper() or name.startswith("_") or hasattr(builtins, name)
        ):
            continue
        if name not in (read if explicit else needed):
            continue
        parameter = _parameter(name, statement, modules, enums)
        if parameter is None or (isinstance(parameter.default, list | dict) and not explicit):
            continue
        if not _fits(parameter):
            place = {"cell": statement.cell, "line": statement.node.lineno}
            allowed = describe_schema(parameter.schema)
            misfits.append(
                refusal("parameter-default", **place, name=name, value=parameter.typed_text, allowed=allowed)
            )
        found.append(replace(parameter, description=_describe(program, statement) if program else ""))
    known = {p.name for p in found}
    refusals = [_refusal(n, binders, statements, read, reserved) for n in wanted if n not in known]
    return found, misfits + refusals


def note_omitted_parameters(
    statements: Sequence[Statement],
    parameters: Collection[str],
    *,
    tagged: Collection[int],
    reserved: Collection[str] = (),
) -> list[CellNote]:
    """Return a note for each literal of a cell tagged ``parameters`` that is no parameter.

    Parameters
    ----------
    statements : sequence of Statement
        The slice.
    parameters : collection of str
        Names of the parameters.
    tagged : collection of int
        Indices of the cells tagged ``parameters``.
    reserved : collection of str
        Names that generated files use.
    """
    found = []
    for statement in statements:
        name, value, _ = _assignment(statement.node)
        if statement.cell not in tagged or not name or name in parameters or not _is_literal(value):
            continue
        if name in reserved:
            reason = "the generated flow uses this name itself"
        elif any(s is not statement and name in s.bound | s.assigned for s in statements):
            reason = "it is assigned in several places"
        elif _is_changed(statement):
            reason = "a later statement may change its value"
        elif not any(name in s.read | s.deferred for s in statements):
            reason = "nothing reads it"
        else:
            reason = "its value has no form in JSON"
        found.append(CellNote(statement.cell, f"`{name}` is no parameter, because {reason}"))
    return found


def parameter_schema(parameters: Sequence[Parameter]) -> dict[str, Any]:
    """Return the JSON schema of `parameters` in the form of Prefect's ``parameter_openapi_schema``."""
    properties = {}
    for position, parameter in enumerate(parameters):
        field: dict[str, Any] = {"position": position, "title": parameter.name, "default": parameter.default}
        field |= parameter.schema
        if parameter.description:
            field["description"] = parameter.description
        if parameter.window:
            kinds = {key: field.pop(key) for key in parameter.schema}
            field |= {"default": None, "anyOf": [kinds, {"type": "null"}]}
        properties[parameter.name] = field
    return {"title": "Parameters", "type": "object", "properties": properties, "required": [], "definitions": {}}


def _assignment(node: ast.stmt) -> tuple[str, ast.expr | None, ast.expr | None]:
    """Return name, value and annotation of an assignment to one name."""
    if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
        return node.targets[0].id, node.value, None
    if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
        return node.target.id, node.value, node.annotation
    return "", None, None


def _is_changed(statement: Statement) -> bool:
    """Return True if a later statement may change the assigned value. Numbers, texts and dates never change."""
    _, value, _ = _assignment(statement.node)
    return statement.changed and not (_is_literal(value) and not isinstance(value, ast.List | ast.Dict | ast.Set))


def _is_literal(value: ast.expr | None) -> bool:
    try:
        ast.literal_eval(value or "")
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return False
    return True


def _parameter(
    name: str, statement: Statement, names: Mapping[str, str], enums: Mapping[str, Mapping[str, Any]]
) -> Parameter | None:
    _, value, annotation = _assignment(statement.node)
    literal = read_value(value, names, enums) if value is not None else None
    if value is None or literal is None:
        return None
    default, text, kind = literal
    declared = read_annotation(annotation, names, enums) if annotation is not None else None
    typed = kind.annotation
    if isinstance(value, ast.Call):
        typed = ast.unparse(value.func)
    elif typed.startswith("steps."):
        typed = typed.removeprefix("steps.")
    if declared is not None and annotation is not None:
        kind, typed = declared, ast.unparse(modernize_annotation(annotation, names))
    return Parameter(
        name=name,
        default=default,
        annotation=kind.annotation,
        text=text,
        typed_annotation=typed,
        typed_text=ast.unparse(value),
        schema=kind.schema,
        statement=statement.number,
    )


def _fits(parameter: Parameter) -> bool:
    """Return True if the default matches the annotation without a conversion."""
    try:
        found = convert_value(parameter.name, parameter.schema, parameter.default)
    except UsageError:
        return False
    same = isinstance(found, type(parameter.default)) or (isinstance(found, float) and type(parameter.default) is int)
    return same and bool(found == parameter.default)


def _describe(program: Program, statement: Statement) -> str:
    """Return the comment beside an assignment, else the comment above it, as a sentence.

    The comment at the top of a cell is about the cell if it calls functions below.
    """
    text = program.text(statement)
    own = program.of_cell(statement.cell)
    follows = len(own) > 1 and own[1].node.lineno == (statement.node.end_lineno or 0) + 1
    calls = any(isinstance(node, ast.Call) for s in own[1:] for node in ast.walk(s.node))
    is_heading = own[0] is statement and follows and calls
    comments: dict[bool, list[str]] = {True: [], False: []}
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type == tokenize.COMMENT and not token.string.startswith(("#!", "# noqa", "# type:")):
                beside = bool(token.line[: token.start[1]].strip())
                comments[beside].append(token.string.lstrip("#").strip(" -="))
    except (tokenize.TokenError, SyntaxError):
        return ""
    found = " ".join(comments[True] or ([] if is_heading else comments[False])).strip()
    if not found or len(found) > 200 or "=" in found:
        return ""
    found = found[:1].upper() + found[1:]
    return found if found.endswith((".", "?", "!")) else f"{found}."


def _is_drawing(statement: Statement, modules: Mapping[str, str]) -> bool:
    """Return True if a statement only draws."""
    roots = {modules.get(n, "").partition(".")[0] for n in statement.read}
    is_call = isinstance(statement.node, ast.Expr)  # an unknown function that returns a value does not only draw
    # A call of an unknown function, which may draw, does more: it also has the effects of any function.
    others = {each.resource for each in statement.effects} - {FIGURE.resource, ANY_FILE.resource}
    is_known = not others and ANY_FILE not in statement.effects
    draws = (is_call and is_known and FIGURE in statement.effects) or bool(
        roots & {"matplotlib", "seaborn", "plotly", "altair", "bokeh"}
    )
    return draws and not isinstance(statement.node, ast.FunctionDef | ast.ClassDef | ast.For | ast.While | ast.If)


def _refusal(
    name: str,
    binders: Mapping[str, Sequence[Statement]],
    statements: Sequence[Statement],
    read: Collection[str],
    reserved: Collection[str],
) -> Refusal:
    at = binders.get(name, ())
    if not at:
        return refusal("parameter-not-found", cell=statements[-1].cell, line=1, name=name)
    if len(at) > 1 or _is_changed(at[-1]):
        rule = "parameter-rebound"
    elif name in reserved:
        rule = "parameter-reserved"
    elif name not in read:
        rule = "parameter-unused"
    else:
        rule = "parameter-not-literal"
    return refusal(rule, cell=at[-1].cell, line=at[-1].node.lineno, name=name)
