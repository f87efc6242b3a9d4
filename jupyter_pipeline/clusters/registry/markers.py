"""Read and write marker files in a cluster's folder, which stay valid after its keeper has died.

``unsubmitted`` means that no job of the cluster was submitted, so the batch system need not be asked. It is created
with the cluster and removed before the first submission. Without it, jobs may exist. ``stop-request.json`` holds the
final state and the reason of a requested stop, for any process that closes the record. ``dismissed`` means that the
user has read the failure of the cluster.
"""

from __future__ import annotations

import contextlib
from pathlib import Path

from jupyter_pipeline import paths
from jupyter_pipeline.models import ClusterState

__all__ = [
    "dismiss",
    "is_dismissed",
    "mark_submitted",
    "mark_unsubmitted",
    "may_have_jobs",
    "read_stop_request",
    "write_stop_request",
]

_UNSUBMITTED = "unsubmitted"
_STOP_REQUEST = "stop-request.json"
_DISMISSED = "dismissed"


def mark_unsubmitted(folder: Path) -> None:
    """Record that no job of the cluster in `folder` was submitted so far."""
    with contextlib.suppress(OSError):  # without the marker the batch system is asked: slower, but correct
        (folder / _UNSUBMITTED).touch(mode=0o600)


def mark_submitted(folder: Path) -> None:
    """Record that jobs of the cluster in `folder` may exist from now on.

    Raises
    ------
    OSError
        If the marker cannot be removed. The caller must not submit then.
    """
    (folder / _UNSUBMITTED).unlink(missing_ok=True)


def may_have_jobs(folder: Path) -> bool:
    """Return True if jobs of the cluster in `folder` may exist."""
    return not (folder / _UNSUBMITTED).exists()


def write_stop_request(folder: Path, state: ClusterState, reason: str) -> None:
    """Record that the cluster in `folder` must stop in `state` because of `reason`; keep an earlier request."""
    if read_stop_request(folder) is None:
        with contextlib.suppress(OSError):  # the keeper gets the command as well
            paths.write_object(folder / _STOP_REQUEST, {"state": state, "reason": reason})


def read_stop_request(folder: Path) -> tuple[ClusterState, str] | None:
    """Return the requested final state and reason of the cluster in `folder`, ``None`` without a request."""
    try:
        request = paths.read_object(folder / _STOP_REQUEST)
        return ClusterState(request["state"]), str(request["reason"])
    except (OSError, ValueError, TypeError, KeyError):
        return None


def dismiss(folder: Path) -> None:
    """Record that the user has read the failure of the cluster in `folder`.

    Raises
    ------
    OSError
        If the disk is full or the folder was removed.
    """
    (folder / _DISMISSED).touch(mode=0o600)


def is_dismissed(folder: Path) -> bool:
    """Return True if the user has read the failure of the cluster in `folder`."""
    return (folder / _DISMISSED).exists()
