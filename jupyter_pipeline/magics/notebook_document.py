"""The notebook as the kernel knows it: the cells that it ran, in the order of the document where that is known.

A kernel is not told the notebook's text. It sees the source of each cell that runs, and, from JupyterLab and Notebook,
the cell's id. With the id, an edited cell that runs again replaces its older text; with the saved file, which gives the
order, it also keeps its place, so that running an early cell again does not move it behind the cells that need it. A
front end that sends no ids (nbclient) leaves the text, by which a saved cell is known as long as it is not edited.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from IPython.core.interactiveshell import ExecutionInfo, InteractiveShell

__all__ = ["Document", "merge"]

_NAMELESS = "ran-"
"""What the ids begin with that this module gives to cells which ran without one."""


class Document:
    """What has run in one shell.

    Parameters
    ----------
    shell : InteractiveShell
        The shell; what it ran before is taken from its history.
    """

    def __init__(self, shell: InteractiveShell) -> None:
        self.shell = shell
        history = [source for source in shell.history_manager.input_hist_raw if source]
        # The last input is the cell that loads the extension: it is still running and is remembered as history.
        self.ran: dict[str, str] = {f"{_NAMELESS}{i}": source for i, source in enumerate(history)}
        self.current = ""

    def remember(self, info: ExecutionInfo) -> None:
        """Note a cell that is about to run; IPython calls this before each."""
        if not info.store_history or not info.raw_cell:
            return
        cell_id = getattr(info, "cell_id", None)
        again = None if cell_id else self._marked_alike(info.raw_cell)
        self.current = cell_id or again or f"{_NAMELESS}{len(self.ran)}"
        if again is None:
            self.ran.pop(self.current, None)
        self.ran[self.current] = info.raw_cell

    def _marked_alike(self, source: str) -> str | None:
        """Return the nameless cell with the mark of `source`: in a terminal, ``%%step load`` is typed again."""
        mark = _mark(source)
        nameless = (cell_id for cell_id in self.ran if cell_id.startswith(_NAMELESS))
        return next((cell_id for cell_id in nameless if mark and _mark(self.ran[cell_id]) == mark), None)

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
        saved = self._saved()
        cell_id = self._known(saved).get(self.current, self.current) or "current"
        ran = {**self._ran(saved), cell_id: current}
        return {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": merge(ran, saved)}, cell_id

    def whole(self) -> dict[str, Any]:
        """Return the notebook with the code of the saved file that did not run, too; without the cell that runs now."""
        saved = self._saved()
        current = self._known(saved).get(self.current, self.current)
        ran = {i: source for i, source in self._ran(saved).items() if i != current}
        saved = [c for c in saved if c["id"] != current]
        unseen = {c["id"]: _text(c) for c in saved if c.get("cell_type") == "code"}
        cells = merge({**{i: t for i, t in unseen.items() if i not in ran}, **ran}, saved)
        return {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells}

    def _ran(self, saved: list[dict[str, Any]]) -> dict[str, str]:
        """Return what ran, under the ids of the saved cells."""
        known = self._known(saved)
        return {known.get(cell_id, cell_id): source for cell_id, source in self.ran.items()}

    def _known(self, saved: list[dict[str, Any]]) -> dict[str, str]:
        """Return the ids of the saved cells whose text ran without one."""
        ids = {_text(c).strip(): c["id"] for c in saved}
        nameless = {i: source.strip() for i, source in self.ran.items() if i.startswith(_NAMELESS)}
        return {i: ids[text] for i, text in nameless.items() if text in ids}

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
    """Return the cells of the document, with the text that ran, in the order of the saved document.

    Parameters
    ----------
    ran : dict
        Source by cell id, in the order of running.
    saved : list of dict
        Cells of the saved notebook, in its order.

    Returns
    -------
    list of dict
        nbformat cells. Code that never ran is empty, since the kernel's state does not come from it: so cells count as
        they do in the document. A cell that the file does not have stands behind the one that ran before it.
    """
    places = {cell["id"]: (i, 0) for i, cell in enumerate(saved)}
    ordered = [(places[c["id"]], _as_it_ran(c, ran.get(c["id"], ""))) for c in saved]
    last = (-1, 0)
    for cell_id, source in ran.items():
        last = places.get(cell_id, (last[0], last[1] + 1))
        if cell_id not in places:
            ordered.append((last, _as_it_ran({"id": cell_id, "cell_type": "code"}, source)))
    return [cell for _, cell in sorted(ordered, key=lambda pair: pair[0])]


def _as_it_ran(cell: dict[str, Any], source: str) -> dict[str, Any]:
    if cell.get("cell_type") != "code":
        return cell
    return {
        "cell_type": "code",
        "id": cell["id"],
        "source": source,
        "metadata": cell.get("metadata", {}),
        "outputs": [],
    }


def _mark(source: str) -> list[str]:
    words = source.split(maxsplit=2)[:2]
    return words if words[:1] in (["%%step"], ["%%check"], ["%%deploy"]) else []


def _text(cell: dict[str, Any]) -> str:
    source = cell.get("source", "")
    return source if isinstance(source, str) else "".join(source)
