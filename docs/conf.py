"""Sphinx configuration. What the pages include is made here from the code itself, so that it cannot go stale."""

from __future__ import annotations

from pathlib import Path

import jupyter_pipeline
from jupyter_pipeline.models import Schedule
from jupyter_pipeline.promotion import PromotionOptions, promote, read_notebook, select_cell

HERE = Path(__file__).parent

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


def promoted_example(folder: Path) -> None:
    """Promote the quickstart's cell and write its files to `folder`, which `promotion.md` includes."""
    notebook = HERE.parent / "notebooks" / "quickstart.ipynb"
    cells = read_notebook(notebook.read_bytes())
    options = PromotionOptions(
        name="delays", notebook=notebook.name, profile="local", retries=2, schedules=(Schedule(every=60.0),)
    )
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in promote(cells, select_cell(cells, "deploy"), options).files.items():
        (folder / name).write_text(text, encoding="utf-8")


promoted_example(HERE / "_build" / "generated" / "delays")
