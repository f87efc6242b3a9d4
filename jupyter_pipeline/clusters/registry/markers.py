"""Marks in a cluster's folder: what has to be known of it whoever died meanwhile, its keeper too.

``unsubmitted`` says that no job of the cluster was ever handed to a batch system, which then need not be asked. It is
there from the beginning and is removed before the first job: where it is missing, jobs may exist. ``end.json`` says
that somebody asked for the end, and why: the record closes so, whoever closes it.
"""

from __future__ import annotations

import contextlib
import json
from pathlib import Path

from jupyter_pipeline import paths
from jupyter_pipeline.models import ClusterState

__all__ = ["asked_to_end", "expect_jobs", "expect_no_jobs", "may_have_jobs", "request_end"]

_UNSUBMITTED = "unsubmitted"
_END = "end.json"


def expect_no_jobs(folder: Path) -> None:
    """Note that nothing was submitted for the cluster in `folder` so far."""
    with contextlib.suppress(OSError):  # without the mark the batch system is asked: slower, never wrong
        (folder / _UNSUBMITTED).touch(mode=0o600)


def expect_jobs(folder: Path) -> None:
    """Note that jobs of the cluster in `folder` may exist from now on.

    Raises
    ------
    OSError
        If that cannot be noted: then nothing may be submitted.
    """
    (folder / _UNSUBMITTED).unlink(missing_ok=True)


def may_have_jobs(folder: Path) -> bool:
    """Return whether jobs of the cluster in `folder` may exist."""
    return not (folder / _UNSUBMITTED).exists()


def request_end(folder: Path, state: ClusterState, reason: str) -> None:
    """Note that the cluster in `folder` is to end in `state`, because of `reason`; the first request stays."""
    if asked_to_end(folder) is None:
        with contextlib.suppress(OSError):  # its keeper is asked, too
            paths.write_private(folder / _END, json.dumps({"state": state, "reason": reason}))


def asked_to_end(folder: Path) -> tuple[ClusterState, str] | None:
    """Return in which state and why the cluster in `folder` was asked to end, ``None`` if it was not."""
    try:
        request = json.loads((folder / _END).read_bytes())
        return ClusterState(request["state"]), str(request["reason"])
    except (OSError, ValueError, TypeError, KeyError):
        return None
