"""From the cells of a notebook to the files of a pipeline, stage by stage.

1. `cells`: what is code, which cells are tagged.
2. `slicing`: the statements that the target needs, or a refusal.
3. `parameters` and `windows`: the literals that become arguments.
4. `plan` and `steps`: what is module, what is step; ``steps.py``.
5. `flows` and `manifest`: ``flow.py`` and ``prefect.yaml``; or `definitions`: ``definitions.py`` of Dagster.
6. `origins`: which line came from which cell.

The same input gives the same bytes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace

from jupyter_pipeline.compiler.analysis.slicer import SlicedProgram, collecting_later, slice_program
from jupyter_pipeline.compiler.analysis.statements import Program
from jupyter_pipeline.compiler.checks import refuse_what_cannot_run
from jupyter_pipeline.compiler.codegen import source_map
from jupyter_pipeline.compiler.codegen.dagster import render_definitions, unsupported
from jupyter_pipeline.compiler.codegen.prefect import RESERVED, render_flow
from jupyter_pipeline.compiler.codegen.prefect_yaml import manifest_notes, render_manifest
from jupyter_pipeline.compiler.codegen.steps import render_steps
from jupyter_pipeline.compiler.codegen.text import identifier
from jupyter_pipeline.compiler.frontend.directives import Directive, largest
from jupyter_pipeline.compiler.frontend.ipython import to_python
from jupyter_pipeline.compiler.frontend.notebook import Cell, has_directive, order_notes
from jupyter_pipeline.compiler.graph.mapping import find_mapped
from jupyter_pipeline.compiler.graph.naming import collect_directives, defined_below, function_names, summary
from jupyter_pipeline.compiler.graph.parameter_values import typed
from jupyter_pipeline.compiler.graph.parameters import Parameter, find_parameters, parameter_schema
from jupyter_pipeline.compiler.graph.partition import plan_steps
from jupyter_pipeline.compiler.graph.steps import Step, imported_libraries, last_value, names_read, partition
from jupyter_pipeline.compiler.graph.windows import bind_windows
from jupyter_pipeline.compiler.options import Compilation, CompileOptions
from jupyter_pipeline.compiler.secrets import refuse_secret_values, travel_notes
from jupyter_pipeline.exceptions import CompileRefusedError, UsageError
from jupyter_pipeline.models import Refusal
from jupyter_pipeline.paths import check_name

__all__ = ["compile_cells"]


@collecting_later()
def compile_cells(cells: Sequence[Cell], target: int | Sequence[int], options: CompileOptions) -> Compilation:
    """Return the pipeline that a cell becomes.

    Parameters
    ----------
    cells : sequence of Cell
        The notebook.
    target : int or sequence of int
        Index of the cell, or of the cells.
    options : CompileOptions
        Name, profile, schedules, parameters.

    Raises
    ------
    CompileRefusedError
        If it cannot run outside the notebook.
    UsageError
        If there is no such cell, the name cannot be one, or the options contradict one another.
    """
    check_name("pipeline", options.name)
    options.check()
    refuse_secret_values({**options.defaults, **options.cluster.get("kwargs", {})})
    targets = (target,) if isinstance(target, int) else tuple(dict.fromkeys(target))
    by_index = {c.index: c for c in cells}
    if not targets or any(t not in by_index or by_index[t].kind != "code" for t in targets):
        raise UsageError(f"There is no code cell {', '.join(map(str, targets))}. Cells are counted from 0.")
    code = [c for c in cells if c.kind == "code"]
    last = max(targets)
    kept = slice_program(
        [(c.index, c.source) for c in code if c.index <= last],
        targets,
        external=[c.index for c in code if c.index not in targets and has_directive(c)],
        later=defined_below([c for c in code if c.index > min(targets)]),
        kernel_names=options.kernel_names,
    )
    refuse_what_cannot_run(kept)
    marks = collect_directives({t: by_index[t] for t in targets}, kept)
    parameters = _parameters(kept, {c.index for c in code if "parameters" in c.tags}, options)
    imports, helpers, inner = partition(kept, parameters)
    function = identifier(options.name)
    module_names = {n for s in [*imports, *helpers] for n in s.bound} | {"prepare"}
    steps = plan_steps(
        kept,
        inner,
        parameters,
        names=function_names(marks, function, module_names),
        kinds={t: mark.kind for t, mark in marks.items()},
        summary=lambda cell: (
            (" ".join(options.description.split()) if len(targets) == 1 else "")
            or summary(cells, cell, marks[cell].name if len(targets) > 1 else "")
        ),
        used_below=names_read([to_python(c.source).source for c in code if c.index > last]),
        apart=[t for t, mark in marks.items() if mark.map],
    )
    libraries = imported_libraries(kept)
    _complete(steps, marks, options, kept.program, on_dask="dask" in libraries)
    made_from = (
        f"Made from {options.notebook} by Jupyter Pipeline." if options.notebook else "Made by Jupyter Pipeline."
    )
    title = (steps[0].summary if len(steps) == 1 else options.description) or f"Pipeline {options.name}."
    pieces = render_steps(kept.program, imports, helpers, steps, f"{title}\n\n{made_from}\n")
    files = {"steps.py": "\n".join(piece.text for piece in pieces) + "\n"}
    values = {p.name: typed(p, options.defaults.get(p.name, p.default)) for p in parameters if not p.window}
    if options.to == "dagster":
        entrypoint = "definitions.py:definitions"
        files["definitions.py"] = render_definitions(
            function, steps, parameters, options, made_from, libraries=libraries
        )
        version = _version(files)
    else:
        flow = f"{function}_flow" if function in RESERVED else function
        entrypoint = f"flow.py:{flow}"
        heading = f"Flow {options.name}. {made_from}"
        files["flow.py"] = render_flow(flow, steps, parameters, options, heading, libraries=libraries)
        version = _version(files)
        files["prefect.yaml"] = render_manifest(options, entrypoint, values, version)
    if options.requirements:
        files["requirements.lock"] = options.requirements
    traced = source_map.trace(pieces, {c.index: c.id for c in code}, {c.index: c.source for c in code})
    return Compilation(
        name=options.name,
        flow_name=options.name,
        files=files,
        entrypoint=entrypoint,
        parameters=values,
        parameter_schema=parameter_schema(parameters),
        version=version,
        cells=kept.cells,
        notes=(*order_notes(cells, last), *kept.notes, *travel_notes(kept), *_notes(steps, options)),
        requirements=tuple(dict.fromkeys(r for c in kept.cells for r in kept.program.plain[c].requirements)),
        notebook=options.notebook,
        windows=options.windows,
        resources={s.name: sizes for s in steps if (sizes := largest([s.settings]))},
        origins={"notebook": options.notebook, "steps.py": traced},
    )


def _parameters(kept: SlicedProgram, tagged: set[int], options: CompileOptions) -> list[Parameter]:
    wanted = list(dict.fromkeys([*options.parameters, *options.defaults, *options.windows]))
    parameters, refusals = find_parameters(
        kept.statements, kept.criteria, tagged=tagged, wanted=wanted, reserved=RESERVED
    )
    if not refusals:
        parameters, refusals = bind_windows(parameters, options.windows, kept.statements)
    if refusals:
        raise CompileRefusedError(refusals)
    return parameters


def _complete(
    steps: Sequence[Step], marks: Mapping[int, Directive], options: CompileOptions, program: Program, *, on_dask: bool
) -> None:
    """Give each step its settings, what it does for each element, and whether it shares what Dask computes."""
    for step in steps:
        mark = marks.get(step.cell, Directive())
        step.settings = replace(options.settings(), **mark.settings)
        if mark.map:
            if step.asynchronous:
                fix = "Leave out --map, or call a function that does not wait."
                refusal = Refusal(cell=step.cell, line=1, name="--map", reason="an element awaits something", fix=fix)
                raise CompileRefusedError([refusal])
            given = {*step.inputs, *(p.name for p in step.parameters)}
            step.mapped = find_mapped(step.cell, step.statements, given)
        own = [s for s in step.statements if s.cell == step.cell]
        if step.kind == "check" and last_value(own, program.plain[step.cell].source):
            step.returns_last, step.decides = not step.outputs, bool(step.outputs)
        readers = [s for s in steps if step in s.sources.values()]
        step.shares = bool(options.profile) and on_dask and len(readers) > 1 and step.mapped is None
    if not largest(s.settings for s in steps):
        return
    if not options.profile:
        raise UsageError("--cpus, --memory and --gpus are those of a cluster's workers: name one with --profile.")
    if options.standalone:
        raise UsageError("--cpus, --memory and --gpus need Jupyter Pipeline: write them into the profile instead.")


def _notes(steps: Sequence[Step], options: CompileOptions) -> list[str]:
    return unsupported(steps) if options.to == "dagster" else manifest_notes(options)


def _version(files: Mapping[str, str]) -> str:
    return hashlib.sha256("\0".join(files.values()).encode()).hexdigest()[:12]
