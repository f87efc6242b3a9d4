"""Describe in one sentence why the Prefect server refused a request (pure)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

__all__ = ["describe_refusal"]

_SHAPE = ("missing", "extra_forbidden", "model_type", "dict_type", "model_attributes_type")
"""Errors of an alternative of a union that the request does not use."""


def describe_refusal(errors: Sequence[Any]) -> str:
    """Return the first error that concerns the request, with its field.

    Parameters
    ----------
    errors : sequence
        Validation errors as FastAPI lists them. A field with several alternatives, such as a schedule, has the errors
        of each: a cron expression is reported as an interval without an interval, too.
    """
    listed = [error for error in errors if isinstance(error, Mapping)]
    if not listed:
        return "; ".join(map(str, errors))
    # Of a union, the alternative that was written has fewest missing and surplus fields.
    branches: dict[tuple[str, ...], list[Mapping[str, Any]]] = {}
    for error in listed:
        branches.setdefault(_place(error)[:-1], []).append(error)
    best = min(branches.values(), key=lambda found: sum(error.get("type") in _SHAPE for error in found))
    error = next((error for error in best if error.get("type") not in _SHAPE), best[0])
    message = " ".join(str(error.get("msg", error)).removeprefix("Value error, ").rstrip(".").split())
    place = ".".join(part for part in _place(error) if not part[:1].isupper())
    return f"{message} (field {place})" if place else message


def _place(error: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(str(part) for part in error.get("loc") or ())[1:]
