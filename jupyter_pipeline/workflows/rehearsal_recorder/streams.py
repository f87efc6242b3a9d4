"""Record the text of the process: Python's streams, and the file descriptor that child processes inherit."""

from __future__ import annotations

import contextlib
import io
import os
import secrets
import subprocess
import sys
import threading
from collections.abc import Callable
from typing import Any

__all__ = ["ProcessOutput", "RecordedStream"]


class RecordedStream(io.TextIOBase):
    """Stream that records its text and passes it on."""

    def __init__(self, stream: Any, record: Callable[[str], None]) -> None:
        self._stream, self._record = stream, record

    def write(self, text: str) -> int:
        """Record text and pass it on."""
        self._record(text)
        return int(self._stream.write(text) or len(text))

    def flush(self) -> None:
        """Flush the stream."""
        self._stream.flush()

    def writable(self) -> bool:
        """Return True."""
        return True

    def isatty(self) -> bool:
        """Return False: a run has no terminal."""
        return False

    def fileno(self) -> int:
        """Return the file descriptor of the stream."""
        return int(self._stream.fileno())

    @property
    def encoding(self) -> str:  # type: ignore[override]
        """Encoding of the stream."""
        return str(self._stream.encoding)

    @property
    def errors(self) -> str | None:  # type: ignore[override]
        """Handling of encoding errors by the stream."""
        return str(self._stream.errors)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


class ProcessOutput:
    """Standard output of the process and its children, by a pipe in place of the file descriptor.

    Parameters
    ----------
    write : callable
        Function that gets the text.
    outlived : bool, default False
        True if a child process may write after `close`. A further process then passes its text on.
    """

    def __init__(self, write: Callable[[str], None], *, outlived: bool = False) -> None:
        self._write = write
        self._outlived = outlived
        self._original = -1
        self._reader = -1
        self._pipe = -1
        self._thread: threading.Thread | None = None
        self._mark = b"\0" + secrets.token_hex(8).encode() + b"\0"
        self._seen = threading.Semaphore(0)

    def open(self) -> Any:
        """Replace the file descriptor, and return a stream to the original one."""
        sys.stdout.flush()
        self._original = os.dup(1)
        self._reader, self._pipe = os.pipe()
        os.dup2(self._pipe, 1)
        self._thread = threading.Thread(target=self._read, args=(self._reader,), daemon=True)
        self._thread.start()
        return open(self._original, "w", encoding="utf-8", errors="replace", buffering=1, closefd=False)

    def wait(self) -> None:
        """Wait until everything that was written is recorded."""
        with contextlib.suppress(OSError):
            os.write(self._pipe, self._mark)
            self._seen.acquire(timeout=2)

    def close(self) -> None:
        """Restore the file descriptor."""
        self.wait()
        os.dup2(self._original, 1)
        if not self._outlived or self._thread is None:
            return
        os.close(self._pipe)
        self._thread.join(timeout=0.2)
        if self._thread.is_alive():  # a child process has the pipe; without a reader, its next line would end it
            with contextlib.suppress(OSError):
                subprocess.Popen(
                    ["cat"],
                    stdin=self._reader,
                    stdout=self._original,
                    stderr=subprocess.DEVNULL,
                    start_new_session=True,
                )

    def _read(self, reader: int) -> None:
        rest = b""
        while data := os.read(reader, 65536):
            *parts, rest = (rest + data).split(self._mark)
            for part in parts:
                self._pass_on(part)
                self._seen.release()
            if not _ends_within(rest, self._mark):
                self._pass_on(rest)
                rest = b""

    def _pass_on(self, data: bytes) -> None:
        if data:
            with contextlib.suppress(OSError):
                os.write(self._original, data)
            self._write(data.decode("utf-8", errors="replace"))


def _ends_within(data: bytes, mark: bytes) -> bool:
    """Return True if the end of `data` may be the beginning of `mark`."""
    return any(data.endswith(mark[:length]) for length in range(1, len(mark)))
