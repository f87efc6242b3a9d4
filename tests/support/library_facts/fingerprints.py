"""Compare the content of values before and after a call, and find memory that two values share."""

from __future__ import annotations

import functools
import inspect
import io
import operator
import sys
import threading
import types
from collections.abc import Iterator, Mapping
from pathlib import PurePath
from typing import Any

__all__ = ["fingerprint", "is_changed", "is_mutable", "poke", "reachable"]

_IMMUTABLE = (
    type(None), bool, int, float, complex, str, bytes, range, slice, type, types.ModuleType, types.FunctionType,
    types.BuiltinFunctionType, types.MethodType, type(Ellipsis), type(NotImplemented),
    PurePath, type(threading.Lock()), type(threading.RLock()),
)  # fmt: skip
_DEPTH = 6


def is_mutable(value: object) -> bool:
    """Return False for numbers, texts, functions, classes and modules."""
    return not isinstance(value, _IMMUTABLE)


def fingerprint(value: Any, depth: int = _DEPTH) -> Any:
    """Return a nested structure that differs if the content of `value` differs.

    Objects become dictionaries of their attributes, so that `is_changed` can ignore caches.
    """
    if not is_mutable(value) or depth < 0:
        return value if isinstance(value, (int, str, bytes, bool)) else repr(value)
    library = type(value).__module__.partition(".")[0]
    special = _SPECIAL.get(library)
    if special is not None:
        found = special(value, depth)
        if found is not None:
            return found
    if isinstance(value, Mapping) and hasattr(value, "items"):
        return ("mapping", [(fingerprint(k, depth - 1), fingerprint(v, depth - 1)) for k, v in list(value.items())])
    if isinstance(value, (list, tuple)):
        return (type(value).__name__, [fingerprint(v, depth - 1) for v in value])
    if isinstance(value, (set, frozenset)):
        return ("set", sorted(repr(v) for v in value))
    if isinstance(value, (bytearray, memoryview)):
        return bytes(value)
    if inspect.isgenerator(value):
        return (inspect.getgeneratorstate(value), value.gi_frame and value.gi_frame.f_lasti)
    if isinstance(value, io.IOBase):
        return _file(value)
    if isinstance(value, Iterator):
        return _iterator(value, depth)
    return _object(value, depth)


def _file(value: io.IOBase) -> Any:
    if value.closed:
        return "closed"
    try:
        position = value.tell()
    except (OSError, ValueError):
        position = -1
    return (position, value.getvalue() if isinstance(value, (io.StringIO, io.BytesIO)) else "")


def _iterator(value: Any, depth: int) -> Any:
    try:
        return fingerprint(value.__reduce__(), depth - 1)
    except Exception:
        return operator.length_hint(value, -1)


def _object(value: Any, depth: int) -> Any:
    fields: dict[str, Any] = {}
    if isinstance(value, (list, dict, set)):
        fields["content"] = repr(value)
    for owner in type(value).__mro__:
        for name in getattr(owner, "__slots__", ()) or ():
            if isinstance(name, str) and name not in ("__dict__", "__weakref__"):
                try:
                    fields[name] = fingerprint(getattr(value, name), depth - 1)
                except Exception:
                    fields[name] = None
    for name, held in list(getattr(value, "__dict__", {}).items()):
        if not isinstance(inspect.getattr_static(type(value), name, None), functools.cached_property):
            fields[name] = fingerprint(held, depth - 1)
    if fields:
        return fields
    try:
        reduced = value.__reduce_ex__(2)
        return ("reduced", repr(reduced) if isinstance(reduced, str) else [fingerprint(r, depth - 1) for r in reduced])
    except Exception:
        return repr(value)


def _numpy(value: Any, depth: int) -> Any:
    import numpy as np

    if isinstance(value, np.ndarray):
        plain = np.ma.getdata(value)
        content = plain.tobytes() if not plain.dtype.hasobject else [fingerprint(v, depth - 1) for v in plain.ravel()]
        mask = np.ma.getmaskarray(value).tobytes() if isinstance(value, np.ma.MaskedArray) else b""
        return (value.dtype.str, value.shape, content, mask, value.flags.writeable)
    if isinstance(value, np.generic):
        return repr(value)
    if isinstance(value, np.random.RandomState):
        return repr(value.get_state(legacy=False))
    if isinstance(value, np.random.Generator):
        return repr(value.bit_generator.state)
    if hasattr(value, "state"):
        return repr(value.state)
    return None


def _pandas(value: Any, depth: int) -> Any:
    import pandas as pd

    if isinstance(value, pd.DataFrame):
        columns = [_pandas_values(value.iloc[:, i], depth) for i in range(value.shape[1])]
        attrs = {str(k): repr(v) for k, v in value.attrs.items()}
        return ("frame", _pandas(value.columns, depth), _pandas(value.index, depth), columns, attrs)
    if isinstance(value, pd.Series):
        return ("series", repr(value.name), _pandas(value.index, depth), _pandas_values(value, depth))
    if isinstance(value, pd.Index):
        return ("index", repr(list(value.names)), str(value.dtype), [repr(v) for v in value])
    if isinstance(value, pd.api.extensions.ExtensionArray):
        return (str(value.dtype), [repr(v) for v in value])
    if isinstance(value, (pd.Timestamp, pd.Timedelta, pd.Period, pd.Interval)):
        return repr(value)
    if isinstance(value, pd.api.typing.DataFrameGroupBy | pd.api.typing.SeriesGroupBy):
        return {"obj": _pandas(value.obj, depth)}
    return None


def _pandas_values(series: Any, depth: int) -> Any:
    return (str(series.dtype), [fingerprint(v, depth - 1) for v in series.array])


def _polars(value: Any, depth: int) -> Any:
    import polars as pl

    if isinstance(value, pl.DataFrame):
        return (repr(value.schema), repr(value.to_dict(as_series=False)))
    if isinstance(value, pl.Series):
        return (value.name, repr(value.dtype), repr(value.to_list()))
    if isinstance(value, pl.LazyFrame):
        return value.explain(optimized=False)
    if isinstance(value, pl.Expr):
        return str(value)
    return None


def _xarray(value: Any, depth: int) -> Any:
    if hasattr(value, "to_dict") and hasattr(value, "dims"):
        name = getattr(value, "name", None)
        return (repr(value.to_dict()), repr(value.encoding), repr(name))
    if hasattr(value, "to_dict"):
        return repr(value.to_dict())
    return None


def _dask(value: Any, depth: int) -> Any:
    name = getattr(value, "_name", None) or getattr(value, "name", None) or getattr(value, "key", None)
    columns = repr(list(value.columns)) if hasattr(value, "columns") else ""
    return (repr(name), columns, repr(getattr(value, "divisions", None)))


def _pyarrow(value: Any, depth: int) -> Any:
    if hasattr(value, "to_pylist"):
        return (repr(getattr(value, "type", getattr(value, "schema", None))), repr(value.to_pylist()))
    return repr(value)


def _matplotlib(value: Any, depth: int) -> Any:
    from matplotlib.artist import Artist

    if isinstance(value, Artist):
        return _artist(value)
    return None


def _artist(value: Any) -> Any:
    own = {}
    for name in ("get_data", "get_text", "get_visible", "get_alpha", "get_xlim", "get_ylim", "get_xscale", "get_yscale",
                 "get_position", "get_size_inches", "get_dpi", "get_facecolor", "get_offsets", "get_window_title",
                 "get_zorder", "get_clim", "get_array", "get_aspect", "get_color", "get_linewidth"):  # fmt: skip
        method = getattr(value, name, None)
        if method is not None:
            try:
                own[name] = repr(method())
            except Exception:
                own[name] = "error"
    children = [] if type(value).__name__ in ("Spine", "XAxis", "YAxis") else value.get_children()
    if hasattr(value, "get_ticklabels"):
        own["ticks"] = repr([list(value.get_ticklocs()), value.axis_name if hasattr(value, "axis_name") else ""])
        own["label"] = repr(value.get_label_text())
    return (type(value).__name__, own, [_artist(child) for child in children])


def _shapely(value: Any, depth: int) -> Any:
    return value.wkb if hasattr(value, "wkb") else repr(value)


def _sqlalchemy(value: Any, depth: int) -> Any:
    return repr(value) if hasattr(value, "columns") else str(value)


def _statsmodels(value: Any, depth: int) -> Any:
    names = ("params", "scale", "cov_type", "endog", "exog")
    return [fingerprint(getattr(value, name), depth - 1) for name in names if hasattr(value, name)] or None


def _http(value: Any, depth: int) -> Any:
    """Return the settings of a client, or the content of a response; connections are caches."""
    names = ("headers", "cookies", "params", "auth", "status_code", "_content", "url", "method", "is_closed")
    return {name: repr(getattr(value, name)) for name in names if hasattr(value, name)} or repr(value)


def _element(value: Any, depth: int) -> Any:
    if not hasattr(value, "attrib"):
        return None
    return (value.tag, value.text, value.tail, repr(value.attrib), [_element(child, depth) for child in value])


def _hash(value: Any, depth: int) -> Any:
    return value.hexdigest() if hasattr(value, "hexdigest") else None


_SPECIAL: dict[str, Any] = {
    "xml": _element,
    "_hashlib": _hash,
    "numpy": _numpy,
    "pandas": _pandas,
    "geopandas": _pandas,
    "polars": _polars,
    "xarray": _xarray,
    "dask": _dask,
    "pyarrow": _pyarrow,
    "matplotlib": _matplotlib,
    "mpl_toolkits": _matplotlib,
    "httpx": _http,
    "requests": _http,
    "shapely": _shapely,
    "sqlalchemy": _sqlalchemy,
    "statsmodels": _statsmodels,
}


def is_changed(before: Any, after: Any) -> bool:
    """Return True if the content changed between two fingerprints. New private attributes of objects are caches."""
    if before is after or before == after:
        return False
    if isinstance(before, dict) and isinstance(after, dict):
        new = set(after) - set(before)
        if set(before) - set(after) or any(not str(name).startswith("_") for name in new):
            return True
        return any(is_changed(before[name], after[name]) for name in before if not str(name).startswith("_cache"))
    if isinstance(before, (list, tuple)) and isinstance(after, (list, tuple)):
        return len(before) != len(after) or any(is_changed(b, a) for b, a in zip(before, after, strict=True))
    return bool(before != after)


def reachable(value: Any, depth: int = 4) -> dict[int, Any]:
    """Return the mutable objects that can be reached from `value` by containers and attributes, by identity."""
    found: dict[int, Any] = {}
    _collect(value, found, depth)
    return found


def _collect(value: Any, found: dict[int, Any], depth: int) -> None:
    if not is_mutable(value) or id(value) in found or depth < 0:
        return
    if not isinstance(value, (tuple, frozenset)):
        found[id(value)] = value
    library = type(value).__module__.partition(".")[0]
    if isinstance(value, Mapping) and library in ("builtins", "collections"):
        parts = list(value.values())
    elif isinstance(value, (list, tuple, set, frozenset)):
        parts = list(value)[:50]
    elif _is_opaque(value, library):
        parts = []
    elif library == "xml" and hasattr(value, "attrib"):
        parts = [*value, value.attrib]
    else:
        parts = list(getattr(value, "__dict__", {}).values())
    if isinstance(value, types.MethodType):
        parts.append(value.__self__)
    for part in parts:
        _collect(part, found, depth - 1)


def _is_opaque(value: Any, library: str) -> bool:
    """Return True for tables and arrays, whose parts are internal."""
    if library in ("pandas", "geopandas"):
        pandas = sys.modules["pandas"]
        return isinstance(value, (pandas.DataFrame, pandas.Series, pandas.Index))
    return library in ("numpy", "polars", "pyarrow") or (library in ("xarray", "dask") and hasattr(value, "dtypes"))


def poke(value: Any) -> bool:
    """Change one element of `value` in place, if that is possible, and return True if it was."""
    library = type(value).__module__.partition(".")[0]
    try:
        if library == "numpy" and hasattr(value, "flat"):
            value.flat[0] = _other(value.flat[0])
            return True
        if library == "pandas" and hasattr(value, "iloc"):
            where = (0, 0) if value.ndim == 2 else 0
            value.iloc[where] = _other(value.iloc[where])
            return True
        if library == "pandas":
            value[0] = _other(value[0])
            return True
        if library == "polars":
            return False  # its memory is shared copy-on-write; identity is compared
        if library == "xarray" and hasattr(value, "data_vars"):
            return bool(sum(poke(variable) for variable in value.data_vars.values()))
        if library == "xarray":
            return poke(value.values)
        if isinstance(value, (tuple, list)) and value:
            return bool(sum(poke(v) for v in value))
        if isinstance(value, dict) and value:
            return bool(sum(poke(v) for v in list(value.values())))
    except Exception:
        return False
    return False


def _other(value: Any) -> Any:
    if isinstance(value, str):
        return value + "?"
    try:
        return not value if str(type(value).__name__) in ("bool", "bool_") else value + value + 1
    except Exception:
        return value + (value - value) if value is None else None
