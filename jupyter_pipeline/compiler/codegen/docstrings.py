"""Render the docstrings of modules, flows and steps; steps in the form of numpydoc."""

from __future__ import annotations

import ast
import textwrap
from collections.abc import Iterator, Sequence

from jupyter_pipeline.compiler.codegen.formatting import LINE_LENGTH
from jupyter_pipeline.compiler.codegen.text import escape_docstring, indent
from jupyter_pipeline.compiler.graph.steps import Step, find_returned_value
from jupyter_pipeline.compiler.graph.value_types import TypeInference

__all__ = ["render_docstring", "render_module_docstring", "render_summary"]

_WIDTH = LINE_LENGTH - 4
_LONGEST_EXPRESSION = 60


def render_module_docstring(title: str, origin: str) -> str:
    """Return the docstring of a module with its quotes: a title, and the sentence that names the notebook."""
    lines = [*_wrapped(title, LINE_LENGTH - 3), "", *_wrapped(origin, LINE_LENGTH), ""]
    text = escape_docstring("\n".join(lines))
    return f'"""{text}"""'


def render_summary(text: str) -> str:
    """Return a docstring of one paragraph with its quotes; lines after the first are indented."""
    return _quoted(_wrapped(text, _WIDTH - 6))


def render_docstring(step: Step, types: TypeInference) -> str:
    """Return the docstring of a step with its quotes; lines after the first are indented."""
    first = step.summary or f"Run {step.task_name.replace('_', ' ')}."
    lines = _wrapped(first, _WIDTH - 6)
    parameters = list(_parameters(step, types))
    if parameters:
        lines += ["", "Parameters", "----------", *parameters]
    returned = list(_returned(step, types))
    if returned:
        lines += ["", "Returns", "-------", *returned]
    return _quoted(lines)


def _parameters(step: Step, types: TypeInference) -> Iterator[str]:
    items = step.mapped.items if step.mapped else ""
    if step.mapped:
        yield f"{step.mapped.variable} : object"
        yield f"    One of `{items}`."
    for name in step.inputs:
        if name != items:
            yield _typed(name, types.inputs.get(name))
            yield f"    Result of `{step.sources[name].name}`."
    for p in step.parameters:
        if p.name != items:
            yield f"{p.name} : {p.typed_annotation}, default {p.typed_text}"
            if p.description:
                yield from (f"    {line}" for line in _wrapped(p.description, _WIDTH - 4))


def _returned(step: Step, types: TypeInference) -> Iterator[str]:
    if step.mapped:
        yield "object"
        yield f"    An element of `{step.outputs[0]}`."
        return
    for name in step.outputs:
        yield _typed(name, types.names.get(name))
    last = step.statements[-1].node if step.statements else None
    if not step.returns_last or not isinstance(last, ast.Expr):
        return
    type_ = types.type_of(last.value)
    if isinstance(last.value, ast.Name):
        yield _typed(last.value.id, type_)
        return
    yield type_ or "object"
    if step.kind == "check":
        yield "    The check fails if it is false."
        return
    text = ast.unparse(last.value)
    if len(text) <= _LONGEST_EXPRESSION and "\n" not in text and find_returned_value(step) is None:
        yield f"    `{text}`."


def _typed(name: str, type_: str | None) -> str:
    return f"{name} : {type_}" if type_ else name


def _wrapped(text: str, width: int) -> list[str]:
    return textwrap.wrap(text, width, break_long_words=False, break_on_hyphens=False) or [""]


def _quoted(lines: Sequence[str]) -> str:
    text = escape_docstring("\n".join(lines))
    return f'"""{text}"""' if len(lines) == 1 else f'"""{indent(text)}\n    """'.replace('"""    ', '"""', 1)
