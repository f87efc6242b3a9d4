"""Why a cell cannot be promoted, and what a deploy did."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from jupyter_pipeline.models.orchestration import DeploymentRecord
from jupyter_pipeline.models.record import Record

__all__ = ["Deployed", "DeploymentStatus", "PipelineTest", "Refusal"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal(Record):
    """Why a cell cannot be promoted, and the way out."""

    cell: int
    """Index of the cell in the notebook, from 0."""
    line: int
    """Line in that cell, from 1."""
    name: str
    """The name or construct at fault."""
    reason: str
    fix: str

    def __str__(self) -> str:
        return f"Cell {self.cell} (counted from 0), line {self.line}: {self.name}: {self.reason}. {self.fix}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployed(Record):
    """What a deploy did, or would do."""

    deployment: DeploymentRecord | None
    """``None`` where nothing was deployed: a dry run, or files for another orchestrator."""
    folder: str
    """Where the files are: ``pipelines/NAME``."""
    files: Mapping[str, str]
    """Text of each file by its path relative to `folder`."""
    written: tuple[str, ...]
    """Paths that changed."""
    changes: str
    """Difference to the files that were there, as ``diff -u`` writes it."""
    server_changes: str | None = None
    """Difference to what the server had, in the same form; ``None`` where no server was asked, or none answered."""
    notes: tuple[str, ...] = ()
    version: str = ""
    """Content hash of the code."""
    schedules: tuple[str, ...] = ()
    """In words."""
    next_runs: tuple[float, ...] = ()
    next_runs_text: tuple[str, ...] = ()
    """The same, as the clocks of their schedules' time zones show them."""
    clock_changes: tuple[str, ...] = ()
    """What the next change of the clocks does to the schedules, where it matters."""
    rehearses: bool = False
    """Whether it is run once in a clean process before it is deployed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeploymentStatus(Record):
    """How a deployment is, beside the cells that it was made from."""

    name: str
    cells: tuple[str, ...]
    """Ids of the cells."""
    version: str
    changed: bool
    """Whether a deploy of the cells as they are now would deploy other code, or is refused."""
    reason: str = ""
    """Why they cannot be compared, or would be refused."""
    last_run: str = ""
    """State of the last run; empty if none ran."""
    failing: bool = False
    """Whether that run failed."""
    paused: bool = False
    target: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PipelineTest(Record):
    """How a pipeline did in a clean process."""

    name: str
    passed: bool
    seconds: float
    error: str = ""
    traceback: str = ""
