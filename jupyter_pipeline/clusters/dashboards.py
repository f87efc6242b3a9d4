"""Check that a cluster has a dashboard, and keep the token that its HTTP servers require."""

from __future__ import annotations

import secrets
from pathlib import Path

from jupyter_pipeline.exceptions import ClusterError
from jupyter_pipeline.models import ClusterRecord
from jupyter_pipeline.paths import private_dir, write_private

__all__ = [
    "check_dashboard",
    "explain_login",
    "find_guard",
    "find_token_file",
    "prepare_guard",
    "read_token",
    "remove_token",
]

_FOLDER = "dashboard"
_GUARD = "jupyter_pipeline_process_guard.py"
"""Name of the copy of `process_guard`, which no other module has."""
_TOKEN = "token"  # noqa: S105 - the name of a file


def check_dashboard(record: ClusterRecord) -> None:
    """Check that a cluster has a dashboard now.

    Raises
    ------
    ClusterError
        If the cluster has ended or has no dashboard yet.
    """
    if not record.state.alive:
        raise ClusterError(f"The cluster {record.name!r} is {record.state.value}: its dashboard has stopped.")
    if not record.dashboard_link:
        raise ClusterError(f"The cluster {record.name!r} has no dashboard yet.")


def explain_login(token_file: str) -> str:
    """Return how a browser opens a dashboard whose token is in `token_file`; empty for a dashboard without a token."""
    return f"Log in with any user name. The password is the content of {token_file}." if token_file else ""


def find_token_file(folder: Path) -> Path:
    """Return the file with the token of the cluster in `folder`."""
    return folder / _FOLDER / _TOKEN


def find_guard(folder: Path) -> Path:
    """Return the copy of `process_guard` of the cluster in `folder`, beside the token."""
    return folder / _FOLDER / _GUARD


def prepare_guard(folder: Path) -> None:
    """Write a new token and a copy of `process_guard` into the cluster's folder, for its processes on other hosts.

    Their folder has no other files, because Python imports modules from it.
    """
    private_dir(folder / _FOLDER)
    write_private(find_token_file(folder), secrets.token_urlsafe(32))
    write_private(find_guard(folder), Path(__file__).with_name("process_guard.py").read_text())


def remove_token(folder: Path) -> None:
    """Remove the token of the cluster in `folder`, whose HTTP servers belong to a service and do not know it."""
    find_token_file(folder).unlink(missing_ok=True)


def read_token(folder: Path) -> str:
    """Return the token of the cluster in `folder`, empty if its HTTP servers belong to a service."""
    try:
        return find_token_file(folder).read_text().strip()
    except FileNotFoundError:
        return ""
