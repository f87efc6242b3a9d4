"""Convert and validate values of parameters by their JSON schema.

A request of a run passes here before anything is submitted. Text of a command line is converted to the type of the
parameter. The schema has the keywords ``type``, ``format``, ``enum``, ``anyOf``, ``items``, ``prefixItems``,
``additionalProperties``, and limits of numbers and lengths such as ``minimum`` and ``maxLength``.
"""

from __future__ import annotations

import datetime
import decimal
import json
import math
import operator
import re
import zoneinfo
from collections.abc import Callable, Mapping
from typing import Any, Self

from jupyter_pipeline.exceptions import UsageError

__all__ = ["ParameterText", "check_parameters", "convert_value", "describe_schema"]


class ParameterText(str):
    """Text of a command line whose parsed value does not keep the text, such as ``007``, ``1.10`` or ``no``.

    Parameters
    ----------
    text : str
        The text.
    value : object
        Parsed value.
    scalars : object
        Parsed value with the text of each number, boolean and null in its place.
    """

    __slots__ = ("scalars", "value")
    value: Any
    scalars: Any

    def __new__(cls, text: str, value: Any, scalars: Any) -> Self:
        """Return the text with its two values."""
        found = super().__new__(cls, text)
        found.value, found.scalars = value, scalars
        return found

    def __getnewargs__(self) -> tuple[str, Any, Any]:  # type: ignore[override]  # as `__new__`
        """Return the arguments for copies."""
        return str(self), self.value, self.scalars


def check_parameters(schema: Mapping[str, Any], values: Mapping[str, Any], owner: str = "") -> dict[str, Any]:
    """Return the values of a request, converted to the types of the parameters.

    Parameters
    ----------
    schema : mapping
        JSON schema of all parameters, with ``properties``.
    values : mapping
        Requested values by name. Names without a schema and values equal to the default are returned unchanged.
    owner : str, optional
        Object that sets the values, for the error message.

    Raises
    ------
    UsageError
        If a value does not match the type of its parameter.
    """
    properties = schema.get("properties") or {}
    found: dict[str, Any] = {}
    for name, value in values.items():
        schema = properties.get(name, {})
        is_default = "default" in schema and schema["default"] == value
        found[name] = value if is_default else convert_value(name, schema, value, owner)
    return found


def convert_value(name: str, schema: Mapping[str, Any], value: Any, owner: str = "", *, exact: bool = False) -> Any:
    """Return `value` as a JSON value that matches `schema`. If `exact`, it must match without a conversion.

    Raises
    ------
    UsageError
        If it does not match. The message names the parameter, the value and the allowed values.

    Examples
    --------
    >>> convert_value("day", {"type": "string", "format": "date"}, "2026-01-31")
    '2026-01-31'
    >>> convert_value("rows", {"type": "integer"}, "3")
    3
    """
    try:
        if isinstance(value, ParameterText):
            return _convert(schema, value.value, value.scalars)
        found = _convert(schema, value)
        if exact and not _is_same(found, value):
            raise ValueError(value)
        return found
    except (ValueError, TypeError, ArithmeticError, RecursionError) as error:
        cause = (
            f"{owner} sets the parameter {name!r} to {value!r}, which does not match its type."
            if owner
            else f"{value!r} cannot be the value of the parameter {name}."
        )
        raise UsageError(f"{cause} Set {describe_schema(schema)}.") from error


def describe_schema(schema: Mapping[str, Any]) -> str:
    """Return the allowed values in words.

    Examples
    --------
    >>> describe_schema({"enum": ["a", "b"]})
    "one of 'a' and 'b'"
    >>> describe_schema({"anyOf": [{"type": "string", "format": "date"}, {"type": "null"}]})
    'a date such as 2026-01-31, or null'
    """
    if "anyOf" in schema:
        return ", or ".join(describe_schema(each) for each in schema["anyOf"])
    if "enum" in schema:
        values = [repr(value) for value in schema["enum"]]
        return values[0] if len(values) == 1 else f"one of {', '.join(values[:-1])} and {values[-1]}"
    form = str(schema.get("format", ""))
    if form in _FORMATS:
        return _FORMATS[form][1]
    kind = schema.get("type", "")
    limits = [f"{text} {schema[key]}" for key, text in _LIMITS.items() if key in schema]
    limited = f" {' and '.join(limits)}".replace(" and up to ", " to ") if limits else ""
    if kind == "array" and schema.get("items"):
        return f"a list{limited}, where each element is {describe_schema(schema['items'])}"
    return f"{_TYPES[kind][1]}{limited}" if kind in _TYPES else "a JSON value"


def _is_same(found: Any, value: Any) -> bool:
    """Return True if a flow reads a value as its conversion: 2 as 2.0, but not ``20260131`` as a date."""
    if isinstance(found, list | dict):
        keys = found if isinstance(found, dict) else range(len(found))
        return all(_is_same(found[key], value[key]) for key in keys) if isinstance(value, type(found)) else False
    if any(isinstance(found, kind) != isinstance(value, kind) for kind in (str, bool)):
        return False
    return not isinstance(found, str) or found == value or _EXTENDED.fullmatch(value) is not None


def _convert(schema: Mapping[str, Any], value: Any, text: Any = None) -> Any:
    """Return a value by a schema. `text` is its text on a command line, or a container of the texts."""
    if "anyOf" in schema:
        return _convert_union(schema["anyOf"], value, text)
    if "enum" in schema:
        return _choose(schema["enum"], value, text)
    kind = schema.get("type")
    if not isinstance(kind, str) or kind not in _TYPES:
        return value
    is_decimal = kind in ("integer", "number") and isinstance(text, str) and text.isdecimal()  # YAML reads 010 as 8
    if is_decimal or (kind == "string" and isinstance(text, str) and isinstance(value, bool | int | float)):
        value = text
    found = _TYPES[kind][0](value)
    form = str(schema.get("format", ""))
    if form in _FORMATS:
        found = _FORMATS[form][0](found)
    _check_limits(schema, found)
    if kind == "array":
        fixed = schema.get("prefixItems")
        if fixed is not None and len(fixed) != len(found):
            raise ValueError(value)
        texts = text if isinstance(text, list) else [None] * len(found)
        kinds = fixed or [schema.get("items") or {}] * len(found)
        return [_convert(*each) for each in zip(kinds, found, texts, strict=True)]
    if kind == "object" and isinstance(schema.get("additionalProperties"), Mapping):
        of_keys = text if isinstance(text, dict) else {}
        return {key: _convert(schema["additionalProperties"], each, of_keys.get(key)) for key, each in found.items()}
    return found


def _convert_union(schemas: list[Mapping[str, Any]], value: Any, text: Any) -> Any:
    """Return the value by the first schema that it matches unchanged, else by the first that can convert it."""
    found: list[Any] = []
    for schema in schemas:
        try:
            found.append(_convert(schema, value, text))
        except (ValueError, TypeError, ArithmeticError):
            continue
    exact = [each for each in found if type(each) is type(value) and each == value]
    if not found:
        raise ValueError(value)
    return (exact or found)[0]


def _check_limits(schema: Mapping[str, Any], value: Any) -> None:
    """Raise if a number or the length of a text or list is outside the limits of `schema`."""
    size = len(value) if isinstance(value, str | list) else value
    checks: list[tuple[str, Callable[[Any, Any], bool]]] = [
        *((key, operator.ge) for key in ("minimum", "minLength", "minItems")),
        *((key, operator.le) for key in ("maximum", "maxLength", "maxItems")),
        ("exclusiveMinimum", operator.gt),
        ("exclusiveMaximum", operator.lt),
        ("multipleOf", lambda a, b: not a % b),
    ]
    if any(key in schema and not compare(size, schema[key]) for key, compare in checks):
        raise ValueError(value)


_LIMITS = {
    "minimum": "from",
    "exclusiveMinimum": "above",
    "maximum": "up to",
    "exclusiveMaximum": "below",
    "multipleOf": "that is a multiple of",
    "minLength": "with a length of at least",
    "maxLength": "with a length of at most",
    "minItems": "with a length of at least",
    "maxItems": "with a length of at most",
}
"""Words for the limits of JSON schema."""


def _choose(allowed: list[Any], value: Any, text: Any) -> Any:
    for each in allowed:
        if type(each) is type(value) and each == value:
            return each
    for each in allowed:
        if not isinstance(value, list | dict) and str(each) == str(value if text is None else text):
            return each
    raise ValueError(value)


def _text(value: Any) -> str:
    if not isinstance(value, str | int | float):
        raise TypeError(value)
    return str(value).lower() if isinstance(value, bool) else str(value)


def _boolean(value: Any) -> bool:
    known = {"true": True, "yes": True, "on": True, "1": True, "false": False, "no": False, "off": False, "0": False}
    if str(value).lower() not in known:
        raise ValueError(value)
    return known[str(value).lower()]


def _whole(value: Any) -> int:
    if isinstance(value, bool) or (isinstance(value, float) and not value.is_integer()):
        raise ValueError(value)
    return int(value)


def _real(value: Any) -> float:
    if isinstance(value, bool) or not math.isfinite(number := float(value)):  # JSON has no such numbers
        raise ValueError(value)
    return number


def _null(value: Any) -> None:
    if value is not None and str(value).lower() not in ("null", "none"):
        raise ValueError(value)


def _container(kind: type) -> Callable[[Any], Any]:
    def read(value: Any) -> Any:
        found = json.loads(value) if isinstance(value, str) else value
        if not isinstance(found, kind):
            raise TypeError(value)
        return found

    return read


def _duration(value: str) -> str:
    form = r"-?P(?=.)(\d+([.]\d+)?W)?(\d+([.]\d+)?D)?(T(?=.)(\d+([.]\d+)?H)?(\d+([.]\d+)?M)?(\d+([.]\d+)?S)?)?"
    if not re.fullmatch(form, value):
        raise ValueError(value)
    return value


def _time_zone(value: str) -> str:
    try:
        return zoneinfo.ZoneInfo(value).key
    except (zoneinfo.ZoneInfoNotFoundError, OSError) as error:
        raise ValueError(value) from error


def _decimal(value: str) -> str:
    if not decimal.Decimal(value).is_finite():
        raise ValueError(value)
    return value


def _path(value: str) -> str:
    if not value or "\0" in value:
        raise ValueError(value)
    return value


_EXTENDED = re.compile(r"(\d{4}-\d\d-\d\d[T ])?\d\d:\d\d(:\d\d([.,]\d+)?)?(Z|[+-]\d\d:?\d\d)?|\d{4}-\d\d-\d\d")
"""Dates and times that Prefect reads as they are. It reads other digits as seconds since 1970."""

_TYPES: Mapping[str, tuple[Callable[[Any], Any], str]] = {
    "integer": (_whole, "a whole number"),
    "number": (_real, "a number"),
    "boolean": (_boolean, "true or false"),
    "string": (_text, "text"),
    "array": (_container(list), "a list"),
    "object": (_container(dict), "a mapping"),
    "null": (_null, "null"),
}
_FORMATS: Mapping[str, tuple[Callable[[str], str], str]] = {
    "date": (lambda value: datetime.date.fromisoformat(value).isoformat(), "a date such as 2026-01-31"),
    "date-time": (
        lambda value: datetime.datetime.fromisoformat(value).isoformat(),
        "a date and time such as 2026-01-31T06:00:00",
    ),
    "time": (lambda value: datetime.time.fromisoformat(value).isoformat(), "a time such as 06:30:00"),
    "duration": (_duration, "a duration such as P1DT12H"),
    "zoneinfo": (_time_zone, "a time zone such as Europe/Berlin"),
    "decimal": (_decimal, "a decimal number such as 1.50"),
    "path": (_path, "a path"),
}
