"""Read the lines of a log file with limited memory, also while it grows, and after another file has its name."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

__all__ = ["LONGEST", "LineReader"]

LONGEST = 256 * 1024
"""Bytes of one line that are read; the rest is cut with a note."""
_BLOCK = 2**20


class LineReader:
    """Lines of a file, from the place at which the last reading ended.

    Parameters
    ----------
    path : Path
        The file, which need not exist.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.size = 0
        """Bytes of the file at the last reading."""
        self.changed = 0.0
        self._file: tuple[int, int] = (0, 0)
        self._offset = 0

    def read(self, *, is_last: bool = True) -> Iterator[bytes]:
        """Yield the lines that have not been read, without their ends.

        Parameters
        ----------
        is_last : bool, default True
            Yield also a last line without an end. A reader that follows the file waits for the rest of it.
        """
        try:
            descriptor = os.open(self.path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)  # a pipe would block
        except OSError:
            return
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            return
        with os.fdopen(descriptor, "rb", buffering=0) as file:
            state = os.fstat(descriptor)
            if (state.st_dev, state.st_ino) != self._file or state.st_size < self._offset:
                self._file, self._offset = (state.st_dev, state.st_ino), 0
            self.size, self.changed = state.st_size, state.st_mtime
            file.seek(self._offset)
            line, cut = bytearray(), 0
            left = state.st_size - self._offset  # the end of a file that grows quickly does not come
            while left > 0 and (block := file.read(min(_BLOCK, left))):
                left -= len(block)
                *ends, rest = block.split(b"\n")
                for end in ends:
                    room = LONGEST - len(line)
                    line += end[:room]
                    cut += max(0, len(end) - room)
                    yield _finish(line, cut)
                    line, cut = bytearray(), 0
                if ends:
                    self._offset = state.st_size - left - len(rest)
                room = LONGEST - len(line)
                line += rest[: max(0, room)]
                cut += max(0, len(rest) - max(0, room))
            if line and is_last:
                self._offset = state.st_size
                yield _finish(line, cut)


def _finish(line: bytearray, cut: int) -> bytes:
    text = bytes(line)
    return text + f"… [{cut:,} more bytes]".encode() if cut > 0 else text
