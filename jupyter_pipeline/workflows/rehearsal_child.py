"""A script for the interpreter of the runs: it calls a flow once, as a run would, and tells how that ended.

It is run by its path, since that interpreter may lack Jupyter Pipeline: only the standard library is used, and Prefect
where it is there. Standard input begins with a line of JSON that says what to call; when standard input ends, whoever
asked has died: the flow is interrupted, and its run and the folder that was made for it are removed. The answer goes
to the file of the first argument, which lies there.
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
    if alone.is_set():
        _remove_runs(asked["mark"])


def _remove_runs(mark: str) -> None:
    """Do what the parent would have done: remove the run from the server."""
    with contextlib.suppress(Exception):
        from prefect.client.orchestration import get_client
        from prefect.client.schemas.filters import FlowRunFilter

        with get_client(sync_client=True) as client:
            for run in client.read_flow_runs(flow_run_filter=FlowRunFilter.model_validate({"tags": {"all_": [mark]}})):
                client.delete_flow_run(run.id)


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
    """Tag the run, by which it is found; let each task be tried once; log what the cell's author can use."""
    try:
        import prefect
    except ImportError:
        return contextlib.nullcontext()
    make = prefect.Task.__init__

    @functools.wraps(make)
    def once(self: Any, *positional: Any, **options: Any) -> None:
        make(self, *positional, **{**options, "retries": 0})

    prefect.Task.__init__ = once
    for name in ("prefect.flow_runs", "prefect.task_runs", "prefect.events.utilities"):
        logging.getLogger(name).addFilter(_tells)
    return prefect.tags(mark)  # type: ignore[no-any-return]


def _tells(record: logging.LogRecord) -> bool:
    """Return whether a line is shown, and take its traceback, which is told later.

    Left out are the address of the run, which is removed from the server, and the events that cannot be sent any more
    while a run ends.
    """
    record.exc_info = record.exc_text = None
    return record.name != "prefect.events.utilities" and not record.getMessage().startswith("View at ")


if __name__ == "__main__":
    main()
