"""``jupyter pipeline alerts``: store, list, test, verify and remove the addresses of alerts."""

from __future__ import annotations

import sys
from getpass import getpass
from typing import Any, ClassVar

from jupyter_pipeline import tables
from jupyter_pipeline.cli.base import Command, Group
from jupyter_pipeline.exceptions import OrchestrationError, UsageError
from jupyter_pipeline.models import AlertBlock, AlertVerification
from jupyter_pipeline.orchestration import alerts

__all__ = ["AlertsGroup"]


class List(Command):
    """List the stored addresses."""

    name = "jupyter-pipeline alerts list"
    description = "List the addresses of alerts, without their secrets."
    examples = "jupyter pipeline alerts list"

    def work(self) -> list[AlertBlock]:
        return alerts.list_alerts()

    def show(self, answer: list[AlertBlock]) -> str:
        return str(tables.alerts(answer))


class Add(Command):
    """Store an address."""

    name = "jupyter-pipeline alerts add"
    description = "Store an address, such as slack://…, read from a prompt or from standard input."
    examples = "jupyter pipeline alerts add oncall < address.txt"
    positional = ("NAME",)
    private = "the address is read from a prompt or from standard input, because all users can read command lines."

    def work(self, name: str) -> AlertBlock:
        # An address contains tokens, and every user of the machine can read argument lists.
        url = getpass("Address (slack://…, json://…, mailto://…): ") if sys.stdin.isatty() else sys.stdin.readline()
        if not url.strip():
            raise UsageError("The address is empty. Type it at the prompt, or pipe it to standard input.")
        return alerts.add(name, url.strip())

    def show(self, answer: AlertBlock) -> str:
        return f"Alert {answer.name!r} is stored. Verify it: jupyter pipeline alerts verify {answer.name}"


class Remove(Command):
    """Delete an address."""

    name = "jupyter-pipeline alerts remove"
    description = "Delete an address that no deployment uses."
    examples = "jupyter pipeline alerts remove oncall"
    positional = ("NAME",)

    def work(self, name: str) -> dict[str, Any]:
        alerts.remove(name)
        return {"removed": name}

    def show(self, answer: dict[str, Any]) -> str:
        return f"Alert {answer['removed']!r} was removed."


class Test(Command):
    """Send a test message to an address."""

    name = "jupyter-pipeline alerts test"
    description = "Send a test message to a stored address."
    examples = "jupyter pipeline alerts test oncall"
    positional = ("NAME",)

    def work(self, name: str) -> dict[str, Any]:
        alerts.test(name)
        return {"sent": name}

    def show(self, answer: dict[str, Any]) -> str:
        return f"{answer['sent']!r} accepted a test message."


class Verify(Command):
    """Send a canary to an address, through an automation of the server."""

    name = "jupyter-pipeline alerts verify"
    description = "Let a canary run fail, and wait until the server's automation has delivered its alert."
    examples = "jupyter pipeline alerts verify oncall"
    positional = ("NAME",)

    def work(self, name: str) -> AlertVerification:
        verification = alerts.verify(name)
        if not verification.delivered:
            self.exit_code = OrchestrationError.exit_code
        return verification

    def show(self, answer: AlertVerification) -> str:
        return answer.summary


class AlertsGroup(Group):
    """Alerts."""

    name = "jupyter-pipeline alerts"
    description = "Store, list, test, verify and remove the addresses of alerts."
    subcommands: ClassVar[dict[str, Any]] = {
        "list": (List, "List the stored addresses."),
        "add": (Add, "Store an address."),
        "remove": (Remove, "Delete an address."),
        "test": (Test, "Send a test message to an address."),
        "verify": (Verify, "Send a canary to an address, through an automation of the server."),
    }
