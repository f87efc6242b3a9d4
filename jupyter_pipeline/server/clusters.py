"""Routes of profiles and clusters."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence
from typing import Any

from jupyter_pipeline.clusters import manager, profiles, registry
from jupyter_pipeline.exceptions import NotFoundError, PipelineError, UsageError
from jupyter_pipeline.models import ClusterRecord
from jupyter_pipeline.paths import check_name
from jupyter_pipeline.server.handler import PipelineHandler, endpoint
from jupyter_pipeline.server.kernel_cli import find_interpreter

__all__ = ["ClusterHandler", "ClusterLogsHandler", "ClustersHandler", "ProfilesHandler"]

_STARTING: set[asyncio.Task[Any]] = set()
"""Commands that still wait for their cluster; held here because the event loop keeps weak references alone."""


class ProfilesHandler(PipelineHandler):
    """``profiles``."""

    @endpoint
    async def get(self) -> list[dict[str, Any]]:
        """List the profiles."""
        found = await self.in_thread(profiles.load_profiles)
        return [
            {
                "name": p.name,
                "description": p.description,
                "cluster_class": p.cluster_class,
                "workers": p.workers,
                "adapt": [p.adapt_kwargs.get("minimum", 0), p.adapt_kwargs.get("maximum")] if p.adapt_kwargs else None,
                "max_workers": p.limits.max_workers,
                "source": p.source,
            }
            for p in found.values()
        ]


class ClustersHandler(PipelineHandler):
    """``clusters``."""

    @endpoint
    async def get(self) -> list[ClusterRecord]:
        """List the living clusters; with ``?ended=1`` those that ended too."""
        ended = self.get_argument("ended", "") not in ("", "0")
        return await self.in_thread(registry.list_records, include_ended=ended)

    @endpoint
    async def post(self) -> ClusterRecord:
        """Start a cluster and return its record as soon as there is one: the start itself goes on."""
        asked = self.body(
            {"profile": str, "name": str, "workers": int, "adapt": list, "kernel": str}, required=("profile",)
        )
        name = check_name("cluster", asked["name"]) if asked.get("name") else await self.in_thread(_free_name, asked)
        await self.in_thread(profiles.get_profile, asked["profile"])  # refused here and at once, if there is none
        arguments = ["cluster", "start", asked["profile"], f"--name={name}"]
        if "workers" in asked and "adapt" in asked:
            raise UsageError("Give 'workers' or 'adapt', not both: a cluster has a fixed size or adapts.")
        if "workers" in asked:
            arguments.append(f"--workers={asked['workers']}")
        if "adapt" in asked:
            arguments.append("--adapt={}:{}".format(*_bounds(asked["adapt"])))
        interpreter = find_interpreter(self.kernel_spec_manager, asked.get("kernel") or self.default_kernel)
        self.set_status(201)
        return await _start(
            asyncio.create_task(interpreter.run(arguments, timeout=3600)), name, {r.id for r in await _records()}
        )

    @property
    def default_kernel(self) -> str:
        """Name of the kernel that is used when the request names none."""
        return str(self.settings["kernel_manager"].default_kernel_name)


class ClusterHandler(PipelineHandler):
    """``clusters/NAME``."""

    @endpoint
    async def get(self, name: str) -> ClusterRecord:
        """Return the record of a cluster."""
        return await self.in_thread(registry.find_record, name)

    @endpoint
    async def patch(self, name: str) -> ClusterRecord:
        """Scale a cluster, let it adapt, or extend its life (seconds)."""
        asked = self.body({"workers": int, "adapt": list, "extend": (int, float)})
        if len(asked) != 1:
            raise UsageError("Give one of 'workers', 'adapt' and 'extend'.")
        if "workers" in asked:
            return await self.in_thread(manager.scale, name, asked["workers"])
        if "adapt" in asked:
            return await self.in_thread(manager.adapt, name, *_bounds(asked["adapt"]))
        return await self.in_thread(manager.extend, name, asked["extend"])

    @endpoint
    async def delete(self, name: str) -> ClusterRecord:
        """Stop a cluster; it is gone when this returns."""
        return await self.in_thread(manager.stop, name)


class ClusterLogsHandler(PipelineHandler):
    """``clusters/NAME/logs``."""

    @endpoint
    async def get(self, name: str) -> dict[str, str]:
        """Return the last lines of a cluster's logs, 200 unless ``?tail=`` says otherwise."""
        tail = self.get_argument("tail", "200")
        if not tail.isdigit():
            raise UsageError(f"'tail' must be a number of lines, not {tail!r}.")
        return {"logs": await self.in_thread(manager.logs, name, tail=int(tail))}


def _bounds(adapt: Sequence[Any]) -> tuple[int, int]:
    if len(adapt) != 2 or any(type(n) is not int for n in adapt):
        raise UsageError("'adapt' must be two numbers: minimum and maximum.")
    return adapt[0], adapt[1]


def _free_name(asked: dict[str, Any]) -> str:
    """Return ``PROFILE-1``, or the first number that no living cluster has."""
    taken = {record.name for record in registry.list_records()}
    return next(name for n in range(1, 10_000) if (name := f"{asked['profile'][:50]}-{n}") not in taken)


async def _records() -> list[ClusterRecord]:
    return await asyncio.to_thread(registry.list_records, include_ended=True)


async def _start(command: asyncio.Task[Any], name: str, before: set[str]) -> ClusterRecord:
    """Return the record of the cluster that `command` starts: that is, `name` with an id which was not there `before`.

    A start takes minutes where a batch system queues it. The panel follows the record; the command goes on without it,
    and says why in the record when it fails.
    """
    _STARTING.add(command)
    command.add_done_callback(_forget)
    while not command.done():
        with contextlib.suppress(NotFoundError):
            record = await asyncio.to_thread(registry.find_record, name)
            if record.id not in before:
                return record
        await asyncio.wait([command], timeout=0.2)
    answer = await command
    try:
        return ClusterRecord.from_dict(answer)
    except (KeyError, TypeError, ValueError) as error:
        raise PipelineError("The kernel's jupyter_pipeline gave an answer of another version. Upgrade it.") from error


def _forget(command: asyncio.Task[Any]) -> None:
    _STARTING.discard(command)
    if not command.cancelled():
        command.exception()  # else asyncio reports it as never retrieved
