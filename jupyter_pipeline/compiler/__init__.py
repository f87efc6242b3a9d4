"""Compile notebook cells to pipeline code. Pure: no kernel, no orchestrator.

The stages, each in its module::

    cells        notebook JSON to cells
    dialect      IPython's dialect to plain Python: magics, shell lines, cell magics
    analysis     what each statement needs: ``names`` reads it on the abstract objects of ``store``
                 by what is known of libraries: ``knowledge`` of values, ``surroundings`` of files and the process
    slicing      the smallest set of statements that gives a cell the same values
    marks        which cells are steps and checks, and how they run
    parameters   which literals become parameters, and their types; ``windows`` binds them to the time window of a run
    plan         which statements make up which step, and what passes between them
    rendering    the steps as a module of pure functions; ``mapping`` those that run once for each element
    flows        the flow that calls them; ``dagster`` the same as definitions of Dagster
    manifest     the manifest of the deployment, and writing all beside the notebook, safely
    origins      which line came from which cell, for tracebacks

The public names are imported on first use.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jupyter_pipeline.compiler.analysis.slicer import Slice, slice_cells
    from jupyter_pipeline.compiler.driver import compile_cells
    from jupyter_pipeline.compiler.frontend.notebook import Cell, read_notebook, select_cell, select_cells
    from jupyter_pipeline.compiler.options import Compilation, CompileOptions

__all__ = [
    "Cell",
    "Compilation",
    "CompileOptions",
    "Slice",
    "compile_cells",
    "read_notebook",
    "select_cell",
    "select_cells",
    "slice_cells",
]

_HOME = {
    "Cell": "frontend.notebook",
    "Compilation": "options",
    "CompileOptions": "options",
    "Slice": "analysis.slicer",
    "compile_cells": "driver",
    "read_notebook": "frontend.notebook",
    "select_cell": "frontend.notebook",
    "select_cells": "frontend.notebook",
    "slice_cells": "analysis.slicer",
}


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(importlib.import_module(f"{__name__}.{_HOME[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
