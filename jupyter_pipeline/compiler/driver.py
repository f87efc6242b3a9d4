"""Compile the cells of a notebook to the files of a pipeline, stage by stage.

1. Analysis: slice the program; the selected cells are the slice criteria (`analysis.slicer`).
2. Checks: refuse constructs that cannot run in a pipeline (`checks`).
3. Parameters: turn literals into arguments, and bind time windows (`graph.parameters`, `graph.windows`).
4. Graph: assign each statement to the module or to a step, and connect the steps (`graph.steps`, `graph.partition`).
5. Code generation: render ``steps.py`` and the files of the orchestrator (`codegen`).
6. Source map: record the cell of each generated line (`codegen.source_map`).

The same input gives the same bytes.
"""

from __future__ import annotations

import ast
import hashlib
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import PurePath

from jupyter_pipeline.compiler.analysis.dynamic_names import find_dynamic_calls
from jupyter_pipeline.compiler.analysis.slicer import SlicedProgram, collect_later, slice_program
from jupyter_pipeline.compiler.analysis.statements import Statement
from jupyter_pipeline.compiler.checks import check_slice
from jupyter_pipeline.compiler.codegen import source_map
from jupyter_pipeline.compiler.codegen.base import RESERVED_NAMES, origin_sentence
from jupyter_pipeline.compiler.codegen.formatting import format_files
from jupyter_pipeline.compiler.codegen.registry import get_code_generator
from jupyter_pipeline.compiler.codegen.steps import render_steps
from jupyter_pipeline.compiler.frontend.directives import Directive, largest_worker_size
from jupyter_pipeline.compiler.frontend.ipython import to_python
from jupyter_pipeline.compiler.frontend.notebook import (
    Cell,
    CellNote,
    format_notes,
    has_directive,
    is_approximation,
    is_skipped,
    label_cells,
    label_refusals,
    note_execution_order,
)
from jupyter_pipeline.compiler.frontend.sections import find_sections, find_title
from jupyter_pipeline.compiler.frontend.tolerance import RAISES_EXCEPTION
from jupyter_pipeline.compiler.graph.actions import find_action
from jupyter_pipeline.compiler.graph.common_settings import split_settings
from jupyter_pipeline.compiler.graph.drawings import set_drawings
from jupyter_pipeline.compiler.graph.figures import set_closings
from jupyter_pipeline.compiler.graph.functions import refuse_clients
from jupyter_pipeline.compiler.graph.mapping import find_mapping
from jupyter_pipeline.compiler.graph.naming import (
    collect_directives,
    find_first_cells,
    find_later_definitions,
    name_function,
    name_functions,
    to_identifier,
    unused_name,
)
from jupyter_pipeline.compiler.graph.parameters import (
    Parameter,
    find_parameters,
    note_omitted_parameters,
    parameter_schema,
)
from jupyter_pipeline.compiler.graph.partition import partition_steps
from jupyter_pipeline.compiler.graph.pipeline import PipelineGraph
from jupyter_pipeline.compiler.graph.sections import partition_sections
from jupyter_pipeline.compiler.graph.steps import (
    Step,
    find_libraries,
    find_names_read,
    find_returned_value,
    has_last_value,
    pass_parameters,
    split_module_level,
)
from jupyter_pipeline.compiler.graph.subjects import Subject, find_subject
from jupyter_pipeline.compiler.graph.windows import bind_windows
from jupyter_pipeline.compiler.graph.wording import to_sentence
from jupyter_pipeline.compiler.graph.worker_steps import (
    check_function_steps,
    check_worker_steps,
    note_function_files,
    note_shared_files,
)
from jupyter_pipeline.compiler.options import Compilation, CompileOptions
from jupyter_pipeline.compiler.refusals import refusal
from jupyter_pipeline.compiler.secrets import find_machine_values, refuse_secret_values
from jupyter_pipeline.exceptions import CompileRefusedError, UsageError
from jupyter_pipeline.models import StepCompute
from jupyter_pipeline.parameter_schema import convert_value
from jupyter_pipeline.paths import check_name

__all__ = ["build_pipeline", "compile_cells"]

_LEAVE_OUT = "To leave the cell out of the runs, give it the tag skip-execution."


@collect_later()
def compile_cells(cells: Sequence[Cell], selected: int | Sequence[int], options: CompileOptions) -> Compilation:
    """Compile cells to a pipeline with one step for each of them.

    Parameters
    ----------
    cells : sequence of Cell
        All cells of the notebook.
    selected : int or sequence of int
        Zero-based index of the cell, or of each cell that becomes a step.
    options : CompileOptions
        Name, profile, schedules, parameters.

    Raises
    ------
    CompileRefusedError
        If the cells cannot run outside the notebook.
    UsageError
        If there is no such cell, the name is invalid, or options contradict each other.
    """
    check_name("pipeline", options.name)
    generator = get_code_generator(options.to)
    options.check()
    generator.check_options(options)
    refuse_secret_values({**options.defaults, **options.cluster.get("kwargs", {})})
    criteria = (selected,) if isinstance(selected, int) else tuple(dict.fromkeys(selected))
    _check_criteria(cells, criteria)
    labels = label_cells(cells)
    sliced, graph = build_pipeline(cells, criteria, options)
    generator.check_steps(graph.steps, options)
    remarks = [*sliced.notes, *(CellNote(cell, text) for cell, text in find_machine_values(sliced))]
    values = {
        p.name: convert_value(p.name, p.schema, options.defaults.get(p.name, p.default))
        for p in graph.parameters
        if not p.window
    }
    summary = graph.steps[0].summary if len(graph.steps) == 1 else options.description
    title = graph.title or summary or f"Pipeline {options.name}."
    pieces = render_steps(graph, title, origin_sentence(options))
    files = {"steps.py": "\n".join(piece.text for piece in pieces) + "\n", **generator.render(graph, options)}
    version = _version(files)  # before formatting: another version of Ruff is no other pipeline
    files = format_files(files)
    files |= generator.render_manifest(graph, options, version=version, parameters=values)
    if options.requirements:
        files["requirements.lock"] = options.requirements
    return Compilation(
        name=options.name,
        flow_name=options.name,
        files=files,
        entrypoint=generator.entrypoint(graph, options),
        parameters=values,
        parameter_schema=parameter_schema(graph.parameters),
        version=version,
        cells=sliced.cells,
        notes=(
            *note_execution_order(cells, max(criteria)),
            *format_notes(remarks, labels),
            *generator.notes(graph, options),
        ),
        requirements=tuple(dict.fromkeys(r for plain in sliced.program.plain.values() for r in plain.requirements)),
        notebook=options.notebook,
        windows=options.windows,
        compute=tuple(_describe_compute(step, graph.steps, options) for step in graph.steps),
        source_map={
            "notebook": options.notebook,
            "steps.py": source_map.trace(pieces, files["steps.py"], cells),
        },
    )


def build_pipeline(
    cells: Sequence[Cell], criteria: Sequence[int], options: CompileOptions
) -> tuple[SlicedProgram, PipelineGraph]:
    """Return the slice of cells and the graph of its steps, without generating code.

    Parameters
    ----------
    cells : sequence of Cell
        All cells of the notebook.
    criteria : sequence of int
        Zero-based index of each cell that becomes a step, or a part of a step.
    options : CompileOptions
        Options of the compilation.

    Raises
    ------
    CompileRefusedError
        If the cells cannot run outside the notebook.
    """
    labels = label_cells(cells)
    with label_refusals(labels):
        try:
            sliced = _slice(cells, criteria, options, labels)
            # A whole notebook with such calls is one step.
            check_slice(sliced, allowed=["dynamic-names"] if options.whole else ())
        except CompileRefusedError as error:
            if not options.whole:
                raise
            fixed = [replace(each, fix=f"{each.fix} {_LEAVE_OUT}") for each in error.refusals]
            raise CompileRefusedError(fixed) from None
        build = _build_whole if options.whole else _build_graph
        return sliced, build(cells, sliced, options, labels)


def _check_criteria(cells: Sequence[Cell], criteria: Sequence[int]) -> None:
    code = [c.index for c in cells if c.kind == "code"]
    if not criteria:
        raise UsageError("No cell is selected. Choose at least one code cell.")
    if missing := [index for index in criteria if index not in code]:
        raise UsageError(
            f"The notebook has no code cell with index {', '.join(map(str, missing))}. "
            f"Indices of its code cells: {', '.join(map(str, code)) or 'none'}."
        )


def _slice(
    cells: Sequence[Cell], criteria: Sequence[int], options: CompileOptions, labels: Mapping[int, str]
) -> SlicedProgram:
    code = [c for c in cells if c.kind == "code" and (not options.whole or c.index in criteria)]
    below = [c for c in cells if c.kind == "code" and c.index > max(criteria)]
    sliced = slice_program(
        [(c.index, c.source) for c in code if c.index <= max(criteria)],
        criteria,
        external=[c.index for c in code if c.index not in criteria and has_directive(c)],
        tolerant=[c.index for c in code if options.whole and RAISES_EXCEPTION in c.tags],
        later=find_later_definitions([c for c in code if c.index > min(criteria)], labels),
        kernel_names=options.kernel_names,
        read_below=None if options.whole else find_names_read([to_python(c.source).source for c in below]),
    )
    if options.whole:
        with_code = {s.cell for s in sliced.program.statements}
        sliced.criteria = tuple(index for index in criteria if index in with_code)
        sliced.notes = [
            note for note in sliced.notes if not is_approximation(note)
        ]  # a whole notebook keeps everything
        skipped = "the run leaves it out, because of its tag skip-execution"
        sliced.notes += [CellNote(c.index, skipped) for c in cells if is_skipped(c)]
    return sliced


def _build_graph(
    cells: Sequence[Cell], sliced: SlicedProgram, options: CompileOptions, labels: Mapping[int, str]
) -> PipelineGraph:
    by_index = {c.index: c for c in cells}
    directives = collect_directives({i: by_index[i] for i in sliced.criteria}, sliced, labels)
    parameters = _find_parameters(cells, sliced, options)
    imports, helpers, inner = split_module_level(sliced, parameters, targets=sliced.criteria)
    settings: list[Statement] = []
    if options.on_workers and not any(directive.function for directive in directives.values()):
        settings, inner = split_settings(inner, imports, targets=sliced.criteria)
    function = to_identifier(options.name)
    first_cells = find_first_cells(directives)
    directives = {i: directive for i, directive in directives.items() if first_cells[i] == i}
    several = len(directives) > 1
    taken = {n for s in [*imports, *helpers] for n in s.bound} | {"prepare"}
    if not several:  # the name comes from the cell
        taken |= {n for s in sliced.statements for n in s.bound | s.read | s.deferred}
    subjects = {}
    for index, directive in directives.items():
        text = sliced.program.plain[index].source
        name = (directive.name or f"{directive.kind}_{index}") if several else ""
        subjects[index] = find_subject(cells, index, text, is_check=directive.kind == "check", name=name)
    if options.description and not several:
        subjects = {i: Subject(each.name, " ".join(options.description.split())) for i, each in subjects.items()}
    below = [c for c in cells if c.kind == "code" and c.index > max(sliced.criteria)]
    steps = partition_steps(
        sliced,
        inner,
        imports,
        parameters,
        first_cells=first_cells,
        names=name_functions(directives, subjects, function, taken),
        kinds={i: directive.kind for i, directive in directives.items()},
        subjects=subjects,
        used_below=find_names_read([to_python(c.source).source for c in below]),
        isolated=[i for i, directive in directives.items() if directive.map],
    )
    sliced.notes += set_drawings(sliced.program, steps, imports)
    set_closings(sliced.program, steps, imports)
    libraries = find_libraries(sliced)
    for step in steps:
        _complete_step(step, steps, directives.get(step.cell, Directive()), options, sliced, libraries)
    refuse_clients(steps, imports, helpers)
    _name_functions(steps, taken)
    _check_workers(sliced, steps, [*imports, *helpers], options)
    if settings:
        text = "each worker applies these settings before its first step: --tasks-on workers"
        sliced.notes.append(CellNote(settings[0].cell, text))
    names_in_use = {*taken, *(n for s in sliced.statements for n in s.bound), *(step.name for step in steps)}
    return PipelineGraph(
        function=function,
        program=sliced.program,
        imports=tuple(imports),
        helpers=tuple(helpers),
        settings=tuple(settings),
        settings_function=unused_name("set_options", names_in_use) if settings else "",
        steps=tuple(steps),
        parameters=tuple(parameters),
        libraries=libraries,
    )


def _build_whole(
    cells: Sequence[Cell], sliced: SlicedProgram, options: CompileOptions, labels: Mapping[int, str]
) -> PipelineGraph:
    """Return the graph of a whole notebook."""
    marked = {c.index: c for c in cells if c.index in sliced.criteria and has_directive(c)}
    parameters = _find_parameters(cells, sliced, options)
    imports, helpers, inner = split_module_level(sliced, parameters, targets=())
    function = to_identifier(options.name)
    directives = collect_directives(marked, sliced, labels)
    dynamic = [s for s in sliced.statements if next(find_dynamic_calls(s.node), None) is not None]
    if dynamic and not options.one_step:
        call = ast.unparse(next(find_dynamic_calls(dynamic[0].node)).func)
        text = f"{call}() reads or binds names that the analysis cannot see, so the notebook is one step"
        sliced.notes.append(CellNote(dynamic[0].cell, text))
    division = partition_sections(
        sliced,
        inner,
        imports,
        find_sections(cells, sliced.criteria, {index: directive.name for index, directive in directives.items()}),
        directives=directives,
        function=function,
        taken={n for s in [*imports, *helpers] for n in s.bound},
        one_step=options.one_step or bool(dynamic),
    )
    sliced.notes += division.notes
    sliced.notes += set_drawings(sliced.program, division.steps, imports)
    set_closings(sliced.program, division.steps, imports)
    libraries = find_libraries(sliced)
    description = " ".join(options.description.split())
    for step in division.steps:
        pass_parameters(step, parameters)
        _complete_step(
            step, division.steps, division.directives.get(step.cell, Directive()), options, sliced, libraries
        )
    refuse_clients(division.steps, imports, helpers)
    if len(division.steps) == 1 and description:
        division.steps[0].summary = description
    _check_workers(sliced, division.steps, [*imports, *helpers], options)
    return PipelineGraph(
        function=function,
        program=sliced.program,
        imports=tuple(imports),
        helpers=tuple(helpers),
        steps=tuple(division.steps),
        parameters=tuple(parameters),
        libraries=libraries,
        title=description or _find_title(cells, options),
    )


def _find_title(cells: Sequence[Cell], options: CompileOptions) -> str:
    """Return the title of a notebook, or the words of its file name, as a sentence; empty without both."""
    words = re.sub(r"[\W_]+", " ", PurePath(options.notebook).stem).strip()
    title = find_title(cells) or words
    return to_sentence(title) if title else ""


def _find_parameters(cells: Sequence[Cell], sliced: SlicedProgram, options: CompileOptions) -> list[Parameter]:
    tagged = {c.index for c in cells if c.kind == "code" and "parameters" in c.tags}
    wanted = list(dict.fromkeys([*options.parameters, *options.defaults, *options.windows]))
    # In a whole notebook, tagged cells are the only ones with parameters; without one, all cells are above others.
    own = sliced.criteria if not options.whole else {c.index for c in cells} - tagged if tagged else ()
    if len(sliced.criteria) == 1 and any(any(find_dynamic_calls(s.node)) for s in sliced.statements):
        own = {c.index for c in cells} - tagged  # code in strings may change any name
    parameters, refusals = find_parameters(
        sliced.statements, own, tagged=tagged, wanted=wanted, reserved=RESERVED_NAMES, program=sliced.program
    )
    if not refusals:
        parameters, refusals = bind_windows(parameters, options.windows, sliced.statements)
    if refusals:
        raise CompileRefusedError(refusals)
    found = {p.name for p in parameters}
    sliced.notes += note_omitted_parameters(sliced.statements, found, tagged=tagged, reserved=RESERVED_NAMES)
    return parameters


def _complete_step(
    step: Step,
    steps: Sequence[Step],
    directive: Directive,
    options: CompileOptions,
    sliced: SlicedProgram,
    libraries: frozenset[str],
) -> None:
    """Set the settings, the mapping and the result of a step."""
    step.settings = replace(options.settings(), **directive.settings)
    step.profile, step.function, step.region = directive.profile, directive.function, directive.region
    if step.function:  # the sizes of the deployment size the workers of its cluster
        sizes = {name: directive.settings[name] for name in ("cpus", "memory", "gpus") if name in directive.settings}
        step.settings = replace(step.settings, **{"cpus": 0, "memory": "", "gpus": 0, **sizes})
        if step.asynchronous:
            raise CompileRefusedError([refusal("function-awaits", cell=step.cell, line=1, name="--function")])
    if directive.map:
        if step.asynchronous:
            raise CompileRefusedError([refusal("map-awaits", cell=step.cell, line=1, name="--map")])
        step.mapped = find_mapping(step.cell, step.statements, {*step.inputs, *(p.name for p in step.parameters)})
    own = [s for s in step.statements if s.cell == step.cell]
    if step.kind == "check" and has_last_value(own, sliced.program.plain[step.cell]):
        step.returns_last, step.decides = not step.outputs, bool(step.outputs)
    readers = [s for s in steps if step in s.sources.values()]
    step.shares = (
        not step.function
        and bool(step.profile or options.profile)
        and "dask" in libraries
        and len(readers) > 1
        and step.mapped is None
    )


def _name_functions(steps: Sequence[Step], taken: Collection[str]) -> None:
    """Give a step whose name is also a local name a function with another name."""
    names = {*taken, *(step.name for step in steps)}
    for step in steps:
        local = {n for s in step.statements for n in s.bound} | {*step.inputs, *(p.name for p in step.parameters)}
        if step.mapped is None and find_returned_value(step) is None:
            action = find_action([s.node for s in step.statements if s.cell == step.cell])
            name = name_function(step.name, local, names, action.verb)
            if name != step.name:
                step.name, step.label = name, step.name
                names.add(name)


def _check_workers(
    sliced: SlicedProgram, steps: Sequence[Step], module: Sequence[Statement], options: CompileOptions
) -> None:
    """Check the sizes of the workers, and that the steps can run on them."""
    if options.on_workers:
        if refusals := check_worker_steps(steps, module):
            raise CompileRefusedError(refusals)
        sliced.notes += [*note_shared_files(steps), *note_function_files(steps)]
    elif any(step.function for step in steps):
        if refusals := check_function_steps(steps, module):
            raise CompileRefusedError(refusals)
        sliced.notes += note_function_files(steps)
    steps = [s for s in steps if not s.function]
    if not largest_worker_size(s.settings for s in steps):
        return
    if not options.profile and not all(s.profile for s in steps if largest_worker_size([s.settings])):
        raise UsageError(
            "--cpus, --memory and --gpus size the workers of a cluster: choose one with --profile. They also size the "
            "machines of a step with --function."
        )
    if options.standalone:
        raise UsageError("--cpus, --memory and --gpus need Jupyter Pipeline: set them in the profile instead.")


def _describe_compute(step: Step, steps: Sequence[Step], options: CompileOptions) -> StepCompute:
    """Return the place and the worker size of a step. Steps with the same place share the largest size."""
    own = largest_worker_size([step.settings])
    if step.function:
        size = "".join(f", {name} {value}" for name, value in own.items())
        text = f"function of Coiled{size}{f', region {step.region}' if step.region else ''}"
        return StepCompute(step=step.task_name, function=True, region=step.region, text=text, **own)
    profile = step.profile or options.profile
    steps = [s for s in steps if not s.function]
    together = [s for s in steps if (s.profile or options.profile) == profile]
    shared = largest_worker_size(s.settings for s in together)
    size = "".join(f", {name} {value}" for name, value in shared.items())
    place = f"cluster of the profile {profile}" if step.profile else f"cluster of the run, profile {profile}"
    place = f"workers of the {place}" if options.on_workers else place
    text = f"{place}{size}" if profile else "process of the flow"
    return StepCompute(step=step.task_name, profile=step.profile, on_workers=options.on_workers, text=text, **own)


def _version(files: Mapping[str, str]) -> str:
    return hashlib.sha256("\0".join(files.values()).encode()).hexdigest()[:12]
