"""Fingerprint the content of a value, to compare it in two processes.

The kernel and the rehearsal load this file: the rehearsal by path, in an interpreter that may lack Jupyter Pipeline. So
it imports the standard library alone. It reads arrays and tables by their own methods. Classes of a notebook have
another module in each process, so their objects have no fingerprint.

Elements of a large array are read at places that are spread evenly. The places depend on the shape alone, so both
processes read the same. Sums include all elements. ``sampled`` is true for such a value.
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

__all__ = ["are_close", "fingerprint", "name_type", "versions"]

_PLAIN = (
    bool, int, complex, str, bytes, bytearray, range, type(None), datetime.date, datetime.time, datetime.timedelta,
    datetime.tzinfo, decimal.Decimal, fractions.Fraction, pathlib.PurePath, slice,
)  # fmt: skip
_MOST_ITEMS = 100_000
_EXACT_BYTES = 4_000_000
"""Bytes of an array up to which all of it is read."""
_EXACT_OBJECTS = 20_000
"""Elements up to which all objects of an array are read."""
_SAMPLE = 20_000
"""Elements of a large array that are read."""
_MOST_COLUMNS = 200
_MOST_FLOATS = 100
"""Numbers of a list up to which each one is compared up to rounding."""
_NUMBERS = (int, float, bool)
_BASIC = ("builtins", "datetime", "decimal", "fractions", "pathlib", "pathlib._local", "zoneinfo")
"""Modules of classes whose `repr` is their content."""
_PANDAS_ELEMENTS = frozenset({"_Timestamp", "_Timedelta", "_Period", "Interval", "NAType", "NaTType", "BaseOffset"})
"""Base classes of elements of pandas objects."""
_SHOWN = 2000
"""Characters of the representation that a fingerprint contains."""


class _NoFingerprintError(Exception):
    """The value has no fingerprint; the message is the reason."""


def fingerprint(value: Any) -> dict[str, Any]:
    """Return ``type``, ``text`` and ``digest`` of a value, or the ``reason`` why it has no digest.

    ``floats`` are statistics of the floating-point numbers, and ``frame`` is a digest of everything else. With both,
    a rounding difference is recognized. ``sampled`` is true if a part of the content was read.

    Parameters
    ----------
    value : object
        Value of a name.
    """
    found: dict[str, Any] = {"type": name_type(value)}
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
        "sampled": walk.sampled,
    }


def versions() -> dict[str, str]:
    """Return the versions of the packages on which fingerprints depend."""
    names = ("numpy", "pandas", "pyarrow", "polars", "scipy")
    found = {name: str(getattr(sys.modules[name], "__version__", "")) for name in names if name in sys.modules}
    return {**found, "python": sys.version.split()[0]}


def name_type(value: Any) -> str:
    """Return the qualified name of the class of a value."""
    kind = type(value)
    return kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"


def _describe(value: Any) -> str:
    shape = getattr(value, "shape", None)
    dtype = getattr(value, "dtypes", getattr(value, "dtype", None))
    text = repr(value[:_SHOWN] if isinstance(value, str | bytes) else value)[:_SHOWN]
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
        self.sampled = False
        self._items = 0
        self._open: set[int] = set()

    def add(self, value: Any) -> None:
        """Add a value of any class.

        Raises
        ------
        _NoFingerprintError
            If the content of its class is not known, or has too many items.
        """
        self._items += 1
        if self._items > _MOST_ITEMS:
            raise _NoFingerprintError(f"more than {_MOST_ITEMS:,} items")
        kind = type(value)
        library = kind.__module__.partition(".")[0]
        if kind is float:
            self._put(self.exact, repr(value))
            self._put(self.frame, "float")
            self.floats.append([value])
        elif isinstance(value, _PLAIN) and kind.__module__ in _BASIC:
            self._both(f"{name_type(value)}:{value!r}")
        elif isinstance(value, list | tuple | set | frozenset | Mapping) and _is_known(kind):
            self._container(value)
        elif library == "numpy" and hasattr(value, "dtype") and hasattr(value, "ravel"):
            self._array(value)
        elif library == "pandas":
            self._pandas(value)
        elif library == "polars" and hasattr(value, "gather_every"):
            self._polars(value)
        elif library == "pyarrow" and hasattr(value, "to_pylist"):
            self._arrow(value)
        elif kind.__module__.startswith("scipy.sparse") and hasattr(value, "tocoo"):
            self._both(f"{name_type(value)}{value.shape}{value.dtype}")
            coordinates = value.tocoo()
            for each in (coordinates.row, coordinates.col, coordinates.data):
                self._array(each)
        else:
            raise _NoFingerprintError(f"it contains a {name_type(value)}")

    def _container(self, value: Any) -> None:
        if id(value) in self._open:
            raise _NoFingerprintError("it contains itself")
        self._open.add(id(value))
        self._both(f"{name_type(value)}[{len(value)}]")
        if len(value) > _MOST_FLOATS and isinstance(value, list | tuple) and all(type(x) in _NUMBERS for x in value):
            self._items += len(value)
            self._numbers_or_objects(list(value))
        else:
            for item in _members(value):
                self.add(item)
        self._open.discard(id(value))

    def _array(self, value: Any) -> None:
        """Add an array or a number of NumPy."""
        self._both(f"{name_type(value)}{getattr(value, 'shape', ())}{value.dtype}")
        if hasattr(value, "mask") and hasattr(value, "filled"):
            self._array(sys.modules["numpy"].ma.getmaskarray(value))
            value = value.filled(0)
        flat = value.ravel()
        if value.dtype.kind == "O":
            self._objects(flat)
            return
        part = flat
        if value.nbytes > _EXACT_BYTES:
            self.sampled = True
            part = _spread(flat)
        if value.dtype.kind == "f":
            statistics = _statistics(flat, part)
            self._put(self.exact, part.tobytes() + repr(statistics).encode())
            self._put(self.frame, sys.modules["numpy"].isfinite(part).tobytes())
            self.floats.append(statistics)
        else:
            self._both(part.tobytes())
            if part is not flat and value.dtype.kind in "iub":
                self._both(str(int(flat.sum())))

    def _objects(self, items: Any) -> None:
        """Add the objects of an array, all or spread evenly."""
        if len(items) > _EXACT_OBJECTS:
            self.sampled = True
            items = _spread(items)
        plain: list[str] = []
        for item in items.tolist() if hasattr(items, "tolist") else items:
            if type(item) is str or item is None:
                plain.append(repr(item))
                continue
            kind = type(item)
            if kind.__module__ == "builtins" or kind.__module__ in _BASIC:
                self.add(item)
            elif kind.__module__.startswith(("numpy", "pandas")):
                plain.append(f"{name_type(item)}:{item!r}")
            else:
                raise _NoFingerprintError(f"it contains a {name_type(item)}")
        self._both("\0".join(plain))

    def _pandas(self, value: Any) -> None:
        """Add an object of pandas: a table, a column, labels, or one element."""
        classes = {each.__name__ for each in type(value).__mro__}
        if "DataFrame" in classes:
            self._table(value)
        elif "MultiIndex" in classes:
            self._both(f"{name_type(value)}{list(value.names)}")
            for each in (*value.levels, *value.codes):
                self.add(each)
        elif classes & {"Series", "Index", "ExtensionArray"}:
            self._both(f"{name_type(value)}{value.dtype}{getattr(value, 'name', '')!r}{len(value)}")
            if "Series" in classes:
                self._pandas(value.index)
            if "RangeIndex" in classes:
                self._both(f"{value.start}:{value.stop}:{value.step}")
            else:
                self._elements(value)
        elif classes & _PANDAS_ELEMENTS:
            self._both(f"{name_type(value)}:{value!r}")
        else:
            raise _NoFingerprintError(f"it contains a {name_type(value)}")

    def _table(self, value: Any) -> None:
        self._both(f"{name_type(value)}{value.shape}{list(map(str, value.dtypes))}")
        self._pandas(value.columns)
        self._pandas(value.index)
        kinds = {str(kind) for kind in value.dtypes}
        if value.shape[1] > _MOST_COLUMNS and len(kinds) == 1 and value.dtypes.iloc[0].kind in "iufb":
            self._array(value.to_numpy())
            return
        for position in range(value.shape[1]):
            self._elements(value.iloc[:, position])

    def _elements(self, column: Any) -> None:
        """Add the elements of a column of pandas."""
        kind = str(column.dtype)
        values = column.array if hasattr(type(column), "array") else column
        if getattr(column.dtype, "name", "") == "category":
            self._pandas(values.categories)
            self._array(values.codes)
        elif kind.startswith(("datetime64", "timedelta64", "period")):
            self._array(values.asi8)
        elif getattr(column.dtype, "kind", "O") in "iufbc" and hasattr(column.dtype, "byteorder"):
            self._array(column.to_numpy())
        else:
            if len(values) > _EXACT_OBJECTS:
                self.sampled = True
                values = _spread(values)
            self._objects(list(values))

    def _polars(self, value: Any) -> None:
        columns = value.get_columns() if hasattr(value, "get_columns") else [value]
        self._both(f"{name_type(value)}{value.shape}{[(c.name, str(c.dtype)) for c in columns]}")
        for column in columns:
            part = column
            if len(column) > _EXACT_OBJECTS:
                self.sampled = True
                part = column.gather_every(max(1, len(column) // _SAMPLE))
                if column.dtype.is_numeric():
                    self.add(column.sum())
            self._numbers_or_objects(part.to_list())

    def _arrow(self, value: Any) -> None:
        columns = value.columns if hasattr(value, "columns") else [value]
        self._both(f"{name_type(value)}{len(value)}{getattr(value, 'schema', getattr(value, 'type', ''))}")
        for column in columns:
            size = len(column)
            if size > _EXACT_OBJECTS:
                self.sampled = True
                step = max(1, size // _SAMPLE)
                self._numbers_or_objects([column[place].as_py() for place in range(0, size, step * 4)])
            else:
                self._numbers_or_objects(column.to_pylist())

    def _numbers_or_objects(self, items: list[Any]) -> None:
        """Add the elements of a column; statistics stand for floating-point numbers."""
        if not any(type(item) is float for item in items):
            self._objects(items)
            return
        self._put(self.exact, repr(items))
        self._both(repr([type(item) is float for item in items].count(False)))
        numbers = [item for item in items if type(item) is float and math.isfinite(item)]
        weighted = math.fsum(n * math.cos(place) for place, n in enumerate(numbers))
        self.floats.append([float(len(numbers)), math.fsum(numbers), math.fsum(map(abs, numbers)), weighted])

    def _both(self, content: str | bytes) -> None:
        self._put(self.exact, content)
        self._put(self.frame, content)

    @staticmethod
    def _put(digest: Any, content: str | bytes) -> None:
        digest.update(content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass"))
        digest.update(b"\0")


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


def _spread(items: Any) -> Any:
    """Return elements at equal distances; the distance is odd, so that the values of alternating rows are read."""
    step = max(1, len(items) // _SAMPLE)
    return items[:: step | 1]


def _statistics(flat: Any, part: Any) -> list[float]:
    """Return statistics of an array of floating-point numbers; sums of all, and weighted sums of a part."""
    numpy: Any = sys.modules["numpy"]
    total = float(flat.sum(dtype="float64"))
    if not math.isfinite(total):
        flat, part = flat[numpy.isfinite(flat)], part[numpy.isfinite(part)]
        total = float(flat.sum(dtype="float64"))
    part = part.astype("float64")
    weights = numpy.cos(numpy.arange(len(part)))
    first, last = (float(part[0]), float(part[-1])) if len(part) else (0.0, 0.0)
    return [float(len(flat)), total, float(numpy.abs(part).sum()), float((part * weights).sum()), first, last]


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
