"""The same steps as Dagster's definitions: the only generated file of that rendering which knows an orchestrator.

1. Each step is an op that calls its function in ``steps.py``; edges are those of the flow. An op that only has to wait
   takes ``Nothing``. A check is an op that fails, so that what follows does not run.
2. Parameters are one resource, so that a run is given each of them once, whichever steps read it.
3. A profile's cluster is a resource too: it lives as long as the run. Results stay in the memory of the run's process,
   as in the flow: nothing is pickled to disk.
4. Schedules become cron; what Dagster has no word for is noted, or refused where a run would mean something else.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from jupyter_pipeline.compiler.codegen.imports import Imports
from jupyter_pipeline.compiler.codegen.prefect_tasks import lazy_verdict
from jupyter_pipeline.compiler.codegen.text import docstring, identifier, indent, unused, wrapped
from jupyter_pipeline.compiler.frontend.directives import largest
from jupyter_pipeline.compiler.graph.parameters import Parameter
from jupyter_pipeline.compiler.graph.steps import Step
from jupyter_pipeline.compiler.options import CompileOptions
from jupyter_pipeline.exceptions import UsageError
from jupyter_pipeline.models import Schedule

__all__ = ["render_definitions", "unsupported"]

_RESOURCES = ("parameters", "cluster")
_CLASS = "Parameters"
_RESERVED = {
    "context",
    "definitions",
    "in_process_executor",
    "job",
    "mem_io_manager",
    "op",
    "resource",
    "run_on",
    "steps",
}


def render_definitions(
    function: str,
    steps: Sequence[Step],
    parameters: Sequence[Parameter],
    options: CompileOptions,
    made_from: str,
    *,
    libraries: frozenset[str] = frozenset(),
) -> str:
    """Return the text of ``definitions.py``.

    Parameters
    ----------
    function : str
        Name of the pipeline as Python writes it.
    steps : sequence of Step
        In the order in which they run.
    parameters : sequence of Parameter
        Of the pipeline.
    options : CompileOptions
        Name, profile, schedules.
    made_from : str
        A sentence for the docstring of the module.
    libraries : frozenset of str
        Top names of what the steps import.

    Raises
    ------
    UsageError
        If a schedule cannot be written as cron.
    """
    imports = Imports()
    imports.need("steps")
    for name in ("Definitions", "in_process_executor", "job", "mem_io_manager", "op"):
        imports.need("dagster", name)
    text = _Ops(steps, parameters, options, imports, lazy="dask" in libraries)
    blocks = [text.parameters(), text.cluster(), *(text.op(s) for s in steps), text.job(f"{function}_job")]
    blocks.append(_definitions(f"{function}_job", text, options, imports))
    body = "\n\n\n".join(block for block in blocks if block)
    return f'"""{docstring(f"Definitions of {options.name}. {made_from}")}"""\n\n{imports.text()}\n\n\n{body}\n'


def unsupported(steps: Sequence[Step]) -> list[str]:
    """Return a note for each setting of a step that Dagster has no word for."""
    found = []
    for step in steps:
        for name, value in (("--timeout", step.settings.timeout), ("--cache", step.settings.cache)):
            if value:
                found.append(f"{name} of the step {step.name} is left out: Dagster has none for one op.")
    return found


class _Ops:
    """The ops of a pipeline, and the resources that they take."""

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
        self.steps, self.given, self.options, self.imports = steps, parameters, options, imports
        taken = {name for s in steps for name in (*s.inputs, s.name)}
        self.names = {key: unused(key, taken) for key in _RESOURCES}
        self.ops = {id(s): s.name if s.name not in _RESERVED else f"{s.name}_op" for s in steps}

    def parameters(self) -> str:
        """Return the class of the parameters; empty without any."""
        if not self.given:
            return ""
        self.imports.need("dagster", "ConfigurableResource")
        if any(p.annotation.startswith("datetime.") for p in self.given):
            self.imports.need("datetime")
        lines = [f"    {p.name}: {_plain_type(p, self.imports)} = {_plain_value(p)}" for p in self.given]
        return f'class {_CLASS}(ConfigurableResource):\n    """What a run can be given."""\n\n' + "\n".join(lines)

    def cluster(self) -> str:
        """Return the resource that is the profile's cluster; empty without a profile."""
        profile = self.options.profile
        if not profile:
            return ""
        self.imports.need("dagster", "resource")
        if self.options.standalone:
            self.imports.need("distributed", "Client")
            made = "Client()"
        else:
            self.imports.need("jupyter_pipeline.runtime", "run_on")
            sizes = "".join(
                f", {name}={_quoted(value)}" for name, value in largest(s.settings for s in self.steps).items()
            )
            made = f'run_on("{profile}", __file__{sizes})'
        return (
            f'@resource\ndef {self.names["cluster"]}(context):\n    """The cluster of a run."""\n'
            f"    with {made} as client:\n        yield client"
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
            settings.append(f"out={{{', '.join(f'{_quoted(n)}: Out()' for n in step.outputs)}}}")
        if self.options.profile:
            settings.append(f'required_resource_keys={{"{self.names["cluster"]}"}}')
        if step.settings.retries:
            settings.append(f"retry_policy={self._retries(step)}")
        takes = list(step.inputs)
        if self.options.profile:
            takes.insert(0, "context")
        if step.parameters:
            takes.append(f"{self.names['parameters']}: {_CLASS}")
        head = wrapped("@op", settings) if settings else "@op"
        return f"{head}\ndef {self.ops[id(step)]}({', '.join(takes)}):\n" + indent(
            f'"""{docstring(step.summary or f"Run the step {step.name}.")}"""\n{self._body(step)}'
        )

    def _body(self, step: Step) -> str:
        values = {p.name: _value(p, f"{self.names['parameters']}.{p.name}") for p in step.parameters}
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
        looks = lazy_verdict(self.imports) if self.lazy else ""
        verdict = "verdict" if self.lazy else "result"
        return (
            f"result = {call}\n{looks}if str({verdict}) == \"False\":  # Python's or NumPy's\n"
            f'    raise AssertionError("{step.name} returned False")\nreturn result'
        )

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

    def job(self, name: str) -> str:
        """Return the job that joins the ops."""
        runs: dict[int, str] = {}
        values: dict[tuple[int, str], str] = {}
        taken = {*self.ops.values(), name, "steps", _CLASS, *self.names.values()}
        lines = []
        for step in self.steps:
            several = len(step.outputs) > 1
            made = [unused(n, taken) for n in step.outputs] if several else [unused(f"{step.name}_result", taken)]
            taken |= set(made)
            runs[id(step)] = made[0]
            values |= {(id(step), n): made[i if several else 0] for i, n in enumerate(step.outputs)}
            takes = [values[id(step.sources[n]), n] for n in step.inputs]
            takes += [f"{_after(s)}={runs[id(s)]}" for s in step.after]
            lines.append(f"{', '.join(made)} = {self.ops[id(step)]}({', '.join(takes)})")
        read = "\n".join(lines)
        lines = [line if _is_read(line, read) else line.partition(" = ")[2] for line in lines]
        summary = docstring(self.options.description or f"Run {self.options.name}.")
        return f'@job(name="{identifier(self.options.name)}")\ndef {name}():\n' + indent(
            f'"""{summary}"""\n' + "\n".join(lines)
        )


def _definitions(job: str, ops: _Ops, options: CompileOptions, imports: Imports) -> str:
    resources = ['"io_manager": mem_io_manager']
    resources += [f'"{ops.names["parameters"]}": {_CLASS}()'] if ops.given else []
    resources += [f'"{ops.names["cluster"]}": {ops.names["cluster"]}'] if options.profile else []
    arguments = [f"jobs=[{job}]", f"resources={{{', '.join(resources)}}}", "executor=in_process_executor"]
    if options.schedules:
        imports.need("dagster", "ScheduleDefinition")
        scheduled = [indent(_schedule(s, job, ops, options)) for s in options.schedules]
        arguments.insert(1, "schedules=[\n" + "".join(indent(f"{text},\n") for text in scheduled) + "    ]")
    return "definitions = Definitions(\n" + "".join(f"    {a},\n" for a in arguments) + ")"


def _schedule(schedule: Schedule, job: str, ops: _Ops, options: CompileOptions) -> str:
    name = identifier(f"{options.name}_{schedule.slug}")
    arguments = [
        f'name="{name}"',
        f"job={job}",
        f'cron_schedule="{_cron(schedule)}"',
        f'execution_timezone="{schedule.timezone}"',
    ]
    if schedule.parameters:
        config = {"resources": {ops.names["parameters"]: {"config": dict(schedule.parameters)}}}
        arguments.append(f"run_config={config!r}")
    return wrapped("ScheduleDefinition", arguments, room=80)


def _cron(schedule: Schedule) -> str:
    if schedule.cron:
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


def _plain_type(parameter: Parameter, imports: Imports) -> str:
    if parameter.annotation == "Any":
        return imports.need("typing", "Any")
    return "str" if parameter.annotation.startswith("datetime.") else parameter.annotation


def _plain_value(parameter: Parameter) -> str:
    return repr(parameter.default) if parameter.annotation.startswith("datetime.") else parameter.text


def _value(parameter: Parameter, text: str) -> str:
    """Return the expression for the value of a parameter; Dagster's configuration has no dates."""
    if parameter.annotation.startswith("datetime."):
        return f"{parameter.annotation}.fromisoformat({text})"
    return text


def _after(step: Step) -> str:
    return f"after_{step.name}"


def _is_read(line: str, everything: str) -> bool:
    names = line.partition(" = ")[0].split(", ")
    return any(len(re.findall(rf"\b{name}\b", everything)) > 1 for name in names) or len(names) > 1


def _quoted(value: Any) -> str:
    return f'"{value}"' if isinstance(value, str) else repr(value)
