"""Propose a division of a notebook into steps, and check it with the dependency graph.

1. The steps are the same as in a deploy of the whole notebook: they follow headings, or else what the cells do.
2. The graph gives the values that pass between steps, the steps that wait, and the steps that can run beside others.
3. `write_proposal` writes the step names into the notebook, as tags.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from jupyter_pipeline.compiler.driver import build_pipeline
from jupyter_pipeline.compiler.frontend.marks import write_marks
from jupyter_pipeline.compiler.frontend.notebook import (
    Cell,
    format_notes,
    has_directive,
    is_skipped,
    label_cells,
    read_notebook,
    select_cells,
)
from jupyter_pipeline.compiler.frontend.sections import find_sections
from jupyter_pipeline.compiler.graph.naming import collect_directives, to_identifier
from jupyter_pipeline.compiler.graph.steps import find_ancestors
from jupyter_pipeline.compiler.options import CompileOptions
from jupyter_pipeline.exceptions import UsageError
from jupyter_pipeline.models import StepProposal, StepsProposal, UnassignedCell

if TYPE_CHECKING:
    from jupyter_pipeline.compiler.analysis.slicer import SlicedProgram
    from jupyter_pipeline.compiler.frontend.directives import Directive
    from jupyter_pipeline.compiler.graph.pipeline import PipelineGraph
    from jupyter_pipeline.compiler.graph.steps import Step

__all__ = ["propose_steps", "write_proposal"]


def propose_steps(cells: Sequence[Cell], name: str = "notebook") -> StepsProposal:
    """Return a division of a notebook into steps. Cells with directives keep their steps.

    Parameters
    ----------
    cells : sequence of Cell
        All cells of the notebook.
    name : str, optional
        Name of the step if there is only one.

    Raises
    ------
    CompileRefusedError
        If a cell cannot run in a pipeline.
    UsageError
        If the notebook has no code.
    """
    selected = select_cells(cells, [], whole=True)
    sliced, graph = build_pipeline(cells, selected, CompileOptions(name=to_identifier(name)[:63], whole=True))
    labels = label_cells(cells)
    by_index = {cell.index: cell for cell in cells}
    marked = {index: by_index[index] for index in sliced.criteria if has_directive(by_index[index])}
    directives = collect_directives(marked, sliced, labels)
    steps = [step for step in graph.steps if step.statements]
    cells_of = {id(step): tuple(c for c in step.cells if any(s.cell == c for s in step.statements)) for step in steps}
    names = {id(step): _name(step, [directives[c] for c in cells_of[id(step)] if c in directives]) for step in steps}
    waits = {id(step): {id(one) for one in find_ancestors(step, steps)} for step in steps}
    proposals = []
    for step in steps:
        own = cells_of[id(step)]
        found = [f"%%{directives[index].kind} {directives[index].name}" for index in own if index in directives]
        proposals.append(
            StepProposal(
                name=names[id(step)],
                kind=step.kind,
                title=step.summary,
                cells=own,
                labels=tuple(labels[index] for index in own),
                lines=sum(1 for index in own for line in by_index[index].source.split("\n") if line.strip()),
                inputs={value: names[id(source)] for value, source in sorted(step.sources.items())},
                waits_for=tuple(names[id(other)] for other in step.after),
                beside=tuple(
                    names[id(other)]
                    for other in steps
                    if other is not step and id(other) not in waits[id(step)] and id(step) not in waits[id(other)]
                ),
                marks=tuple(dict.fromkeys(found)),
                is_marked=len(found) == len(own),
                compute="--function" if step.function else f"--profile {step.profile}" if step.profile else "",
            )
        )
    sections = find_sections(cells, sliced.criteria, {})
    return StepsProposal(
        steps=tuple(proposals),
        unassigned=tuple(_find_unassigned(cells, sliced, graph, labels)),
        basis="headings" if any(section.title for section in sections) else "dependencies",
        parameters=tuple(parameter.name for parameter in graph.parameters),
        notes=tuple(format_notes(sliced.notes, labels)),
    )


def write_proposal(content: bytes, name: str, proposal: StepsProposal) -> bytes:
    """Return the file of a notebook with the proposed steps as tags of its cells.

    Parameters
    ----------
    content : bytes
        The file that the proposal was made from.
    name : str
        Name of the file.
    proposal : StepsProposal
        The steps. Cells with directives are not changed.

    Raises
    ------
    UsageError
        If a step has cells with directives of different names.
    CompileError
        If the format of the notebook has no tags.
    """
    by_index = {cell.index: cell for cell in read_notebook(content, name)}
    marks: dict[int, str] = {}
    for step in proposal.steps:
        if step.is_marked:
            continue
        if len(step.marks) > 1 or any(mark.startswith("%%check") for mark in step.marks):
            raise UsageError(
                f"{' and '.join(step.marks)} and the cells around them must be one step. The notes of "
                f"jupyter pipeline steps {name} name the reason. Give all these cells the same step name."
            )
        marks |= {index: step.name for index in step.cells if not has_directive(by_index[index])}
    return write_marks(content, name, marks) if marks else content


def _name(step: Step, directives: Sequence[Directive]) -> str:
    """Return the name in the directives of a step, if they have one; else the name of the step in the graph."""
    found = {directive.name for directive in directives}
    return found.pop() if len(found) == 1 and "" not in found else step.task_name


def _find_unassigned(
    cells: Sequence[Cell], sliced: SlicedProgram, graph: PipelineGraph, labels: Mapping[int, str]
) -> list[UnassignedCell]:
    """Return the code cells that have no statements in a step."""
    assigned = {s.cell for step in graph.steps for s in step.statements if s.cell in step.cells}
    parameters = {p.statement for p in graph.parameters}
    found = []
    for cell in cells:
        if cell.kind != "code" or cell.index in assigned or not cell.source.strip():
            continue
        statements = [s for s in sliced.program.statements if s.cell == cell.index]
        if is_skipped(cell):
            reason = "its tag skip-execution excludes it"
        elif not statements:
            reason = "it has no statements for a pipeline"
        elif all(s.number in parameters for s in statements):
            reason = "its names are parameters"
        elif any(s.number in parameters for s in statements):
            reason = "parameters, beside imports or definitions"
        else:
            reason = "imports and definitions, which all steps can use"
        found.append(UnassignedCell(cell=cell.index, label=labels[cell.index], reason=reason))
    return found
