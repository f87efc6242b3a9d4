"""A real listener of another user of this host, which records the bytes that it receives."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

__all__ = ["NOBODY", "Listener", "listen_as_nobody", "needs_root"]

NOBODY = 65534
needs_root = pytest.mark.skipif(os.getuid() != 0, reason="only root can become another user")

_SCRIPT = f"""
import os, socket, sys, threading, time
received = open(sys.argv[2], "wb", buffering=0)
os.setgroups([]); os.setgid({NOBODY}); os.setuid({NOBODY})
while True:
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(("127.0.0.1", int(sys.argv[1])))
        break
    except OSError:
        listener.close()
        time.sleep(0.005)
listener.listen()
print(listener.getsockname()[1], flush=True)
def serve(connection):
    received.write(b"CONNECTED\\n")
    connection.settimeout(60)
    while data := connection.recv(65536):
        received.write(data)
        connection.sendall(b"HTTP/1.1 200 OK\\r\\nContent-Length: 4\\r\\n\\r\\ntrue")
while True:
    threading.Thread(target=serve, args=listener.accept()[:1], daemon=True).start()
"""


class Listener:
    """Process of another user that listens on a port as soon as it is free."""

    def __init__(self, process: subprocess.Popen[str], file: Path) -> None:
        self.process = process
        self.file = file

    def wait_for_port(self) -> int:
        """Return the port, when the process listens on it."""
        assert self.process.stdout is not None
        return int(self.process.stdout.readline())

    def received(self) -> str:
        """Return all that clients have sent, with a line for each connection."""
        return self.file.read_bytes().decode(errors="replace")

    def wait_for_client(self, seconds: float = 60) -> str:
        """Return all that clients have sent, when one has connected."""
        deadline = time.monotonic() + seconds
        while not self.received():
            assert time.monotonic() < deadline, "no client has connected"
            time.sleep(0.05)
        return self.received()


@contextlib.contextmanager
def listen_as_nobody(file: Path, port: int = 0) -> Iterator[Listener]:
    """Start a listener of another user; `file` gets the received bytes."""
    with subprocess.Popen(
        [sys.executable, "-c", _SCRIPT, str(port), str(file)], stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            yield Listener(process, file)
        finally:
            process.kill()
