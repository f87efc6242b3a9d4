"""Routes of profiles and clusters."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

from jupyter_pipeline.clusters import manager, profiles, registry
from jupyter_pipeline.clusters.profiles import traitlets_config
from jupyter_pipeline.clusters.registry import markers
from jupyter_pipeline.exceptions import NotFoundError, PipelineError, UsageError
from jupyter_pipeline.models import ClusterRecord, ClusterState, Profile, Record
from jupyter_pipeline.paths import check_name
from jupyter_pipeline.server.handler import Document, PipelineHandler, endpoint
from jupyter_pipeline.workflows.profiles import list_profiles

__all__ = [
    "ClusterHandler",
    "ClusterLogsHandler",
    "ClustersHandler",
    "EndedClustersHandler",
    "ProfileCheckHandler",
    "ProfileSummary",
    "ProfilesHandler",
    "needs_attention",
]

_STARTING: set[asyncio.Task[Any]] = set()
"""Commands that wait for their cluster. The event loop itself keeps weak references only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileSummary(Record):
    """Profile of clusters, as a form shows it."""

    name: str
    description: str
    cluster_class: str
    workers: int | None
    """Fixed number of workers after the start; ``None`` for the default of the class."""
    adapt: tuple[int, int | None] | None
    """Minimum and maximum number of workers; ``None`` for a fixed size."""
    max_workers: int | None
    """Limit of the number of workers; ``None`` for no limit."""
    source: str
    """File or package that defines the profile."""
    refusal: str = ""
    """Reason for which the policy of the administrator refuses the profile, empty if it does not."""
    is_default: bool = False
    """True for ``c.JupyterPipeline.default_profile``."""

    @classmethod
    def of(cls, profile: Profile, refusal: str = "", *, is_default: bool = False) -> Self:
        """Return the summary of a profile, with the reason of a refusal."""
        adapt = profile.adapt_kwargs
        return cls(
            name=profile.name,
            description=profile.description,
            cluster_class=profile.cluster_class,
            workers=profile.workers,
            adapt=(adapt.get("minimum", 0), adapt.get("maximum")) if adapt else None,
            max_workers=profile.limits.max_workers,
            source=profile.source,
            refusal=refusal,
            is_default=is_default,
        )


class ProfilesHandler(PipelineHandler):
    """``profiles``."""

    @endpoint
    async def get(self) -> list[ProfileSummary]:
        """List the profiles."""
        found, refused = await self.in_thread(list_profiles)
        default = traitlets_config.read_default_profile()
        return [
            ProfileSummary.of(profile, refused.get(profile.name, ""), is_default=profile.name == default)
            for profile in found
        ]


class ProfileCheckHandler(PipelineHandler):
    """``profiles/NAME/check``."""

    @endpoint
    async def post(self, name: str) -> Any:
        """Check that a profile can start in the environment of ``kernel``, without starting anything."""
        body = self.body({"kernel": str})
        await self.in_thread(profiles.get_profile, name)  # fail now if there is none
        interpreter = self.find_interpreter(body.get("kernel", ""))
        return await interpreter.run(["profiles", "check", name])


class ClustersHandler(PipelineHandler):
    """``clusters``."""

    @endpoint
    async def get(self) -> Document:
        """List the running clusters; with ``?ended=1`` the ended ones too.

        With ``?failed_within=SECONDS`` the lost ones and those that failed in this time, without dismissed ones.
        """
        ended = self.get_argument("ended", "") not in ("", "0")
        within = self.get_argument("failed_within", "")
        if within and not within.isdecimal():
            raise UsageError(f"'failed_within' must be a number of seconds, not {within!r}.")

        def read() -> list[ClusterRecord]:
            found = registry.list_records(include_ended=ended or bool(within))
            return found if ended or not within else [each for each in found if needs_attention(each, int(within))]

        return await self.share(read)

    @endpoint
    async def post(self) -> ClusterRecord:
        """Start a cluster and return its record as soon as it exists, before the cluster runs."""
        body = self.body(
            {"profile": str, "name": str, "workers": int, "adapt": list, "kernel": str}, required=("profile",)
        )
        name = check_name("cluster", body["name"]) if body.get("name") else await self.in_thread(_free_name, body)
        await self.in_thread(profiles.get_profile, body["profile"])  # fail now if there is none
        arguments = ["cluster", "start", body["profile"], f"--name={name}"]
        manager.check_one_size(body.get("workers"), body.get("adapt"))
        if "workers" in body:
            arguments.append(f"--workers={body['workers']}")
        if "adapt" in body:
            arguments.append("--adapt={}:{}".format(*_bounds(body["adapt"])))
        interpreter = self.find_interpreter(body.get("kernel", ""))
        self.set_status(201)
        return await _start(
            asyncio.create_task(interpreter.run(arguments, timeout=3600)), name, {r.id for r in await _records()}
        )


class ClusterHandler(PipelineHandler):
    """``clusters/NAME``."""

    @endpoint
    async def get(self, name: str) -> ClusterRecord:
        """Return the record of a cluster."""
        return await self.in_thread(registry.find_record, name)

    @endpoint
    async def patch(self, name: str) -> ClusterRecord:
        """Scale a cluster, make it adaptive, extend its lifetime (seconds), or dismiss its failure."""
        body = self.body({"workers": int, "adapt": list, "extend": (int, float), "dismissed": bool})
        if len(body) != 1 or body.get("dismissed") is False:
            raise UsageError("Send exactly one of 'workers', 'adapt', 'extend' and 'dismissed' (true).")
        if "dismissed" in body:
            return await self.in_thread(manager.dismiss, name)
        if "workers" in body:
            return await self.in_thread(manager.scale, name, body["workers"])
        if "adapt" in body:
            return await self.in_thread(manager.adapt, name, *_bounds(body["adapt"]))
        return await self.in_thread(manager.extend, name, body["extend"])

    @endpoint
    async def delete(self, name: str) -> ClusterRecord:
        """Stop a cluster; the response follows when it has stopped."""
        return await self.in_thread(manager.stop, name)


class ClusterLogsHandler(PipelineHandler):
    """``clusters/NAME/logs``."""

    @endpoint
    async def get(self, name: str) -> dict[str, str]:
        """Return the last lines of a cluster's logs: ``?tail=`` lines, by default 200."""
        tail = self.get_argument("tail", "200")
        if not tail.isdecimal():
            raise UsageError(f"'tail' must be a number of lines, not {tail!r}.")
        return {"logs": await self.in_thread(manager.logs, name, tail=int(tail))}


class EndedClustersHandler(PipelineHandler):
    """``ended-clusters``."""

    @endpoint
    async def get(self) -> Document:
        """Return a page of the ended clusters, the last one first: ``?limit=`` records from ``?offset=``."""
        offset, limit = (self._number(name, default) for name, default in (("offset", "0"), ("limit", "50")))

        def read() -> dict[str, Any]:
            ended = [record for record in registry.list_records(include_ended=True) if not record.state.alive]
            ended.sort(key=lambda record: record.since, reverse=True)
            return {"records": ended[offset : offset + limit], "count": len(ended)}

        return await self.share(read)

    def _number(self, name: str, default: str) -> int:
        value = self.get_argument(name, default)
        if not value.isdecimal():
            raise UsageError(f"{name!r} must be a number, not {value!r}.")
        return int(value)


def needs_attention(record: ClusterRecord, within: float) -> bool:
    """Return True if a cluster is active, or is lost or failed within a number of seconds and not dismissed."""
    if record.state.alive:
        return True
    if record.state is ClusterState.STOPPED or (
        record.state is ClusterState.FAILED and record.since <= time.time() - within
    ):
        return False
    return not markers.is_dismissed(registry.cluster_dir(record.id))


def _bounds(adapt: Sequence[Any]) -> tuple[int, int]:
    if len(adapt) != 2 or any(type(n) is not int for n in adapt):
        raise UsageError("'adapt' must be two numbers: minimum and maximum.")
    return adapt[0], adapt[1]


def _free_name(body: dict[str, Any]) -> str:
    """Return the first name of the form ``PROFILE-NUMBER`` that no running cluster has."""
    taken = {record.name for record in registry.list_records()}
    return next(name for n in range(1, 10_000) if (name := f"{body['profile'][:50]}-{n}") not in taken)


async def _records() -> list[ClusterRecord]:
    return await asyncio.to_thread(registry.list_records, include_ended=True)


async def _start(command: asyncio.Task[Any], name: str, before: set[str]) -> ClusterRecord:
    """Return the record of the cluster `name` that `command` starts; its id is not in `before`.

    A batch system may queue a start for minutes. The command continues after this function has returned, and writes the
    reason of a failure into the record, which the panel polls.
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
        raise PipelineError("The kernel's jupyter_pipeline has an incompatible version. Upgrade it.") from error


def _forget(command: asyncio.Task[Any]) -> None:
    _STARTING.discard(command)
    if not command.cancelled():
        command.exception()  # otherwise asyncio logs it as never retrieved
