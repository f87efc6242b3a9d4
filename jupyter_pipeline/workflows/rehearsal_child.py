"""Script that calls a flow once in the interpreter of the runs, and writes the result to a file.

`rehearsal` runs it by path, because that interpreter may lack Jupyter Pipeline. It imports the standard library and, if
installed, Prefect. The first line of standard input is a JSON request. The end of standard input means that the parent
process has exited: the script then interrupts the flow and removes its run and its folder. The result goes to the file
of the first argument. If the request has a ``record``, the result contains the outputs of each cell; see
`rehearsal_recorder`.
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
import select
import shutil
import signal
import sys
import threading
import time
import traceback
from pathlib import Path
from typing import Any

__all__ = ["main"]

_GRACE = 60
"""Seconds for the clean-up of an interrupted flow, such as the stop of its cluster."""

_STARTS = 3
"""Number of ports on which the temporary server is started."""


def main() -> None:
    """Call the flow, and write ``{"error": null}`` or the error with its traceback."""
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a child inherits an ignored signal
    request = json.loads(sys.stdin.readline())
    parent = _take_standard_input()
    alone = threading.Event()
    atexit.register(_remove_if, alone)  # registered first to run last: Prefect's temporary server has files there
    backup = _open_backup(request)
    threading.Thread(target=_end_with_parent, args=(parent, alone, request["mark"], backup), daemon=True).start()
    answer: dict[str, Any] = {"error": None}
    recorder = None
    reads = None
    try:
        os.chdir(request["working_directory"])
        _check_connections()
        resolved = _resolve_references()
        recorder = _recorder(request, backup)
        variables = _load("rehearsal_variables")
        # Reads of the recorder and of the references are none of the flow.
        reads = variables.observe(request["offered"], request["hidden_variables"], changed=resolved)
        _call(request, recorder)
    except BaseException as error:  # noqa: BLE001 - a flow may raise anything, SystemExit too
        answer = {
            "error": f"{type(error).__name__}: {error}".removesuffix(": "),
            "traceback": "".join(traceback.format_exception(error)),
            "interrupted": isinstance(error, KeyboardInterrupt),
        }
    if recorder is not None and not answer["error"]:
        answer["recording"] = _recording(recorder)
    answer["variables"] = reads.result() if reads is not None else {}
    Path(sys.argv[1]).write_text(json.dumps(answer, default=str), encoding="utf-8")
    if alone.is_set():
        _restore(backup)
        _remove_runs(request["mark"])


def _check_connections() -> None:
    """Check that a process of this user listens, before Prefect sends a password to a server on this host."""
    if os.environ.get("PREFECT_API_AUTH_STRING"):
        with contextlib.suppress(ImportError):  # another environment may lack this package
            from jupyter_pipeline.orchestration.prefect_api import peer_check

            peer_check.install()


def _restore(backup: Any) -> None:
    """Put back the files that the run changed, in place of the parent process."""
    if backup is not None:
        backup.finish(keep_copies=bool(backup.restore().failed))


def _remove_runs(mark: str) -> None:
    """Remove the run from the server, in place of the parent process."""
    with contextlib.suppress(Exception):
        from prefect.client.orchestration import get_client
        from prefect.client.schemas.filters import FlowRunFilter

        with get_client(sync_client=True) as client:
            for run in client.read_flow_runs(flow_run_filter=FlowRunFilter.model_validate({"tags": {"all_": [mark]}})):
                client.delete_flow_run(run.id)


def _take_standard_input() -> int:
    """Return a descriptor of the pipe from the parent process, and give the flow an empty standard input, as in a run.

    A thread that waits in ``sys.stdin`` would hold its lock. A process that the flow forks closes ``sys.stdin`` and
    would wait for this lock without end.
    """
    parent = os.dup(0)
    empty = os.open(os.devnull, os.O_RDONLY)
    os.dup2(empty, 0)
    os.close(empty)
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115 - it stays open like the former one
    return parent


def _end_with_parent(parent: int, alone: threading.Event, mark: str, backup: Any) -> None:
    """Interrupt the flow when the parent process has exited, and end this process if the flow does not end.

    Until then, record each second that the rehearsal runs.
    """
    while not select.select([parent], [], [], 1.0)[0] or os.read(parent, 4096):
        if backup is not None:
            backup.touch()
    alone.set()
    try:
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
        time.sleep(_GRACE)
        _restore(backup)
        _remove_runs(mark)
        _remove_if(alone)
    finally:
        os.killpg(os.getpid(), signal.SIGKILL)  # `rehearsal` starts this script as the leader of a group


def _remove_if(alone: threading.Event) -> None:
    if alone.is_set():
        shutil.rmtree(Path(sys.argv[1]).parent, ignore_errors=True)


def _resolve_references() -> set[str]:
    """Replace references to blocks and variables of the server in the environment, as Prefect's worker does.

    Return the names of these variables.
    """
    marks = ("{{ prefect.blocks.", "{{prefect.blocks.", "{{ prefect.variables.", "{{prefect.variables.")
    found = {name: value for name, value in os.environ.items() if any(mark in value for mark in marks)}
    if not found:
        return set()
    from prefect.utilities.templating import resolve_block_document_references, resolve_variables

    async def resolve() -> dict[str, Any]:
        return dict(await resolve_variables(await resolve_block_document_references(found)))

    os.environ.update({name: str(value) for name, value in asyncio.run(resolve()).items()})
    return {*found}


def _open_backup(request: dict[str, Any]) -> Any:
    """Return the backup of changed files; ``None`` if the request has none."""
    if not request.get("backup"):
        return None
    backup = _load_recorder().Backup(Path(request["backup"]))
    backup.open()
    return backup


def _load(name: str) -> Any:
    """Return the module of a file beside this script."""
    spec = importlib.util.spec_from_file_location(f"_{name}", Path(__file__).with_name(f"{name}.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _recorder(request: dict[str, Any], backup: Any) -> Any:
    """Return the recorder of the cells; ``None`` if the request has nothing to record."""
    if not request.get("record"):
        return None
    return _load_recorder().Recorder(request["record"], request["folder"], backup)


def _load_recorder() -> Any:
    """Return the package of the recorder, which is loaded by path."""
    if "_rehearsal_recorder" in sys.modules:
        return sys.modules["_rehearsal_recorder"]
    package = Path(__file__).with_name("rehearsal_recorder")
    spec = importlib.util.spec_from_file_location(
        "_rehearsal_recorder", package / "__init__.py", submodule_search_locations=[str(package)]
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # its modules import each other
    spec.loader.exec_module(module)
    return module


def _recording(recorder: Any) -> dict[str, Any]:
    try:
        return dict(recorder.result())
    except Exception as error:  # noqa: BLE001 - a recording that fails is no error of the pipeline
        return {"problem": f"{type(error).__name__}: {error}"}


def _call(request: dict[str, Any], recorder: Any) -> None:
    folder, (file, _, name) = request["folder"], request["entrypoint"].partition(":")
    # Replaces the folder of this script: a run imports its deployed modules only.
    sys.path[0] = folder
    if request["temporary_server"]:
        _start_server()
    with _marked(request["mark"]):
        if recorder is not None:
            recorder.install()
        spec = importlib.util.spec_from_file_location("flow", Path(folder) / file)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules["flow"] = module
        spec.loader.exec_module(module)
        outcome = getattr(module, name)(**request["parameters"])
        if inspect.isawaitable(outcome):
            asyncio.run(_wait(outcome))


def _start_server() -> None:
    """Start Prefect's temporary server before the flow, on another port if a connection to the first one breaks.

    Prefect would take the broken connection for an error of the flow.
    """
    try:
        import httpx
        from prefect.server.api.server import SubprocessASGIServer
    except ImportError:
        return
    for attempt in range(1, _STARTS + 1):
        server = SubprocessASGIServer()
        try:
            server.start()
        except httpx.TransportError:
            server.stop()
            if attempt == _STARTS:
                raise
        else:
            return


async def _wait(outcome: Any) -> None:
    await outcome


def _marked(mark: str) -> contextlib.AbstractContextManager[Any]:
    """Tag the run, disable retries, and reduce the log to lines for the author of the notebook."""
    try:
        import prefect
    except ImportError:
        return contextlib.nullcontext()
    make = prefect.Task.__init__

    @functools.wraps(make)
    def without_retries(self: Any, *positional: Any, **options: Any) -> None:
        make(self, *positional, **{**options, "retries": 0})

    prefect.Task.__init__ = without_retries
    for name in ("prefect.flow_runs", "prefect.task_runs", "prefect.events.utilities"):
        logging.getLogger(name).addFilter(_is_shown)
    return prefect.tags(mark)  # type: ignore[no-any-return]


def _is_shown(record: logging.LogRecord) -> bool:
    """Return True if a log record is shown, and drop its traceback, which the result contains.

    Hidden are the address of the run, which is removed from the server, and failures to send events at the end of a
    run.
    """
    record.exc_info = record.exc_text = None
    return record.name != "prefect.events.utilities" and not record.getMessage().startswith("View at ")


if __name__ == "__main__":
    main()
