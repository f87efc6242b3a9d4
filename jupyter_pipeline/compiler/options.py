"""What a compilation is given, and what it gives."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from jupyter_pipeline.compiler.frontend.directives import StepSettings
from jupyter_pipeline.exceptions import UsageError
from jupyter_pipeline.models import OverlapPolicy, Record, Schedule

__all__ = ["Compilation", "CompileOptions"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CompileOptions(StepSettings):
    """Options of a compilation. Step settings are defaults; a cell's directive overrides them."""

    name: str
    """Of the pipeline: also of its folder, flow and deployment."""
    profile: str = ""
    """The cluster that runs it; empty for none."""
    schedules: tuple[Schedule, ...] = ()
    parameters: tuple[str, ...] = ()
    """Names that must become parameters."""
    defaults: Mapping[str, Any] = field(default_factory=dict)
    """Values of parameters instead of the notebook's. Their names must become parameters too."""
    windows: Mapping[str, str] = field(default_factory=dict)
    """Parameters that are the ``start`` or the ``end`` of the time window of each run. They must become parameters."""
    notebook: str = ""
    """Path of the notebook as it is shown in the files: relative."""
    description: str = ""
    tags: tuple[str, ...] = ()
    work_pool: str = ""
    overlap: str = OverlapPolicy.SKIP.value
    """A value of `OverlapPolicy`, in ``prefect.yaml``."""
    concurrency_limit: int = 1
    """Most runs that run at the same time, in ``prefect.yaml``."""
    to: str = "prefect"
    """Target of code generation, one of `codegen.registry.list_code_generators`."""
    standalone: bool = False
    """Whether the files must run without this package; a profile's cluster is then made by its class."""
    cluster: Mapping[str, Any] = field(default_factory=dict)
    """Of a standalone rendering: ``class`` and ``kwargs`` of the profile's cluster, and ``workers`` or ``adapt``."""
    requirements: str = ""
    """Text of ``requirements.lock``; empty for none."""
    kernel_names: Collection[str] = field(default=())
    """Names that exist in the running kernel; they make refusals clearer."""

    def settings(self) -> StepSettings:
        """Return the settings of the steps whose marks say nothing."""
        return StepSettings(**{f.name: getattr(self, f.name) for f in fields(StepSettings)})

    def check(self) -> None:
        """Raise where options contradict one another.

        Raises
        ------
        UsageError
            The message says which, and what to leave out.
        """
        if both := sorted(set(self.windows) & set(self.defaults)):
            raise UsageError(f"{both[0]} cannot have a value of its own and be bound to a window: give one of them.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Compilation(Record):
    """A compiled pipeline: its files, and the data that a deployment needs."""

    name: str
    flow_name: str
    files: Mapping[str, str]
    """Text by path in the pipeline's folder."""
    entrypoint: str
    """``flow.py:function``."""
    parameters: Mapping[str, Any]
    """Their defaults."""
    parameter_schema: Mapping[str, Any]
    version: str
    """Content hash of the code."""
    cells: tuple[int, ...] = ()
    """Indices of the cells of which something was kept."""
    notes: tuple[str, ...] = ()
    requirements: tuple[str, ...] = ()
    """What the notebook's install lines ask for."""
    notebook: str = ""
    windows: Mapping[str, str] = field(default_factory=dict)
    """Parameters that each run takes from its time window: ``start`` or ``end`` by name."""
    resources: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """What steps ask of the workers, by step: ``cpus``, ``memory``, ``gpus``."""
    source_map: Mapping[str, Any] = field(default_factory=dict)
    """Cell and line of each generated line, by file name: ``source_map.json`` of the snapshot."""
