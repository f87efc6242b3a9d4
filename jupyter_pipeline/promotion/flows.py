"""The flow that calls the steps, in Prefect's words; the only generated file that knows an orchestrator."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from jupyter_pipeline.promotion.parameters import Parameter
from jupyter_pipeline.promotion.steps import Step, signature
from jupyter_pipeline.promotion.text import docstring, indent, unused

if TYPE_CHECKING:
    from jupyter_pipeline.promotion.compiler import PromotionOptions

__all__ = ["render_flow"]

_RESERVED = {"check", "create_markdown_artifact", "flow", "run_on", "steps", "task"}
_CHECK = '''

def check(function):
    """Return a task that stops what follows when `function` raises or returns False, and tells why."""

    @task(name=function.__name__)
    def run(*args):
        try:
            if function(*args) is False:
                raise AssertionError(f"{function.__name__} returned False")
        except Exception as error:
            reason = str(error) or type(error).__name__
            create_markdown_artifact(f"**{function.__name__}** did not pass: {reason}")
            raise

    return run
'''


def render_flow(
    function: str, steps: Sequence[Step], parameters: Sequence[Parameter], options: PromotionOptions, title: str
) -> str:
    """Return the text of ``flow.py``.

    Parameters
    ----------
    function : str
        Name of the flow function.
    steps : sequence of Step
        In the order in which they run.
    parameters : sequence of Parameter
        Of the flow.
    options : PromotionOptions
        Retries, timeout and profile.
    title : str
        Of the module.
    """
    checks = any(s.kind == "check" for s in steps)
    asynchronous = len(steps) == 1 and steps[0].asynchronous
    standard = (["import asyncio"] if asynchronous else []) + (
        ["from typing import Any"] if any(p.annotation == "Any" for p in parameters) else []
    )
    third = ["from prefect import flow, task"] + (
        ["from prefect.artifacts import create_markdown_artifact"] if checks else []
    )
    if options.profile and not options.standalone:
        third.append("from jupyter_pipeline.pipeline import run_on")
    imports = "\n".join(standard) + ("\n\n" if standard else "") + "\n".join([*sorted(third), "", "import steps"])
    body = _single(steps[0], options) if len(steps) == 1 else _several(steps, options)
    if options.profile and not options.standalone:
        body = f'with run_on("{options.profile}", __file__):\n' + indent(body)
    elif options.standalone and options.profile:
        body = "with Client():\n" + indent(body)
        imports = imports.replace("from prefect import", "from distributed import Client\nfrom prefect import", 1)
    summary = steps[0].summary if len(steps) == 1 and steps[0].summary else f"Run {options.name}."
    given = [f"{p.name}: {p.annotation} = {p.text}" for p in parameters]
    run = f"asyncio.run({function}())" if asynchronous else f"{function}()"
    return (
        f'"""{docstring(title)}"""\n\n{imports}\n'
        + (_CHECK if checks else "")
        + f'\n\n@flow(name="{options.name}", log_prints=True)\n'
        + signature(function, given, asynchronous=asynchronous)
        + "\n"
        + indent(f'"""{docstring(summary)}"""\n{body}')
        + f'\n\n\nif __name__ == "__main__":\n    {run}\n'
    )


def _single(step: Step, options: PromotionOptions) -> str:
    wait = "await " if step.asynchronous else ""
    return f"return {wait}{_task(step, options)}({', '.join(p.name for p in step.parameters)})"


def _task(step: Step, options: PromotionOptions) -> str:
    if step.kind == "check":
        return f"check(steps.{step.name})"
    settings = []
    if options.retries:
        settings.append(f"retries={options.retries}")
        if options.retry_delay:
            settings.append(f"retry_delay_seconds={options.retry_delay:g}")
    if options.timeout:
        settings.append(f"timeout_seconds={options.timeout:g}")
    return f"task({', '.join([f'steps.{step.name}', *settings])})"


def _several(steps: Sequence[Step], options: PromotionOptions) -> str:
    """Return the calls, those of one depth before anything waits, so that they run at the same time."""
    taken = _RESERVED | {p.name for s in steps for p in s.parameters}
    runs: dict[int, str] = {}
    for step in steps:
        name = step.name if step.name not in taken else f"{step.name}_run"
        while name in taken or any(name in s.outputs for s in steps if len(s.outputs) > 1):
            name += "_"
        taken.add(name)
        runs[id(step)] = name
    values: dict[tuple[int, str], str] = {}
    for step in steps:
        for name in step.outputs:
            values[id(step), name] = runs[id(step)] if len(step.outputs) == 1 else unused(name, taken)
            taken.add(values[id(step), name])
    depth: dict[int, int] = {}
    for step in steps:
        before = [*step.sources.values(), *step.after]
        depth[id(step)] = max((depth[id(b)] + 1 for b in before), default=0)
    needed = {id(b) for s in steps for b in [*s.sources.values(), *s.after]}
    lines = []
    unseen: list[str] = []
    for level in range(max(depth.values()) + 1):
        here = [s for s in steps if depth[id(s)] == level]
        for step in here:
            arguments = [values[id(step.sources[name]), name] for name in step.inputs]
            arguments += [p.name for p in step.parameters]
            after = [runs[id(s)] for s in step.after]
            if after:
                arguments.append(f"wait_for=[{', '.join(after)}]")
            lines.append(f"{runs[id(step)]} = {_task(step, options)}.submit({', '.join(arguments)})")
        unseen += [runs[id(s)] for s in here if s.kind == "check"]
        for step in here:
            if len(step.outputs) > 1 and id(step) in needed:
                lines += [f"{name}.result()" for name in unseen]  # so that a check's reason comes first
                unseen.clear()
                names = ", ".join(values[id(step), name] for name in step.outputs)
                lines.append(f"{names} = {runs[id(step)]}.result()")
    ends = [runs[id(s)] for s in steps if id(s) not in needed]
    waits = [*unseen, *(e for e in ends if e != runs[id(steps[-1])] and e not in unseen)]
    lines += [f"{name}.result()" for name in waits]
    lines.append(f"return {runs[id(steps[-1])]}.result()")
    return "\n".join(lines)
