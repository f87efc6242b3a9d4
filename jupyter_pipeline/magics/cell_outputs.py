"""Keep the outputs of the cells that ran in a kernel, to compare a rehearsal with them.

A kernel sends its outputs to the front end and keeps none. The saved notebook may be older than the last run of a cell.
So hooks on the streams, ``display`` and the display hook keep a copy, up to a size for each cell. A shell without these
hooks, such as a terminal or an older ipykernel, keeps none.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

__all__ = ["CellOutputs"]

_MOST = 4_000_000
"""Characters that are kept for each cell."""
_MOST_CELLS = 500


class CellOutputs:
    """Outputs of the last run of each cell, in the form of nbformat.

    Parameters
    ----------
    shell : InteractiveShell
        Shell that runs the cells.
    """

    def __init__(self, shell: InteractiveShell) -> None:
        self._outputs: dict[str, list[dict[str, Any]]] = {}
        self._sizes: dict[str, int] = {}
        self._lost: dict[str, str] = {}
        """Reason why the outputs of a cell are not kept."""
        self._current: str | None = None
        self._undo: list[Callable[[], object]] = []
        self._watched: dict[str, tuple[Any, Any]] = {}
        """Stream and its replaced method by name."""
        self._writing = threading.local()
        hooks = (shell.display_pub, shell.displayhook)
        if all(hasattr(each, "register_hook") for each in hooks):
            for each in hooks:
                each.register_hook(self._displayed)
                self._undo.append(partial(each.unregister_hook, self._displayed))

    def close(self) -> None:
        """Remove the hooks."""
        for undo in self._undo:
            undo()
        for stream, keep in self._watched.values():
            if stream.__dict__.get("write") is keep:
                del stream.write

    def begin(self, cell: str) -> None:
        """Drop the earlier outputs of a cell that is about to run, and keep the new ones."""
        self._current = cell if self._undo else None
        self._outputs.pop(cell, None)
        self._lost.pop(cell, None)
        if self._undo:
            self._outputs[cell], self._sizes[cell] = [], 0
            for name in ("stdout", "stderr"):
                self._watch(name)
        for oldest in list(self._outputs)[:-_MOST_CELLS]:
            del self._outputs[oldest]
            self._lost[oldest] = f"the kernel keeps the outputs of only the last {_MOST_CELLS} cells"

    def end(self) -> None:
        """Keep no further outputs of the current cell."""
        self._current = None

    @contextmanager
    def only(self, cell: str) -> Iterator[None]:
        """Keep only the outputs inside the context for a cell."""
        self.begin(cell)
        try:
            yield
        finally:
            self.end()

    def get(self, cell: str) -> list[dict[str, Any]] | None:
        """Return the outputs of a cell; ``None`` if they are not known or were too large."""
        return self._outputs.get(cell)

    def explain(self, cell: str) -> str:
        """Return the reason why the outputs of a cell that ran are not known."""
        if not self._undo:
            return "its outputs are not kept by this kernel"
        return self._lost.get(cell, "it ran before %load_ext jupyter_pipeline, so its outputs were not recorded")

    def _watch(self, name: str) -> None:
        """Keep the text of a stream from now on.

        IPython replaces the methods of the streams for each cell, so the hook of an earlier cell may be gone or below.
        """
        stream = getattr(sys, name)
        write = stream.write
        if getattr(write, "keeps_outputs", False):
            return

        def keep(text: str) -> Any:
            if getattr(self._writing, "on", False):
                return write(text)
            self._writing.on = True
            try:
                self._wrote(name, text)
                return write(text)
            finally:
                self._writing.on = False

        keep.keeps_outputs = True  # type: ignore[attr-defined]
        try:
            stream.write = keep
        except AttributeError:
            return
        self._watched[name] = (stream, keep)

    def _wrote(self, name: str, text: str) -> None:
        outputs = self._grow(len(text))
        if outputs is None or not text:
            return
        last = outputs[-1] if outputs else None
        if last is not None and last.get("name") == name:
            last["text"].append(text)
        else:
            outputs.append({"output_type": "stream", "name": name, "text": [text]})

    def _displayed(self, message: Mapping[str, Any]) -> Mapping[str, Any]:
        kind, content = message["header"]["msg_type"], message["content"]
        data = content.get("data") or {}
        outputs = self._grow(sum(len(each) for each in data.values() if isinstance(each, str)))
        if outputs is None:
            return message
        shown = (content.get("transient") or {}).get("display_id")
        if kind == "clear_output":
            outputs.clear()
        elif kind == "update_display_data":
            for output in outputs:
                if shown and output.get("display_id") == shown:
                    output["data"] = dict(data)
        elif kind in ("display_data", "execute_result"):
            outputs.append({"output_type": kind, "data": dict(data), "display_id": shown})
        return message

    def _grow(self, size: int) -> list[dict[str, Any]] | None:
        """Return the outputs of the current cell, or ``None`` if there is none or they become too large."""
        if self._current is None or self._current not in self._outputs:
            return None
        self._sizes[self._current] += size
        if self._sizes[self._current] > _MOST:
            del self._outputs[self._current]
            self._lost[self._current] = "its output is too large"
            return None
        return self._outputs[self._current]
