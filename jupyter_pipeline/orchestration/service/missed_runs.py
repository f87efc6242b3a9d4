"""Catch up on the runs that were due while the worker did not ask for them."""

from __future__ import annotations

import time
from collections.abc import Callable

from jupyter_pipeline.orchestration.prefect_api.client import PrefectApi
from jupyter_pipeline.orchestration.runs import catch_up_missed_runs
from jupyter_pipeline.orchestration.service.child_process import LOG, log_failure
from jupyter_pipeline.orchestration.service.outages import OutageLog
from jupyter_pipeline.orchestration.service.start_gate import GAP
from jupyter_pipeline.orchestration.service_state import caught_up_until, note_caught_up, read_polls

__all__ = ["MissedRuns"]


class MissedRuns:
    """The scheduled times that have neither started nor been skipped.

    Parameters
    ----------
    outages : OutageLog
        Causes of the present outage.
    """

    def __init__(self, outages: OutageLog) -> None:
        self._outages = outages

    async def catch_up(self, api: PrefectApi) -> None:
        """Catch up on the runs that were due until now, before the worker starts."""
        since, now = caught_up_until(), time.time()
        if since is not None and now - since > GAP:
            await self._catch_up_between(api, since, now)
        else:
            note_caught_up(now)
            self._outages.forget(now)

    async def follow_polls(self, connect: Callable[[], PrefectApi]) -> None:
        """Catch up on the runs that were due in a gap of the worker's polls.

        Parameters
        ----------
        connect : callable
            Returns a connection to the server. It is called after a gap only.
        """
        polls, done = read_polls(), caught_up_until()
        if polls is None or done is None:
            return
        if polls.since <= done:
            note_caught_up(polls.last)
            self._outages.forget(polls.last - 1.0)
        elif polls.since - GAP <= done:
            note_caught_up(polls.since)
        else:
            async with connect() as api:
                await self._catch_up_between(api, done, polls.since - GAP)

    async def _catch_up_between(self, api: PrefectApi, since: float, until: float) -> None:
        """Catch up on the runs missed between two times. If the server does not answer, a later round does it."""
        self._outages.read_clocks()  # after a suspension the worker may poll before the next periodic reading
        cause = self._outages.describe()
        LOG.info("service | catching up on %.0f seconds: %s", until - since, cause)
        with log_failure("the catch-up"):
            for name, what in (await catch_up_missed_runs(api, since, until, cause)).items():
                LOG.info("service | %s: %s", name, what)
            self._outages.forget(time.time())
        note_caught_up(until)
