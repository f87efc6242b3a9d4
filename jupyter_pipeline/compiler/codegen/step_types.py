"""Infer the types of the names in steps, and of the values that steps return."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from jupyter_pipeline.compiler.analysis.statements import Statement
from jupyter_pipeline.compiler.graph.steps import Step
from jupyter_pipeline.compiler.graph.value_types import TypeInference, find_imported_paths, qualify

if TYPE_CHECKING:
    from jupyter_pipeline.compiler.codegen.imports import Imports
    from jupyter_pipeline.compiler.graph.pipeline import PipelineGraph

__all__ = ["find_returned_types", "infer_step_types", "render_flow_type"]


def infer_step_types(
    imports: Sequence[Statement], helpers: Sequence[Statement], steps: Sequence[Step]
) -> dict[int, TypeInference]:
    """Return the types of the names in each step, by ``id(step)``."""
    module = [s.node for s in [*imports, *helpers]]
    types: dict[int, TypeInference] = {}
    for step in steps:
        found = types[id(step)] = TypeInference()
        found.visit(module)
        for name, source in step.sources.items():
            if id(source) in types and name in types[id(source)].names and source.mapped is None:
                found.inputs[name] = types[id(source)].names[name]
        found.names |= found.inputs
        simple = ("int", "float", "str", "bool")
        found.names |= {p.name: p.annotation for p in step.parameters if p.annotation in simple}
        found.visit(s.node for s in step.statements)
    return types


def find_returned_types(step: Step, types: TypeInference, modules: Mapping[str, str]) -> list[str] | None:
    """Return the types of the values that a step returns; ``None`` if one is not known or has no name in the module.

    Parameters
    ----------
    step : Step
        A step that is not mapped.
    types : TypeInference
        Types of the names in the step.
    modules : mapping of str to str
        Import path of each name that the module imports.
    """
    found = [types.names.get(name, "") for name in step.outputs]
    last = step.statements[-1].node if step.statements else None
    if step.returns_last and isinstance(last, ast.Expr):
        found.append(types.type_of(last.value))
    return found if all(qualify(type_, modules) for type_ in found) else None


def render_flow_type(graph: PipelineGraph, imports: Imports) -> str:
    """Return the annotation of the value of a flow, which is the value of the last step; empty if it is not known."""
    last = graph.steps[-1]
    if last.mapped is not None:
        return ""
    types = infer_step_types(graph.imports, graph.helpers, graph.steps)[id(last)]
    found = find_returned_types(last, types, find_imported_paths(s.node for s in graph.imports))
    if found is None:
        return ""
    for type_ in found:
        if "." in type_:
            imports.need(type_.rpartition(".")[0])
    return "None" if not found else found[0] if len(found) == 1 else f"tuple[{', '.join(found)}]"
