"""Configure Sphinx, and generate from the code the files that pages include."""

from __future__ import annotations

import sys
from pathlib import Path

import jupyter_pipeline
from jupyter_pipeline.clusters.profiles import schema
from jupyter_pipeline.compiler import Cell, CompileOptions, compile_cells, read_notebook, select_cell
from jupyter_pipeline.models import Schedule
from jupyter_pipeline.orchestration.service import server_settings

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

from compiler_tables import library_lists, refusal_table  # noqa: E402 - beside this file
from option_table import option_table  # noqa: E402

project = "Jupyter Pipeline"
author = copyright = "The Jupyter Pipeline developers"
version = release = jupyter_pipeline.__version__

extensions = ["myst_parser", "sphinx.ext.autodoc", "numpydoc"]
exclude_patterns = ["_build"]
myst_enable_extensions = ["deflist"]
myst_heading_anchors = 3
autodoc_typehints = "none"
autodoc_member_order = "bysource"
numpydoc_show_class_members = False

html_theme = "pydata_sphinx_theme"
html_title = project
html_theme_options = {"show_prev_next": False, "use_edit_page_button": False, "navigation_depth": 2}


GENERATED = HERE / "_build" / "generated"
STEPS = {
    "load": 'import pandas as pd\n\nsales = pd.read_csv("sales.csv")',
    "not_empty": '%%check not_empty\nassert len(sales), "no sales"',
    "by_region": '%%step by_region\nregions = sales.groupby("region").amount.sum()',
    "publish": '%%step publish\nregions.to_csv("regions.csv")',
}


def write_example(cells: list[Cell], targets: int | list[int], options: CompileOptions) -> None:
    """Compile cells, and write the files for `explanation/compiler.md` to include."""
    folder = GENERATED / options.name
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in compile_cells(cells, targets, options).files.items():
        (folder / name).write_text(text, encoding="utf-8")


def quickstart() -> None:
    """Compile the cell of the quickstart notebook."""
    notebook = HERE.parent / "notebooks" / "quickstart.ipynb"
    cells = read_notebook(notebook.read_bytes())
    schedules = (Schedule(every=60.0),)
    options = CompileOptions(name="delays", notebook=notebook.name, profile="local", retries=2, schedules=schedules)
    write_example(cells, select_cell(cells, "deploy"), options)


def several_steps() -> None:
    """Compile the cells of `STEPS`, and write their source."""
    cells = [Cell(index=i, id=name, source=source) for i, (name, source) in enumerate(STEPS.items())]
    write_example(cells, list(range(1, len(cells))), CompileOptions(name="regions", notebook="sales.ipynb"))
    (GENERATED / "regions" / "cells.py").write_text("\n\n\n".join(STEPS.values()), encoding="utf-8")


quickstart()
several_steps()
(GENERATED / "service-settings.md").write_text(server_settings.render_reference(), encoding="utf-8")
(GENERATED / "profile-keys.md").write_text(schema.render_reference(), encoding="utf-8")
(GENERATED / "libraries.md").write_text(library_lists(), encoding="utf-8")
(GENERATED / "refusals.md").write_text(refusal_table(), encoding="utf-8")
(GENERATED / "deploy-options.md").write_text(option_table(), encoding="utf-8")
