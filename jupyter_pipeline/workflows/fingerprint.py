"""Fingerprint the content of a value, to compare it in two processes.

The kernel and the rehearsal load this file: the rehearsal by path, in an interpreter that may lack Jupyter Pipeline. So
it imports the standard library and, if installed, Dask, whose tokens depend on the content of NumPy, pandas, Arrow and
SciPy objects alone. Classes of a notebook have another module in each process, so their objects have no fingerprint.
"""

from __future__ import annotations

import datetime
import decimal
import fractions
import hashlib
import math
import pathlib
import sys
from collections.abc import Iterator, Mapping
from typing import Any

__all__ = ["are_close", "fingerprint", "versions"]

_PLAIN = (
    bool, int, complex, str, bytes, bytearray, range, type(None), datetime.date, datetime.time, datetime.timedelta,
    datetime.tzinfo, decimal.Decimal, fractions.Fraction, pathlib.PurePath, slice,
)  # fmt: skip
_MOST_BYTES = 500_000_000
_MOST_ITEMS = 200_000
_SHOWN = 2000
"""Characters of the representation that a fingerprint contains."""


class _NoFingerprintError(Exception):
    """The value has no fingerprint; the message is the reason."""


def fingerprint(value: Any) -> dict[str, Any]:
    """Return ``type``, ``text`` and ``digest`` of a value, or the ``reason`` why it has no digest.

    ``floats`` are statistics of the floating-point numbers, and ``frame`` is a digest of everything else. With both,
    a rounding difference is recognized.

    Parameters
    ----------
    value : object
        Value of a name.
    """
    found: dict[str, Any] = {"type": _type_name(value)}
    walk = _Walk()
    try:
        walk.add(value)
    except _NoFingerprintError as error:
        return {**found, "reason": str(error)}
    except Exception as error:  # noqa: BLE001 - a method of the value may raise anything
        return {**found, "reason": f"{type(error).__name__} while it was read"}
    return {
        **found,
        "text": _describe(value),
        "digest": walk.exact.hexdigest(),
        "frame": walk.frame.hexdigest(),
        "floats": walk.floats,
    }


def versions() -> dict[str, str]:
    """Return the versions of the packages on which fingerprints depend."""
    names = ("dask", "numpy", "pandas", "pyarrow", "polars", "scipy")
    found = {name: str(getattr(sys.modules[name], "__version__", "")) for name in names if name in sys.modules}
    return {**found, "python": sys.version.split()[0]}


def _type_name(value: Any) -> str:
    kind = type(value)
    return kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"


def _describe(value: Any) -> str:
    shape = getattr(value, "shape", None)
    dtype = getattr(value, "dtypes", getattr(value, "dtype", None))
    text = repr(value)[:_SHOWN]
    head = f"shape {shape}, " if isinstance(shape, tuple) else ""
    if dtype is not None and isinstance(shape, tuple):
        kinds = ", ".join(f"{k}: {v}" for k, v in list(dtype.items())[:30]) if hasattr(dtype, "items") else str(dtype)
        head += f"dtype {kinds}\n"
    return head + text


class _Walk:
    """Digest of a value and the values in it."""

    def __init__(self) -> None:
        self.exact, self.frame = hashlib.sha256(), hashlib.sha256()
        """Digests with and without the digits of floating-point numbers."""
        self.floats: list[list[float]] = []
        self.items = 0
        self._open: set[int] = set()

    def add(self, value: Any) -> None:
        self.items += 1
        if self.items > _MOST_ITEMS:
            raise _NoFingerprintError("more than 200,000 items")
        kind = type(value)
        if kind is float:
            self._put(self.exact, repr(value))
            self._put(self.frame, "float")
            self.floats.append([value])
        elif isinstance(value, _PLAIN) and kind.__module__ in (
            "builtins",
            "datetime",
            "decimal",
            "fractions",
            "pathlib",
            "zoneinfo",
            "pathlib._local",
        ):
            self._both(f"{_type_name(value)}:{value!r}")
        elif isinstance(value, list | tuple | set | frozenset | Mapping) and _is_known(kind):
            self._container(value)
        elif kind.__module__.partition(".")[0] in (
            "numpy",
            "pandas",
            "pyarrow",
            "polars",
        ) or kind.__module__.startswith("scipy.sparse"):
            self._tokenized(value)
        else:
            raise _NoFingerprintError(f"it contains a {_type_name(value)}")

    def _container(self, value: Any) -> None:
        if id(value) in self._open:
            raise _NoFingerprintError("it contains itself")
        self._open.add(id(value))
        self._both(f"{_type_name(value)}[{len(value)}]")
        for item in _members(value):
            self.add(item)
        self._open.discard(id(value))

    def _tokenized(self, value: Any) -> None:
        """Add the token of an array or a table by Dask, and statistics of its floating-point numbers."""
        if _size(value) > _MOST_BYTES:
            raise _NoFingerprintError("it is larger than 500 MB")
        _refuse_objects(value)
        try:
            from dask.base import tokenize
        except ImportError:
            raise _NoFingerprintError("the interpreter of the runs has no Dask") from None
        numbers = [] if _is_index(value) else list(_float_columns(value))
        self._put(self.exact, f"{_type_name(value)}:{tokenize(value)}")
        self._put(self.frame, f"{_type_name(value)}:{_layout(value) if numbers else tokenize(value)}")
        self.floats += numbers

    def _both(self, text: str) -> None:
        self._put(self.exact, text)
        self._put(self.frame, text)

    @staticmethod
    def _put(digest: Any, text: str) -> None:
        digest.update(text.encode("utf-8", "surrogatepass") + b"\0")


def _is_known(kind: type) -> bool:
    return kind.__module__ in ("builtins", "collections", "types")


def _members(value: Any) -> Iterator[Any]:
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield key
            yield item
    elif isinstance(value, set | frozenset):
        yield from sorted(value, key=repr)
    else:
        yield from value


def _size(value: Any) -> int:
    found = getattr(value, "nbytes", 0)
    if isinstance(found, int):
        return found
    usage = getattr(value, "memory_usage", None)
    return int(usage(index=True).sum()) if callable(usage) else 0


def _is_index(value: Any) -> bool:
    """Return True for an object whose labels are its content."""
    return "Index" in type(value).__name__


def _refuse_objects(value: Any) -> None:
    """Refuse arrays whose objects may be of a class of the notebook."""
    columns = (
        [value[c] for c in value.columns]
        if hasattr(value, "columns") and hasattr(value, "dtypes") and _is_frame(value)
        else [value]
    )
    for column in columns:
        if str(getattr(column, "dtype", "")) == "object":
            for item in list(getattr(column, "values", column).ravel()[:1000]):
                if type(item) is object or type(item).__module__ not in (
                    "builtins",
                    "datetime",
                    "decimal",
                    "pandas",
                    "numpy",
                ):
                    raise _NoFingerprintError(f"it contains a {_type_name(item)}")
                if isinstance(item, list | dict | tuple | set) and any(
                    type(each).__module__ != "builtins" for each in _members(item)
                ):
                    raise _NoFingerprintError("it contains objects")


def _is_frame(value: Any) -> bool:
    return (
        type(value).__module__.startswith("pandas")
        and getattr(value, "ndim", 0) == 2
        and not value.columns.duplicated().any()
    )


def _float_columns(value: Any) -> Iterator[list[float]]:
    """Yield statistics of each floating-point column of an array or a pandas object."""
    columns = [value[c].to_numpy() for c in value.columns if _is_float(value[c])] if _is_frame(value) else [value]
    for column in columns:
        array = column.to_numpy() if hasattr(column, "to_numpy") else column
        if not _is_float(array) or not hasattr(array, "ravel"):
            continue
        import numpy as np

        flat = np.asarray(array, dtype="float64").ravel()
        finite = flat[np.isfinite(flat)]
        weights = np.cos(np.arange(len(finite)))
        first, last = (float(finite[0]), float(finite[-1])) if len(finite) else (0.0, 0.0)
        scale = float(np.abs(finite).sum())
        yield [float(len(finite)), float(finite.sum()), scale, float((finite * weights).sum()), first, last]


def _is_float(value: Any) -> bool:
    return str(getattr(value, "dtype", "")) in ("float64", "float32", "Float64", "Float32")


def _layout(value: Any) -> str:
    """Return everything of an array or a pandas object but its floating-point numbers."""
    from dask.base import tokenize

    if _is_frame(value):
        rest = [tokenize(value[c]) if not _is_float(value[c]) else "" for c in value.columns]
        return (
            f"{value.shape}{list(map(str, value.dtypes))}{rest}{tokenize(value.index)}{list(map(str, value.columns))}"
        )
    labels = getattr(value, "index", None)
    tokens = tokenize(labels) if labels is not None and not callable(labels) else ""
    return f"{getattr(value, 'shape', '')}{getattr(value, 'dtype', '')}{tokens}{getattr(value, 'name', '')}"


def are_close(first: list[list[float]], second: list[list[float]], tolerance: float = 1e-9) -> bool:
    """Return True if the statistics of two fingerprints differ by rounding only."""
    if len(first) != len(second):
        return False
    for one, other in zip(first, second, strict=True):
        if len(one) != len(other):
            return False
        scale = max([abs(x) for x in (*one, *other) if not math.isnan(x)], default=0.0)
        for a, b in zip(one, other, strict=True):
            if (
                a != b
                and not (math.isnan(a) and math.isnan(b))
                and not math.isclose(a, b, rel_tol=tolerance, abs_tol=tolerance * scale)
            ):
                return False
    return True
