"""Compile notebook cells to the code of a pipeline. The compiler needs no kernel and no orchestrator.

`frontend` reads the notebook: cells, IPython syntax, directives.
`analysis` slices the program: the statements that a cell needs to get its values.
`graph` partitions the slice into steps with edges, parameters, time windows and mapped steps.
`codegen` renders the graph for an orchestrator, one class for each.
`refusals` lists the refusal rules of the stages, `checks` the rules on the sliced program.
`output` writes the files. `driver` runs the stages. `proposal` proposes the steps of a notebook.

The public names are imported on first use.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jupyter_pipeline.compiler.analysis.slicer import Analysis, Slice, slice_cells, slice_notebook
    from jupyter_pipeline.compiler.driver import compile_cells
    from jupyter_pipeline.compiler.frontend.notebook import (
        Cell,
        find_marked_cells,
        read_notebook,
        select_cell,
        select_cells,
    )
    from jupyter_pipeline.compiler.options import Compilation, CompileOptions
    from jupyter_pipeline.compiler.proposal import propose_steps, write_proposal

__all__ = [
    "Analysis",
    "Cell",
    "Compilation",
    "CompileOptions",
    "Slice",
    "compile_cells",
    "find_marked_cells",
    "propose_steps",
    "read_notebook",
    "select_cell",
    "select_cells",
    "slice_cells",
    "slice_notebook",
    "write_proposal",
]

_MODULES = {
    "Analysis": "analysis.slicer",
    "Cell": "frontend.notebook",
    "Compilation": "options",
    "CompileOptions": "options",
    "Slice": "analysis.slicer",
    "compile_cells": "driver",
    "find_marked_cells": "frontend.notebook",
    "propose_steps": "proposal",
    "read_notebook": "frontend.notebook",
    "select_cell": "frontend.notebook",
    "select_cells": "frontend.notebook",
    "slice_cells": "analysis.slicer",
    "slice_notebook": "analysis.slicer",
    "write_proposal": "proposal",
}


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return getattr(importlib.import_module(f"{__name__}.{_MODULES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
