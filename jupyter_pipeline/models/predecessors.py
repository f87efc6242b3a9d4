"""Deployments whose completed runs start runs of another deployment, and Prefect's trigger for them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from jupyter_pipeline.models.record import Record

__all__ = ["AFTER", "Predecessor", "passed_parameters"]

AFTER = ": after "
"""Text between the two names of deployments in the name of an automation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Predecessor(Record):
    """A deployment whose completed runs start runs of another one."""

    flow_name: str
    deployment: str
    enabled: bool = True
    """False if the automation is paused on the server."""
    exists: bool = True
    """False if the server has no such deployment."""
    digest: str = ""
    """Hash of trigger and action of the automation on the server."""

    @property
    def full_name(self) -> str:
        """Prefect's full name: ``FLOW/DEPLOYMENT``."""
        return f"{self.flow_name}/{self.deployment}"

    @property
    def short_name(self) -> str:
        """Name of the pipeline, or the full name of another deployment."""
        return self.deployment if self.flow_name == self.deployment else self.full_name

    def automation_name(self, successor: str) -> str:
        """Return the name of the automation that starts `successor`, a full name."""
        return successor + AFTER + self.full_name

    @property
    def trigger(self) -> dict[str, Any]:
        """Prefect's trigger. It matches names: a deployment that is deleted and created again still matches."""
        return {
            "type": "event",
            "match": {"prefect.resource.id": "prefect.flow-run.*", "prefect.state-type": "COMPLETED"},
            "match_related": [
                {"prefect.resource.role": "deployment", "prefect.resource.name": self.deployment},
                {"prefect.resource.role": "flow", "prefect.resource.name": self.flow_name},
            ],
            "posture": "Reactive",
            "expect": ["prefect.flow-run.*"],
            "for_each": [],
            "threshold": 1,
            "within": 0,
        }


def passed_parameters(names: Mapping[str, str]) -> dict[str, Any]:
    """Return the parameters of Prefect's action that take values of the completed run.

    Parameters
    ----------
    names : mapping of str to str
        Name of the completed run's parameter by name of the parameter that takes its value.
    """
    return {
        name: {
            "__prefect_kind": "json",
            "value": {"__prefect_kind": "jinja", "template": f"{{{{ flow_run.parameters['{other}'] | tojson }}}}"},
        }
        for name, other in names.items()
    }
