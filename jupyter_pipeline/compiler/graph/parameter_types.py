"""Types of parameters: from an annotation, or from a literal value.

A type has the annotation of the generated flow, and a JSON schema. Both describe the same values.
"""

from __future__ import annotations

import ast
import datetime
import decimal
import pathlib
import zoneinfo
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

__all__ = ["ParameterType", "find_enums", "modernize_annotation", "read_annotation", "read_value"]

_SIMPLE = {"int": "integer", "float": "number", "str": "string", "bool": "boolean"}
_FORMATS = {
    "datetime.date": "date",
    "datetime.datetime": "date-time",
    "datetime.time": "time",
    "datetime.timedelta": "duration",
    "pathlib.Path": "path",
    "pathlib.PurePath": "path",
    "decimal.Decimal": "decimal",
    "zoneinfo.ZoneInfo": "zoneinfo",
}
_POSITIONAL = {
    "Ge": ("ge",),
    "Gt": ("gt",),
    "Le": ("le",),
    "Lt": ("lt",),
    "Len": ("min_length", "max_length"),
    "MaxLen": ("max_length",),
    "MinLen": ("min_length",),
    "MultipleOf": ("multiple_of",),
}
"""Positional arguments of the classes of `annotated_types`."""
_RANGES = {
    "ge": "minimum",
    "gt": "exclusiveMinimum",
    "le": "maximum",
    "lt": "exclusiveMaximum",
    "multiple_of": "multipleOf",
}
"""Keywords of JSON schema for the limits of a number."""
_LENGTHS = {"min_length": "minLength", "max_length": "maxLength"}
_ITEMS = {"min_length": "minItems", "max_length": "maxItems"}
_LIMITS = frozenset([*_RANGES, *_LENGTHS])
_ENUM_BASES = ("enum.Enum", "enum.StrEnum", "enum.IntEnum")


@dataclass(frozen=True, slots=True)
class ParameterType:
    """Annotation and JSON schema of a parameter."""

    annotation: str
    """Type as code with full names, such as ``datetime.date`` or ``steps.Kind``."""
    schema: Mapping[str, Any] = field(default_factory=dict)


def find_enums(statements: Iterable[ast.stmt], names: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """Return the members of each enumeration of literals, by class name.

    Parameters
    ----------
    statements : iterable of ast.stmt
        Statements at module level.
    names : mapping of str to str
        Import path of each imported name.
    """
    found: dict[str, dict[str, Any]] = {}
    for node in statements:
        if not isinstance(node, ast.ClassDef) or not any(_path(base, names) in _ENUM_BASES for base in node.bases):
            continue
        members = {}
        for child in node.body:
            if isinstance(child, ast.Assign) and isinstance(child.targets[0], ast.Name):
                if not isinstance(child.value, ast.Constant) or not isinstance(child.value.value, str | int | float):
                    break
                members[child.targets[0].id] = child.value.value
        else:
            if members:
                found[node.name] = members
    return found


def read_annotation(
    node: ast.expr, names: Mapping[str, str], enums: Mapping[str, Mapping[str, Any]]
) -> ParameterType | None:
    """Return the type of an annotation, or ``None`` if it has no JSON schema."""
    match node:
        case ast.Constant(value=None):
            return ParameterType("None", {"type": "null"})
        case ast.Constant(value=str() as text):
            try:
                return read_annotation(ast.parse(text, mode="eval").body, names, enums)
            except SyntaxError:
                return None
        case ast.BinOp(op=ast.BitOr()):
            return _union([node.left, node.right], names, enums)
        case ast.Subscript():
            return _generic(node, names, enums)
        case ast.Name() if node.id in enums:
            return ParameterType(f"steps.{node.id}", {"enum": list(enums[node.id].values())})
    path = _path(node, names)
    if path in _SIMPLE:
        return ParameterType(path, {"type": _SIMPLE[path]})
    if path in _FORMATS:
        return ParameterType(path, {"type": "string", "format": _FORMATS[path]})
    if path in ("list", "typing.List"):
        return ParameterType("list", {"type": "array", "items": {}})
    if path in ("dict", "typing.Dict"):
        return ParameterType("dict", {"type": "object", "additionalProperties": True})
    return ParameterType("Any", {}) if path == "typing.Any" else None


def modernize_annotation(node: ast.expr, names: Mapping[str, str]) -> ast.expr:
    """Return an annotation without the names of `typing` that the syntax of Python replaces.

    Parameters
    ----------
    node : ast.expr
        An annotation that `read_annotation` accepts.
    names : mapping of str to str
        Import path of each imported name.

    Examples
    --------
    >>> node = ast.parse("Optional[List[int]]", mode="eval").body
    >>> ast.unparse(modernize_annotation(node, {"List": "typing.List", "Optional": "typing.Optional"}))
    'list[int] | None'
    """
    match node:
        case ast.Constant(value=str() as text):
            return modernize_annotation(ast.parse(text, mode="eval").body, names)
        case ast.BinOp(op=ast.BitOr()):
            return _join_types(_split_union(node, names))
        case ast.Subscript():
            path = _path(node.value, names)
            arguments = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
            if path in ("typing.Literal", "typing_extensions.Literal"):
                return node
            if path in ("typing.Annotated", "typing_extensions.Annotated"):
                first = modernize_annotation(arguments[0], names)
                return ast.Subscript(node.value, ast.Tuple([first, *arguments[1:]], ast.Load()), ast.Load())
            if path == "typing.Final":
                return modernize_annotation(arguments[0], names)
            if path in ("typing.Optional", "typing.Union"):
                return _join_types(_split_union(node, names))
            parts = [modernize_annotation(a, names) for a in arguments]
            inner = ast.Tuple(parts, ast.Load()) if isinstance(node.slice, ast.Tuple) else parts[0]
            return ast.Subscript(modernize_annotation(node.value, names), inner, ast.Load())
    builtin = {"typing.List": "list", "typing.Dict": "dict"}.get(_path(node, names))
    return ast.Name(builtin, ast.Load()) if builtin else node


def _split_union(node: ast.expr, names: Mapping[str, str]) -> list[ast.expr]:
    """Return the members of a union in the current syntax."""
    if isinstance(node, ast.BinOp):
        return [*_split_union(node.left, names), *_split_union(node.right, names)]
    path = _path(node.value, names) if isinstance(node, ast.Subscript) else ""
    if isinstance(node, ast.Subscript) and path in ("typing.Optional", "typing.Union"):
        members = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        found = [part for member in members for part in _split_union(member, names)]
        return [*found, ast.Constant(None)] if path == "typing.Optional" else found
    return [modernize_annotation(node, names)]


def _join_types(members: Iterable[ast.expr]) -> ast.expr:
    """Return a union without repeated members, and without ``int`` beside ``float``, as Ruff writes it."""
    found = {ast.unparse(member): member for member in members}
    if "float" in found:
        found.pop("int", None)
    joined, *rest = found.values()
    for member in rest:
        joined = ast.BinOp(joined, ast.BitOr(), member)
    return joined


def _union(
    nodes: Iterable[ast.expr], names: Mapping[str, str], enums: Mapping[str, Mapping[str, Any]]
) -> ParameterType | None:
    parts = [read_annotation(node, names, enums) for node in nodes]
    known = [part for part in parts if part is not None]
    if len(known) != len(parts):
        return None
    schemas = [each for part in known for each in part.schema.get("anyOf", [part.schema])]
    return ParameterType(" | ".join(part.annotation for part in known), {"anyOf": schemas})


def _generic(
    node: ast.Subscript, names: Mapping[str, str], enums: Mapping[str, Mapping[str, Any]]
) -> ParameterType | None:
    path = _path(node.value, names)
    arguments = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
    if path in ("typing.Literal", "typing_extensions.Literal"):
        values = [a.value for a in arguments if isinstance(a, ast.Constant)]
        if len(values) != len(arguments) or not all(isinstance(v, str | int | bool) for v in values):
            return None
        return ParameterType(f"Literal[{', '.join(map(repr, values))}]", {"enum": values})
    if path == "typing.Optional":
        return _union([*arguments, ast.Constant(value=None)], names, enums)
    if path == "typing.Union":
        return _union(arguments, names, enums)
    if path in ("typing.Annotated", "typing_extensions.Annotated"):
        base = read_annotation(arguments[0], names, enums)
        return None if base is None else _limit(base, _read_limits(arguments[1:], names))
    if path == "typing.Final":
        return read_annotation(arguments[0], names, enums)
    parts = [read_annotation(a, names, enums) for a in arguments]
    if any(part is None for part in parts):
        return None
    annotations = ", ".join(part.annotation for part in parts if part is not None)
    if path in ("list", "typing.List") and parts[0] is not None:
        return ParameterType(f"list[{annotations}]", {"type": "array", "items": parts[0].schema})
    is_mapping = path in ("dict", "typing.Dict") and len(parts) == 2 and annotations.startswith("str, ")
    if is_mapping and parts[1] is not None:
        return ParameterType(f"dict[{annotations}]", {"type": "object", "additionalProperties": parts[1].schema})
    return None


def _read_limits(metadata: Iterable[ast.expr], names: Mapping[str, str]) -> dict[str, Any]:
    """Return the limits in the metadata of ``Annotated``: of `annotated_types`, or a ``Field`` of pydantic."""
    found: dict[str, Any] = {}
    for node in metadata:
        if not isinstance(node, ast.Call):
            continue
        name = _path(node.func, names).rpartition(".")[2]
        values = [*zip(_POSITIONAL.get(name, ()), node.args, strict=False)]
        values += [(k.arg, k.value) for k in node.keywords if k.arg in _LIMITS]
        for key, value in values:
            try:
                limit = ast.literal_eval(value)
            except (ValueError, TypeError, SyntaxError):
                continue
            if isinstance(limit, int | float) and not isinstance(limit, bool):
                found[key] = limit
    return found


def _limit(base: ParameterType, limits: Mapping[str, Any]) -> ParameterType:
    """Return a type whose values have limits."""
    if not limits:
        return base
    parts = base.schema.get("anyOf", [base.schema])
    schemas = []
    for part in parts:
        own = _LENGTHS if part.get("type") == "string" else _ITEMS if part.get("type") == "array" else _RANGES
        known = {own[key]: limit for key, limit in limits.items() if key in own}
        schemas.append({**part, **known} if part.get("type") != "null" else part)
    text = ", ".join(f"{key}={limit!r}" for key, limit in limits.items())
    schema = {"anyOf": schemas} if "anyOf" in base.schema else schemas[0]
    return ParameterType(f"Annotated[{base.annotation}, Field({text})]", schema)


def read_value(
    node: ast.expr, names: Mapping[str, str], enums: Mapping[str, Mapping[str, Any]]
) -> tuple[Any, str, ParameterType] | None:
    """Return the JSON value, the code with full names, and the type of a literal; ``None`` for other expressions."""
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in enums:
        members = enums[node.value.id]
        kind = ParameterType(f"steps.{node.value.id}", {"enum": list(members.values())})
        text = f"steps.{node.value.id}.{node.attr}"
        return (members[node.attr], text, kind) if node.attr in members else None
    if isinstance(node, ast.Call):
        return _read_call(node, names)
    try:
        value = ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return None
    if not _is_plain(value):
        return None
    return value, ast.unparse(node), _type_of(value)


def _read_call(node: ast.Call, names: Mapping[str, str]) -> tuple[Any, str, ParameterType] | None:
    path = _path(node.func, names)
    kind = {
        "datetime.date": datetime.date,
        "datetime.datetime": datetime.datetime,
        "datetime.time": datetime.time,
        "datetime.timedelta": datetime.timedelta,
        "pathlib.Path": pathlib.PurePosixPath,
        "decimal.Decimal": decimal.Decimal,
        "zoneinfo.ZoneInfo": zoneinfo.ZoneInfo,
    }.get(path)
    if kind is None:
        return None
    try:
        arguments = [ast.literal_eval(a) for a in node.args]
        keywords = {k.arg or "": ast.literal_eval(k.value) for k in node.keywords}
        value = kind(*arguments, **keywords)
    except (ValueError, TypeError, SyntaxError, ArithmeticError, OSError, KeyError):
        return None
    if isinstance(value, pathlib.PurePath) and not arguments:
        return None
    text = f"pathlib.Path({str(value)!r})" if isinstance(value, pathlib.PurePath) else repr(value)
    if isinstance(value, decimal.Decimal):
        text = f"decimal.{value!r}"
    elif isinstance(value, zoneinfo.ZoneInfo):
        text = f"zoneinfo.ZoneInfo({value.key!r})"
    return _to_json(value), text, ParameterType(path, {"type": "string", "format": _FORMATS[path]})


def _to_json(value: Any) -> str:
    if isinstance(value, datetime.timedelta):
        return f"PT{value.total_seconds():f}".rstrip("0").rstrip(".") + "S"
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    return value.key if isinstance(value, zoneinfo.ZoneInfo) else str(value)


def _type_of(value: Any) -> ParameterType:
    """Return the type of a JSON value. A list has an element type if all its elements have the same."""
    if value is None:
        return ParameterType("Any", {})
    name = type(value).__name__
    if name in _SIMPLE:
        return ParameterType(name, {"type": _SIMPLE[name]})
    elements = {type(each).__name__ for each in (value.values() if isinstance(value, dict) else value)}
    element = elements.pop() if len(elements) == 1 else ""
    if isinstance(value, list):
        schema = {"type": _SIMPLE[element]} if element in _SIMPLE else {}
        return ParameterType(f"list[{element}]" if schema else "list", {"type": "array", "items": schema})
    more: Any = {"type": _SIMPLE[element]} if element in _SIMPLE else True
    annotation = f"dict[str, {element}]" if element in _SIMPLE else "dict"
    return ParameterType(annotation, {"type": "object", "additionalProperties": more})


def _is_plain(value: Any) -> bool:
    if isinstance(value, dict):
        return all(isinstance(k, str) and _is_plain(v) for k, v in value.items())
    if isinstance(value, list):
        return all(_is_plain(v) for v in value)
    if isinstance(value, float):
        return abs(value) < float("inf")
    return value is None or isinstance(value, bool | int | str)


def _path(node: ast.expr, names: Mapping[str, str]) -> str:
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        return ""
    return ".".join([names.get(node.id, node.id), *reversed(parts)])
