"""Stages of long work for people: one line that is written over where that is possible, a line for each otherwise."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import IO, Self

__all__ = ["StatusLine"]


class StatusLine:
    """Shows the latest of many short texts.

    Parameters
    ----------
    stream : file, optional
        Where to; by default standard output as it is when something is told.
    rewrite : bool, optional
        Whether a text takes the place of the one before; by default where `stream` is a terminal.

    Examples
    --------
    >>> with StatusLine(rewrite=False) as tell:
    ...     tell("Sent 1 of 2 MiB")
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
        """Let what follows begin on a line of its own."""
        if self._width:
            stream = self._stream or sys.stdout
            stream.write("\n")
            stream.flush()
