"""How a keeper is told what to do: one JSON object a line, over a Unix socket of this user.

A request is ``{"op": …, …}``; the answer ``{"record": …}`` or ``{"error": type, "message": text}``. From another host,
or when the socket is gone, the same request goes through the cluster's folder: ``mailbox/ID.request`` is answered by
``mailbox/ID.answer``. Both ways end in the same function of the keeper.

The socket has mode 0600 in a folder of mode 0700, and the uid at its other end is checked. The folder is private too:
whoever writes there may read the keys anyway.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import secrets
import socket
import struct
import time
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

from jupyter_pipeline import exceptions, identity, paths
from jupyter_pipeline.exceptions import ClusterError, KeeperUnreachableError, PipelineError
from jupyter_pipeline.models import ClusterRecord

__all__ = ["MAILBOX", "Handler", "Server", "call", "socket_path"]

Handler = Callable[[Mapping[str, Any]], Awaitable[dict[str, Any]]]
"""Answers one request; a `PipelineError` that it raises reaches the caller."""

_LINE = 2**20  # a sync brings its lock along
MAILBOX = "mailbox"
"""Folder of the letters from other hosts, in the cluster's folder."""


def socket_path(cluster_id: str) -> Path:
    """Return where the keeper of a cluster listens on this host."""
    return paths.runtime_dir() / f"{cluster_id}.sock"


class Server:
    """The keeper's end.

    Parameters
    ----------
    path : Path
        The socket.
    folder : Path
        The cluster's folder, with the mailbox.
    handler : callable
        Answers a request.
    """

    def __init__(self, path: Path, folder: Path, handler: Handler) -> None:
        self.path = path
        self._mailbox = folder / MAILBOX
        self._handler = handler
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        """Listen. On return a caller is answered."""
        paths.private_dir(self._mailbox)
        await self._bind()

    async def _bind(self) -> None:
        self.path.unlink(missing_ok=True)
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        previous = os.umask(0o177)
        try:
            listener.bind(str(self.path))
        finally:
            os.umask(previous)
        self._server = await asyncio.start_unix_server(self._serve, sock=listener, limit=_LINE)

    async def tend(self) -> None:
        """Read the mailbox, and listen anew where the runtime folder was swept, as logind does at the last log-out."""
        if self._server is not None and not self.path.exists():
            self._server.close()
            with contextlib.suppress(OSError, PipelineError):
                paths.runtime_dir()
                await self._bind()
        with contextlib.suppress(FileNotFoundError):
            for entry in sorted(self._mailbox.glob("*.request")):
                with contextlib.suppress(OSError):
                    text = entry.read_bytes()
                    entry.unlink()
                    answer = await self._answer(text)
                    paths.write_private(entry.with_suffix(".answer"), json.dumps(answer))

    async def close(self) -> None:
        """Stop to listen and remove the socket."""
        if self._server is not None:
            self._server.close()
        self.path.unlink(missing_ok=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            if not _same_user(writer.get_extra_info("socket")):
                return
            while line := await reader.readline():
                writer.write(json.dumps(await self._answer(line)).encode() + b"\n")
                await writer.drain()
        except (OSError, ValueError):  # the caller went away, or sent a line without an end
            pass
        finally:
            writer.close()

    async def _answer(self, line: bytes) -> dict[str, Any]:
        try:
            request = json.loads(line)
            if not isinstance(request, dict):
                raise TypeError
        except (ValueError, TypeError):
            return {"error": "UsageError", "message": "A request is a JSON object."}
        try:
            return await self._handler(request)
        except PipelineError as error:
            return error.to_dict()
        except Exception as error:  # noqa: BLE001 - a cluster class may raise anything; the keeper lives on
            return {"error": "ClusterError", "message": f"{type(error).__name__}: {error}"}


def _same_user(connection: Any) -> bool:
    if not hasattr(socket, "SO_PEERCRED"):  # not Linux: the mode of the folder has to do
        return True
    _, uid, _ = struct.unpack("3i", connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i")))
    return bool(uid == os.getuid())


def call(record: ClusterRecord, folder: Path, op: str, *, timeout: float = 30.0, **arguments: Any) -> dict[str, Any]:
    """Ask the keeper of `record` and return its answer.

    Parameters
    ----------
    record : ClusterRecord
        The cluster.
    folder : Path
        Its folder.
    op : str
        ``ping``, ``status``, ``scale``, ``adapt``, ``extend``, ``logs``, ``record_sync`` or ``stop``.
    timeout : float
        Seconds to wait for the answer.
    **arguments
        What `op` takes.

    Raises
    ------
    KeeperUnreachableError
        If there is no answer in time.
    PipelineError
        What the keeper refuses, as the type that it raised.
    """
    request = json.dumps({"op": op, **arguments}).encode() + b"\n"
    try:
        if record.host == identity.hostname() and Path(record.control).is_socket():
            answer = _through_socket(record.control, request, timeout)
        else:
            answer = _through_mailbox(folder, request, timeout)
    except OSError as error:
        raise _unreachable(record, timeout) from error
    if "error" in answer:
        raise _as_exception(answer)
    return answer


def _through_socket(path: str, request: bytes, timeout: float) -> dict[str, Any]:
    deadline = time.monotonic() + timeout
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(timeout)
        connection.connect(path)
        connection.sendall(request)
        received = b""
        while not received.endswith(b"\n"):
            connection.settimeout(max(0.001, deadline - time.monotonic()))
            part = connection.recv(_LINE)
            if not part:
                raise ConnectionResetError("closed without an answer")
            received += part
    answer: dict[str, Any] = json.loads(received)
    return answer


def _through_mailbox(folder: Path, request: bytes, timeout: float) -> dict[str, Any]:
    letter = folder / MAILBOX / f"{secrets.token_hex(8)}.request"
    reply = letter.with_suffix(".answer")
    paths.write_private(letter, request)
    deadline = time.monotonic() + timeout
    try:
        while time.monotonic() < deadline:
            with contextlib.suppress(FileNotFoundError):
                answer: dict[str, Any] = json.loads(reply.read_bytes())
                return answer
            time.sleep(0.1)
    finally:
        letter.unlink(missing_ok=True)
        reply.unlink(missing_ok=True)
    raise TimeoutError


def _unreachable(record: ClusterRecord, timeout: float) -> KeeperUnreachableError:
    who = f"process {record.keeper.pid} on {record.host}" if record.keeper else "an unknown process"
    return KeeperUnreachableError(
        f"The keeper of {record.name} ({who}) did not answer within {timeout:g} s. "
        f"Stop the cluster to end it by force: stop {record.name}"
    )


def _as_exception(answer: Mapping[str, Any]) -> PipelineError:
    kind = getattr(exceptions, str(answer["error"]), None)
    simple = isinstance(kind, type) and issubclass(kind, PipelineError) and kind.__init__ is Exception.__init__
    message = str(answer.get("message", ""))
    return kind(message) if simple and kind is not None else ClusterError(message)
