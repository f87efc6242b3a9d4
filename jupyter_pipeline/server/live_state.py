"""Watch clusters and deployments while a panel shows them, and announce changes on Jupyter's event bus.

An event has revisions only, because other extensions get it as well. The panel requests the changes by a route that
requires its own authorization. Without a lease of a panel, nothing is watched.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from jupyter_events import EventLogger

from jupyter_pipeline.clusters import registry
from jupyter_pipeline.clusters.registry import names
from jupyter_pipeline.exceptions import PipelineError
from jupyter_pipeline.models import ClusterRecord, ClusterState, DeploymentRecord
from jupyter_pipeline.orchestration import deployments, service_state
from jupyter_pipeline.server.clusters import needs_attention
from jupyter_pipeline.server.revisions import Revisions
from jupyter_pipeline.server.service import describe_service

__all__ = ["SCHEMA_ID", "ClusterWatch", "DeploymentWatch", "LiveState", "Watch", "register_events"]

logger = logging.getLogger(__name__)

SCHEMA_ID = "https://jupyter-pipeline.readthedocs.io/events/revisions/v1"
_SCHEMA = {
    "$id": SCHEMA_ID,
    "version": "1",
    "title": "Revisions of clusters and deployments",
    "personal-data": False,
    "type": "object",
    "required": ["clusters", "deployments"],
    "properties": {name: {"type": "string"} for name in ("clusters", "deployments")},
}
_LEASE = 900.0
"""Seconds after which a panel that sends no request counts as closed."""
_TICK = 0.4
_HEARTBEAT = 30.0
_REST = 5.0
"""Times the duration of a read before the next one."""
_LONGEST_WAIT = 30.0
"""Seconds between two reads of a source that answers slowly."""
_FAILED_WITHIN = 3600.0
_PREFECT_INTERVAL = 4.0
"""Seconds between two requests of Prefect for changes by other programs; our own changes are noted in a file."""
_PREFECT_TIMEOUT = 10.0
_IN_PROGRESS = ("SCHEDULED", "PENDING", "RUNNING", "CANCELLING")
"""Types of states of Prefect."""


def register_events(events: EventLogger) -> None:
    """Register the schema of the events; clients that subscribed before get none of them.

    Parameters
    ----------
    events : EventLogger
        Event bus of the Jupyter server.
    """
    if SCHEMA_ID not in events.schemas:
        events.register_event_schema(_SCHEMA)


class Watch:
    """Records of one kind, read when they may have changed.

    Parameters
    ----------
    read : callable
        Coroutine function that returns the records by id.
    interval : callable
        Function that returns the seconds between two reads.
    stamp : callable
        Function that returns a value whose change means that the records may have changed.
    """

    def __init__(
        self,
        read: Callable[[], Awaitable[Mapping[str, Any]]],
        *,
        interval: Callable[[], float] = lambda: 0.0,
        stamp: Callable[[], Any] = lambda: None,
    ) -> None:
        self.revisions = Revisions()
        self.interval = interval
        self._read = read
        self._stamp = stamp
        self._began = self._last = -1e9
        """Begin and end of the last read."""
        self._seen: Any = None
        self._failure: Exception | None = None
        self._leases: dict[str, float] = {}
        self._lock = asyncio.Lock()

    @property
    def revision(self) -> str:
        """Revision to announce; empty after a failure, so that the panel requests the records and gets the error."""
        return "" if self._failure else self.revisions.revision

    @property
    def is_leased(self) -> bool:
        """True while a panel shows the records."""
        return any(end > time.monotonic() for end in self._leases.values())

    def lease(self, client: str) -> None:
        """Note that a panel shows the records."""
        now = time.monotonic()
        self._leases = {other: end for other, end in self._leases.items() if end > now} | {client: now + _LEASE}

    def release(self, client: str) -> None:
        """Note that a panel is hidden."""
        self._leases.pop(client, None)

    async def refresh(self) -> None:
        """Read the records now. Callers that wait for a read share the next one."""
        called = time.monotonic()
        async with self._lock:
            if self._began < called:
                began, self._seen = time.monotonic(), self._stamp()
                try:
                    self.revisions.update(await self._read())
                    self._failure = None
                except Exception as error:  # noqa: BLE001 - raised for each caller
                    self._failure = error
                self._began, self._last = began, time.monotonic()
            if self._failure:
                raise self._failure

    async def refresh_if_due(self) -> None:
        """Read the records if they may have changed. Slow reads are repeated less often."""
        wait = max(self.interval(), min(_REST * (self._last - self._began), _LONGEST_WAIT))
        if time.monotonic() - self._last >= wait or self._stamp() != self._seen:
            await self.refresh()


class ClusterWatch(Watch):
    """Active clusters, and failed ones that are recent and not dismissed."""

    def __init__(self) -> None:
        super().__init__(self._list, stamp=names.get_stamp)
        self._failed: dict[str, ClusterRecord] = {}
        self._names_stamp: Any = None
        self._failed_read = -1e9

    async def _list(self) -> dict[str, ClusterRecord]:
        return await asyncio.to_thread(self._list_records)

    def _list_records(self) -> dict[str, ClusterRecord]:
        stamp = names.get_stamp()
        # Reading hundreds of ended clusters takes long. A cluster that ends releases its name.
        if stamp != self._names_stamp or time.monotonic() - self._failed_read > _HEARTBEAT:
            holders = {holder for _, holder in names.list_holders()}
            every = registry.list_records(include_ended=True)
            active = [record for record in every if record.id in holders]
            self._failed = {record.id: record for record in every if record.state is ClusterState.FAILED}
            self._names_stamp, self._failed_read = stamp, time.monotonic()
        else:
            active = registry.list_records()
        found = self._failed | {record.id: record for record in active}
        return {key: record for key, record in found.items() if needs_attention(record, _FAILED_WITHIN)}


class DeploymentWatch(Watch):
    """Deployments, and under ``service`` the state of the service with the reason why Prefect does not answer.

    While Prefect does not answer, the deployments are the last known ones.
    """

    def __init__(self) -> None:
        super().__init__(self._list, interval=self._get_interval, stamp=service_state.get_change_stamp)
        self._known: dict[str, DeploymentRecord] = {}
        self._listed = 0.0

    async def _list(self) -> dict[str, Any]:
        status = {"id": "service", **await asyncio.to_thread(describe_service), "unreachable": "", "listed": 0.0}
        if status["api"] is not None:
            try:
                found = await asyncio.to_thread(deployments.list_deployments, timeout=_PREFECT_TIMEOUT)
                self._known, self._listed = {d.id: d for d in found}, time.time()
            except PipelineError as error:
                status["unreachable"] = str(error)
        if status["api"] is None or status["unreachable"]:
            status["listed"] = self._listed
        return {"service": status, **self._known}

    def _get_interval(self) -> float:
        last = [record.last_run.state_type for record in self._known.values() if record.last_run]
        return _TICK if any(state in _IN_PROGRESS for state in last) else _PREFECT_INTERVAL


class LiveState:
    """Watches of clusters and deployments, which announce their changes.

    Parameters
    ----------
    events : EventLogger
        Event bus of the Jupyter server.
    watches : mapping of str to Watch
        ``clusters`` and ``deployments``.
    """

    def __init__(self, events: EventLogger, watches: Mapping[str, Watch]) -> None:
        self.watches = watches
        self._events = events
        self._announced: tuple[float, dict[str, str]] = (0.0, {})
        self._tasks: dict[str, asyncio.Task[None]] = {}

    async def read(self, subject: str, since: str, client: str) -> dict[str, Any]:
        """Return the changes of a subject since a revision, and watch it for the panel `client` if there is one."""
        watch = self.watches[subject]
        is_watched = subject in self._tasks and not self._tasks[subject].done()
        # A client that is behind gets the changes that a running watch has read. Reading many records is slow.
        if not is_watched or watch.revision in ("", since):
            await watch.refresh()
        if client:
            watch.lease(client)
            if subject not in self._tasks or self._tasks[subject].done():
                self._tasks[subject] = asyncio.create_task(self._run(watch))
        return watch.revisions.changes_since(since)

    def release(self, subject: str, client: str) -> None:
        """Stop watching a subject for the panel `client`."""
        self.watches[subject].release(client)

    async def _run(self, watch: Watch) -> None:
        while watch.is_leased:
            try:
                await watch.refresh_if_due()
            except PipelineError as error:
                logger.debug("cannot read: %s", error)  # the panel gets the error with its next request
            except Exception:
                logger.exception("The records of the panel cannot be read.")
                self._announce()
                return  # the next request of the panel starts again
            self._announce()
            await asyncio.sleep(_TICK)

    def _announce(self) -> None:
        revisions = {name: watch.revision for name, watch in self.watches.items()}
        when, announced = self._announced
        if revisions != announced or time.monotonic() - when > _HEARTBEAT:
            self._announced = (time.monotonic(), revisions)
            self._events.emit(schema_id=SCHEMA_ID, data=revisions)
