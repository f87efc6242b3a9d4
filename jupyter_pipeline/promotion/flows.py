"""The flow that calls the steps, in Prefect's words; the only generated file that knows an orchestrator."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from jupyter_pipeline.promotion.parameters import Parameter
from jupyter_pipeline.promotion.steps import Step
from jupyter_pipeline.promotion.text import indent

if TYPE_CHECKING:
    from jupyter_pipeline.promotion.compiler import PromotionOptions

__all__ = ["render_flow"]


def render_flow(
    function: str, steps: Sequence[Step], parameters: Sequence[Parameter], options: PromotionOptions, docstring: str
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
    docstring : str
        Of the module.
    """
    imports = ["import steps"]
    if any(p.annotation == "Any" for p in parameters):
        imports.insert(0, "from typing import Any\n")
    third = ["from prefect import flow, task"]
    if options.profile:
        third.append("from jupyter_pipeline.pipeline import run_on")
    settings = _settings(options)
    given = ", ".join(f"{p.name}: {p.annotation} = {p.text}" for p in parameters)
    asynchronous = any(s.asynchronous for s in steps)
    body = _calls(steps, settings)
    if options.profile:
        body = f'with run_on("{options.profile}", __file__):\n' + indent(body)
    definition = "async def" if asynchronous else "def"
    run = f"asyncio.run({function}())" if asynchronous else f"{function}()"
    standard = ["import asyncio"] if asynchronous else []
    head = "\n".join(standard + imports[:-1])
    return (
        f'"""{docstring}"""\n\n'
        + (f"{head}\n\n" if head else "")
        + "\n".join(third + imports[-1:])
        + f'\n\n\n@flow(name="{options.name}"{_flow_settings(options)})\n'
        + f"{definition} {function}({given}):\n"
        + indent(f'"""{_summary(steps)}"""\n{body}')
        + f'\n\n\nif __name__ == "__main__":\n    {run}\n'
    )


def _summary(steps: Sequence[Step]) -> str:
    return steps[0].summary if len(steps) == 1 else "Run the steps."


def _flow_settings(options: PromotionOptions) -> str:
    return ""


def _settings(options: PromotionOptions) -> str:
    parts = []
    if options.retries:
        parts.append(f"retries={options.retries}")
        if options.retry_delay:
            parts.append(f"retry_delay_seconds={options.retry_delay:g}")
    if options.timeout:
        parts.append(f"timeout_seconds={options.timeout:g}")
    return "".join(f", {p}" for p in parts)


def _calls(steps: Sequence[Step], settings: str) -> str:
    step = steps[0]
    wait = "await " if step.asynchronous else ""
    arguments = ", ".join(p.name for p in step.parameters)
    return f"return {wait}task(steps.{step.name}{settings})({arguments})"
