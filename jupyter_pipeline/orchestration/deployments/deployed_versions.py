"""List, compare and roll back the versions of a deployment."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from jupyter_pipeline import audit
from jupyter_pipeline.exceptions import NotFoundError, OrchestrationError, UsageError
from jupyter_pipeline.models import DeploymentRecord, VersionRecord
from jupyter_pipeline.orchestration import alerts, schedules
from jupyter_pipeline.orchestration.deployments import apply, predecessors
from jupyter_pipeline.orchestration.deployments.listing import add_history, read_deployment
from jupyter_pipeline.orchestration.deployments.server_changes import deployed_state
from jupyter_pipeline.orchestration.prefect_api import records
from jupyter_pipeline.orchestration.prefect_api.lookup import connect_to
from jupyter_pipeline.orchestration.prefect_api.run_sync import run_sync
from jupyter_pipeline.orchestration.versions import history, snapshots
from jupyter_pipeline.orchestration.versions.history import Version

__all__ = ["compare_versions", "list_versions", "rollback"]

_ELSEWHERE = ("path", "profile_file", "base", "schedules", "parameter_schema")
"""Fields that are compared as files or words, or follow from other fields."""


async def list_versions_async(name: str) -> list[VersionRecord]:
    """Return the versions of a deployment, the newest first.

    Raises
    ------
    NotFoundError
        If no deployment of this name has versions.
    """
    async with connect_to(name) as api:
        found, now = _known(name, api.endpoint.key)
        live = next((version for version in found if version.number == now), None)
        server = await apply.find_on_server(api, history.to_specification(live)) if live is not None else None
    # Another program may have deployed it since.
    same = server is not None and live is not None and server.get("version") == live.spec["version"]
    return [
        VersionRecord(
            number=version.number,
            version=version.spec["version"],
            deployed=version.deployed,
            by=version.by,
            target=version.spec.get("target", ""),
            notebook=version.spec.get("notebook", ""),
            commit=version.spec.get("commit", ""),
            dirty=version.spec.get("dirty", False),
            current=same and version.number == now,
        )
        for version in reversed(found)
    ]


async def compare_versions_async(name: str, old: str | None = None, new: str | None = None) -> str:
    """Return the differences of files and settings between two versions, as by ``diff -u``; empty for none.

    Parameters
    ----------
    name : str
        Name of the deployment.
    old, new : str, optional
        Number or content hash; by default the version before the current one, and the current one.

    Raises
    ------
    NotFoundError
        If there is no such version.
    UsageError
        If there is no version before the current one.
    """
    async with connect_to(name) as api:
        found, now = _known(name, api.endpoint.key)
    later = _choose(name, found, new) if new else _numbered(name, found, now)
    earlier = _choose(name, found, old) if old else _before(name, found, later)
    then, since = _texts(earlier), _texts(later)
    return "".join(
        line
        for file in sorted(then.keys() | since.keys())
        for line in difflib.unified_diff(
            then.get(file, "").splitlines(keepends=True),
            since.get(file, "").splitlines(keepends=True),
            f"{earlier.number}/{file}",
            f"{later.number}/{file}",
        )
    )


async def rollback_async(name: str, version: str | None = None) -> DeploymentRecord:
    """Deploy an earlier version again; pauses stay.

    Parameters
    ----------
    name : str
        Name of the deployment.
    version : str, optional
        Number or content hash; by default the version before the current one.

    Raises
    ------
    NotFoundError
        If there is no such version.
    OrchestrationError
        If its code was removed.
    NotFoundError, UsageError
        If it runs after a deployment that no longer exists, or the deployments would start one another for ever.
    """
    async with connect_to(name) as api:
        with history.lock_name(name):
            found, now = _known(name, api.endpoint.key)
            chosen = _choose(name, found, version) if version else _before(name, found, _numbered(name, found, now))
            spec = history.to_specification(chosen)
            if not Path(spec.path).is_dir():
                raise OrchestrationError(
                    f"The code of version {chosen.number} of {name!r} is not there any longer: {spec.path}. "
                    "Choose another version."
                )
            there = await apply.find_on_server(api, spec)
            spec = history.to_specification(chosen, records.get_environment(there or {}))
            await predecessors.check_predecessors(api, spec)
            server = await apply.apply_specification(api, spec, overwrite=True)
            await alerts.apply_alerts(api, server, spec)
            await predecessors.apply_predecessors(api, server, spec)
            server = await read_deployment(api, server["id"])
            history.set_current(name, api.endpoint.key, chosen.number)
            history.store_state(name, api.endpoint.key, deployed_state(server))
        record = records.to_deployment_record(
            server, flow_name=spec.flow_name, last_run=None, ui_url=api.endpoint.ui_url
        )
        return add_history(record, server, api.endpoint.key)


list_versions = run_sync(list_versions_async)
compare_versions = run_sync(compare_versions_async)
rollback = audit.recorded("rollback", "deployment", details=("version",))(run_sync(rollback_async))


def _known(name: str, server: str) -> tuple[list[Version], int]:
    """Return the versions of a name, the oldest first, and the number of the current one."""
    found = history.list_versions(name, server)
    if not found:
        known = [other for other in history.list_names() if history.list_versions(other, server)]
        raise NotFoundError("deployment with versions", name, known)
    return found, history.current_number(name, server)


def _choose(name: str, found: list[Version], text: str) -> Version:
    """Return the version with a number, or the newest version with a content hash or its beginning."""
    if text.isdecimal() and len(text) < 7 and any(version.number == int(text) for version in found):
        return _numbered(name, found, int(text))
    matching = [version for version in found if version.spec["version"].startswith(text) and len(text) >= 4]
    if not matching:
        known = [str(version.number) for version in found]
        raise NotFoundError(f"version of {name!r}", text, known)
    return matching[-1]


def _numbered(name: str, found: list[Version], number: int) -> Version:
    for version in found:
        if version.number == number:
            return version
    raise UsageError(f"No version of {name!r} is current. Name a version: 1 to {found[-1].number}.")


def _before(name: str, found: list[Version], version: Version) -> Version:
    earlier = [other for other in found if other.number == version.previous]
    if not earlier:
        raise UsageError(f"There is no version of {name!r} before {version.number}.")
    return earlier[0]


def _texts(version: Version) -> dict[str, str]:
    """Return the contents of a version as texts by name: code, profile and settings."""
    spec = history.to_specification(version)
    texts = snapshots.read_snapshot(Path(spec.path))
    if spec.profile_file:
        texts |= {Path(spec.profile_file).name: _read(Path(spec.profile_file))}
    settings = {key: value for key, value in _settings(version.spec) if value not in ("", None, [], {})}
    scheduled = [schedules.describe_schedule(each) for each in spec.schedules]
    texts["deployment"] = yaml.safe_dump(
        {**settings, "schedules": scheduled}, sort_keys=True, allow_unicode=True, width=110
    )
    return texts


def _settings(spec: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    return ((key, value) for key, value in spec.items() if key not in _ELSEWHERE)


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        return ""
