"""Suspend and kill the processes of a service, and compare scheduled times with runs."""

from __future__ import annotations

import signal
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field

import psutil

from jupyter_pipeline import processes
from jupyter_pipeline.models import SKIPPED, RunRecord, Schedule
from jupyter_pipeline.orchestration import runs, schedules, service
from jupyter_pipeline.orchestration.service_state import read_state

UNFINISHED = ("Scheduled", "Late", "Pending", "Submitting", "Running", "AwaitingConcurrencySlot", "Cancelling")


@dataclass
class Account:
    """Runs of the scheduled times of a deployment."""

    times: int = 0
    states: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    lost: list[float] = field(default_factory=list)
    doubled: list[float] = field(default_factory=list)
    unexplained: list[RunRecord] = field(default_factory=list)
    """Skipped runs without a reason."""


def account(deployment: str, schedule: Schedule, since: float, until: float) -> Account:
    """Compare the times of a schedule between two times with the runs of its deployment."""
    found = defaultdict(list)
    for run in runs.list_runs(deployment, limit=10_000):
        found[round(run.expected_start or 0)].append(run)
    answer = Account()
    for due in schedules.runs_between(schedule, since, until):
        made = found[round(due)]
        answer.times += 1
        answer.states.update(run.state for run in made)
        answer.reasons.update(run.message for run in made if run.state == SKIPPED)
        answer.lost += [] if made else [due]
        answer.doubled += [due] if len(made) > 1 else []
        answer.unexplained += [run for run in made if run.state == SKIPPED and not run.message]
    return answer


def members() -> dict[str, psutil.Process]:
    """Return the processes of the service by name: supervisor, server and worker."""
    state = read_state()
    assert state is not None
    identities = {"supervisor": state.supervisor, **state.children}
    return {name: found for name, one in identities.items() if (found := processes.find(one))}


def suspend(seconds: float, *names: str) -> None:
    """Suspend processes of the service, by default all, as the suspension of a host does."""
    chosen = [process for name, process in members().items() if not names or name in names]
    for process in chosen:
        process.send_signal(signal.SIGSTOP)
    time.sleep(seconds)
    for process in chosen:
        if process.is_running():
            process.send_signal(signal.SIGCONT)


def kill(name: str, seconds: float = 0.0) -> None:
    """Kill a process of the service. After the supervisor, start the service again some seconds later."""
    members()[name].kill()
    time.sleep(seconds)
    if name == "supervisor":
        service.up()
