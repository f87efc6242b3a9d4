"""Lets a function's key depend on the local code that is synced.

Dask names a task after its function's module and name, so that a result of the code before an edit would be served
after it. The digest of the synced code becomes part of the token of every callable: after an edit keys are new, and a
Future from before keeps its result.
"""

from __future__ import annotations

import types
from typing import Any

__all__ = ["set_code"]

_CODE: dict[str, str] = {}


def set_code(cluster: str, digest: str) -> None:
    """Make `digest` of the code that `cluster` has part of the tokens from now on.

    Parameters
    ----------
    cluster : str
        Id of the scheduler.
    digest : str
        Changes with the code; empty for none.
    """
    if not _CODE:
        _wrap()
    _CODE[cluster] = digest


def _wrap() -> None:
    from dask.tokenize import normalize_token

    for kind in (types.FunctionType, types.MethodType, type, object):
        normalize_token.register(kind, _salted(normalize_token.dispatch(kind)))


def _salted(plain: Any) -> Any:
    if getattr(plain, "salted", False):
        return plain

    def normalise(value: Any) -> Any:
        token = plain(value)
        return (token, *sorted(_CODE.values())) if callable(value) and any(_CODE.values()) else token

    normalise.salted = True  # type: ignore[attr-defined]
    return normalise
