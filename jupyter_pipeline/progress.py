"""Progress of long operations: one rewritten line on a terminal, one line per text elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import TracebackType
from typing import IO, Self

__all__ = ["Progress", "StatusLine", "silent"]

Progress = Callable[[str], None]
"""Function that gets one line of progress."""


def silent(text: str) -> None:
    """Ignore a line of progress."""


class StatusLine:
    """Show the latest progress text.

    Parameters
    ----------
    stream : file, optional
        Output stream. By default the standard output at the time of each call.
    rewrite : bool, optional
        Overwrite the previous text. By default true if `stream` is a terminal.

    Examples
    --------
    >>> with StatusLine(rewrite=False) as show:
    ...     show("Sent 1 of 2 MiB")
    Sent 1 of 2 MiB
    """

    def __init__(self, stream: IO[str] | None = None, *, rewrite: bool | None = None) -> None:
        self._stream = stream
        self._rewrite = rewrite
        self._width = 0

    def __call__(self, text: str) -> None:
        """Show `text`."""
        stream = self._stream or sys.stdout
        if self._rewrite if self._rewrite is not None else stream.isatty():
            line = text.replace("\n", " ")
            stream.write("\r" + line.ljust(self._width))
            self._width = len(line)
        else:
            stream.write(text + "\n")
        stream.flush()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Start a new line for later output."""
        if self._width:
            stream = self._stream or sys.stdout
            stream.write("\n")
            stream.flush()
