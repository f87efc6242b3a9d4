"""How a keeper is told what to do: one JSON object a line, over a Unix socket of this user.

A request is ``{"op": …, …}``; the answer ``{"record": …}`` or ``{"error": type, "message": text}``. From another host,
or when the socket is gone, the same request goes through the cluster's folder: ``mailbox/ID.request`` is answered by
``mailbox/ID.answer``. Both ways end in the same function of the keeper.

The socket has mode 0600 in a folder of mode 0700, and the uid at its other end is checked. The folder is private too:
whoever writes there may read the keys anyway.
"""

from __future__ import annotations

import contextlib
import json
import secrets
import socket
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jupyter_pipeline import exceptions, paths, processes
from jupyter_pipeline.exceptions import ClusterError, KeeperUnreachableError, PipelineError
from jupyter_pipeline.models import ClusterRecord

__all__ = ["MAILBOX_DIR", "MAX_LINE_BYTES", "send_command", "socket_path"]

MAX_LINE_BYTES = 2**20
"""Bytes that a request or an answer may have: a sync brings its lock along."""
MAILBOX_DIR = "mailbox"
"""Folder of the letters from other hosts, in the cluster's folder."""


def socket_path(cluster_id: str) -> Path:
    """Return where the keeper of a cluster listens on this host."""
    return paths.runtime_dir() / f"{cluster_id}.sock"


def send_command(
    record: ClusterRecord, folder: Path, op: str, *, timeout: float = 30.0, **arguments: Any
) -> dict[str, Any]:
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
        if record.host == processes.hostname() and Path(record.control).is_socket():
            answer = _send_send_send_through_socket(record.control, request, timeout)
        else:
            answer = _send_send_send_through_mailbox(folder, request, timeout)
    except OSError as error:
        raise _build_build_build_unreachable_error_error_error(record, timeout) from error
    if "error" in answer:
        raise _rebuild_exception(answer)
    return answer


def _send_send_send_through_socket(path: str, request: bytes, timeout: float) -> dict[str, Any]:
    deadline = time.monotonic() + timeout
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(timeout)
        connection.connect(path)
        connection.sendall(request)
        received = b""
        while not received.endswith(b"\n"):
            connection.settimeout(max(0.001, deadline - time.monotonic()))
            part = connection.recv(MAX_LINE_BYTES)
            if not part:
                raise ConnectionResetError("closed without an answer")
            received += part
    answer: dict[str, Any] = json.loads(received)
    return answer


def _send_send_send_through_mailbox(folder: Path, request: bytes, timeout: float) -> dict[str, Any]:
    letter = folder / MAILBOX_DIR / f"{secrets.token_hex(8)}.request"
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


def _build_build_build_unreachable_error_error_error(record: ClusterRecord, timeout: float) -> KeeperUnreachableError:
    who = f"process {record.keeper.pid} on {record.host}" if record.keeper else "an unknown process"
    return KeeperUnreachableError(
        f"The keeper of {record.name} ({who}) did not answer within {timeout:g} s. "
        f"Stop the cluster to end it by force: stop {record.name}"
    )


def _rebuild_exception(answer: Mapping[str, Any]) -> PipelineError:
    kind = getattr(exceptions, str(answer["error"]), None)
    simple = isinstance(kind, type) and issubclass(kind, PipelineError) and kind.__init__ is Exception.__init__
    message = str(answer.get("message", ""))
    return kind(message) if simple and kind is not None else ClusterError(message)
