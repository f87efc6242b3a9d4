"""Send commands to a keeper: one JSON object per line over a Unix socket, or files in its mailbox.

A command is ``{"op": …, …}``. The answer is ``{"record": …}`` or ``{"error": type, "message": text}``. From another
host, or if the socket is missing, the command goes through the cluster's folder: the keeper answers
``mailbox/ID.request`` with ``mailbox/ID.answer``. Both ways call the same handler of the keeper.

The socket has mode 0600 in a folder of mode 0700, and the server checks the peer's uid. The cluster's folder is private
as well: a user who can write there can read the TLS keys anyway.
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

from jupyter_pipeline import exceptions, paths
from jupyter_pipeline.clusters import registry
from jupyter_pipeline.exceptions import ClusterError, KeeperUnreachableError, PipelineError
from jupyter_pipeline.models import ClusterRecord

__all__ = ["MAILBOX_DIR", "MAX_LINE_BYTES", "send_command", "socket_path"]

MAX_LINE_BYTES = 2**20
"""Maximum size of a command or an answer in bytes. A sync sends its lock file."""
MAILBOX_DIR = "mailbox"
"""Name of the mailbox folder inside the cluster's folder."""
_POLL_INTERVAL = 0.1


def socket_path(cluster_id: str) -> Path:
    """Return the path of the keeper's control socket on this host."""
    return paths.runtime_dir() / f"{cluster_id}.sock"


def send_command(
    record: ClusterRecord, folder: Path, op: str, *, timeout: float = 30.0, **arguments: Any
) -> dict[str, Any]:
    """Send a command to the keeper of `record` and return its answer.

    Parameters
    ----------
    record : ClusterRecord
        The cluster.
    folder : Path
        Folder of the cluster.
    op : str
        ``ping``, ``status``, ``scale``, ``adapt``, ``extend``, ``logs``, ``record_sync`` or ``stop``.
    timeout : float, default 30.0
        Seconds to wait for the answer.
    **arguments
        Arguments of the command, JSON values.

    Raises
    ------
    KeeperUnreachableError
        If there is no answer in time.
    PipelineError
        If the keeper refuses the command, with the type that it raised.
    """
    command = json.dumps({"op": op, **arguments}).encode() + b"\n"
    try:
        if registry.is_on_this_host(record) and Path(record.control).is_socket():
            answer = _send_through_socket(record.control, command, timeout)
        else:
            answer = _send_through_mailbox(folder, command, timeout)
    except OSError as error:
        raise _build_unreachable_error(record, timeout) from error
    if "error" in answer:
        raise _rebuild_exception(answer)
    return answer


def _send_through_socket(path: str, command: bytes, timeout: float) -> dict[str, Any]:
    deadline = time.monotonic() + timeout
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(timeout)
        connection.connect(path)
        connection.sendall(command)
        received = b""
        while not received.endswith(b"\n"):
            connection.settimeout(max(0.001, deadline - time.monotonic()))
            part = connection.recv(MAX_LINE_BYTES)
            if not part:
                raise ConnectionResetError("closed without an answer")
            received += part
    answer: dict[str, Any] = json.loads(received)
    return answer


def _send_through_mailbox(folder: Path, command: bytes, timeout: float) -> dict[str, Any]:
    request = folder / MAILBOX_DIR / f"{secrets.token_hex(8)}.request"
    reply = request.with_suffix(".answer")
    paths.write_private(request, command)
    deadline = time.monotonic() + timeout
    try:
        while time.monotonic() < deadline:
            with contextlib.suppress(FileNotFoundError):
                answer: dict[str, Any] = json.loads(reply.read_bytes())
                return answer
            time.sleep(_POLL_INTERVAL)
    finally:
        request.unlink(missing_ok=True)
        reply.unlink(missing_ok=True)
    raise TimeoutError


def _build_unreachable_error(record: ClusterRecord, timeout: float) -> KeeperUnreachableError:
    process = f"process {record.keeper.pid} on {record.host}" if record.keeper else "an unknown process"
    return KeeperUnreachableError(
        f"The keeper of {record.name} ({process}) did not answer within {timeout:g} s. "
        f"Stop the cluster to terminate it: stop {record.name}"
    )


def _rebuild_exception(answer: Mapping[str, Any]) -> PipelineError:
    kind = getattr(exceptions, str(answer["error"]), None)
    simple = isinstance(kind, type) and issubclass(kind, PipelineError) and kind.__init__ is Exception.__init__
    message = str(answer.get("message", ""))
    return kind(message) if simple and kind is not None else ClusterError(message)
