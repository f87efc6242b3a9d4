"""Read and restore the state of the process and the settings of libraries."""

from __future__ import annotations

import atexit
import builtins
import calendar
import contextlib
import csv
import decimal
import gc
import locale
import logging
import os
import random
import signal
import socket
import sys
import threading
import warnings
from collections.abc import Callable
from typing import Any, NamedTuple

__all__ = ["read_state", "restore_state"]


class _Part(NamedTuple):
    read: Callable[[], Any]
    restore: Callable[[Any], object]
    library: str = ""
    """Library that must be loaded."""


def _ignore(value: Any) -> None:
    """Leave a part that cannot be restored as it is."""


def _restore_environment(value: dict[str, str]) -> None:
    os.environ.clear()
    os.environ.update(value)


def _restore_warnings(value: list[Any]) -> None:
    warnings.filters[:] = value  # type: ignore[index]


def _read_umask() -> int:
    mask = os.umask(0o22)
    os.umask(mask)
    return mask


def _loggers() -> Any:
    root = logging.getLogger()
    named = {
        name: (logger.level, len(logger.handlers), logger.propagate)
        for name, logger in list(logging.root.manager.loggerDict.items())
        if isinstance(logger, logging.Logger)
    }
    settings = (
        logging.root.manager.disable,
        logging.getLoggerClass(),
        logging.raiseExceptions,
        logging.getLogRecordFactory(),
    )
    return (root.level, tuple(root.handlers), *settings, named)


def _restore_loggers(value: Any) -> None:
    root = logging.getLogger()
    root.setLevel(value[0])
    root.handlers[:] = value[1]
    logging.disable(value[2])
    logging.setLoggerClass(value[3])
    logging.raiseExceptions = value[4]
    logging.setLogRecordFactory(value[5])


def _restore_collector(value: Any) -> None:
    (gc.enable if value[0] else gc.disable)()
    gc.set_threshold(*value[1])
    gc.set_debug(value[2])


def _decimal_settings() -> Any:
    context = decimal.getcontext()
    return (context.prec, context.rounding, context.Emin, context.Emax, repr(context.traps))


def _numpy() -> Any:
    return sys.modules["numpy"]


def _numpy_generator() -> Any:
    _, key, *rest = _numpy().random.get_state()
    return (key.tobytes(), *rest)


def _restore_numpy(value: Any) -> None:
    _numpy().seterr(**value[1])
    _numpy().set_printoptions(edgeitems=3, threshold=1000, precision=8, suppress=False, linewidth=75)


def _pandas_options() -> Any:
    config = sys.modules["pandas._config.config"]
    return dict(_flat(config._global_config))


def _flat(options: Any, prefix: str = "") -> Any:
    for key, value in options.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def _pandas_all() -> Any:
    pandas = sys.modules["pandas"]
    return (_pandas_options(), sorted(pandas.DataFrame._accessors), sorted(pandas.Series._accessors))


def _restore_pandas(value: Any) -> None:
    with contextlib.suppress(Exception):
        sys.modules["pandas"].reset_option("all", silent=True)


def _rc_parameters() -> Any:
    return dict(dict.items(sys.modules["matplotlib"].rcParams))


def _restore_rc_parameters(value: Any) -> None:
    dict.update(sys.modules["matplotlib"].rcParams, value)


def _figures() -> Any:
    from library_facts.fingerprints import fingerprint

    helpers = sys.modules["matplotlib._pylab_helpers"]
    managers = helpers.Gcf.figs
    return {number: fingerprint(manager.canvas.figure) for number, manager in managers.items()}


def _close_figures(value: Any) -> None:
    sys.modules["matplotlib.pyplot"].close("all")


def _dask_settings() -> Any:
    return repr(sys.modules["dask"].config.config)


def _polars_settings() -> Any:
    return sys.modules["polars"].Config.save()


def _restore_polars(value: Any) -> None:
    sys.modules["polars"].Config.load(value)


def _xarray_settings() -> Any:
    return dict(sys.modules["xarray"].get_options())


def _restore_xarray(value: Any) -> None:
    sys.modules["xarray"].set_options(**value)


def _sklearn_settings() -> Any:
    return sys.modules["sklearn"].get_config()


def _streams() -> Any:
    return (sys.stdout, sys.stderr, sys.stdin, sys.displayhook, sys.excepthook, threading.excepthook)


def _signals() -> Any:
    return [signal.getsignal(s) for s in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)]


_PARTS: dict[str, _Part] = {
    "random": _Part(random.getstate, random.setstate),
    "numpy.random": _Part(
        _numpy_generator, lambda value: _numpy().random.seed(0), "numpy"
    ),
    "environment": _Part(lambda: dict(os.environ), _restore_environment),
    "working directory": _Part(os.getcwd, os.chdir),
    "import path": _Part(lambda: list(sys.path), lambda v: sys.path.__setitem__(slice(None), v)),
    "warnings": _Part(lambda: list(warnings.filters), _restore_warnings),
    "warnings functions": _Part(lambda: warnings.showwarning, lambda v: setattr(warnings, "showwarning", v)),
    "locale": _Part(lambda: locale.setlocale(locale.LC_ALL), lambda v: locale.setlocale(locale.LC_ALL, v)),
    "umask": _Part(_read_umask, os.umask),
    "loggers": _Part(_loggers, _restore_loggers),
    "decimal": _Part(_decimal_settings, lambda value: decimal.setcontext(decimal.Context())),
    "socket": _Part(socket.getdefaulttimeout, socket.setdefaulttimeout),
    "recursion limit": _Part(sys.getrecursionlimit, sys.setrecursionlimit),
    "switch interval": _Part(sys.getswitchinterval, sys.setswitchinterval),
    "collector": _Part(lambda: (gc.isenabled(), gc.get_threshold(), gc.get_debug()), _restore_collector),
    "streams": _Part(_streams, _ignore),
    "signals": _Part(_signals, _ignore),
    "exit functions": _Part(atexit._ncallbacks, _ignore),
    "calendar": _Part(calendar.firstweekday, calendar.setfirstweekday),
    "csv": _Part(lambda: (csv.field_size_limit(), csv.list_dialects()), lambda v: csv.field_size_limit(v[0])),
    "builtins": _Part(lambda: [*map(id, vars(builtins).values())], _ignore),
    "numpy settings": _Part(
        lambda: (repr(_numpy().get_printoptions()), _numpy().geterr(), _numpy().geterrcall(), _numpy().getbufsize()),
        _restore_numpy,
        "numpy",
    ),
    "pandas settings": _Part(_pandas_all, _restore_pandas, "pandas"),
    "matplotlib settings": _Part(_rc_parameters, _restore_rc_parameters, "matplotlib"),
    "figures": _Part(_figures, _close_figures, "matplotlib.pyplot"),
    "dask settings": _Part(_dask_settings, lambda value: sys.modules["dask"].config.refresh(), "dask"),
    "polars settings": _Part(_polars_settings, _restore_polars, "polars"),
    "xarray settings": _Part(_xarray_settings, _restore_xarray, "xarray"),
    "sklearn settings": _Part(_sklearn_settings, lambda value: sys.modules["sklearn"].set_config(**value), "sklearn"),
}  # fmt: skip


def read_state() -> dict[str, Any]:
    """Return the state of the process by part, for the libraries that are loaded."""
    return {name: part.read() for name, part in _PARTS.items() if not part.library or part.library in sys.modules}


def restore_state(before: dict[str, Any], changed: set[str]) -> None:
    """Put the parts `changed` back to `before`, where that is possible."""
    for name in changed:
        with contextlib.suppress(Exception):
            _PARTS[name].restore(before.get(name))
