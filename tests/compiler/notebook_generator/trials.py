"""The comparison of a notebook with the compiled slices of its cells."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from unittest import mock

from jupyter_pipeline.compiler import Cell, CompileOptions, compile_cells
from jupyter_pipeline.exceptions import CompileRefusedError
from notebook_generator.generator import generate_notebook, names_in
from notebook_generator.runs import Runner

__all__ = ["Outcome", "compare_cell", "runnable_notebook", "try_seed"]

_ROUTINE_NOTES = (
    "Shell lines of these cells run as subprocesses",
    "is written and imported in the folder",
    "it only shows something",
    "These lines affect the notebook only",
)
"""Notes that do not say that a value may differ."""


@dataclass(frozen=True)
class Outcome:
    """The result of one cell."""

    seed: int
    cell: int
    verdict: str
    """``same``, ``differs``, ``noted`` (differs, and a note says so), ``refused`` or ``crashed``."""
    detail: str
    kept: float
    cells: tuple[str, ...]
    observed: tuple[str, ...]


def runnable_notebook(runner: Runner, cells: list[str]) -> tuple[list[str], list[dict[str, Any]]]:
    """Return the cells without those that raise an error, and the observations of each."""
    while cells:
        found = runner.run_notebook(cells)
        if not found["error"]:
            return cells, found["cells"]
        position = len(found["cells"])
        cells = cells[:position] + cells[position + 1 :] if found["cells"] or position < len(cells) else []
    return [], []


def try_seed(runner: Runner, seed: int, sample: int = 3) -> list[Outcome]:
    """Return the outcomes of some cells of a random notebook."""
    cells, observations = runnable_notebook(runner, generate_notebook(seed))
    pick = random.Random(-seed)
    numbers = sorted(pick.sample(range(len(cells)), min(sample, len(cells))))
    return [
        compare_cell(runner, seed, cells[: n + 1], observations[n], choose_observed(pick, cells[n], observations[n]))
        for n in numbers
    ]


def choose_observed(pick: random.Random, cell: str, observation: dict[str, Any]) -> list[str]:
    """Return expressions to compare after the cell: none, or its names and a few others."""
    if pick.random() < 0.25 or cell.startswith("%%"):
        return []
    possible = sorted(observation["values"])
    own = [name for name in names_in(cell) if name in possible]
    return list(dict.fromkeys([*own, *pick.sample(possible, min(2, len(possible)))]))


def compare_cell(
    runner: Runner, seed: int, cells: Sequence[str], observation: dict[str, Any], observed: Sequence[str]
) -> Outcome:
    """Compile the last cell, run it, and compare it with its observation in the whole notebook."""
    verdict, detail, kept = "same", "", 0.0
    asked = f"{{'observed': [{', '.join(f'({e})' for e in observed)}]}}" if observed else "pass"
    last = cells[-1] if cells[-1].startswith("%%") else f"{cells[-1]}\n{asked}"
    notebook = [Cell(index=i, source=s) for i, s in enumerate([*cells[:-1], last])]
    try:
        with mock.patch("jupyter_pipeline.compiler.driver.format_files", lambda files: files):
            compilation = compile_cells(notebook, len(cells) - 1, CompileOptions(name="pipe"))
    except CompileRefusedError as error:
        verdict, detail = "refused", str(error)
    except Exception as error:
        verdict, detail = "crashed", f"{type(error).__name__}: {error}"
    else:
        kept = len(compilation.cells) / len(cells)
        source = compilation.files["steps.py"]
        difference = _difference(cells[-1], observation, observed, runner.run_steps(source))
        if difference:
            notes = [note for note in compilation.notes if not any(routine in note for routine in _ROUTINE_NOTES)]
            verdict = "noted" if notes else "differs"
            detail = "\n".join([difference, *notes, source])
    return Outcome(seed, len(cells) - 1, verdict, detail, kept, tuple(cells), tuple(observed))


def _difference(cell: str, whole: dict[str, Any], observed: Sequence[str], steps: dict[str, Any]) -> str:
    if steps["error"]:
        return str(steps["error"])
    shows_lines = re.search(r"^\s*[%!]", cell, re.MULTILINE)  # magics report; lines that only show are left out
    for expression, value in zip(observed, steps["values"], strict=True):
        if value != whole["values"][expression]:
            return f"{expression}: {whole['values'][expression]!r} in the notebook, {value!r} in the pipeline"
    if not shows_lines and not steps["text"].endswith(whole["text"]):
        return f"text: {whole['text'][-300:]!r} in the notebook, {steps['text'][-300:]!r} in the pipeline"
    for name, content in whole["files"].items():
        if steps["files"].get(name, "absent") != content:
            return f"file {name}: {content[:200]!r} in the notebook, {steps['files'].get(name, 'absent')[:200]!r}"
    return ""
