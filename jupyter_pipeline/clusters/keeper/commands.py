"""What a keeper is told through its control socket, and what it does then."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any

from jupyter_pipeline.clusters import limits
from jupyter_pipeline.clusters.keeper import scheduler_info
from jupyter_pipeline.clusters.registry import events
from jupyter_pipeline.exceptions import ClusterError, UsageError
from jupyter_pipeline.models import ClusterState

if TYPE_CHECKING:
    from jupyter_pipeline.clusters.keeper.lifecycle import Keeper

__all__ = ["handle_command"]

Order = Callable[["Keeper", Mapping[str, Any]], Awaitable[None]]


async def handle_command(keeper: Keeper, request: Mapping[str, Any]) -> dict[str, Any]:
    """Do what `request` asks and return the answer.

    Raises
    ------
    UsageError, ClusterError
        What cannot be done, and why.
    """
    op = request.get("op")
    order = _ORDERS.get(str(op))
    if order is None:
        raise UsageError(f"The keeper knows no {op!r}.")
    if op not in _ALWAYS and keeper.final is not None:
        raise ClusterError(f"{keeper.record.name} is {keeper.record.state}: {keeper.final[1].rstrip('.')}.")
    await order(keeper, request)
    return {"record": keeper.record.to_dict()}


async def _look(keeper: Keeper, request: Mapping[str, Any]) -> None:
    await keeper.look()


async def _stop(keeper: Keeper, request: Mapping[str, Any]) -> None:
    keeper.end(ClusterState.STOPPED, str(request.get("reason") or "Stopped by request"))
    if keeper.record.state is not ClusterState.STOPPING:
        keeper.update(state=ClusterState.STOPPING, reason=keeper.final[1] if keeper.final else "")


async def _scale(keeper: Keeper, request: Mapping[str, Any]) -> None:
    n = limits.check_size(keeper.record.limits, request.get("n", -1))
    await keeper.size.scale(keeper.cluster, n)
    keeper.update(workers_wanted=n, adaptive=None)


async def _adapt(keeper: Keeper, request: Mapping[str, Any]) -> None:
    bounds = limits.check_range(keeper.record.limits, request.get("minimum", -1), request.get("maximum", -1))
    await keeper.size.adapt(keeper.cluster, *bounds)
    keeper.update(workers_wanted=None, adaptive=bounds)


async def _extend(keeper: Keeper, request: Mapping[str, Any]) -> None:
    record = keeper.record
    seconds = float(request.get("seconds", 0))
    expires = limits.extend_lifetime(record.limits, started=record.started, expires=record.expires, seconds=seconds)
    keeper.stay_awake(time.time())
    keeper.update(expires=expires, warning="")


async def _logs(keeper: Keeper, request: Mapping[str, Any]) -> None:
    if keeper.cluster is not None:
        await scheduler_info.save_logs(keeper.cluster, keeper.folder)


async def _record_sync(keeper: Keeper, request: Mapping[str, Any]) -> None:
    """Note what a sync or a comparison found."""
    if request.get("sync"):
        entry = dict(request["sync"])
        events.add_sync(keeper.folder, entry, str(request.get("lock", "")))
        keeper.update(last_sync={k: entry.get(k, "") for k in ("time", "who", "result", "summary", "lock")})
    if request.get("drift"):
        keeper.update(drift=dict(request["drift"]))


_ORDERS: dict[str, Order] = {
    "ping": _look,
    "status": _look,
    "stop": _stop,
    "scale": _scale,
    "adapt": _adapt,
    "extend": _extend,
    "logs": _logs,
    "record_sync": _record_sync,
}
_ALWAYS = ("ping", "status", "stop", "record_sync")
"""Orders that a cluster which ends obeys, too."""
