"""Base class of records: conversion to and from plain data."""

from __future__ import annotations

import dataclasses
import enum
import functools
from collections.abc import Mapping, Sequence
from typing import Any, Self

__all__ = ["Record", "field_default", "field_names", "to_plain"]

_PLAIN = frozenset({str, int, float, bool, type(None)})
"""Types whose values are plain."""


def to_plain(value: Any) -> Any:
    """Return records, enumerations, mappings and sequences as plain JSON types."""
    if type(value) in _PLAIN:  # most values of a thousand records
        return value
    if isinstance(value, Record):
        return value.to_dict()
    if isinstance(value, enum.Enum):
        return value.value
    if isinstance(value, Mapping):
        return {str(k): to_plain(v) for k, v in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return [to_plain(v) for v in value]
    if isinstance(value, set | frozenset):
        return sorted(to_plain(v) for v in value)
    return value


class Record:
    """Base class of records."""

    __slots__ = ()

    def to_dict(self) -> dict[str, Any]:
        """Return the record as plain JSON types."""
        return {f.name: to_plain(getattr(self, f.name)) for f in dataclasses.fields(self)}  # type: ignore[arg-type]

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Return the record in `data`. Unknown keys, written by a newer version, are ignored."""
        names = field_names(cls)  # type: ignore[arg-type]
        return cls(**{k: v for k, v in data.items() if k in names})


def field_default(kind: type[Record], name: str) -> Any:
    """Return the default of a field; ``None`` if it has none or a factory."""
    default = next(f.default for f in dataclasses.fields(kind) if f.name == name)  # type: ignore[arg-type]
    return None if default is dataclasses.MISSING else default


@functools.cache
def field_names(kind: type[Record]) -> frozenset[str]:
    """Return the names of the fields of a record."""
    return frozenset(f.name for f in dataclasses.fields(kind))  # type: ignore[arg-type]
