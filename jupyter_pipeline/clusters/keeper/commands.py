"""The commands that a keeper accepts through its control server."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from jupyter_pipeline.clusters import limits, restrictions
from jupyter_pipeline.clusters.backends import Backend
from jupyter_pipeline.clusters.keeper import scheduler_info
from jupyter_pipeline.clusters.keeper.scaling import Scaler
from jupyter_pipeline.clusters.registry import events
from jupyter_pipeline.exceptions import ClusterError, UsageError
from jupyter_pipeline.models import ClusterRecord, ClusterState, Profile

if TYPE_CHECKING:
    from distributed.deploy.cluster import Cluster

__all__ = ["CommandTarget", "handle_command"]


class CommandTarget(Protocol):
    """The interface of a keeper that commands use."""

    folder: Path
    profile: Profile
    cluster: Cluster | None
    backend: Backend
    scaler: Scaler
    stop_request: tuple[ClusterState, str] | None

    @property
    def record(self) -> ClusterRecord:
        """The current record."""

    def update(self, **changes: Any) -> None:
        """Change the record."""

    def request_stop(self, state: ClusterState, reason: str) -> None:
        """Stop the cluster."""

    def postpone_idle_timeout(self, now: float) -> None:
        """Count the idle time from `now`."""

    async def refresh(self) -> None:
        """Update the record from the scheduler."""


Command = Callable[[CommandTarget, Mapping[str, Any]], Awaitable[None]]


async def handle_command(keeper: CommandTarget, request: Mapping[str, Any]) -> dict[str, Any]:
    """Run the command in `request` and return the answer.

    Raises
    ------
    UsageError
        If the command is unknown or its arguments are not allowed.
    ClusterError
        If the cluster is stopping or has ended.
    """
    op = request.get("op")
    command = _COMMANDS.get(str(op))
    if command is None:
        raise UsageError(f"Unknown keeper command {op!r}. Known commands: {', '.join(_COMMANDS)}.")
    if op not in _ALLOWED_WHILE_STOPPING and keeper.stop_request is not None:
        raise ClusterError(f"{keeper.record.name} is {keeper.record.state}: {keeper.stop_request[1].rstrip('.')}.")
    await command(keeper, request)
    return {"record": keeper.record.to_dict()}


async def _refresh(keeper: CommandTarget, request: Mapping[str, Any]) -> None:
    await keeper.refresh()


async def _stop(keeper: CommandTarget, request: Mapping[str, Any]) -> None:
    keeper.request_stop(ClusterState.STOPPED, str(request.get("reason") or "Stopped by request"))
    if keeper.record.state is not ClusterState.STOPPING:
        keeper.update(state=ClusterState.STOPPING, reason=keeper.stop_request[1] if keeper.stop_request else "")


async def _scale(keeper: CommandTarget, request: Mapping[str, Any]) -> None:
    n = limits.check_count(request.get("n", -1))
    restrictions.check_size(keeper.profile, keeper.record, n)
    limits.check_size(keeper.record.limits, n)
    await keeper.scaler.scale(keeper.cluster, n)
    keeper.update(workers_wanted=n, adaptive=None)


async def _adapt(keeper: CommandTarget, request: Mapping[str, Any]) -> None:
    maximum = limits.check_count(request.get("maximum", -1))
    restrictions.check_size(keeper.profile, keeper.record, maximum)
    bounds = limits.check_range(keeper.record.limits, request.get("minimum", -1), maximum)
    await keeper.scaler.adapt(keeper.cluster, *bounds)
    keeper.update(workers_wanted=None, adaptive=bounds)


async def _extend(keeper: CommandTarget, request: Mapping[str, Any]) -> None:
    record = keeper.record
    seconds = float(request.get("seconds", 0))
    restrictions.check_lifetime(record, seconds)
    expires = limits.extend_lifetime(record.limits, started=record.started, expires=record.expires, seconds=seconds)
    keeper.postpone_idle_timeout(time.time())
    keeper.update(expires=expires, warning="")


async def _logs(keeper: CommandTarget, request: Mapping[str, Any]) -> None:
    if keeper.cluster is not None:
        await scheduler_info.save_logs(keeper.cluster, keeper.backend, keeper.folder)


async def _record_sync(keeper: CommandTarget, request: Mapping[str, Any]) -> None:
    """Record the result of a sync or of a comparison with the kernel."""
    if request.get("sync"):
        entry = dict(request["sync"])
        events.add_sync(keeper.folder, entry, str(request.get("lock", "")))
        keeper.update(last_sync={k: entry.get(k, "") for k in ("time", "who", "result", "summary", "lock")})
    if request.get("drift"):
        keeper.update(drift=dict(request["drift"]))


_COMMANDS: dict[str, Command] = {
    "ping": _refresh,
    "status": _refresh,
    "stop": _stop,
    "scale": _scale,
    "adapt": _adapt,
    "extend": _extend,
    "logs": _logs,
    "record_sync": _record_sync,
}
_ALLOWED_WHILE_STOPPING = ("ping", "status", "stop", "record_sync")
