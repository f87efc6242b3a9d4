"""From the cells of a notebook to the files of a pipeline, stage by stage.

1. `cells`: what is code, which cells are tagged.
2. `slicing`: the statements that the target needs, or a refusal.
3. `parameters`: the literals that become arguments.
4. `steps`: what is module, what is step; ``steps.py``.
5. `flows` and `manifest`: ``flow.py`` and ``prefect.yaml``.

The same input gives the same bytes.
"""

from __future__ import annotations

import ast
import hashlib
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from jupyter_pipeline.exceptions import PromotionRefusedError, UsageError
from jupyter_pipeline.models import Record, Refusal, Schedule
from jupyter_pipeline.paths import check_name
from jupyter_pipeline.promotion.cells import Cell, order_notes
from jupyter_pipeline.promotion.dialect import to_python
from jupyter_pipeline.promotion.flows import render_flow
from jupyter_pipeline.promotion.manifest import render_manifest
from jupyter_pipeline.promotion.marks import StepSettings
from jupyter_pipeline.promotion.parameters import find_parameters, parameter_schema
from jupyter_pipeline.promotion.plan import plan_steps
from jupyter_pipeline.promotion.secrets import find_secrets, travel_notes
from jupyter_pipeline.promotion.slicing import Kept, keep
from jupyter_pipeline.promotion.steps import names_read, partition, render_steps
from jupyter_pipeline.promotion.text import identifier

__all__ = ["Promotion", "PromotionOptions", "promote"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PromotionOptions(StepSettings):
    """How a cell is promoted; the settings hold for every step whose mark says nothing else."""

    name: str
    """Of the pipeline: also of its folder, flow and deployment."""
    profile: str = ""
    """The cluster that runs it; empty for none."""
    schedules: tuple[Schedule, ...] = ()
    parameters: tuple[str, ...] = ()
    """Names that must become parameters."""
    defaults: Mapping[str, Any] = field(default_factory=dict)
    """Values of parameters instead of the notebook's. Their names must become parameters too."""
    windows: Mapping[str, str] = field(default_factory=dict)
    """Parameters that are the ``start`` or the ``end`` of the time window of each run. They must become parameters."""
    notebook: str = ""
    """Path of the notebook as it is shown in the files: relative."""
    description: str = ""
    tags: tuple[str, ...] = ()
    work_pool: str = ""
    to: str = "prefect"
    """The orchestrator of the rendering: ``prefect`` or ``dagster``."""
    standalone: bool = False
    """Whether the files must run without this package; a profile's cluster is then made by its class."""
    cluster: Mapping[str, Any] = field(default_factory=dict)
    """Of a standalone rendering: ``class`` and ``kwargs`` of the profile's cluster, and ``workers`` or ``adapt``."""
    requirements: str = ""
    """Text of ``requirements.lock``; empty for none."""
    kernel_names: Collection[str] = field(default=())
    """Names that exist in the running kernel; they make refusals clearer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Promotion(Record):
    """A promoted pipeline: files and what a deployment needs to know of them."""

    name: str
    flow_name: str
    files: Mapping[str, str]
    """Text by path in the pipeline's folder."""
    entrypoint: str
    """``flow.py:function``."""
    parameters: Mapping[str, Any]
    """Their defaults."""
    parameter_schema: Mapping[str, Any]
    version: str
    """Content hash of the code."""
    cells: tuple[int, ...] = ()
    """Indices of the cells of which something was kept."""
    notes: tuple[str, ...] = ()
    requirements: tuple[str, ...] = ()
    """What the notebook's install lines ask for."""
    notebook: str = ""
    windows: Mapping[str, str] = field(default_factory=dict)
    """Parameters that each run takes from its time window: ``start`` or ``end`` by name."""
    resources: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """What steps ask of the workers, by step: ``cpus``, ``memory``, ``gpus``."""
    origins: Mapping[str, Any] = field(default_factory=dict)
    """Which lines of each generated file come from which cell: ``origins.json`` of the snapshot."""


def promote(cells: Sequence[Cell], target: int | Sequence[int], options: PromotionOptions) -> Promotion:
    """Return the pipeline that a cell becomes.

    Parameters
    ----------
    cells : sequence of Cell
        The notebook.
    target : int or sequence of int
        Index of the cell, or of the cells.
    options : PromotionOptions
        Name, profile, schedules, parameters.

    Raises
    ------
    PromotionRefusedError
        If it cannot run outside the notebook.
    UsageError
        If there is no such cell, or the name cannot be one.
    """
    check_name("pipeline", options.name)
    targets = (target,) if isinstance(target, int) else tuple(target)
    by_index = {c.index: c for c in cells}
    if not targets or any(t not in by_index or by_index[t].kind != "code" for t in targets):
        raise UsageError(f"There is no code cell {', '.join(map(str, targets))}. Cells are counted from 0.")
    code = [c for c in cells if c.kind == "code"]
    last = max(targets)
    below = [to_python(c.source).source for c in code if c.index > last]
    kept = keep(
        [(c.index, c.source) for c in code if c.index <= last],
        targets,
        later=_defined_later([c for c in code if c.index > last]),
        kernel_names=options.kernel_names,
    )
    _refuse_empty(kept)
    _refuse_dynamic(kept)
    secrets = find_secrets(kept)
    if secrets:
        raise PromotionRefusedError(secrets)
    tagged = {c.index for c in code if "parameters" in c.tags}
    parameters, refusals = find_parameters(kept.statements, targets, tagged=tagged, wanted=options.parameters)
    if refusals:
        raise PromotionRefusedError(refusals)
    imports, helpers, inner = partition(kept, parameters)
    function = identifier(options.name)
    marks = {t: _mark(by_index[t], kept) for t in targets}
    names = _function_names(marks, function, {n for s in [*imports, *helpers] for n in s.bound} | {"prepare"})
    steps = plan_steps(
        kept,
        inner,
        parameters,
        names=names,
        kinds={t: kind for t, (kind, _) in marks.items()},
        summary=lambda cell: (
            (" ".join(options.description.split()) if len(targets) == 1 else "") or _summary(cells, cell)
        ),
        used_below=names_read(below),
    )
    made_from = (
        f"Made from {options.notebook} by Jupyter Pipeline." if options.notebook else "Made by Jupyter Pipeline."
    )
    title = (steps[0].summary if len(steps) == 1 else options.description) or f"Pipeline {options.name}."
    steps_text = render_steps(kept.program, imports, helpers, steps, f"{title}\n\n{made_from}\n")
    flow_function = f"{function}_flow" if function in ("flow", "task", "steps", "run_on", "check") else function
    flow_text = render_flow(flow_function, steps, parameters, options, f"Flow {options.name}. {made_from}")
    version = hashlib.sha256(f"{steps_text}\0{flow_text}".encode()).hexdigest()[:12]
    entrypoint = f"flow.py:{flow_function}"
    defaults = {p.name: p.default for p in parameters}
    return Promotion(
        name=options.name,
        flow_name=options.name,
        files={
            "steps.py": steps_text,
            "flow.py": flow_text,
            "prefect.yaml": render_manifest(options, entrypoint, defaults, version),
        },
        entrypoint=entrypoint,
        parameters=defaults,
        parameter_schema=parameter_schema(parameters),
        version=version,
        cells=kept.cells,
        notes=(*order_notes(cells, last), *kept.notes, *travel_notes(kept)),
        requirements=tuple(dict.fromkeys(r for c in kept.cells for r in kept.program.plain[c].requirements)),
        notebook=options.notebook,
        windows=options.windows,
    )


def _refuse_empty(kept: Kept) -> None:
    for target in kept.targets:
        if not kept.program.of_cell(target):
            raise PromotionRefusedError(
                [Refusal(cell=target, line=1, name="cell", reason="it does nothing", fix="Choose a cell with code.")]
            )


def _refuse_dynamic(kept: Kept) -> None:
    """Refuse what reads or makes names of the notebook that would be a function's own names in the pipeline."""
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
    if refusals:
        raise PromotionRefusedError(refusals)


def _defined_later(cells: Sequence[Cell]) -> dict[str, int]:
    found: dict[str, int] = {}
    for cell in cells:
        for match in re.finditer(r"^(?:def |class )?([A-Za-z_]\w*)\s*(?:=(?!=)|\()", cell.source, re.MULTILINE):
            found.setdefault(match[1], cell.index)
    return found


def _mark(cell: Cell, kept: Kept) -> tuple[str, str]:
    """Return ``step`` or ``check``, and the name, that a magic or a tag gives to a cell."""
    for kind, name in kept.program.plain[cell.index].marks.items():
        return kind, name
    for tag in cell.tags:
        kind, _, name = tag.partition(":")
        if kind in ("step", "check"):
            return kind, name
    return "step", ""


def _function_names(marks: Mapping[int, tuple[str, str]], function: str, taken: set[str]) -> dict[int, str]:
    """Return a function name for each target: the mark's, or the pipeline's for a single cell."""
    names: dict[int, str] = {}
    for target, (kind, name) in marks.items():
        found = function if len(marks) == 1 else identifier(name or f"{kind}_{target}")
        while found in taken or found in names.values():
            found += "_step" if not found.endswith("_step") else "_"
        names[target] = found
    return names


def _summary(cells: Sequence[Cell], target: int) -> str:
    """Return the heading nearest above the cell as a sentence."""
    for cell in reversed([c for c in cells if c.index < target and c.kind == "markdown"]):
        headings = re.findall(r"^#+\s+(.+?)\s*#*$", cell.source, re.MULTILINE)
        if headings:
            text = re.sub(r"[*_`\[\]\\]", "", headings[-1]).strip().replace('"', "'")
            return text if text.endswith((".", "?", "!")) else f"{text}."
    return ""
