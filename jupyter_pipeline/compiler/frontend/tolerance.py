"""Wrap a cell whose exceptions do not end the notebook.

Jupyter executes the cells below a cell tagged ``raises-exception`` although it fails. In a pipeline the cell is the
body of a ``try`` statement. Its handler prints the traceback.
"""

from __future__ import annotations

import ast

__all__ = ["RAISES_EXCEPTION", "wrap_cell"]

RAISES_EXCEPTION = "raises-exception"
"""Tag of a cell whose exceptions do not end the notebook."""


def wrap_cell(source: str, traceback: str = "traceback") -> str:
    r"""Return a cell in a ``try`` statement; empty if Python has no such statement.

    Parameters
    ----------
    source : str
        Cell in valid Python.
    traceback : str, default 'traceback'
        Name of the module `traceback` in the notebook.

    Examples
    --------
    >>> print(wrap_cell("x = 1 / 0"))
    try:
        x = 1 / 0
    except Exception:
        traceback.print_exc()
    """
    module = ast.parse(source)
    if not module.body or any(
        isinstance(node, ast.ImportFrom) and (node.module == "__future__" or node.names[0].name == "*")
        for node in ast.walk(module)
    ):
        return ""
    inside = {  # lines inside a string keep their text
        line
        for node in ast.walk(module)
        if isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str | bytes))
        for line in range(node.lineno + 1, (node.end_lineno or node.lineno) + 1)
    }
    lines = [
        f"    {line}" if line.strip() and number not in inside else line
        for number, line in enumerate(source.split("\n"), 1)
    ]
    return "\n".join(["try:", *lines, "except Exception:", f"    {traceback}.print_exc()"])
