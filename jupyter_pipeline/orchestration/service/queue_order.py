"""Start the queued runs of a deployment in the order of their scheduled times.

With Prefect's strategy ``ENQUEUE``, a run that exceeds the concurrency limit tries again after some seconds. The run
that tries first after the end of another one starts. So missed runs would start in a random order. Here a run waits
while an earlier run of its deployment waits. The more runs are before it, the later it tries again: a queue of a
thousand runs costs the server a few requests per second.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

__all__ = ["FIRST_PAUSE", "choose_pause", "install"]

FIRST_PAUSE = 2.0
"""Seconds after which the first run of a queue tries again."""
_LONGEST_PAUSE = 300.0
_WAITING = ("Scheduled", "Late", "AwaitingConcurrencySlot")
"""State names of runs that wait for their start. A run that waits for its retry has another name."""


def choose_pause(earlier: int, limit: int) -> float:
    """Return the seconds after which a run tries again (pure).

    Parameters
    ----------
    earlier : int
        Number of earlier runs of the deployment that wait.
    limit : int
        Number of runs of the deployment that run at the same time.
    """
    return min(FIRST_PAUSE * max(1.0, earlier / limit), _LONGEST_PAUSE)


def install() -> None:
    """Change the Prefect server of this process, before it starts."""
    import prefect.server.models  # noqa: F401 - the next module imports it in a circle
    from prefect.server.orchestration.core_policy import SecureFlowConcurrencySlots
    from prefect.server.schemas.states import Scheduled

    secure = SecureFlowConcurrencySlots.before_transition

    async def wait_for_earlier(self: Any, initial_state: Any, proposed_state: Any, context: Any) -> None:
        limit = await _find_limit(initial_state, context)
        earlier = await _count_earlier(context) if limit else 0
        if not earlier:
            await secure(self, initial_state, proposed_state, context)
            return
        # Attributes that `cleanup` reads.
        self._acquired_deployment_concurrency_limit_id = self._acquired_deployment_concurrency_lease_id = None
        text = "1 earlier run of this deployment waits" if earlier == 1 else f"{earlier} earlier runs wait"
        again = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=choose_pause(earlier, limit))
        state = Scheduled(name="AwaitingConcurrencySlot", scheduled_time=again, message=f"{text}.")
        await self.reject_transition(state=state, reason=f"{text}.")

    SecureFlowConcurrencySlots.before_transition = wait_for_earlier


async def _find_limit(initial_state: Any, context: Any) -> int:
    """Return the concurrency limit of a run that is queued beyond it; 0 for other runs."""
    from prefect.server.models import deployments
    from prefect.server.schemas.core import ConcurrencyLimitStrategy, ConcurrencyOptions

    if not context.session or not context.run.deployment_id or getattr(initial_state, "name", "") not in _WAITING:
        return 0
    deployment = await deployments.read_deployment(session=context.session, deployment_id=context.run.deployment_id)
    if deployment is None or not deployment.global_concurrency_limit:
        return 0
    options = deployment.concurrency_options or {"collision_strategy": ConcurrencyLimitStrategy.ENQUEUE}
    if isinstance(options, dict):
        options = ConcurrencyOptions.model_validate(options)
    if options.collision_strategy != ConcurrencyLimitStrategy.ENQUEUE:
        return 0
    return int(deployment.global_concurrency_limit.limit)


async def _count_earlier(context: Any) -> int:
    """Return the number of waiting runs of the deployment with an earlier time, in the same queue of the work pool."""
    import sqlalchemy as sa
    from prefect.server.database import provide_database_interface

    run, table = context.run, provide_database_interface().FlowRun
    # A run that someone has postponed does not wait.
    soon = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=2 * _LONGEST_PAUSE)
    query = (
        sa.select(sa.func.count())
        .select_from(table)
        .where(
            table.deployment_id == run.deployment_id,
            table.work_queue_id == run.work_queue_id,
            table.state_name.in_(_WAITING),
            table.expected_start_time < run.expected_start_time,
            table.next_scheduled_start_time < soon,
        )
    )
    return int((await context.session.execute(query)).scalar_one())
