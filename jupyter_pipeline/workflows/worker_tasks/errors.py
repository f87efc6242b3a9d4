"""Send exceptions between processes, with their tracebacks and causes.

It is pickled by value, so that the cluster does not need this package. It imports the standard library, cloudpickle and
tblib, a dependency of distributed.
"""

from __future__ import annotations

from types import TracebackType
from typing import Any

import cloudpickle
from tblib import Traceback

_LONGEST_CHAIN = 20


def dump_error(error: BaseException) -> bytes:
    """Return an exception as bytes: with traceback, notes, and the exceptions that it follows."""
    chain: list[dict[str, Any]] = []
    one: BaseException | None = error
    while one is not None and len(chain) < _LONGEST_CHAIN:
        traceback = one.__traceback__
        chain.append(
            {
                "error": _dump_one(one),
                "traceback": Traceback(traceback).to_dict() if traceback is not None else None,
                "is_cause": one.__cause__ is not None,
            }
        )
        one = one.__cause__ or (None if one.__suppress_context__ else one.__context__)
    return bytes(cloudpickle.dumps(chain))


def load_error(data: bytes) -> BaseException:
    """Return the exception of `dump_error`."""
    last: BaseException | None = None
    for entry in reversed(cloudpickle.loads(data)):
        error: BaseException = cloudpickle.loads(entry["error"])
        error.__traceback__ = _load_traceback(entry["traceback"])
        if last is not None and entry["is_cause"]:
            error.__cause__ = last
        elif last is not None:
            error.__context__ = last
        last = error
    assert last is not None
    return last


def _load_traceback(entry: dict[str, Any] | None) -> TracebackType | None:
    return Traceback.from_dict(entry).as_traceback() if entry is not None else None


def _dump_one(error: BaseException) -> bytes:
    """Return an exception without its traceback as bytes that load everywhere, if necessary by a class of its name."""
    try:
        data = bytes(cloudpickle.dumps(error))
        loaded = cloudpickle.loads(data)
    except Exception:  # noqa: BLE001 - any class of a notebook may fail here
        loaded = None
    if type(loaded).__name__ == type(error).__name__ and str(loaded) == str(error):
        return data
    kind = type(type(error).__name__, (Exception,), {"__module__": type(error).__module__})
    plain = kind(str(error))
    for note in getattr(error, "__notes__", ()):
        plain.add_note(str(note))
    return bytes(cloudpickle.dumps(plain))
