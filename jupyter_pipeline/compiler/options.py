"""Input and output of a compilation."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from jupyter_pipeline.compiler.frontend.directives import StepSettings
from jupyter_pipeline.exceptions import UsageError
from jupyter_pipeline.models import DeploymentSpec, Record, Schedule, StepCompute, field_default

__all__ = ["Compilation", "CompileOptions"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CompileOptions(StepSettings):
    """Options of a compilation. Step settings are defaults; a cell's directive overrides them."""

    name: str
    """Name of the pipeline, its folder, flow and deployment."""
    profile: str = ""
    """Cluster profile of the runs; empty for none."""
    tasks_on: str = "flow"
    """Place of the tasks: ``flow``, the process of the flow, or ``workers``, the workers of the cluster."""
    schedules: tuple[Schedule, ...] = ()
    parameters: tuple[str, ...] = ()
    """Names that must become parameters."""
    defaults: Mapping[str, Any] = field(default_factory=dict)
    """Values that replace the notebook's. Their names must become parameters."""
    windows: Mapping[str, str] = field(default_factory=dict)
    """``start`` or ``end`` of the run's time window, by name. The names must become parameters."""
    notebook: str = ""
    """Relative path of the notebook, shown in the files."""
    description: str = ""
    tags: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    """Deployments whose completed runs start a run, in ``prefect.yaml``; see `DeploymentSpec.after`."""
    after_parameters: Mapping[str, str] = field(default_factory=dict)
    """Parameters that take values of the completed run; see `DeploymentSpec.after_parameters`."""
    work_pool: str = ""
    overlap: str = field_default(DeploymentSpec, "overlap")
    """A value of `OverlapPolicy`, in ``prefect.yaml``."""
    concurrency_limit: int = field_default(DeploymentSpec, "concurrency_limit")
    """Most runs that run at the same time, in ``prefect.yaml``."""
    to: str = "prefect"
    """Target of code generation, one of `codegen.registry.list_code_generators`."""
    whole: bool = False
    """True to compile the whole notebook, with its sections as steps."""
    one_step: bool = False
    """True to compile the whole notebook to one step."""
    standalone: bool = False
    """True if the files must run without this package. They then create the cluster from its class."""
    cluster: Mapping[str, Any] = field(default_factory=dict)
    """For `standalone`: ``class`` and ``kwargs`` of the cluster, and ``workers`` or ``adapt``."""
    requirements: str = ""
    """Text of ``requirements.lock``; empty for none."""
    kernel_names: Collection[str] = field(default=())
    """Names in the running kernel, for clearer refusals."""

    @property
    def on_workers(self) -> bool:
        """True if the tasks run on the workers of the cluster."""
        return self.tasks_on == "workers"

    def settings(self) -> StepSettings:
        """Return the settings of steps without settings in their directives."""
        return StepSettings(**{f.name: getattr(self, f.name) for f in fields(StepSettings)})

    def check(self, *, profile_follows: bool = False) -> None:
        """Check that the options are consistent.

        Parameters
        ----------
        profile_follows : bool, default False
            True if a target may add the profile later.

        Raises
        ------
        UsageError
            If two options contradict each other.
        """
        if both := sorted(set(self.windows) & set(self.defaults)):
            raise UsageError(f"{both[0]} cannot have both a value and a time window: set one of them.")
        if self.one_step and not self.whole:
            raise UsageError("--one-step makes one step of the whole notebook. Add --all, or remove --one-step.")
        if self.on_workers and not (self.profile or profile_follows):
            raise UsageError("--tasks-on workers needs a cluster: choose one with --profile.")
        if self.on_workers and self.standalone:
            raise UsageError("--tasks-on workers needs Jupyter Pipeline in the runs: leave out --standalone.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Compilation(Record):
    """A compiled pipeline: its files, and the data that a deployment needs."""

    name: str
    flow_name: str
    files: Mapping[str, str]
    """Text of each file by path in the pipeline's folder."""
    local_modules: tuple[str, ...] = ()
    """Paths in `files` of copies of modules beside the notebook."""
    entrypoint: str
    """``FILE:NAME`` of the object that the orchestrator loads."""
    parameters: Mapping[str, Any]
    """Defaults of the parameters."""
    parameter_schema: Mapping[str, Any]
    version: str
    """Content hash of the code."""
    cells: tuple[int, ...] = ()
    """Zero-based indices of the cells in the slice."""
    notes: tuple[str, ...] = ()
    requirements: tuple[str, ...] = ()
    """Requirements of the notebook's install lines."""
    notebook: str = ""
    windows: Mapping[str, str] = field(default_factory=dict)
    """``start`` or ``end`` of the run's time window, by parameter."""
    compute: tuple[StepCompute, ...] = ()
    """Place and worker size of each step."""
    source_map: Mapping[str, Any] = field(default_factory=dict)
    """Cell and line of each generated line, by file name: ``source_map.json`` of the snapshot."""
