"""Generate ``definitions.py`` for Dagster.

1. Each step is an op that calls its function in ``steps.py``. The graph has the edges of the flow. An op that only
   waits takes ``Nothing``. A failed check is a failed op, so that later ops do not run.
2. Parameters are one resource, so that a run sets each of them once.
3. The profile's cluster is a resource: it runs as long as the run. Results stay in the memory of the run's process;
   nothing is pickled to disk. The resource of the results changes to the folder of the notebook.
4. With a time window, the schedule becomes the partitions of the job: a partition is one window. Its run is due at the
   end of the window, as with Prefect.
5. Other schedules become cron expressions. Settings that Dagster lacks are noted. They are refused if they would change
   the result of a run.
"""

from __future__ import annotations

import datetime
import re
import zoneinfo
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import ClassVar

from jupyter_pipeline.compiler.codegen.base import CodeGenerator, origin_sentence, render_folder_change
from jupyter_pipeline.compiler.codegen.docstrings import render_module_docstring
from jupyter_pipeline.compiler.codegen.imports import Imports, need_types
from jupyter_pipeline.compiler.codegen.text import (
    escape_docstring,
    indent,
    render_arguments,
    render_text,
    render_verdict,
    wrap_call,
)
from jupyter_pipeline.compiler.frontend.directives import largest_worker_size
from jupyter_pipeline.compiler.graph.naming import to_identifier, unused_name
from jupyter_pipeline.compiler.graph.parameters import Parameter
from jupyter_pipeline.compiler.graph.pipeline import PipelineGraph
from jupyter_pipeline.compiler.graph.steps import Step
from jupyter_pipeline.compiler.options import CompileOptions
from jupyter_pipeline.exceptions import UsageError
from jupyter_pipeline.models import Schedule

__all__ = ["DagsterCodeGenerator"]

_RESOURCES = ("parameters", "cluster", "results")
_CLASS = "Parameters"
_RESERVED = {
    "context",
    "definitions",
    "in_process_executor",
    "io_manager",
    "job",
    "op",
    "os",
    "partition_window",
    "partitions",
    "resource",
    "run_on",
    "steps",
}


class DagsterCodeGenerator(CodeGenerator):
    """Generate Dagster definitions."""

    name: ClassVar[str] = "dagster"
    supports_windows: ClassVar[bool] = True

    def check_options(self, options: CompileOptions) -> None:
        """Check that one schedule defines the partitions of a job with a time window."""
        super().check_options(options)
        if not options.windows:
            return
        bound = ", ".join(options.windows)
        if len(options.schedules) != 1:
            raise UsageError(
                f"With --to dagster, the schedule of a time window ({bound}) becomes the partitions of the job. There "
                f"are {len(options.schedules) or 'no'} schedules: give one."
            )
        (schedule,) = options.schedules
        if schedule.start is None and not _cron(schedule).split()[0].isdecimal():
            raise UsageError(
                f"With --to dagster, a time window ({bound}) of less than an hour makes more partitions than Dagster "
                "handles well. Give the beginning of the first one: --start."
            )
        if schedule.parameters:
            raise UsageError(
                f"With --to dagster and a time window ({bound}), the schedule cannot set parameters. Remove them from "
                "--schedule, or deploy a pipeline for each value."
            )

    def notes(self, graph: PipelineGraph, options: CompileOptions) -> list[str]:
        """Return a note for each step setting that Dagster ops lack."""
        found = []
        if options.windows and options.schedules[0].start is None:
            found.append(f"The partitions begin on {_FIRST_PARTITION}. --start sets another beginning.")
        for step in graph.steps:
            for name, value in (("--timeout", step.settings.timeout), ("--cache", step.settings.cache)):
                if value:
                    found.append(
                        f"{name} of the step {step.task_name} is ignored: Dagster has no such setting for an op."
                    )
        return found

    def entrypoint(self, graph: PipelineGraph, options: CompileOptions) -> str:
        """Return ``definitions.py:definitions``."""
        return "definitions.py:definitions"

    def render(self, graph: PipelineGraph, options: CompileOptions) -> Mapping[str, str]:
        """Return ``definitions.py``."""
        return {"definitions.py": _render_definitions(graph, options)}


def _render_definitions(graph: PipelineGraph, options: CompileOptions) -> str:
    imports = Imports()
    imports.need("steps")
    for name in ("Definitions", "InMemoryIOManager", "in_process_executor", "io_manager", "job", "op"):
        imports.need("dagster", name)
    job = f"{graph.function}_job"
    ops = _Ops(graph.steps, graph.parameters, options, imports, lazy="dask" in graph.libraries)
    summary = options.description or graph.title or f"Run {options.name}."
    partitions = _partitions(options.schedules[0], imports) if options.windows else ""
    blocks = [ops.parameters(), ops.results(), ops.cluster(), *(ops.op(s) for s in graph.steps)]
    blocks += [partitions, ops.job(job, summary)]
    blocks.append(_definitions(job, ops, options, imports))
    body = "\n\n\n".join(block for block in blocks if block)
    docstring = render_module_docstring(graph.title or f"Definitions of {options.name}.", origin_sentence(options))
    return f"{docstring}\n\n{imports.text()}\n\n\n{body}\n"


class _Ops:
    """Ops of a pipeline, and their resources."""

    def __init__(
        self,
        steps: Sequence[Step],
        parameters: Sequence[Parameter],
        options: CompileOptions,
        imports: Imports,
        *,
        lazy: bool,
    ) -> None:
        self.lazy = lazy
        self.steps, self.pipeline_parameters, self.options, self.imports = steps, parameters, options, imports
        taken = {name for s in steps for name in (*s.inputs, s.task_name)}
        self.names = {key: unused_name(key, taken) for key in _RESOURCES}
        self.ops = {id(s): f"{s.task_name}_op" if s.task_name in _RESERVED else s.task_name for s in steps}

    def parameters(self) -> str:
        """Return the class of the parameters; empty if there are none."""
        if not self.pipeline_parameters:
            return ""
        self.imports.need("dagster", "ConfigurableResource")
        for p in self.pipeline_parameters:
            if p.window:
                need_types(p, self.imports)
                continue
            value = _value(p, "")
            need_types(replace(p, annotation=value, text=""), self.imports)
            if "TypeAdapter" in value:
                self.imports.need("pydantic", "TypeAdapter")
        lines = [
            f"    {p.name}: {_plain_type(p, self.imports)} = {_plain_value(p, self.imports)}"
            for p in self.pipeline_parameters
        ]
        return f'class {_CLASS}(ConfigurableResource):\n    """Parameters of a run."""\n\n' + "\n".join(lines)

    def cluster(self) -> str:
        """Return the resource of the profile's cluster; empty without a profile."""
        profile = self.options.profile
        if not profile:
            return ""
        self.imports.need("dagster", "resource")
        if self.options.standalone:
            self.imports.need("distributed", "Client")
            cluster = "Client()"
        else:
            self.imports.need("jupyter_pipeline.runtime", "run_on")
            sizes = render_arguments(largest_worker_size(s.settings for s in self.steps))
            cluster = f"run_on({render_text(profile)}, __file__{sizes})"
        return (
            f'@resource\ndef {self.names["cluster"]}(context):\n    """The cluster of a run."""\n'
            f"    with {cluster} as client:\n        yield client"
        )

    def results(self) -> str:
        """Return the resource that keeps the results of ops. It is made once in each run, before the first op."""
        return (
            f'@io_manager\ndef {self.names["results"]}(context):\n    """Keep results in memory."""\n'
            + indent(render_folder_change(self.imports))
            + "    return InMemoryIOManager()"
        )

    def op(self, step: Step) -> str:
        """Return the op of one step."""
        settings = []
        if step.after:
            self.imports.need("dagster", "In")
            self.imports.need("dagster", "Nothing")
            waits = ", ".join(f'"{_after(s)}": In(Nothing)' for s in step.after)
            settings.append(f"ins={{{waits}}}")
        if len(step.outputs) > 1:
            self.imports.need("dagster", "Out")
            settings.append(f"out={{{', '.join(f'{render_text(n)}: Out()' for n in step.outputs)}}}")
        if step.settings.retries:
            settings.append(f"retry_policy={self._retries(step)}")
        takes = list(step.inputs)
        if any(p.window for p in step.parameters):
            takes.insert(0, "context")
        if self.options.profile:
            kind = f"{self.imports.need('dagster', 'ResourceParam')}[{self.imports.need('typing', 'Any')}]"
            takes.append(f"{self.names['cluster']}: {kind}")
        if step.parameters:
            takes.append(f"{self.names['parameters']}: {_CLASS}")
        head = wrap_call("@op", settings) if settings else "@op"
        return f"{head}\ndef {self.ops[id(step)]}({', '.join(takes)}):\n" + indent(
            f'"""{escape_docstring(step.summary or f"Run the step {step.task_name}.")}"""\n{self._body(step)}'
        )

    def _body(self, step: Step) -> str:
        values = {p.name: self._parameter(p) for p in step.parameters}
        arguments = [*step.inputs, *values.values()]
        if step.mapped:
            items = step.mapped.items
            rest = [a for n, a in zip([*step.inputs, *values], arguments, strict=True) if n != items]
            call = f"steps.{step.name}({', '.join([step.mapped.variable, *rest])})"
            return f"return [{call} for {step.mapped.variable} in {values.get(items, items)}]"
        call = f"steps.{step.name}({', '.join(arguments)})"
        if step.asynchronous:
            call = f"{self.imports.need('asyncio')}.run({call})"
        if step.kind == "step":
            return f"return {call}"
        looks = render_verdict(self.imports) if self.lazy else ""
        verdict = "verdict" if self.lazy else "result"
        return (
            f"result = {call}\n{looks}if str({verdict}) == \"False\":  # Python's or NumPy's\n"
            f'    raise AssertionError("{step.task_name} returned False")\nreturn result'
        )

    def _parameter(self, parameter: Parameter) -> str:
        """Return the expression of a parameter's value in an op."""
        value = f"{self.names['parameters']}.{parameter.name}"
        if not parameter.window:
            return _value(parameter, value)
        find = self.imports.need("jupyter_pipeline.runtime", "partition_window")
        return f'{find}(context, "{parameter.window}", value={value}, default={parameter.text})'

    def _retries(self, step: Step) -> str:
        s = step.settings
        arguments = [f"max_retries={s.retries}"]
        if delay := s.retry_delay or (1.0 if s.retry_backoff or s.retry_jitter else 0.0):
            arguments.append(f"delay={delay:g}")
        if s.retry_backoff > 1:
            arguments.append(f"backoff={self.imports.need('dagster', 'Backoff')}.EXPONENTIAL")
        if s.retry_jitter:
            arguments.append(f"jitter={self.imports.need('dagster', 'Jitter')}.PLUS_MINUS")
        return f"{self.imports.need('dagster', 'RetryPolicy')}({', '.join(arguments)})"

    def job(self, name: str, summary: str) -> str:
        """Return the job that joins the ops."""
        runs: dict[int, str] = {}
        values: dict[tuple[int, str], str] = {}
        taken = {*self.ops.values(), name, "steps", _CLASS, *self.names.values()}
        lines = []
        for step in self.steps:
            several = len(step.outputs) > 1
            results = (
                [unused_name(n, taken) for n in step.outputs]
                if several
                else [unused_name(f"{step.task_name}_result", taken)]
            )
            taken |= set(results)
            runs[id(step)] = results[0]
            values |= {(id(step), n): results[i if several else 0] for i, n in enumerate(step.outputs)}
            takes = [values[id(step.sources[n]), n] for n in step.inputs]
            takes += [f"{_after(s)}={runs[id(s)]}" for s in step.after]
            lines.append(f"{', '.join(results)} = {self.ops[id(step)]}({', '.join(takes)})")
        read = "\n".join(lines)
        lines = [line if _is_read(line, read) else line.partition(" = ")[2] for line in lines]
        arguments = [f'name="{to_identifier(self.options.name)}"']
        arguments += ["partitions_def=partitions"] if self.options.windows else []
        return f"@job({', '.join(arguments)})\ndef {name}():\n" + indent(
            f'"""{escape_docstring(summary)}"""\n' + "\n".join(lines)
        )


def _definitions(job: str, ops: _Ops, options: CompileOptions, imports: Imports) -> str:
    resources = [f'"io_manager": {ops.names["results"]}']
    resources += [f'"{ops.names["parameters"]}": {_CLASS}()'] if ops.pipeline_parameters else []
    resources += [f'"{ops.names["cluster"]}": {ops.names["cluster"]}'] if options.profile else []
    arguments = [f"jobs=[{job}]", f"resources={{{', '.join(resources)}}}", "executor=in_process_executor"]
    if options.windows:
        make = imports.need("dagster", "build_schedule_from_partitioned_job")
        name = to_identifier(f"{options.name}_{options.schedules[0].slug}")
        arguments.insert(1, f'schedules=[{make}({job}, name="{name}")]')
    elif options.schedules:
        imports.need("dagster", "ScheduleDefinition")
        scheduled = [indent(_schedule(s, job, ops, options)) for s in options.schedules]
        arguments.insert(1, "schedules=[\n" + "".join(indent(f"{text},\n") for text in scheduled) + "    ]")
    return "definitions = Definitions(\n" + "".join(f"    {a},\n" for a in arguments) + ")"


def _schedule(schedule: Schedule, job: str, ops: _Ops, options: CompileOptions) -> str:
    name = to_identifier(f"{options.name}_{schedule.slug}")
    arguments = [
        f'name="{name}"',
        f"job={job}",
        f'cron_schedule="{_cron(schedule)}"',
        f'execution_timezone="{schedule.timezone}"',
    ]
    if schedule.parameters:
        config = {"resources": {ops.names["parameters"]: {"config": dict(schedule.parameters)}}}
        arguments.append(f"run_config={config!r}")
    return wrap_call("ScheduleDefinition", arguments, room=80)


def _partitions(schedule: Schedule, imports: Imports) -> str:
    """Return the partitions of a job: the times between two ticks of its schedule."""
    kind = imports.need("dagster", "TimeWindowPartitionsDefinition")
    cron, zone = _cron(schedule), zoneinfo.ZoneInfo(schedule.timezone)
    # A key names the beginning of its window. With several ticks a day, it needs the time, and at a change of clocks
    # the offset.
    form = "%Y-%m-%d" if all(field.isdecimal() for field in cron.split()[:2]) else "%Y-%m-%dT%H:%M%z"
    begin = datetime.datetime.combine(_FIRST_PARTITION, datetime.time())
    edges = {
        name: datetime.datetime.fromtimestamp(time, zone).replace(tzinfo=None, microsecond=0)
        for name, time in (("start", schedule.start), ("end", schedule.end))
        if time is not None
    }
    imports.need("datetime")
    arguments = [f'cron_schedule="{cron}"', f'timezone="{schedule.timezone}"', f'fmt="{form}"']
    arguments += [f"{name}={time!r}" for name, time in ({"start": begin} | edges).items()]
    return wrap_call(f"partitions = {kind}", arguments)


def _cron(schedule: Schedule) -> str:
    if schedule.cron:
        if len(schedule.cron.split(" ")) > _CRON_FIELDS:
            raise UsageError(f"Dagster's cron expressions have no seconds: leave them out of {schedule.cron!r}.")
        return schedule.cron
    minutes, rest = divmod(schedule.every or 0, 60)
    if minutes and not rest:
        if 60 % minutes == 0 and minutes < 60:
            return f"*/{minutes:g} * * * *"
        hours = minutes / 60
        if hours.is_integer() and 24 % hours == 0:
            return f"0 */{hours:g} * * *" if hours < 24 else "0 0 * * *"
    what = schedule.rrule or f"every {schedule.every:g} s"
    raise UsageError(f"Dagster's schedules are cron expressions, and {what} is none: give --cron, or no schedule.")


_CRON_FIELDS = 5
_FIRST_PARTITION = datetime.date(2020, 1, 1)
"""Beginning of the partitions of a schedule without a start. It is fixed, so that the same deploy changes nothing."""
_PLAIN = ("int", "float", "str", "bool", "list", "dict")


def _plain_type(parameter: Parameter, imports: Imports) -> str:
    """Return the type in Dagster's configuration, which has JSON values only."""
    if parameter.window:
        return "str | None"
    if parameter.annotation.partition("[")[0] in _PLAIN and "|" not in parameter.annotation:
        return parameter.annotation
    if isinstance(parameter.default, str) and "|" not in parameter.annotation:
        return "str"
    return imports.need("typing", "Any")


def _plain_value(parameter: Parameter, imports: Imports) -> str:
    if parameter.window:
        return "None"
    if isinstance(parameter.default, list | dict):
        return f"{imports.need('pydantic', 'Field')}(default_factory=lambda: {parameter.text})"
    return repr(parameter.default)


def _value(parameter: Parameter, text: str) -> str:
    """Return the expression of a parameter's value, parsed from its JSON value."""
    kind = parameter.annotation
    if kind in ("datetime.date", "datetime.datetime", "datetime.time"):
        return f"{kind}.fromisoformat({text})"
    if kind in ("pathlib.Path", "decimal.Decimal", "zoneinfo.ZoneInfo") or kind.startswith("steps."):
        return f"{kind}({text})"
    if kind in _PLAIN or kind.partition("[")[0] in ("list", "dict", "Any"):
        return text
    return f"TypeAdapter({kind}).validate_python({text})"


def _after(step: Step) -> str:
    return f"after_{step.task_name}"


def _is_read(line: str, everything: str) -> bool:
    names = line.partition(" = ")[0].split(", ")
    return any(len(re.findall(rf"\b{name}\b", everything)) > 1 for name in names) or len(names) > 1
