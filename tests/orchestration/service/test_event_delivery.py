"""Messages, automations and notifications of the Prefect server in this process, on its real queues in memory."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

COMMON = """
import asyncio, logging, os, sys, uuid
logging.basicConfig(level=logging.WARNING, stream=sys.stdout, format="%(message)s")
from jupyter_pipeline.orchestration.service import event_delivery
event_delivery.PAUSES = (0.01,) * 8
event_delivery.install()

async def wait_until(is_done):
    for _ in range(600):
        if is_done():
            return
        await asyncio.sleep(0.1)
"""

MESSAGES = """
from prefect.server.utilities.messaging import memory

async def main():
    topic, tries = memory.Topic.by_name("trial"), {}
    consumer = memory.Consumer("trial")
    async def handle(message):
        name = message.data.decode()
        tries[name] = tries.get(name, 0) + 1
        if name == "never" or (name == "late" and tries[name] < 7):
            raise ConnectionRefusedError("https://hooks.example.com/hunter2")
    task = asyncio.create_task(consumer.run(handle))
    for name in ("never", "late", "good"):
        await topic.publish(memory.MemoryMessage(name.encode(), {}))
    folder = consumer.subscription.dead_letter_queue_path
    def dead():
        return list(folder.iterdir()) if folder.is_dir() else []
    await wait_until(lambda: dead() and len(tries) == 3 and tries["late"] >= 7)
    task.cancel()
    print("RESULT", tries, len(dead()))

asyncio.run(main())
"""

AUTOMATIONS = """
from prefect.server.database import provide_database_interface
from prefect.server.events import triggers
from prefect.server.events.models import automations
from prefect.server.events.schemas.automations import Automation, EventTrigger
from prefect.server.events import actions
from prefect.server.events.schemas.events import ReceivedEvent
from prefect.server.utilities.messaging import memory
from prefect.types._datetime import now
from sqlalchemy.ext.asyncio import AsyncSession

def automation(name):
    return Automation(name=name, trigger=EventTrigger(expect={"x"}, posture="Reactive", threshold=1, within=0),
        actions=[actions.DoNothing()])

async def main():
    db = provide_database_interface()
    await db.create_db()
    async def create(name):
        async with automations.automations_session(begin_transaction=True) as session:
            return await automations.create_automation(session, automation(name))
    def loaded():
        return sorted(each.name for each in triggers.automations_by_id.values())
    changed, note = triggers.automation_changed, []
    async def lose(*arguments):  # a notification that does not arrive
        note.append(arguments)
    triggers.automation_changed = lose
    await create("first")
    triggers.automation_changed = changed
    second = await create("second")
    await wait_until(lambda: len(loaded()) == 2)
    print("RESULT", loaded(), len(note))
    async with automations.automations_session(begin_transaction=True) as session:
        await automations.delete_automation(session, second.id)
    triggers.automation_changed = changed
    await triggers.reconcile_automations()
    print("RESULT", loaded(), await triggers.reconcile_automations())
    await fire_with_a_lost_commit()

async def fire_with_a_lost_commit():
    event = ReceivedEvent(
        id=uuid.uuid4(), occurred=now("UTC"), event="x", resource={"prefect.resource.id": "trial"}, received=now("UTC")
    )
    actions_queue = memory.Consumer("actions").subscription._queue
    commit = AsyncSession.commit
    async def lose_connection(session):
        AsyncSession.commit = commit
        raise ConnectionRefusedError
    AsyncSession.commit = lose_connection
    try:
        await triggers.reactive_evaluation(event)
    except ConnectionRefusedError:
        print("RESULT lost")
    await triggers.reactive_evaluation(event)
    print("RESULT queued", actions_queue.qsize())

asyncio.run(main())
"""


def _run(code: str, home: Path) -> str:
    environment = {
        "PREFECT_HOME": str(home),
        "PREFECT_SERVER_DATABASE_CONNECTION_URL": f"sqlite+aiosqlite:///{home / 'prefect.db'}",
        "PATH": "",
        "PYTHONPATH": ":".join(sys.path),
    }
    done = subprocess.run(
        [sys.executable, "-c", COMMON + code], env=environment, capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_message_is_tried_again_after_pauses_and_its_error_is_not_logged(tmp_path: Path) -> None:
    output = _run(MESSAGES, tmp_path)
    assert "RESULT {'never': 9, 'late': 7, 'good': 1} 1" in output
    assert "Try 1 of a message of 'trial' failed: ConnectionRefusedError" in output
    assert "given up after 9 tries" in output
    assert "hunter2" not in output


def test_a_lost_notification_and_a_lost_commit_cost_and_double_no_alert(tmp_path: Path) -> None:
    output = _run(AUTOMATIONS, tmp_path)
    assert "RESULT ['first', 'second'] 1" in output
    assert "RESULT ['first'] False" in output
    assert "RESULT lost" in output
    assert "RESULT queued 1\n" in output
