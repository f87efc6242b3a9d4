"""Run the source of a cell on a worker.

The functions travel by value, so that workers need none of this package. They import the standard library only.
"""

from __future__ import annotations

import ast
import asyncio
import contextlib
import io
import linecache
import sys
import traceback
import types

__all__ = ["run_cell"]

_MODULE = "on_workers"
_FILE = "<on_workers>"
_LONGEST = 100_000  # characters of one text that returns to the notebook


async def run_cell(source: str) -> dict[str, str]:
    """Run a cell in a thread of this worker, so that its heartbeats continue.

    Parameters
    ----------
    source : str
        Python code. Its names stay in the module ``on_workers`` for the next cell.

    Returns
    -------
    dict
        ``output`` is standard output and error, ``value`` the representation of a last expression, and ``error`` the
        traceback. Each is empty if there is none.
    """
    return await asyncio.to_thread(_run, source)


def _run(source: str) -> dict[str, str]:
    module = sys.modules.setdefault(_MODULE, types.ModuleType(_MODULE))
    linecache.cache[_FILE] = (len(source), None, source.splitlines(keepends=True), _FILE)
    output, value, error = io.StringIO(), "", ""
    with contextlib.redirect_stdout(output), contextlib.redirect_stderr(output):
        try:
            tree = ast.parse(source, _FILE)
            last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
            exec(compile(tree, _FILE, "exec"), module.__dict__)  # noqa: S102 - the cell of the owner
            if isinstance(last, ast.Expr):
                expression = compile(ast.Expression(last.value), _FILE, "eval")
                found = eval(expression, module.__dict__)  # noqa: S307 - the same
                value = "" if found is None else repr(found)
        except BaseException as raised:  # noqa: BLE001 - SystemExit would end the worker
            frames = raised.__traceback__.tb_next if raised.__traceback__ else None
            error = "".join(traceback.format_exception(type(raised), raised, frames))
    return {"output": _cut(output.getvalue()), "value": _cut(value), "error": _cut(error)}


def _cut(text: str) -> str:
    left = len(text) - _LONGEST
    return text if left <= 0 else f"{text[:_LONGEST]}\n… {left:,} more characters"
