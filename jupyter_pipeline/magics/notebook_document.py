"""Reconstruct the notebook from the cells that the kernel ran, and from the saved file.

A kernel does not get the text of the notebook. It gets the source of each cell that runs, and from JupyterLab and
Notebook the id of the cell. An edited cell that runs again replaces its older text by id. The saved file gives the
order of the cells: an early cell that runs again keeps its place. Cells from a front end without ids (nbclient) are
matched with the saved cells by their text.
"""

from __future__ import annotations

import ast
import dataclasses
import json
import os
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jupyter_pipeline.magics.cell_outputs import CellOutputs

if TYPE_CHECKING:
    from IPython.core.interactiveshell import ExecutionInfo, ExecutionResult, InteractiveShell

    from jupyter_pipeline.compiler import Cell

__all__ = ["Document", "merge"]

_NAMELESS = "ran-"
"""Prefix of the ids for cells that ran without an id."""


class Document:
    """Cells that ran in one shell.

    Parameters
    ----------
    shell : InteractiveShell
        Shell; its history contains the earlier cells.
    """

    def __init__(self, shell: InteractiveShell) -> None:
        self.shell = shell
        self.outputs = CellOutputs(shell)
        history = [source for source in shell.history_manager.input_hist_raw if source and _parses(shell, source)]
        # The last input, which loads the extension, is still running; it counts as history.
        self.ran: dict[str, str] = {f"{_NAMELESS}{i}": source for i, source in enumerate(history)}
        self.current = ""
        self._previous = self.ran
        self._failed: set[str] = set()

    def remember(self, info: ExecutionInfo) -> None:
        """Record a cell that is about to run; IPython calls this before each cell."""
        if not info.store_history or not info.raw_cell:
            return
        self._previous = dict(self.ran)
        cell_id = getattr(info, "cell_id", None)
        again = None if cell_id else self._same_directive(info.raw_cell)
        self.current = cell_id or again or f"{_NAMELESS}{len(self.ran)}"
        if again is None or self._needs_later_cells(again, info.raw_cell):
            self.ran.pop(self.current, None)
        self.ran[self.current] = info.raw_cell
        self.outputs.begin(self.current)

    def forget_unparsed(self, result: ExecutionResult) -> None:
        """Drop the cell that ended if IPython could not parse it, so that none of it ran."""
        if result.info is not None and result.info.store_history:
            (self._failed.discard if result.success else self._failed.add)(self.current)
        if result.error_before_exec is not None and result.info.store_history and result.info.raw_cell:
            self.ran = self._previous

    def forget_current(self) -> None:
        """Restore the record from before the running cell, whose body did not run: a refused ``%%deploy``."""
        self.ran = self._previous

    def _same_directive(self, source: str) -> str | None:
        """Return the cell without an id that `source` replaces: a retyped ``%%step load``.

        Cells of the same step that follow each other are one step. So `source` replaces a cell only if that one failed,
        or if a cell with another directive ran after it.
        """
        directive = _directive(source)
        marked = [(i, found) for i, text in self.ran.items() if i.startswith(_NAMELESS) and (found := _directive(text))]
        same = [position for position, (_, found) in enumerate(marked) if found == directive]
        if not same:
            return None
        cell_id = marked[same[-1]][0]
        is_alone = directive[0] != "%%step"
        return cell_id if is_alone or same[-1] < len(marked) - 1 or cell_id in self._failed else None

    def _needs_later_cells(self, cell_id: str, source: str) -> bool:
        """Return True if `source` reads a name that a cell after `cell_id` binds: it cannot run at the older place."""
        ids = list(self.ran)
        read = _find_names(self.shell, source, ast.Load)
        later = (_find_names(self.shell, self.ran[i], ast.Store) for i in ids[ids.index(cell_id) + 1 :])
        return any(read & bound for bound in later)

    @property
    def path(self) -> Path | None:
        """Path of the notebook, if the Jupyter server has set it."""
        name = os.environ.get("JPY_SESSION_NAME", "")
        path = Path(name) if name.endswith((".ipynb", ".py", ".md", ".Rmd", ".qmd")) else None
        if path is None:
            return None
        return path if path.is_absolute() else Path.cwd() / path.name

    def notebook(self, current: str) -> tuple[dict[str, Any], str]:
        """Return the notebook as nbformat data, and the id of the running cell.

        Parameters
        ----------
        current : str
            Complete source of the running cell.
        """
        saved = self._saved()
        cell_id = self._known(saved).get(self.current, self.current) or "current"
        ran = {**self._ran(saved), cell_id: current}
        return {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": merge(ran, saved)}, cell_id

    def whole(self) -> dict[str, Any]:
        """Return the notebook with saved cells that did not run, but without the running cell."""
        saved = self._saved()
        current = self._known(saved).get(self.current, self.current)
        ran = {i: source for i, source in self._ran(saved).items() if i != current}
        saved = [c for c in saved if c["id"] != current]
        unseen = {c["id"]: _text(c) for c in saved if c.get("cell_type") == "code"}
        cells = merge({**{i: t for i, t in unseen.items() if i not in ran}, **ran}, saved)
        return {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells}

    def with_outputs(self, cells: Sequence[Cell]) -> list[Cell]:
        """Return the cells with the outputs of their last run, or with saved outputs if their text is the saved one."""
        saved = self._saved()
        ran = {found: cell_id for cell_id, found in self._known(saved).items()}
        stored = {c["id"]: c for c in saved}
        found = []
        for cell in cells:
            cell_id = ran.get(cell.id, cell.id)
            outputs = self._outputs_of(cell_id, cell, stored.get(cell.id))
            missing = self.outputs.explain(cell_id) if outputs is None and cell_id in self.ran else ""
            found.append(dataclasses.replace(cell, outputs=outputs, missing=missing))
        return found

    def _outputs_of(
        self, ran: str, cell: Cell, saved: Mapping[str, Any] | None
    ) -> tuple[Mapping[str, Any], ...] | None:
        found = self.outputs.get(ran) if ran in self.ran else None
        if found is None and saved is not None and _text(dict(saved)).strip() == cell.source.strip():
            executed = isinstance(saved.get("execution_count"), int) or saved.get("outputs")
            found = saved.get("outputs", []) if executed else None
        return None if found is None else tuple(each for each in found if isinstance(each, Mapping))

    def _ran(self, saved: list[dict[str, Any]]) -> dict[str, str]:
        """Return the sources that ran by the ids of the saved cells."""
        known = self._known(saved)
        return {known.get(cell_id, cell_id): source for cell_id, source in self.ran.items()}

    def _known(self, saved: list[dict[str, Any]]) -> dict[str, str]:
        """Return the ids of the saved cells whose text ran without an id."""
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
            return []  # without the file, only the order of the cells is unknown
        return [c for c in cells if isinstance(c, dict) and "id" in c]


def merge(ran: dict[str, str], saved: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the cells with the text that ran, in the order of the saved notebook.

    Parameters
    ----------
    ran : dict
        Sources by cell id, in the order of execution.
    saved : list of dict
        Cells of the saved notebook, in its order.

    Returns
    -------
    list of dict
        nbformat cells. A cell that never ran is empty, because it has no effect on the state of the kernel; so the
        indices of cells match the notebook. A cell that is not in the file follows the cell that ran before it.
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


def _directive(source: str) -> list[str]:
    words = source.split(maxsplit=2)[:2]
    return words if words[:1] in (["%%step"], ["%%check"], ["%%deploy"]) else []


def _parses(shell: InteractiveShell, source: str) -> bool:
    """Return True if IPython can parse the cell; a cell that it could not parse never ran."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            flags = ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
            compile(shell.transform_cell(source), "<cell>", "exec", flags)
    except (SyntaxError, ValueError):
        return False
    return True


def _find_names(shell: InteractiveShell, source: str, context: type[ast.expr_context]) -> set[str]:
    """Return the names that a cell reads (`ast.Load`) or binds (`ast.Store`); empty if it does not parse."""
    body = source.partition("\n")[2] if source.lstrip().startswith("%%") else source
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            nodes = list(ast.walk(ast.parse(shell.transform_cell(body))))
    except (SyntaxError, ValueError):
        return set()
    names = {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, context)}
    if context is ast.Store:
        names |= {n.name for n in nodes if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)}
        names |= {(n.asname or n.name).partition(".")[0] for n in nodes if isinstance(n, ast.alias)}
    return names


def _text(cell: dict[str, Any]) -> str:
    source = cell.get("source", "")
    return source if isinstance(source, str) else "".join(source)
