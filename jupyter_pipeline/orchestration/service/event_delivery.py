"""Keep the Prefect server from losing alerts: changes to its events, triggers and actions.

An event of a run passes a queue in memory, the triggers of automations, a second queue and an action. Read in the
source of Prefect 3.8, and seen with PostgreSQL, alerts are lost at four places:

- *Automations.* A notification of the database loads an automation. The service then notes the newest change in the
  database. If it has missed the notification of an earlier change, it never loads that automation.
- *Notifications.* Their listener ends for ever if the database does not answer when it connects again.
- *Queues.* A message that cannot be handled is tried four times without a pause. A restart of the database takes
  longer.
- *Actions.* An action that fails is not tried again, also if it failed because the database did not answer. If only
  the run could not be read, the alert is sent without its name and state.

Here each event is evaluated with the automations that the database has at that time. Messages and notifications are
tried again for minutes, with pauses. With several server processes the queues are in Redis: its consumers try
messages again by themselves, and their number of tries is a setting.

Prefect queues the action of an event before it commits the event's evaluation. If the commit fails, as at a restart of
the database, the event is evaluated again, and its alert arrives twice. Here the action is queued after the commit. A
message is still handled at least once: if the receiver does not confirm an alert that it has got, it gets it again.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

__all__ = ["PAUSES", "install"]

PAUSES = (0.5, 1.0, 2.0, 4.0, 8.0, *(15.0,) * 60)
"""Seconds before each further try of a message: a quarter of an hour."""

_LOG = logging.getLogger("prefect.server.events")
_pending: set[asyncio.Task[None]] = set()
"""Messages that wait for their next try; the loop itself holds weak references."""


class _UndeliveredError(Exception):
    """Raised for a notification that was not delivered, so that it is tried again."""


def install() -> None:
    """Change the Prefect server of this process, before it starts."""
    _repeat_messages()
    _queue_actions_after_commit()
    _keep_automations_current()
    _repeat_notifications()


def _repeat_messages() -> None:
    """Try a message of the queues in memory again after a pause."""
    from prefect.server.utilities.messaging import StopConsumer, memory

    async def retry(self: Any, message: Any) -> None:
        message.retry_count += 1
        if message.retry_count > len(PAUSES):
            _LOG.error("A message of %r was given up after %d tries", self.topic.name, message.retry_count)
            await self.send_to_dead_letter_queue(message)
            return

        async def deliver_again() -> None:
            await asyncio.sleep(PAUSES[message.retry_count - 1])
            # Prefect's queue of retries is read only after the next new message.
            await self._queue.put(message)

        task = asyncio.create_task(deliver_again())
        _pending.add(task)
        task.add_done_callback(_pending.discard)

    async def consume(self: Any, handler: Callable[[Any], Awaitable[None]]) -> None:
        while True:
            message = await self.subscription.get()
            try:
                await handler(message)
                await memory.update_metric(self.topic.name, "consumed")
            except StopConsumer as error:
                if not error.ack:
                    await self.subscription.retry(message)
                raise
            except Exception as error:  # noqa: BLE001 - a handler may raise anything
                # The text of an error may hold the address of an alert, and a traceback for each try fills the log.
                count = message.retry_count + 1
                _LOG.warning("Try %d of a message of %r failed: %s", count, self.topic.name, type(error).__name__)
                await self.subscription.retry(message)

    memory.Subscription.retry = retry
    memory.Consumer._consume_loop = consume


def _queue_actions_after_commit() -> None:
    """Queue the actions of an event when its evaluation is committed, once for each trigger that fired."""
    from prefect.server.events import triggers

    current: ContextVar[dict[UUID, Any] | None] = ContextVar("current", default=None)
    """Firings of the event that is evaluated, by trigger."""
    unfinished: dict[UUID, dict[UUID, Any]] = {}
    """Firings of events whose evaluation failed after some triggers, until the next try."""
    act, evaluate = triggers.act, triggers.reactive_evaluation

    async def note_firing(firing: Any) -> None:
        firings = current.get()
        if firings is None:  # of a proactive trigger
            await act(firing)
        else:
            firings[firing.trigger.id] = firing

    async def evaluate_then_act(event: Any, depth: int = 0) -> None:
        firings = unfinished.pop(event.id, {})
        token = current.set(firings)
        try:
            await evaluate(event, depth)
            for trigger in list(firings):
                await act(firings[trigger])
                del firings[trigger]
        except Exception:
            if firings:
                unfinished[event.id] = firings
            raise
        finally:
            current.reset(token)

    triggers.act = note_firing
    triggers.reactive_evaluation = evaluate_then_act


def _keep_automations_current() -> None:
    """Evaluate each event with the automations of the database, and go on listening for their changes."""
    import sqlalchemy as sa
    from prefect.server.database import provide_database_interface
    from prefect.server.events import triggers

    loaded: dict[UUID, Any] = {}
    """Time of the last change of each automation that was read."""
    newest: list[Any] = [None]
    read_at = [datetime.min.replace(tzinfo=UTC)]
    """Time at which the automations were read."""

    async def refresh(*, changed: UUID | None = None) -> bool:
        """Load what has changed, and return True if anything has; `changed` is loaded in any case."""
        db = provide_database_interface()
        async with triggers._automations_lock(), triggers.automations_session() as session:
            begin = datetime.now(UTC)
            stamp = sa.select(sa.func.max(db.Automation.updated), sa.func.count(db.Automation.id))
            current = tuple((await session.execute(stamp)).one())
            read_at[0] = begin
            if changed is None and current == newest[0]:
                return False
            rows = await session.execute(sa.select(db.Automation.id, db.Automation.updated))
            there = {row[0]: row[1] for row in rows.all()}
            for automation in set(loaded) - set(there):
                triggers.forget_automation(automation)
                del loaded[automation]
            for automation, updated in there.items():
                if automation == changed or loaded.get(automation) != updated:
                    triggers.forget_automation(automation)
                    triggers.load_automation(await triggers.read_automation(session, automation))
                    loaded[automation] = updated
            newest[0] = current
            return True

    async def reconcile(force: bool = False) -> bool:
        if force:
            newest[0] = None
        return await refresh()

    async def note_change(automation_id: UUID, event: str) -> None:
        await refresh(changed=automation_id)

    evaluate = triggers.reactive_evaluation

    async def evaluate_with_current_automations(event: Any, depth: int = 0) -> None:
        if not depth and event.received >= read_at[0]:
            await refresh()
        try:
            await evaluate(event, depth)
        except Exception:
            # Prefect skips an event that it has seen, and events that follow it would wait for a quarter of an hour.
            await _forget_seen(triggers.get_triggers_causal_ordering(), event.id)
            raise

    connect = triggers.get_pg_notify_connection

    async def connect_or_raise() -> Any:
        connection = await connect()
        if connection is None and provide_database_interface().dialect.name == "postgresql":
            raise ConnectionError("the database does not answer")  # its caller connects again after ten seconds
        return connection

    triggers.reconcile_automations = reconcile
    triggers.automation_changed = note_change
    triggers.reactive_evaluation = evaluate_with_current_automations
    triggers.get_pg_notify_connection = connect_or_raise


async def _forget_seen(ordering: Any, event: UUID) -> None:
    """Let an event be evaluated again, in memory or in Redis."""
    if hasattr(ordering, "redis"):
        await ordering.redis.delete(ordering._key(f"seen:{event}"))
    else:
        ordering._seen_events.pop(event, None)


def _repeat_notifications() -> None:
    """Try a notification again that was not delivered, as long as its automation exists."""
    import httpx
    from prefect.server.events import actions, triggers

    act = actions.SendNotification.act

    async def act_again(self: Any, triggered_action: Any) -> None:
        async with triggers.automations_session() as session:
            if await triggers.read_automation(session, triggered_action.automation.id) is None:
                raise actions.ActionFailed("Its automation was deleted")
        try:
            await act(self, triggered_action)
            return
        except actions.ActionFailed as error:
            reason = error.reason
        except httpx.HTTPStatusError as error:
            reason = f"The receiver answers {error.response.status_code}"
        except Exception as error:  # noqa: BLE001 - a channel may raise anything, and its text may hold the address
            reason = type(error).__name__
        await self.fail(triggered_action, reason)
        raise _UndeliveredError

    get = actions.JinjaTemplateAction._get_object_from_prefect_api

    async def get_or_raise(self: Any, client: Any, triggered_action: Any, resource: Any) -> Any:
        """Return the run of an alert. Prefect takes a refused request for a run that does not exist."""
        found = await get(self, client, triggered_action, resource)
        if found is None and resource is not None and resource.id.startswith("prefect.flow-run."):
            response = await client.read_flow_run_raw(UUID(resource.id.rpartition(".")[2]))
            if response.status_code != httpx.codes.NOT_FOUND:
                raise _UndeliveredError
        return found

    actions.SendNotification.act = act_again
    actions.JinjaTemplateAction._get_object_from_prefect_api = get_or_raise
