"""Convert values of parameters, such as text of a command line, to the type in the notebook."""

from __future__ import annotations

import datetime
import json
import math
from collections.abc import Callable, Mapping
from typing import Any

from jupyter_pipeline.compiler.graph.parameters import Parameter
from jupyter_pipeline.exceptions import UsageError

__all__ = ["convert_value"]


def convert_value(parameter: Parameter, value: Any) -> Any:
    """Return `value` as a JSON value of the parameter's type. Text of a command line is parsed.

    Raises
    ------
    UsageError
        If the value has another type.
    """
    read = _READ.get(parameter.annotation)
    if read is None or value is None:
        return value
    try:
        return read(value)
    except (ValueError, TypeError) as error:
        raise UsageError(
            f"{value!r} cannot be the value of the parameter {parameter.name}: it is of type {parameter.annotation}, "
            f"such as {parameter.text}."
        ) from error


def _boolean(value: Any) -> bool:
    known = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
    if str(value).lower() not in known:
        raise ValueError(value)
    return known[str(value).lower()]


def _whole(value: Any) -> int:
    if isinstance(value, float) and not value.is_integer():
        raise ValueError(value)
    return int(value)


def _real(value: Any) -> float:
    if not math.isfinite(number := float(value)):  # JSON has no such numbers
        raise ValueError(value)
    return number


def _container(kind: type) -> Callable[[Any], Any]:
    def read(value: Any) -> Any:
        found = json.loads(value) if isinstance(value, str) else value
        if not isinstance(found, kind):
            raise TypeError(value)
        return found

    return read


_READ: Mapping[str, Callable[[Any], Any]] = {
    "int": _whole,
    "float": _real,
    "bool": _boolean,
    "str": str,
    "list": _container(list),
    "dict": _container(dict),
    "datetime.date": lambda value: datetime.date.fromisoformat(str(value)).isoformat(),
    "datetime.datetime": lambda value: datetime.datetime.fromisoformat(str(value)).isoformat(),
}
