"""Refer to the result of a function on a worker, without a copy in this process."""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import distributed

__all__ = ["Result", "fetch"]


class Result:
    """A value in the memory of a worker.

    Parameters
    ----------
    future : distributed.Future
        The value.
    client : distributed.Client
        Client of the cluster.
    keys : frozenset of str
        Keys of the functions on whose results the value depends.
    """

    __slots__ = ("__weakref__", "client", "future", "keys")

    def __init__(self, future: distributed.Future, client: distributed.Client, keys: frozenset[str]) -> None:
        self.future, self.client, self.keys = future, client, keys

    def value(self) -> Any:
        """Return the value, copied to this process."""
        return self.future.result()

    def part(self, number: int) -> Result:
        """Return one element of the value by reference."""
        future = self.client.submit(operator.getitem, self.future, number, pure=False)
        return Result(future, self.client, self.keys)

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle the value: in another place, a reference has no meaning."""
        return _same, (self.value(),)

    def __repr__(self) -> str:
        return f"<result on workers: {self.future.key}>"


def fetch(value: Any) -> Any:
    """Return the value of a result, and other objects as they are."""
    return value.value() if isinstance(value, Result) else value


def _same(value: Any) -> Any:
    return value
