"""Run the source of a cell on a worker.

The functions travel by value, so that workers need none of this package. They import the standard library only.
"""

from __future__ import annotations

import ast
import asyncio
import contextlib
import inspect
import io
import linecache
import sys
import traceback
import types
import zlib

__all__ = ["run_cell"]

_MODULE = "on_workers"
_LONGEST = 100_000  # characters of one text that returns to the notebook


async def run_cell(source: str) -> dict[str, str]:
    """Run a cell in a thread of this worker, so that its heartbeats continue.

    Parameters
    ----------
    source : str
        Python code, which may await. Its names stay in the module ``on_workers`` for the next cell.

    Returns
    -------
    dict
        ``output`` is standard output and error, ``value`` the representation of a last expression, and ``error`` the
        traceback. Each is empty if there is none.
    """
    return await asyncio.to_thread(_run, source)


def _run(source: str) -> dict[str, str]:
    module = sys.modules.setdefault(_MODULE, types.ModuleType(_MODULE))
    # A function of an earlier cell keeps its lines in tracebacks.
    file = f"<{_MODULE} {zlib.crc32(source.encode()):08x}>"
    linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
    output, value, error = io.StringIO(), "", ""
    with contextlib.redirect_stdout(output), contextlib.redirect_stderr(output):
        try:
            found = _evaluate(source, file, module.__dict__)
            value = "" if found is None else repr(found)
        except BaseException as raised:  # noqa: BLE001 - SystemExit would end the worker
            frames = raised.__traceback__
            while frames and frames.tb_frame.f_code.co_filename != file:
                frames = frames.tb_next
            error = "".join(traceback.format_exception(type(raised), raised, frames))
    return {"output": _cut(output.getvalue()), "value": _cut(value), "error": _cut(error)}


def _evaluate(source: str, file: str, namespace: dict[str, object]) -> object:
    """Run `source` and return the value of its last expression, ``None`` without one."""
    tree = ast.parse(source, file)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
    codes = [compile(tree, file, "exec", flags)]
    if isinstance(last, ast.Expr):
        codes.append(compile(ast.Expression(last.value), file, "eval", flags))
    found = None
    with asyncio.Runner() as runner:  # a loop of its own: code that blocks must not stop the worker's
        for code in codes:
            found = eval(code, namespace)  # noqa: S307 - the cell of the owner
            if code.co_flags & inspect.CO_COROUTINE:
                found = runner.run(found)
    return found


def _cut(text: str) -> str:
    left = len(text) - _LONGEST
    return text if left <= 0 else f"{text[:_LONGEST]}\n… {left:,} more characters"
