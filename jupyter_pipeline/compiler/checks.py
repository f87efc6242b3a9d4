"""What was kept and cannot be a pipeline: cells that do nothing, names that nobody can see, secrets."""

from __future__ import annotations

import ast

from jupyter_pipeline.compiler.analysis.slicer import SlicedProgram
from jupyter_pipeline.compiler.secrets import find_secrets
from jupyter_pipeline.exceptions import CompileRefusedError
from jupyter_pipeline.models import Refusal

__all__ = ["refuse_what_cannot_run"]


def refuse_what_cannot_run(kept: SlicedProgram) -> None:
    """Raise the refusals of a slice that holds what cannot, or must not, go into a pipeline.

    Raises
    ------
    CompileRefusedError
        With all refusals of the first kind that is found.
    """
    for find in (_empty, _dynamic, find_secrets):
        if refusals := find(kept):
            raise CompileRefusedError(refusals)


def _empty(kept: SlicedProgram) -> list[Refusal]:
    return [
        Refusal(cell=target, line=1, name="cell", reason="it does nothing", fix="Choose a cell with code.")
        for target in kept.criteria
        if not kept.program.of_cell(target)
    ]


def _dynamic(kept: SlicedProgram) -> list[Refusal]:
    """Find what reads or makes names of the notebook that would be a function's own names in the pipeline."""
    refusals = []
    for s in kept.statements:
        source = kept.program.plain[s.cell].source
        if not any(word in source for word in ("exec", "globals", "locals", "vars")):
            continue
        for node in ast.walk(s.node):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name)):
                continue
            name = node.func.id
            if name in ("exec", "globals") or (name in ("locals", "vars") and not node.args):
                refusals.append(
                    Refusal(
                        cell=s.cell,
                        line=node.lineno,
                        name=f"{name}()",
                        reason="the names that it makes or reads cannot be seen, and a step is a function",
                        fix="Assign the names directly, or keep them in a dictionary.",
                    )
                )
    return refusals
