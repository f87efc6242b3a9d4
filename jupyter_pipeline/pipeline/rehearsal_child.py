"""A script for the interpreter of the runs: it calls a flow once, as a run would, and tells how that ended.

It is run by its path, since that interpreter may lack Jupyter Pipeline: only the standard library is used, and Prefect
where it is there. Standard input begins with a line of JSON that says what to call; when standard input ends, whoever
asked has died: the flow is interrupted, and the folder that was made for it is removed. The answer goes to the file of
the first argument, which lies there.
"""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import functools
import importlib.util
import inspect
import json
import logging
import os
import shutil
import signal
import sys
import threading
import traceback
from pathlib import Path
from typing import Any

__all__ = ["main"]


def main() -> None:
    """Call the flow, and write ``{"error": null}`` or the error with its traceback."""
    signal.signal(signal.SIGINT, signal.default_int_handler)  # the parent may ignore it, which is inherited
    asked = json.loads(sys.stdin.readline())
    alone = threading.Event()
    atexit.register(_remove_if, alone)  # first, so that it comes last: Prefect's temporary server has its files there
    threading.Thread(target=_end_with_parent, args=(alone,), daemon=True).start()
    answer: dict[str, Any] = {"error": None}
    try:
        os.chdir(asked["working_directory"])
        _call(asked)
    except BaseException as error:  # noqa: BLE001 - a flow may raise anything, SystemExit too
        answer = {
            "error": f"{type(error).__name__}: {error}".removesuffix(": "),
            "traceback": "".join(traceback.format_exception(error)),
            "interrupted": isinstance(error, KeyboardInterrupt),
        }
    Path(sys.argv[1]).write_text(json.dumps(answer), encoding="utf-8")


def _end_with_parent(alone: threading.Event) -> None:
    sys.stdin.read()
    alone.set()
    os.kill(os.getpid(), signal.SIGINT)


def _remove_if(alone: threading.Event) -> None:
    if alone.is_set():
        shutil.rmtree(Path(sys.argv[1]).parent, ignore_errors=True)


def _call(asked: dict[str, Any]) -> None:
    folder, (file, _, name) = asked["folder"], asked["entrypoint"].partition(":")
    # In place of this script's own folder: a run imports what was deployed with it, and nothing else from disk.
    sys.path[0] = folder
    with _marked(asked["mark"]):
        spec = importlib.util.spec_from_file_location("flow", Path(folder) / file)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules["flow"] = module
        spec.loader.exec_module(module)
        outcome = getattr(module, name)(**asked["parameters"])
        if inspect.isawaitable(outcome):
            asyncio.run(_wait(outcome))


async def _wait(outcome: Any) -> None:
    await outcome


def _marked(mark: str) -> contextlib.AbstractContextManager[Any]:
    """Tag the run, by which it is found; let each task be tried once; log no traceback, since it is told later."""
    try:
        import prefect
    except ImportError:
        return contextlib.nullcontext()
    make = prefect.Task.__init__

    @functools.wraps(make)
    def once(self: Any, *positional: Any, **options: Any) -> None:
        make(self, *positional, **{**options, "retries": 0})

    prefect.Task.__init__ = once
    for name in ("prefect.flow_runs", "prefect.task_runs"):
        logging.getLogger(name).addFilter(_without_traceback)
    return prefect.tags(mark)  # type: ignore[no-any-return]


def _without_traceback(record: logging.LogRecord) -> bool:
    record.exc_info = record.exc_text = None
    return True


if __name__ == "__main__":
    main()
