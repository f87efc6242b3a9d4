"""Store the addresses of alerts, and create the automations that send alerts to them."""

from __future__ import annotations

from jupyter_pipeline.orchestration.alerts.automations import run_environment
from jupyter_pipeline.orchestration.alerts.blocks import add, list_alerts, remove, test
from jupyter_pipeline.orchestration.alerts.deployment_alerts import (
    apply_alerts,
    check_alerts,
    correct_links,
    delete_automations,
    live_alerts,
)
from jupyter_pipeline.orchestration.alerts.verification import verify, verify_new

__all__ = [
    "add",
    "apply_alerts",
    "check_alerts",
    "correct_links",
    "delete_automations",
    "list_alerts",
    "live_alerts",
    "remove",
    "run_environment",
    "test",
    "verify",
    "verify_new",
]
