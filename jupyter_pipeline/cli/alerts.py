"""``jupyter pipeline alerts``: who is told when a run fails."""

from __future__ import annotations

import sys
from getpass import getpass
from typing import Any, ClassVar

from jupyter_pipeline import tables
from jupyter_pipeline.cli.base import Command, Group
from jupyter_pipeline.exceptions import UsageError
from jupyter_pipeline.models import AlertBlock
from jupyter_pipeline.orchestration.alerts import manage as alerts

__all__ = ["AlertsGroup"]


class List(Command):
    """List the stored addresses."""

    name = "jupyter-pipeline alerts list"
    description = "List the addresses that alerts can go to; what is secret in them is not shown."

    def work(self) -> list[AlertBlock]:
        return alerts.list_alerts()

    def show(self, answer: list[AlertBlock]) -> str:
        return str(tables.alerts(answer))


class Add(Command):
    """Store an address."""

    name = "jupyter-pipeline alerts add"
    description = "Store an address, such as slack://…, which is asked for or read from standard input."
    positional = ("NAME",)

    def work(self, name: str) -> AlertBlock:
        # An address has tokens in it, and an argument list can be read by everybody on the machine.
        url = getpass("Address (slack://…, json://…, mailto://…): ") if sys.stdin.isatty() else sys.stdin.readline()
        if not url.strip():
            raise UsageError("No address was given: type it when asked, or send it to standard input.")
        return alerts.add(name, url.strip())

    def show(self, answer: AlertBlock) -> str:
        return f"Alert {answer.name!r} is stored. Try it: jupyter pipeline alerts test {answer.name}"


class Remove(Command):
    """Delete an address."""

    name = "jupyter-pipeline alerts remove"
    description = "Delete a stored address that no deployment uses."
    positional = ("NAME",)

    def work(self, name: str) -> dict[str, Any]:
        alerts.remove(name)
        return {"removed": name}

    def show(self, answer: dict[str, Any]) -> str:
        return f"Alert {answer['removed']!r} is removed."


class Test(Command):
    """Send a message to an address."""

    name = "jupyter-pipeline alerts test"
    description = "Send a message to a stored address."
    positional = ("NAME",)

    def work(self, name: str) -> dict[str, Any]:
        alerts.test(name)
        return {"sent": name}

    def show(self, answer: dict[str, Any]) -> str:
        return f"A message was sent to {answer['sent']!r}, and was accepted there."


class AlertsGroup(Group):
    """Alerts."""

    name = "jupyter-pipeline alerts"
    description = "Store, list, try and remove the addresses that alerts go to."
    subcommands: ClassVar[dict[str, Any]] = {
        "list": (List, "List the stored addresses."),
        "add": (Add, "Store an address, which is asked for."),
        "remove": (Remove, "Delete an address."),
        "test": (Test, "Send a message to an address."),
    }
