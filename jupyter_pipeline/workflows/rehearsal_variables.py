"""Observe the environment variables that a rehearsed flow reads, and supply those that the deploy can record.

`rehearsal_child` loads this file by path in the interpreter of the runs. It imports the standard library alone.

Programs that the flow starts read their variables unobserved. They have the environment of a run, so a variable that is
missing there fails in the rehearsal, too.
"""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Collection, Iterator, Mapping
from typing import Any

__all__ = ["ReadVariables", "observe"]


class ReadVariables:
    """Names of the variables that were read.

    Parameters
    ----------
    offered : mapping of str to str
        Values that the environment lacks. A read sets the variable.
    hidden : collection of str
        Names whose values are not available.
    """

    def __init__(self, offered: Mapping[str, str], hidden: Collection[str]) -> None:
        self.offered = dict(offered)
        self.hidden = frozenset(hidden)
        self.initial = dict(os.environ)
        self.changed: set[str] = set()
        """Names that the flow has set or deleted itself."""
        self.read: set[str] = set()
        """Names of `offered` that were read."""
        self.read_hidden: set[str] = set()
        self.present: set[str] = set()
        """Names that were read and that the environment had from the beginning."""

    def note_read(self, name: Any) -> str | None:
        """Record a read, and return the value to set before it."""
        if not isinstance(name, str) or name in self.changed:
            return None
        if name in self.offered:
            if name not in self.read:
                self.read.add(name)
                return self.offered[name]
        elif name in self.hidden and name not in self.initial:
            self.read_hidden.add(name)
        elif name in self.initial:
            self.present.add(name)
        return None

    def result(self) -> dict[str, list[str]]:
        """Return the names as lists."""
        return {
            "read": sorted(self.read),
            "hidden": sorted(self.read_hidden),
            "present": sorted(self.present),
        }


def observe(offered: Mapping[str, str], hidden: Collection[str], *, changed: Collection[str] = ()) -> ReadVariables:
    """Observe ``os.environ`` of this process from now on.

    Parameters
    ----------
    offered, hidden
        See `ReadVariables`.
    changed : collection of str
        Names that are set already and whose reads are not recorded.
    """
    reads = ReadVariables(offered, hidden)
    reads.changed.update(changed)
    listed = threading.local()
    plain: Any = type(os.environ)

    class ObservedEnvironment(plain):  # type: ignore[misc]
        """``os.environ`` that records reads. A copy of the whole environment, as for a child process, is no read."""

        def __getitem__(self, name: Any) -> Any:
            names = getattr(listed, "names", None)
            if names and names[0] == name:
                names.popleft()
            elif (value := reads.note_read(name)) is not None:
                plain.__setitem__(self, name, value)
            return plain.__getitem__(self, name)

        def __iter__(self) -> Iterator[Any]:
            names = listed.names = deque()
            for name in plain.__iter__(self):
                names.append(name)
                yield name

        def __setitem__(self, name: Any, value: Any) -> None:
            reads.changed.add(name)
            plain.__setitem__(self, name, value)

        def __delitem__(self, name: Any) -> None:
            reads.changed.add(name)
            plain.__delitem__(self, name)

    os.environ.__class__ = ObservedEnvironment
    return reads
