"""Find the literals that become parameters, their types, and their JSON schema.

1. A name is a parameter if the slice binds it once to a simple literal, and nothing changes it. Simple literals are
   numbers, strings, booleans, ``None`` and dates of literals. ``ALL_CAPS`` names are constants.
2. In a cell tagged ``parameters``, every literal is a parameter: lists, dictionaries and ``ALL_CAPS`` names too.
3. A name of ``--param`` must be a parameter; otherwise it is refused with a reason.
"""

from __future__ import annotations

import ast
import datetime
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from jupyter_pipeline.compiler.analysis.statements import Statement
from jupyter_pipeline.compiler.refusals import refusal
from jupyter_pipeline.models import Record, Refusal

__all__ = ["Parameter", "find_parameters", "parameter_schema"]

_JSON_TYPES = {
    "int": "integer",
    "float": "number",
    "str": "string",
    "bool": "boolean",
    "list": "array",
    "dict": "object",
}


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
    """The type with the notebook's own imports, such as ``dt.date``."""
    typed_text: str = ""
    """The default as typed."""
    description: str = ""
    """Comment beside or above the assignment."""
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
    """
    binders: dict[str, list[Statement]] = {}
    for statement in statements:
        for name in statement.bound | statement.assigned:
            binders.setdefault(name, []).append(statement)
    read = {name for s in statements for name in s.read | s.deferred}
    imported = _datetime_names(statements)
    found = []
    for statement in statements:
        target, value = _assignment(statement.node)
        name = target or ""
        if not name or value is None or len(binders.get(name, ())) != 1 or statement.changed:
            continue
        if name in reserved:
            continue
        explicit = name in wanted or statement.cell in tagged
        if not explicit and (statement.cell in criteria or name.isupper() or name.startswith("_")):
            continue
        parameter = _parameter(name, statement, value, imported, containers=explicit)
        if parameter and name in read:
            found.append(parameter)
    known = {p.name for p in found}
    refusals = [_refusal(n, binders, statements, read, reserved) for n in wanted if n not in known]
    return found, refusals


def parameter_schema(parameters: Sequence[Parameter]) -> dict[str, Any]:
    """Return the JSON schema of `parameters` in the form of Prefect's ``parameter_openapi_schema``."""
    properties = {}
    for position, parameter in enumerate(parameters):
        field: dict[str, Any] = {"position": position, "title": parameter.name, "default": parameter.default}
        if parameter.annotation in _JSON_TYPES:
            field["type"] = _JSON_TYPES[parameter.annotation]
        if parameter.annotation.startswith("datetime."):
            kind = {"datetime": "date-time", "date": "date"}[parameter.annotation.rpartition(".")[2]]
            field |= {"type": "string", "format": kind}
        if field.get("type") == "array":
            field["items"] = {}
        if field.get("type") == "object":
            field["additionalProperties"] = True
        if parameter.window:
            kind_of_value = {key: field.pop(key) for key in ("type", "format") if key in field}
            field |= {"default": None, "anyOf": [kind_of_value, {"type": "null"}]}
        properties[parameter.name] = field
    return {"title": "Parameters", "type": "object", "properties": properties, "required": [], "definitions": {}}


def _assignment(node: ast.stmt) -> tuple[str | None, ast.expr | None]:
    if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
        return node.targets[0].id, node.value
    if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
        return node.target.id, node.value
    return None, None


def _parameter(
    name: str, statement: Statement, value: ast.expr, imported: Mapping[str, str], *, containers: bool
) -> Parameter | None:
    if (moment := _moment(value, imported)) is not None:
        return Parameter(
            name=name,
            default=moment.isoformat(),
            annotation=f"datetime.{type(moment).__name__}",
            text=repr(moment),
            typed_annotation=ast.unparse(value.func) if isinstance(value, ast.Call) else "",
            typed_text=ast.unparse(value),
            statement=statement.number,
        )
    try:
        literal = ast.literal_eval(value)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return None
    simple = literal is None or isinstance(literal, bool | int | float | str)
    if not simple and not (containers and isinstance(literal, list | dict) and _plain(literal)):
        return None
    annotation = type(literal).__name__ if literal is not None else "Any"
    if isinstance(literal, float) and not (abs(literal) < float("inf")):
        return None
    return Parameter(
        name=name,
        default=literal,
        annotation=annotation,
        text=ast.unparse(value),
        typed_annotation=annotation,
        typed_text=ast.unparse(value),
        statement=statement.number,
    )


def _datetime_names(statements: Sequence[Statement]) -> dict[str, str]:
    """Return the imported names of ``datetime``: the module, ``date`` or ``datetime`` by local name."""
    found: dict[str, str] = {}
    for s in statements:
        if isinstance(s.node, ast.Import):
            found |= {a.asname or a.name: "datetime" for a in s.node.names if a.name == "datetime"}
        elif isinstance(s.node, ast.ImportFrom) and s.node.module == "datetime":
            found |= {a.asname or a.name: f"datetime.{a.name}" for a in s.node.names}
    return found


def _moment(value: ast.expr, imported: Mapping[str, str]) -> datetime.date | None:
    """Return the date or time of a call with literals, such as ``date(2026, 1, 31)``."""
    if not isinstance(value, ast.Call) or value.keywords:
        return None
    function = value.func
    if isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name):
        name = f"{imported.get(function.value.id)}.{function.attr}"
    else:
        name = imported.get(getattr(function, "id", ""), "")
    kind = {"datetime.date": datetime.date, "datetime.datetime": datetime.datetime}.get(name)
    try:
        return kind(*[ast.literal_eval(a) for a in value.args]) if kind else None
    except (ValueError, TypeError):
        return None


def _plain(value: Any) -> bool:
    if isinstance(value, Mapping):
        return all(isinstance(k, str) and _plain(v) for k, v in value.items())
    if isinstance(value, list):
        return all(_plain(v) for v in value)
    return value is None or isinstance(value, bool | int | float | str)


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
    if len(at) > 1 or at[-1].changed:
        rule = "parameter-rebound"
    elif name in reserved:
        rule = "parameter-reserved"
    elif name not in read:
        rule = "parameter-unused"
    else:
        rule = "parameter-not-literal"
    return refusal(rule, cell=at[-1].cell, line=at[-1].node.lineno, name=name)
