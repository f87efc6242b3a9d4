"""Preview the changes of a deploy on the server, without making them."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jupyter_pipeline import safe_yaml
from jupyter_pipeline.models import AlertEvent, DeploymentSpec, Record, Schedule
from jupyter_pipeline.orchestration import alerts, schedules
from jupyter_pipeline.orchestration.deployments import apply, predecessors
from jupyter_pipeline.orchestration.deployments.deployment_body import deployment_body, find_differences
from jupyter_pipeline.orchestration.prefect_api import records
from jupyter_pipeline.orchestration.prefect_api.client import connect
from jupyter_pipeline.orchestration.prefect_api.run_sync import run_sync
from jupyter_pipeline.paths import snapshots_dir

__all__ = ["Preview", "preview"]


_FROM_CODE = ("enforce_parameter_schema", "entrypoint", "parameter_openapi_schema")
"""Fields that follow from the code, whose difference is shown instead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview(Record):
    """Changes that a deploy would make on the server."""

    first: bool
    """True if nothing is deployed under this name."""
    changes: str
    """Differences of code and settings between the deployed and the new version, as by ``diff -u``."""


async def preview_async(spec: DeploymentSpec, code: Mapping[str, str], *, overwrite: bool = False) -> Preview:
    """Compare a specification with the server, and raise as a deploy would.

    Parameters
    ----------
    spec : DeploymentSpec
        The deployment, complete.
    code : mapping of str to str
        Files of its snapshot: text by relative path.
    overwrite : bool
        Take the name even if it belongs to another notebook.

    Raises
    ------
    ApiUnreachableError
        If no Prefect API answers.
    NotFoundError, ConfigurationError
        If there is no such work pool, alert or deployment to run after, or the pool is paused or has another type than
        process.
    UsageError
        If a value of the deployment contains a secret.
    OrchestrationError
        If the name belongs to another notebook.
    UsageError
        If the server refuses a schedule, a parameter or another field.
    """
    async with connect(spec.server) as api:
        apply.check_specification(spec)
        apply.refuse_secrets(spec)
        await alerts.check_alerts(api, spec)
        await predecessors.check_predecessors(api, spec)
        body = deployment_body(spec, pool=await apply.find_pool(api, spec.work_pool))
        await apply.check_with_server(api, spec, body)
        server = await apply.find_on_server(api, spec)
        alerted = await alerts.live_alerts(api, spec) if server is not None else {}
        after = await predecessors.live_predecessors(api, spec) if server is not None else []
    if server is not None:
        apply.check_owner(spec, server, overwrite=overwrite)
    return Preview(first=server is None, changes=_changes(server or {}, body, spec, code, alerted, after))


preview = run_sync(preview_async)


def _changes(
    server: Mapping[str, Any],
    body: Mapping[str, Any],
    spec: DeploymentSpec,
    code: Mapping[str, str],
    alerted: Mapping[str, list[str]],
    after: list[str],
) -> str:
    parts = []
    live = Path(str(server.get("entrypoint") or "").rpartition(":")[0]).parent
    if server and live.is_relative_to(snapshots_dir()):
        before = {name: _read(live / name) for name in code}
        parts += [_diff(before[name], text, name) for name, text in code.items()]
    changed = {k: v for k, v in find_differences(body, server).items() if k not in _FROM_CODE}
    settings = sorted(key for key in changed if changed[key] not in (None, [], {}) or server.get(key))
    now = {key: server.get(key) for key in settings} if server else {}
    then: dict[str, Any] = {key: changed[key] for key in settings}
    planned_alerts = {
        alert.block: [event.value for event in AlertEvent if event in alert.events] for alert in spec.alerts
    }
    for key, live_now, planned in (
        ("schedules", _in_words(records.get_schedules(server)), _in_words(spec.schedules)),
        ("alerts", dict(alerted), planned_alerts),
        ("after", after, predecessors.describe_predecessors(spec)),
    ):
        if live_now != planned:
            then[key] = planned
            if server:
                now[key] = live_now
    parts.append(_diff(_text(now), _text(then), "deployment"))
    return "".join(parts)


def _in_words(scheduled: Iterable[Schedule]) -> list[str]:
    return [schedules.describe_schedule(schedule) for schedule in scheduled]


def _text(settings: Mapping[str, Any]) -> str:
    return safe_yaml.dump(settings, width=110) if settings else ""


def _diff(before: str, after: str, name: str) -> str:
    lines = difflib.unified_diff(
        before.splitlines(keepends=True), after.splitlines(keepends=True), f"live/{name}", f"new/{name}"
    )
    return "".join(lines)


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        return ""
