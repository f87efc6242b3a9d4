"""Turn the text of a stream into lines. Only the standard library is used, since workers import this module, too."""

from __future__ import annotations

import contextlib
import io
import os
import threading
import time
from collections.abc import Callable
from typing import Any

__all__ = ["Allowance", "CapturedStream", "LineBuffer", "last_shown"]

_LONGEST = 64 * 1024
_MOST_THREADS = 64


class Allowance:
    """Characters that may be logged at a time: a reserve that fills up again, so that a flood does not slow the run.

    Parameters
    ----------
    reserve : float
        Characters of the reserve.
    rate : float
        Characters a second by which it fills up.
    """

    def __init__(self, reserve: float = 32 * 2**20, rate: float = 2 * 2**20) -> None:
        self._reserve, self._rate = reserve, rate
        self._left, self._since = reserve, time.monotonic()
        self.dropped = 0
        """Characters that were not logged since the last note."""

    def allows(self, count: int) -> bool:
        """Return True if `count` characters may be logged, which are then used."""
        now = time.monotonic()
        self._left = min(self._reserve, self._left + (now - self._since) * self._rate)
        self._since = now
        # After a gap, a part of the reserve must be there, so that not each line has a note.
        if self._left < count or (self.dropped and self._left < self._reserve / 8):
            self.dropped += count
            return False
        self._left -= count
        return True

    def take_note(self) -> str:
        """Return a note on the characters that were not logged, once; empty for none."""
        dropped, self.dropped = self.dropped, 0
        return f"[{dropped:,} characters are not logged here: the output is too fast]" if dropped else ""


def last_shown(line: str) -> str:
    r"""Return the text that a terminal shows of a line with carriage returns: its last part with text.

    Examples
    --------
    >>> last_shown(" 10%|#   \r100%|####\r")
    '100%|####'
    """
    parts = [part for part in line.split("\r") if part.strip()]
    return parts[-1] if parts else ""


class LineBuffer:
    """Text until the end of its line.

    Parameters
    ----------
    write : callable
        Function that gets each line without its end.
    """

    def __init__(self, write: Callable[[str], None]) -> None:
        self._write = write
        self._text = ""
        self._dropped = 0

    def add(self, text: str) -> None:
        """Add text, and pass complete lines on. Empty lines are left out."""
        *lines, rest = text.split("\n")
        for line in lines:
            self._append(line)
            self.flush()
        self._append(rest)

    def _append(self, text: str) -> None:
        if "\r" in text and not text.endswith("\r"):
            self._text, self._dropped = "", 0  # a progress bar replaces its text
            text = text[text.rindex("\r") + 1 :]
        room = _LONGEST - len(self._text)
        self._text += text[:room]
        self._dropped += max(0, len(text) - room)

    def flush(self) -> None:
        """Pass the rest on as a line."""
        text, dropped, self._text, self._dropped = last_shown(self._text), self._dropped, "", 0
        if dropped:
            text += f"… [{dropped:,} more characters]"
        if text.strip():
            self._write(text)


class CapturedStream(io.TextIOBase):
    """Standard stream whose lines are logged and whose text is passed on.

    Parameters
    ----------
    stream : file
        Stream to the former descriptor.
    descriptor : int
        Descriptor of the standard stream, which child processes inherit.
    log : callable
        Function that gets each line.
    """

    def __init__(self, stream: Any, descriptor: int, log: Callable[[str], None]) -> None:
        self._stream, self._descriptor, self._log = stream, descriptor, log
        self._buffers: dict[int, LineBuffer] = {}
        self._binary: Any = None
        self.is_paused = threading.local()
        """Attribute ``now`` is True in a thread whose text is not logged."""

    def write(self, text: str) -> int:
        """Log the lines of a text and pass it on. A reader that has ended is ignored."""
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        if not getattr(self.is_paused, "now", False):
            self._buffer().add(text)
        with contextlib.suppress(OSError, ValueError):
            self._stream.write(text)
        return len(text)

    def _buffer(self) -> LineBuffer:
        thread = threading.get_ident()
        found = self._buffers.get(thread)
        if found is None:
            if len(self._buffers) >= _MOST_THREADS:
                running = {each.ident for each in threading.enumerate()}
                for ident in [ident for ident in list(self._buffers) if ident not in running]:
                    self._buffers.pop(ident).flush()
            found = self._buffers[thread] = LineBuffer(self._log)
        return found

    def finish(self) -> None:
        """Log the text without an end of line."""
        for buffer in list(self._buffers.values()):
            buffer.flush()

    def flush(self) -> None:
        """Flush the stream that gets the text."""
        with contextlib.suppress(OSError, ValueError):
            self._stream.flush()

    def writable(self) -> bool:
        """Return True."""
        return True

    def isatty(self) -> bool:
        """Return False: a run has no terminal."""
        return False

    def fileno(self) -> int:
        """Return the descriptor, whose text is logged, too."""
        return self._descriptor

    @property
    def buffer(self) -> Any:
        """Binary stream, whose text is logged, too."""
        if self._binary is None:
            self._binary = os.fdopen(os.dup(self._descriptor), "wb", buffering=0)
        return self._binary

    @property
    def encoding(self) -> str:  # type: ignore[override]
        """Encoding of the stream."""
        return str(self._stream.encoding)

    @property
    def errors(self) -> str | None:  # type: ignore[override]
        """Handling of encoding errors by the stream."""
        return str(self._stream.errors)
