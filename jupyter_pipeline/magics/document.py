"""The notebook as the kernel knows it: the cells that it ran, in the order of the document where that is known.

A kernel is not told the notebook's text. It sees the source of each cell that runs, and, from JupyterLab and Notebook,
the cell's id. With the id, an edited cell that runs again replaces its older text; with the saved file, which gives the
order, it also keeps its place, so that running an early cell again does not move it behind the cells that need it.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from IPython.core.interactiveshell import ExecutionInfo, InteractiveShell

__all__ = ["Document", "merge"]


class Document:
    """What has run in one shell.

    Parameters
    ----------
    shell : InteractiveShell
        The shell; what it ran before is taken from its history.
    """

    def __init__(self, shell: InteractiveShell) -> None:
        self.shell = shell
        history = [source for source in shell.user_ns.get("In", []) if source]
        # The last input is the cell that loads the extension: it is still running and is remembered as history.
        self.ran: dict[str, str] = {f"history-{i}": source for i, source in enumerate(history)}
        self.current = ""

    def remember(self, info: ExecutionInfo) -> None:
        """Note a cell that is about to run; IPython calls this before each."""
        if not info.store_history or not info.raw_cell:
            return
        self.current = getattr(info, "cell_id", None) or f"ran-{len(self.ran)}"
        self.ran.pop(self.current, None)
        self.ran[self.current] = info.raw_cell

    @property
    def path(self) -> Path | None:
        """Path of the notebook, where the Jupyter server told the kernel."""
        name = os.environ.get("JPY_SESSION_NAME", "")
        path = Path(name) if name.endswith(".ipynb") else None
        if path is None:
            return None
        return path if path.is_absolute() else Path.cwd() / path.name

    def notebook(self, current: str) -> tuple[dict[str, Any], str]:
        """Return the notebook as nbformat's plain data, and the id of the cell that runs now.

        Parameters
        ----------
        current : str
            Source of the cell that runs now, whole.
        """
        cell_id = self.current or "current"
        ran = {**self.ran, cell_id: current}
        return {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": merge(ran, self._saved())}, cell_id

    def _saved(self) -> list[dict[str, Any]]:
        path = self.path
        if path is None or not path.is_file():
            return []
        try:
            cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        except (OSError, ValueError, KeyError, TypeError):
            return []  # a half-written file only costs the order of the cells
        return [c for c in cells if isinstance(c, dict) and "id" in c]


def merge(ran: dict[str, str], saved: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the cells that ran, with the text that ran, in the order of the saved document.

    Parameters
    ----------
    ran : dict
        Source by cell id, in the order of running.
    saved : list of dict
        Cells of the saved notebook, in its order; cells that never ran are left out, since the kernel's state does not
        come from them.

    Returns
    -------
    list of dict
        nbformat cells. A cell that the file does not have stands behind the one that ran before it.
    """
    places = {cell["id"]: (i, 0) for i, cell in enumerate(saved)}
    tags = {cell["id"]: cell.get("metadata", {}) for cell in saved}
    ordered: list[tuple[tuple[int, int], str]] = []
    last = (-1, 0)
    for cell_id in ran:
        last = places.get(cell_id, (last[0], last[1] + 1))
        ordered.append((last, cell_id))
    ordered.sort(key=lambda pair: pair[0])
    return [
        {"cell_type": "code", "id": i, "source": ran[i], "metadata": tags.get(i, {}), "outputs": []} for _, i in ordered
    ]
