"""Make the keys of Dask tasks depend on the synced local code.

Dask derives a task's key from the module and the name of its function. An edit of the function would not change the
key, and Dask would return the old result.

The digest of the synced code is added to the token of every callable. After an edit new tasks have new keys, and
earlier futures keep their results.
"""

from __future__ import annotations

import types
from typing import Any

__all__ = ["set_code_digest"]

_CODE: dict[str, str] = {}


def set_code_digest(cluster: str, digest: str) -> None:
    """Add `digest`, of the code on `cluster`, to the tokens of callables.

    Parameters
    ----------
    cluster : str
        ID of the scheduler.
    digest : str
        Digest of the synced code; empty if no code is synced.
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

    def tokenize_callable(value: Any) -> Any:
        token = plain(value)
        return (token, *sorted(_CODE.values())) if callable(value) and any(_CODE.values()) else token

    tokenize_callable.salted = True  # type: ignore[attr-defined]
    return tokenize_callable
