"""Alerts about the runs of a deployment.

`AlertEvent` is the one table of alert events: its members define name, message, description and Prefect trigger. To add
an event, add a member here and a row to the table in ``docs/how-to/set-up-alerts.md``; a test compares the two.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from jupyter_pipeline.models.record import Record

__all__ = ["Alert", "AlertBlock", "AlertEvent", "AlertVerification"]

_HEARTBEAT_INTERVAL = 30
"""Seconds between two heartbeats of a run; Prefect allows no less."""
_HEARTBEAT_TIMEOUT = 120
"""Seconds without a heartbeat after which an alert is sent; a step may block the interpreter for a while."""
_UNLIMITED = 400 * 86400
"""Seconds within which a recovery must follow a failure."""

_BAD_STATES = ["prefect.flow-run.Crashed", "prefect.flow-run.Failed", "prefect.flow-run.TimedOut"]
_FINAL_STATES = [*_BAD_STATES, "prefect.flow-run.Cancelled", "prefect.flow-run.Completed"]
_HEARTBEAT = "prefect.flow-run.heartbeat"
_REACTIVE: Mapping[str, Any] = {"posture": "Reactive", "after": [], "for_each": [], "threshold": 1, "within": 0}


class AlertEvent(enum.StrEnum):
    """Event of a run that an alert reports."""

    subject: str
    """End of the message's subject, after the name of the deployment."""
    description: str
    """Condition for the alert, as the documentation shows it."""
    trigger: Mapping[str, Any]
    """Prefect's trigger of the automation, without the resources that it matches."""
    environment: Mapping[str, str]
    """Environment variables that runs need so that the event occurs."""

    def __new__(
        cls,
        value: str,
        subject: str,
        description: str,
        trigger: Mapping[str, Any],
        environment: Mapping[str, str] | None = None,
    ) -> Self:
        """Create a member from its row of the table."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.subject = subject
        member.description = description
        member.trigger = trigger
        member.environment = environment or {}
        return member

    FAILURE = (
        "failure",
        "failed",
        "a run failed, crashed or timed out",
        {**_REACTIVE, "expect": _BAD_STATES},
    )
    RECOVERY = (
        "recovery",
        "runs again",
        "the first successful run after a failure",
        {**_REACTIVE, "after": _BAD_STATES, "expect": ["prefect.flow-run.Completed"], "within": _UNLIMITED},
    )
    LATE = (
        "late",
        "is late",
        "a run has not started 15 seconds after its time: no worker takes it",
        {**_REACTIVE, "expect": ["prefect.flow-run.Late"]},
    )
    HEARTBEAT = (
        "heartbeat",
        "sends no heartbeat",
        "an active run has sent no heartbeat for two minutes: it hangs or has exited",
        {
            "posture": "Proactive",
            "after": [_HEARTBEAT],
            "expect": [_HEARTBEAT, *_FINAL_STATES],
            "for_each": ["prefect.resource.id"],
            "threshold": 1,
            "within": _HEARTBEAT_TIMEOUT,
        },
        {"PREFECT_FLOWS_HEARTBEAT_FREQUENCY": str(_HEARTBEAT_INTERVAL)},
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert(Record):
    """Events of a deployment's runs that are sent to one address."""

    block: str
    """Name under which `alerts.add` stored the address."""
    events: tuple[str, ...] = tuple(event.value for event in AlertEvent)
    """Values of `AlertEvent`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertBlock(Record):
    """A stored address; its secret parts stay on the server."""

    name: str
    kind: str
    """``webhook`` or ``apprise``."""
    used_by: tuple[str, ...] = ()
    """Deployments that send alerts to it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertVerification(Record):
    """Result of a canary that was sent through an automation of the server."""

    name: str
    """Name of the alert."""
    delivered: bool
    seconds: float = 0.0
    """Seconds from the failure of the canary to the answer of the receiver, or to the end of the wait."""
    reason: str = ""
    """Cause of a failure."""

    @property
    def summary(self) -> str:
        """The result as one sentence."""
        if self.delivered:
            return f"The alert {self.name!r} works: a canary arrived after {self.seconds:.1f} s."
        return (
            f"The alert {self.name!r} was not delivered: {self.reason}. Fix it, then run: jupyter pipeline alerts "
            f"verify {self.name}"
        )
