"""Generate ``flow.py`` and ``prefect.yaml`` for Prefect.

1. Each step becomes a task with its settings (`prefect_tasks`). Each check becomes a task that stops later steps.
2. Tasks are submitted level by level, so that tasks without edges between them run in parallel.
3. The time window and the clusters of the run are set up first (`prefect_clusters`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from jupyter_pipeline.compiler.codegen.base import (
    RESERVED_NAMES,
    CodeGenerator,
    origin_sentence,
    render_folder_change,
)
from jupyter_pipeline.compiler.codegen.docstrings import render_module_docstring, render_summary
from jupyter_pipeline.compiler.codegen.imports import Imports, need_types
from jupyter_pipeline.compiler.codegen.prefect_clusters import FlowClusters, size_arguments
from jupyter_pipeline.compiler.codegen.prefect_tasks import render_cache_policy, task_arguments
from jupyter_pipeline.compiler.codegen.prefect_yaml import prefect_yaml_notes, render_prefect_yaml
from jupyter_pipeline.compiler.codegen.step_types import render_flow_type
from jupyter_pipeline.compiler.codegen.text import (
    indent,
    render_default,
    render_parameter,
    render_signature,
    render_text,
    render_verdict,
    wrap_call,
)
from jupyter_pipeline.compiler.graph.naming import unused_name
from jupyter_pipeline.compiler.graph.parameters import Parameter
from jupyter_pipeline.compiler.graph.pipeline import PipelineGraph
from jupyter_pipeline.compiler.graph.steps import Step, find_ancestors
from jupyter_pipeline.compiler.options import CompileOptions

__all__ = ["PrefectCodeGenerator"]


class PrefectCodeGenerator(CodeGenerator):
    """Generate a Prefect flow and its ``prefect.yaml``."""

    name: ClassVar[str] = "prefect"
    deployable: ClassVar[bool] = True
    supports_windows: ClassVar[bool] = True
    supports_step_compute: ClassVar[bool] = True
    supports_workers: ClassVar[bool] = True

    def notes(self, graph: PipelineGraph, options: CompileOptions) -> list[str]:
        """Return notes on options that ``prefect deploy`` ignores; a deploy by Jupyter Pipeline applies them."""
        return prefect_yaml_notes(options)

    def entrypoint(self, graph: PipelineGraph, options: CompileOptions) -> str:
        """Return ``flow.py:FUNCTION``."""
        return f"flow.py:{_flow_function(graph)}"

    def render(self, graph: PipelineGraph, options: CompileOptions) -> Mapping[str, str]:
        """Return ``flow.py``."""
        return {"flow.py": _render_flow(graph, options)}

    def render_manifest(
        self, graph: PipelineGraph, options: CompileOptions, *, version: str, parameters: Mapping[str, object]
    ) -> Mapping[str, str]:
        """Return ``prefect.yaml``."""
        return {"prefect.yaml": render_prefect_yaml(options, self.entrypoint(graph, options), parameters, version)}


def _flow_function(graph: PipelineGraph) -> str:
    return f"{graph.function}_flow" if graph.function in RESERVED_NAMES else graph.function


def _render_flow(graph: PipelineGraph, options: CompileOptions) -> str:
    function, steps, parameters = _flow_function(graph), graph.steps, graph.parameters
    docstring = render_module_docstring(graph.title or f"Flow {options.name}.", origin_sentence(options))
    imports = Imports()
    imports.need("prefect", "flow")
    imports.need("prefect", "task")
    imports.need("steps")
    alone = steps[0] if len(steps) == 1 and not steps[0].mapped else None
    asynchronous = alone is not None and alone.asynchronous and alone.kind == "step" and not options.on_workers
    taken = {*RESERVED_NAMES, *(p.name for p in parameters)}
    clusters = FlowClusters(steps, options.profile, imports, taken, on_workers=options.on_workers)
    flow = _Calls(options, imports, clusters)
    body = flow.single(alone) if alone else flow.several(steps)
    before = f", before=steps.{graph.settings_function}" if graph.settings else ""
    body = _defaults(parameters, imports) + _on_cluster(
        clusters.worker_lines() + body, steps, options, imports, clusters.contexts(), before
    )
    body = render_folder_change(imports) + body
    helpers = render_cache_policy(imports) if any(s.settings.cache for s in steps) else ""
    if any(s.kind == "check" for s in steps):
        helpers += _check(steps, imports, graph.libraries, clusters, on_workers=options.on_workers)
    summary = graph.title or (alone.summary if alone else "") or f"Run {options.name}."
    arguments = [_argument(p, imports) for p in parameters]
    returns = render_flow_type(graph, imports)
    if returns == "None":
        body = re.sub(r"^( *)return ", r"\1", body, flags=re.MULTILINE)
    run = f"{imports.need('asyncio')}.run({function}())" if asynchronous else f"{function}()"
    return (
        f"{docstring}\n\n{imports.text()}\n{helpers}\n\n"
        f'@flow(name="{options.name}", log_prints=True)\n'
        + render_signature(function, arguments, asynchronous=asynchronous, returns=returns)
        + "\n"
        + indent(f"{render_summary(summary)}\n{body}")
        + f'\n\n\nif __name__ == "__main__":\n    {run}\n'
    )


def _argument(parameter: Parameter, imports: Imports) -> str:
    need_types(parameter, imports)
    if parameter.window:
        return f"{parameter.name}: {parameter.annotation} | None = None"
    return render_parameter(parameter.name, parameter.annotation, parameter.text)


def _defaults(parameters: Sequence[Parameter], imports: Imports) -> str:
    """Return the statements that set the defaults of windows, lists and mappings."""
    lines = ""
    for p in parameters:
        if p.window:
            imports.need("jupyter_pipeline.runtime", "run_window")
            lines += f'{p.name} = run_window("{p.window}", value={p.name}, default={p.text})\n'
        elif text := render_default(p.name, p.text):
            lines += f"{text}\n"
    return lines


def _on_cluster(
    body: str, steps: Sequence[Step], options: CompileOptions, imports: Imports, clusters: Sequence[str], before: str
) -> str:
    """Return `body` inside the clusters of the run and of its steps, or unchanged without any."""
    contexts = list(clusters)
    uses_run_cluster = options.on_workers or any(not (s.profile or s.function) for s in steps)
    if options.profile and not options.standalone and uses_run_cluster:
        shared = [s for s in steps if s.profile in ("", options.profile) and not s.function]
        imports.need("jupyter_pipeline.runtime", "run_on")
        contexts.insert(0, f"run_on({render_text(options.profile)}, __file__{size_arguments(shared)})")
    if options.on_workers:
        contexts[0] += " as run_client"
        contexts.append(
            f"{imports.need('jupyter_pipeline.runtime', 'tasks_on')}(run_client, steps{before}) as task_runner"
        )
    if contexts:
        several = "".join(f"    {each},\n" for each in contexts)
        return (f"with {contexts[0]}:\n" if len(contexts) == 1 else f"with (\n{several}):\n") + indent(body)
    if not options.profile:
        return body
    imports.need("distributed", "Client")
    if not options.cluster:
        return "with Client():\n" + indent(body)
    return _own_cluster(options.cluster, body, imports)


def _own_cluster(cluster: Mapping[str, Any], body: str, imports: Imports) -> str:
    """Return `body` inside a cluster of `cluster['class']`, without this package."""
    imports.need("cloudpickle")
    module, _, name = str(cluster["class"]).rpartition(".")
    arguments = ", ".join(f"{key}={value!r}" for key, value in cluster.get("kwargs", {}).items())
    size = f"scale({cluster['workers']})" if cluster.get("workers") else ""
    if cluster.get("adapt"):
        size = f"adapt({', '.join(f'{key}={value!r}' for key, value in cluster['adapt'].items())})"
    sized = f"    cluster.{size}\n" if size else ""
    return (
        f"from {module} import {name}\n\n"  # here: some of these modules can only be imported in the main thread
        "cloudpickle.register_pickle_by_value(steps)  # the workers cannot import it\n"
        f"with {name}({arguments}) as cluster, Client(cluster):\n{sized}" + indent(body)
    )


def _check(
    steps: Sequence[Step], imports: Imports, libraries: frozenset[str], clusters: FlowClusters, *, on_workers: bool
) -> str:
    """Return the function ``check`` of a flow, which makes a task of a check."""
    on = wrapping = ""
    if not on_workers and any(s.kind == "check" and clusters.wrapper(s) for s in steps):
        on = f"on={imports.need('jupyter_pipeline.runtime', 'receive_results')}, "
        wrapping = "    @on\n"
    imports.need("prefect.artifacts", "create_markdown_artifact")
    call = "            result = function(*args)\n"
    if on_workers:
        call = "            returned = workers.call(function, *args)\n            result = workers.fetch(returned)\n"
    waits = (
        f"            if {imports.need('inspect')}.iscoroutine(result):\n"
        f"                result = {imports.need('asyncio')}.run(result)\n"
        if any(s.kind == "check" and s.asynchronous for s in steps) and not on_workers
        else ""
    )
    lazy = "dask" in libraries
    verdict = "verdict" if lazy else "result"
    looks = indent(render_verdict(imports), " " * 12) if lazy else ""
    cases = (
        '            if (cases := getattr(error, "failure_cases", None)) is not None:\n'
        '                reason += f"\\n\\n```\\n{cases}\\n```"\n'
        if "pandera" in libraries
        else ""
    )
    renamed = any(s.kind == "check" and s.label for s in steps)
    naming = '**{"name": function.__name__, **settings}' if renamed else "name=function.__name__, **settings"
    return f'''

def check(function, {on}{"workers, " if on_workers else ""}**settings):
    """Return a task that publishes why `function` raised or returned False."""

    @task({naming})
{wrapping}    def run(*args):
        try:
{call}{waits}{looks}            if str({verdict}) == "False":  # Python's or NumPy's
                raise AssertionError(f"{{function.__name__}} returned False")
        except Exception as error:
            reason = str(error) or type(error).__name__
{cases}            create_markdown_artifact(f"**{{function.__name__}}** did not pass: {{reason}}")
            raise
        return {"returned" if on_workers else "result"}

    return run
'''


class _Calls:
    """Calls of the tasks in a flow."""

    def __init__(self, options: CompileOptions, imports: Imports, clusters: FlowClusters) -> None:
        self.options, self.imports, self.clusters = options, imports, clusters
        self.submitted: dict[int, str] = {}
        """Variable of each submitted step's future, by ``id(step)``."""
        self.futures: dict[int, str] = {}
        """Variable of each step's future, by ``id(step)``."""
        self.values: dict[tuple[int, str], str] = {}
        """Variable of each returned value, by ``id(step)`` and name."""
        self.awaited: set[int] = set()
        """``id`` of each step whose result the flow has awaited."""
        self.taken: set[str] = set()
        """Names in use in the flow."""

    def single(self, step: Step) -> str:
        """Return the call of a pipeline with one step."""
        if self.options.on_workers:
            arguments = ", ".join(p.name for p in step.parameters)
            return f"return {self._task(step)}.submit({arguments}).result()"
        wait = "await " if step.asynchronous and step.kind == "step" else ""
        return f"return {wait}{self._task(step)}({', '.join(p.name for p in step.parameters)})"

    def several(self, steps: Sequence[Step]) -> str:
        """Return the calls level by level; each level is submitted before the flow waits for a result."""
        self._name(steps)
        depth: dict[int, int] = {}
        for step in steps:
            before = [*step.sources.values(), *step.after]
            depth[id(step)] = max((depth[id(b)] + 1 for b in before), default=0)
        needed = {id(b) for s in steps for b in [*s.sources.values(), *s.after]}
        lines = []
        for level in range(max(depth.values()) + 1):
            here = [s for s in steps if depth[id(s)] == level]
            # A mapped step waits for its list before it is submitted: the others of its level go first.
            for step in sorted(here, key=lambda s: s.mapped is not None):
                maker = step.sources.get(step.mapped.items) if step.mapped and not step.function else None
                if maker:
                    lines += self._awaited(find_ancestors(maker, steps))
                    self.awaited.add(id(maker))
                lines.append(self._submitted(step))
                self.submitted[id(step)] = self.futures[id(step)]
                lines += self.clusters.closing_lines(self.submitted)
            for step in here:
                if len(step.outputs) > 1 and id(step) in needed:
                    lines += self._awaited(find_ancestors(step, steps))
                    self.awaited.add(id(step))
                    names = ", ".join(self.values[id(step), name] for name in step.outputs)
                    future = self.futures[id(step)]
                    value = f"task_runner.split({future}, {len(step.outputs)})"
                    lines.append(f"{names} = {value if self.options.on_workers else f'{future}.result()'}")
        lines += self._awaited(steps[:-1])
        lines.append(f"return {self.futures[id(steps[-1])]}.result()")
        return "\n".join(lines)

    def _awaited(self, steps: Sequence[Step]) -> list[str]:
        """Return the lines that await `steps` in order, so that the first failure is raised."""
        names = [self.futures[id(s)] for s in steps if id(s) not in self.awaited]
        self.awaited |= {id(s) for s in steps}
        if names and self.options.on_workers:
            return [wrap_call("task_runner.wait", names)]
        if len(names) < 2:
            return [f"{name}.result()" for name in names]
        run = unused_name("run", self.taken)
        return [f"for {run} in ({', '.join(names)}):\n    {run}.result()  # raises the first failure"]

    def _name(self, steps: Sequence[Step]) -> None:
        taken = self.taken = set(RESERVED_NAMES) | {p.name for s in steps for p in s.parameters}
        taken |= self.clusters.variables
        for step in steps:
            name = step.task_name if step.task_name not in taken else f"{step.task_name}_run"
            while name in taken or any(name in s.outputs for s in steps if len(s.outputs) > 1):
                name += "_"
            taken.add(name)
            self.futures[id(step)] = name
        for step in steps:
            for name in step.outputs:
                value = self.futures[id(step)] if len(step.outputs) == 1 else unused_name(name, taken)
                self.values[id(step), name] = value
                taken.add(value)

    def _submitted(self, step: Step) -> str:
        arguments = [self.values[id(step.sources[name]), name] for name in step.inputs]
        arguments += [p.name for p in step.parameters]
        call = "submit"
        if step.mapped and step.function and step.mapped.items not in step.inputs:
            items = step.mapped.items  # the first parameter of the function
            arguments = [*arguments[: len(step.inputs)], *(a for a in arguments[len(step.inputs) :] if a != items)]
            arguments.insert(0, items)
        elif step.mapped and not step.function:
            call, arguments = "map", self._mapped(step)
        after = [self.futures[id(s)] for s in step.after]
        if after:
            arguments.append(f"wait_for=[{', '.join(after)}]")
        return wrap_call(f"{self.futures[id(step)]} = {self._task(step)}.{call}", arguments)

    def _mapped(self, step: Step) -> list[str]:
        """Return the arguments of a mapped step: the list, then the shared values as ``unmapped``."""
        assert step.mapped
        items = step.mapped.items
        found = [] if items in step.inputs else [f"list({items})"]
        for name in step.inputs:
            value = self.values[id(step.sources[name]), name]
            ready = len(step.sources[name].outputs) > 1
            if name == items and self.options.on_workers:
                found.append(f"task_runner.items({value})")
            elif name == items:
                found.append(f"list({value if ready else f'{value}.result()'})")
            else:
                found.append(f"{self.imports.need('prefect', 'unmapped')}({value})")
        shared = [p.name for p in step.parameters if p.name != items]
        return found + [f"{self.imports.need('prefect', 'unmapped')}({name})" for name in shared]

    def _task(self, step: Step) -> str:
        arguments = task_arguments(step.settings, self.imports, standalone=self.options.standalone)
        if step.label:
            arguments.insert(0, f'name="{step.label}"')
        wrapper = self.clusters.wrapper(step)
        if step.kind == "check":
            on = [wrapper or "task_runner"] if self.options.on_workers else [f"on={wrapper}"] if wrapper else []
            return wrap_call("check", [f"steps.{step.name}", *on, *arguments], room=60)
        over = f', over="{step.mapped.variable}"' if step.function and step.mapped else ""
        function = f"{wrapper}(steps.{step.name}{over})" if wrapper else f"steps.{step.name}"
        return wrap_call("task", [function, *arguments], room=60)
