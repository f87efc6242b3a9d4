"""The keeper's end of the control connection: a Unix socket and a mailbox that call one handler."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import socket
import struct
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

from jupyter_pipeline import paths
from jupyter_pipeline.clusters.keeper import control_client
from jupyter_pipeline.exceptions import PipelineError

__all__ = ["ControlServer", "Handler"]

Handler = Callable[[Mapping[str, Any]], Awaitable[dict[str, Any]]]
"""Coroutine function that answers one command. A `PipelineError` that it raises is sent to the client."""


class ControlServer:
    """Listen for commands and answer them.

    Parameters
    ----------
    path : Path
        Path of the socket.
    folder : Path
        Folder of the cluster, which contains the mailbox.
    handler : callable
        Answers a command.
    """

    def __init__(self, path: Path, folder: Path, handler: Handler) -> None:
        self.path = path
        self._mailbox = folder / control_client.MAILBOX_DIR
        self._handler = handler
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        """Listen on the socket. On return, commands are answered."""
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
        self._server = await asyncio.start_unix_server(self._serve, sock=listener, limit=control_client.MAX_LINE_BYTES)

    async def poll(self) -> None:
        """Answer the commands in the mailbox, and create the socket again if it was removed.

        logind removes the runtime folder at a user's last log-out.
        """
        if self._server is not None and not self.path.exists():
            self._server.close()
            with contextlib.suppress(OSError, PipelineError):
                self.path = paths.runtime_dir() / self.path.name
                await self._bind()
        with contextlib.suppress(FileNotFoundError):
            for entry in sorted(self._mailbox.glob("*.request")):
                with contextlib.suppress(OSError):
                    text = entry.read_bytes()
                    entry.unlink()
                    answer = await self._answer(text)
                    paths.write_private(entry.with_suffix(".answer"), json.dumps(answer))

    async def close(self) -> None:
        """Stop listening and remove the socket."""
        if self._server is not None:
            self._server.close()
        self.path.unlink(missing_ok=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            if not _is_same_user(writer.get_extra_info("socket")):
                return
            while line := await reader.readline():
                writer.write(json.dumps(await self._answer(line)).encode() + b"\n")
                await writer.drain()
        except (OSError, ValueError):  # the client disconnected, or sent too long a line
            pass
        finally:
            writer.close()

    async def _answer(self, line: bytes) -> dict[str, Any]:
        try:
            command = json.loads(line)
            if not isinstance(command, dict):
                raise TypeError
        except (ValueError, TypeError, RecursionError):
            return {"error": "UsageError", "message": "A command is a JSON object."}
        try:
            return await self._handler(command)
        except PipelineError as error:
            return error.to_dict()
        except Exception as error:  # noqa: BLE001 - a cluster class may raise anything; the keeper must continue
            return {"error": "ClusterError", "message": f"{type(error).__name__}: {error}"}


def _is_same_user(connection: Any) -> bool:
    if not hasattr(socket, "SO_PEERCRED"):  # not Linux: only the mode of the folder protects the socket
        return True
    _, uid, _ = struct.unpack("3i", connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i")))
    return bool(uid == os.getuid())
