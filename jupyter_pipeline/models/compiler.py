"""Records of the compiler: refusals, comparisons, deploys, tests."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field

from jupyter_pipeline.models.alerts import AlertVerification
from jupyter_pipeline.models.orchestration import DeploymentRecord
from jupyter_pipeline.models.record import Record

__all__ = [
    "CellComparison",
    "CellSlice",
    "ComparisonStatus",
    "Deployed",
    "DeploymentStatus",
    "ItemComparison",
    "PipelineTest",
    "Refusal",
    "RehearsalComparison",
    "StepCompute",
    "StepProposal",
    "StepsProposal",
    "UnassignedCell",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal(Record):
    """Reason why a cell cannot be compiled, and how to fix it."""

    cell: int
    """Index of the cell in the notebook, from 0."""
    line: int
    """Line in that cell, from 1."""
    name: str
    """The name or construct at fault."""
    reason: str
    fix: str
    rule: str = ""
    """Id of the rule in the compiler's table."""
    label: str = ""
    """The cell as the notebook shows it, such as ``In [4] "df = …"``."""

    def __str__(self) -> str:
        label = self.label or f"cell {self.cell + 1}"
        return f"{label[0].upper()}{label[1:]}, line {self.line}: {self.name}: {self.reason}. {self.fix}"


@dataclass(frozen=True, slots=True, kw_only=True)
class CellSlice(Record):
    """The cells that one cell needs, or the reasons why it cannot be compiled."""

    cell: int
    """Zero-based index."""
    label: str
    """The cell as the notebook shows it."""
    needs: tuple[int, ...] = ()
    """Zero-based indices of the other cells that it needs."""
    share: float = 0.0
    """Share of the code cells up to this one, this one included, that the slice keeps."""
    notes: tuple[str, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    """Reasons why the cell cannot be compiled; empty if it can."""


class ComparisonStatus(enum.Enum):
    """Result of a comparison of the rehearsal with the notebook."""

    SAME = "same"
    DIFFERS = "differs"
    NOT_COMPARED = "cannot be compared"


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemComparison(Record):
    """Comparison of one output, name or file."""

    kind: str
    """``text``, ``error text``, ``value``, ``display``, ``picture``, ``name`` or ``file``."""
    status: ComparisonStatus
    name: str = ""
    """Name or path; empty for an output."""
    reason: str = ""
    """Reason for the status; for *same*, the differences that are ignored."""
    notebook: str = ""
    """Text of the notebook's side, shortened."""
    run: str = ""
    """Text of the side of the rehearsal, shortened."""
    notebook_picture: str = ""
    """Small picture of the notebook's side as PNG in base64; empty for none."""
    run_picture: str = ""
    """Small picture of the side of the rehearsal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CellComparison(Record):
    """Comparison of one compiled cell."""

    cell: int
    """Index of the cell in the notebook, from 0."""
    label: str
    """The cell as the notebook shows it."""
    status: ComparisonStatus
    reason: str = ""
    """Reason why something of the cell cannot be compared."""
    items: tuple[ItemComparison, ...] = ()
    ignored: tuple[str, ...] = ()
    """Kinds of differences that are ignored, such as ``times`` and ``addresses``; empty if the texts are equal."""
    notes: tuple[str, ...] = ()
    """Facts about the notebook's side."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RehearsalComparison(Record):
    """Comparison of a rehearsal with the notebook."""

    cells: tuple[CellComparison, ...] = ()
    files: tuple[ItemComparison, ...] = ()
    """Written files, and files that the run read without a known source."""
    notes: tuple[str, ...] = ()
    seconds: float = 0.0
    """Time that the recording added to the rehearsal."""

    @property
    def differences(self) -> tuple[str, ...]:
        """Return one line for each cell or file that differs."""
        found = [f"{each.label[:1].upper()}{each.label[1:]}: {_reasons(each)}" for each in self.cells if _differs(each)]
        return (*found, *(f"{each.name}: {each.reason}" for each in self.files if _differs(each)))

    @property
    def obstacles(self) -> tuple[str, ...]:
        """Return the reasons why no cell could be compared, one line for each cell; empty if a cell could.

        A cell without any output proves nothing beside a cell that cannot be compared.
        """
        unknown = ComparisonStatus.NOT_COMPARED
        if any(item.status is not unknown for cell in self.cells for item in cell.items):
            return ()
        found = [cell for cell in self.cells if cell.status is unknown]
        if self.cells and not found:
            return ()
        lines = (f"{each.label[:1].upper()}{each.label[1:]}: {_obstacle(each)}" for each in found)
        return tuple(lines) or self.notes or ("No cell was recorded.",)


def _differs(part: CellComparison | ItemComparison) -> bool:
    return part.status is ComparisonStatus.DIFFERS


def _obstacle(cell: CellComparison) -> str:
    return cell.reason or "; ".join(dict.fromkeys(item.reason for item in cell.items if item.reason))


def _reasons(cell: CellComparison) -> str:
    return "; ".join(f"{each.kind} {each.name}".strip() + f": {each.reason}" for each in cell.items if _differs(each))


@dataclass(frozen=True, slots=True, kw_only=True)
class StepCompute(Record):
    """Place where a step of a pipeline runs, and its size."""

    step: str
    profile: str = ""
    """Profile of the cluster of the step; empty for the cluster of the run, or for the flow's process without one."""
    cpus: int = 0
    """CPUs of each worker; 0 for the profile's number."""
    memory: str = ""
    gpus: int = 0
    on_workers: bool = False
    """True if the function of the step runs on a worker of the cluster."""
    function: bool = False
    """True if the step is a function of Coiled. Its machines have the size of `cpus`, `memory` and `gpus`."""
    region: str = ""
    text: str = ""
    """The place in words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployed(Record):
    """Result of a deploy or of a dry run."""

    deployment: DeploymentRecord | None
    """``None`` for a dry run and for files of another orchestrator."""
    folder: str
    """Folder of the generated files: ``pipelines/NAME``."""
    files: Mapping[str, str]
    """Text of each file by path relative to `folder`."""
    written: tuple[str, ...]
    """Paths of changed files."""
    changes: str
    """Unified diff to the previous files."""
    server_changes: str | None = None
    """Unified diff to the deployment on the server. ``None`` if no server answered."""
    notes: tuple[str, ...] = ()
    version: str = ""
    """Content hash of the code."""
    schedules: tuple[str, ...] = ()
    """Descriptions of the schedules."""
    after: tuple[str, ...] = ()
    """Full names of the deployments whose completed runs start a run, with the parameters that they pass."""
    next_runs: tuple[float, ...] = ()
    next_runs_text: tuple[str, ...] = ()
    """`next_runs` in the time zones of their schedules."""
    clock_changes: tuple[str, ...] = ()
    """Effects of the next daylight-saving change on the schedules."""
    compute: tuple[StepCompute, ...] = ()
    """Place of each step."""
    rehearses: bool = False
    """True if the deploy includes a rehearsal: one run in a clean process."""
    variables: Mapping[str, str] = field(default_factory=dict)
    """Names of the recorded environment variables, each with its origin, such as ``profile``."""
    comparison: RehearsalComparison | None = None
    """Comparison of the rehearsal with the notebook. ``None`` without a rehearsal."""
    alerts: tuple[AlertVerification, ...] = ()
    """Results of the canaries to new addresses."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeploymentStatus(Record):
    """Status of a deployment compared with its cells."""

    name: str
    cells: tuple[str, ...]
    """Ids of the source cells."""
    version: str
    changed: bool
    """True if deploying the current cells would change the code or would be refused."""
    reason: str = ""
    """Reason for a refusal or a failed comparison."""
    server_changes: tuple[str, ...] = ()
    """Changes by other programs on the server since the deploy, in words."""
    schedule_text: str = ""
    """The schedules, and the deployments whose completed runs start a run, in words."""
    last_run: str = ""
    """State of the last run. Empty before the first run."""
    failing: bool = False
    """True if the last run failed."""
    paused: bool = False
    target: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PipelineTest(Record):
    """Result of a pipeline test."""

    name: str
    passed: bool
    seconds: float
    error: str = ""
    traceback: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepProposal(Record):
    """One step of a proposed division of a notebook."""

    name: str
    kind: str = "step"
    """``step`` or ``check``."""
    title: str = ""
    """First line of its docstring."""
    cells: tuple[int, ...] = ()
    """Zero-based indices of its cells."""
    labels: tuple[str, ...] = ()
    """The cells as the notebook shows them."""
    lines: int = 0
    """Number of lines with code or comments."""
    inputs: Mapping[str, str] = field(default_factory=dict)
    """Step of each value that it reads, by the name of the value."""
    waits_for: tuple[str, ...] = ()
    """Steps that must finish first, although it reads none of their values."""
    beside: tuple[str, ...] = ()
    """Steps that can run at the same time."""
    marks: tuple[str, ...] = ()
    """Directives of its cells, such as ``%%step load``."""
    is_marked: bool = False
    """True if all its cells have directives."""
    compute: str = ""
    """Options of its directive that choose its place, such as ``--profile slurm``; empty for the place of the run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnassignedCell(Record):
    """A code cell that belongs to no step."""

    cell: int
    """Zero-based index."""
    label: str
    """The cell as the notebook shows it."""
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StepsProposal(Record):
    """A proposed division of a notebook into steps, checked with its dependency graph."""

    steps: tuple[StepProposal, ...] = ()
    """Steps in document order."""
    unassigned: tuple[UnassignedCell, ...] = ()
    """Code cells that belong to no step."""
    basis: str = "headings"
    """``headings``, or ``dependencies`` in a notebook without headings."""
    parameters: tuple[str, ...] = ()
    """Names that become parameters of the pipeline."""
    notes: tuple[str, ...] = ()
    """Steps that were merged or put in order, with the reason, and other remarks of the compiler."""
    written: bool = False
    """True if the steps were written into the notebook."""
