"""Write the libraries and the refusals of the compiler, for the reference pages to include."""

from __future__ import annotations

import sys
from collections.abc import Iterable

from jupyter_pipeline.compiler.analysis.library_models.registry import list_libraries
from jupyter_pipeline.compiler.refusals import RULES

__all__ = ["library_lists", "refusal_table"]


def library_lists() -> str:
    """Return the libraries that have a model, and the modules of the standard library that have one."""
    found = [name for name in list_libraries() if not name.startswith("jupyter_pipeline")]
    standard = [name for name in found if name in sys.stdlib_module_names]
    others = [name for name in found if name not in sys.stdlib_module_names]
    return f"Libraries\n: {_join(others)}.\n\nModules of the standard library\n: {_join(standard)}.\n"


def refusal_table() -> str:
    """Return the reasons to refuse a cell, with the next step of each, as a Markdown table."""
    rows = [f"| {rule.reason} | {rule.fix} |" for rule in RULES.values() if rule.reason not in ("{reason}", "{error}")]
    rows = [row.replace("{", "*").replace("}", "*") for row in rows]
    return "\n".join(["| Reason | Next step |", "|---|---|", *rows, ""])


def _join(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in sorted(names, key=str.lower))
