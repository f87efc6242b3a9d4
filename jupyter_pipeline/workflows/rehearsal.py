"""Rehearse a pipeline: run its flow once in a separate process before the deploy.

The flow runs with the interpreter, folder, modules and cluster profile of its later runs. So a rehearsal finds packages
that only the kernel has, names that only the notebook defines, profiles that do not start, and results that cannot be
serialized. It uses the Prefect server of the deployment, because flows may read blocks and variables
there, and removes its run from the server. Without a server, Prefect starts a temporary one within about 15 seconds.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from jupyter_pipeline import environment_variables, plotting_backend, processes, temporary_folders
from jupyter_pipeline.models import Record
from jupyter_pipeline.workflows.tracebacks import strip_engine_frames

__all__ = ["Rehearsal", "rehearse"]

_PATIENCE = 20.0
"""Seconds that an interrupted flow has to stop its cluster."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsal(Record):
    """Result of a rehearsal."""

    error: str = ""
    """``TypeName: message`` of the exception; empty for success."""
    traceback: str = ""
    """Traceback with file names relative to the folder of the pipeline."""
    seconds: float = 0.0
    recording: Mapping[str, Any] = field(default_factory=dict)
    """Result of the recorder, if the rehearsal recorded and had no error."""
    variables: Mapping[str, list[str]] = field(default_factory=dict)
    """Names of the environment variables that were read; see `rehearsal_variables.ReadVariables.result`."""


def rehearse(
    files: Mapping[str, str],
    entrypoint: str,
    *,
    working_directory: Path,
    parameters: Mapping[str, Any] | None = None,
    python: str = sys.executable,
    environment: Mapping[str, str] | None = None,
    more: Mapping[str, str] | None = None,
    offered: Mapping[str, str] | None = None,
    hidden_variables: Collection[str] = (),
    server: str | None = "",
    record: Mapping[str, Any] | None = None,
    backup: Path | None = None,
    progress: Callable[[str], None] | None = None,
) -> Rehearsal:
    """Run a pipeline once in a separate process, and return the result.

    Parameters
    ----------
    files : mapping of str to str
        Text of each file of a run by relative path.
    entrypoint : str
        ``flow.py:function``.
    working_directory : Path
        Working folder of the run.
    parameters : mapping, optional
        Values that replace the defaults of the flow.
    python : str
        Interpreter of the runs.
    environment : mapping, optional
        Environment of the process, as a run has it; by default the environment of this process.
    more : mapping, optional
        Additional environment variables.
    offered : mapping, optional
        Variables that the process gets when it reads them.
    hidden_variables : collection of str
        Names of variables whose reads are recorded, without their values.
    server : str or None
        Prefect server, as in `Target`; empty for the configured one, ``None`` for a temporary one.
    record : mapping, optional
        Request of the recorder; see `comparison.cells.Notebook.request`. By default nothing is recorded.
    backup : Path, optional
        Folder of a `Backup`, which copies each recorded file before its first change.
    progress : callable, optional
        Function that gets each line that the flow logs or prints.

    Raises
    ------
    ApiUnreachableError
        If the server does not answer.
    """
    mark = f"rehearsal-{secrets.token_hex(4)}"
    folder = temporary_folders.create_folder("rehearsal")
    begun = time.monotonic()
    try:
        for name, text in files.items():
            path = folder / "code" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        request = {
            "folder": str(folder / "code"),
            "entrypoint": entrypoint,
            "working_directory": str(working_directory),
            "parameters": dict(parameters or {}),
            "mark": mark,
            "temporary_server": server is None,
            "record": dict(record or {}),
            "backup": str(backup or ""),
            "offered": dict(offered or {}),
            "hidden_variables": list(hidden_variables),
        }
        answer = folder / "answer.json"
        with contextlib.nullcontext() if server is None else _removed_from(server, mark):
            variables = _variables(folder, environment, more or {}, server)
            last = _run(python, answer, request, variables, progress)
        result: dict[str, Any] = json.loads(answer.read_text("utf-8")) if answer.is_file() else {"error": _silent(last)}
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return Rehearsal(
        error=result["error"] or "",
        traceback=strip_engine_frames(result.get("traceback", "")).replace(f"{folder / 'code'}{os.sep}", ""),
        seconds=time.monotonic() - begun,
        recording=result.get("recording") or {},
        variables=result.get("variables") or {},
    )


def _silent(last: str) -> str:
    return f"The process exited without a result; its last line: {last or 'none'}"


def _variables(
    folder: Path, environment: Mapping[str, str] | None, more: Mapping[str, str], server: str | None
) -> dict[str, str]:
    """Return the environment of the process: with the Prefect settings of the configured or of a temporary server."""
    base = os.environ if environment is None else environment
    kept = {
        "PREFECT_TASKS_REFRESH_CACHE": "true",
        "PREFECT_LOGGING_COLORS": "false",
        "PREFECT_LOGGING_TO_API_ENABLED": "false",  # the run is removed; 80,000 lines would take ten minutes
        "PYTHONUNBUFFERED": "1",
        "PLOTLY_RENDERER": base.get("PLOTLY_RENDERER", "plotly_mimetype"),  # opens no browser
        "DO_NOT_TRACK": "1",
        environment_variables.FUNCTIONS: "local",  # a rehearsal starts no machines in the cloud
    }
    # A kernel sets its own backend of Matplotlib, which the runs do not have.
    inherited = {**base, plotting_backend.VARIABLE: plotting_backend.choose_plotting_backend(base)}
    if server is not None:
        from jupyter_pipeline.orchestration.prefect_api import endpoint

        return {**inherited, **endpoint.variables(server), **kept, **more}
    plain = {name: value for name, value in inherited.items() if not name.startswith("PREFECT_")}
    return {
        **plain,
        "PREFECT_HOME": str(folder / "prefect"),
        "PREFECT_SERVER_ALLOW_EPHEMERAL_MODE": "true",
        "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "120",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        **kept,
        **more,
    }


@contextlib.contextmanager
def _removed_from(server: str, mark: str) -> Iterator[None]:
    """Remove the run with a mark from a server, which must answer before there is one."""
    from jupyter_pipeline.exceptions import OrchestrationError
    from jupyter_pipeline.orchestration import runs
    from jupyter_pipeline.orchestration.prefect_api import client

    client.check(server)
    try:
        yield
    finally:
        with contextlib.suppress(OrchestrationError):  # a run too many is no reason to fail
            runs.remove_tagged(mark, server)


def _run(
    python: str,
    answer: Path,
    request: Mapping[str, Any],
    variables: Mapping[str, str],
    progress: Callable[[str], None] | None,
) -> str:
    """Run the script until it ends and return its last line; an interrupt is forwarded to the script."""
    process = subprocess.Popen(
        [python, str(Path(__file__).with_name("rehearsal_child.py")), str(answer)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=dict(variables),
        text=True,
        encoding="utf-8",
        errors="replace",
        start_new_session=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    last = ""
    try:
        process.stdin.write(json.dumps(request) + "\n")
        process.stdin.flush()
        for line in process.stdout:
            if line.strip():
                last = line.rstrip()
                if progress is not None:
                    progress(last)
        process.wait()
    except BrokenPipeError:  # the process failed at its start and printed the reason
        last = _rest(process.stdout) or last
    finally:
        _end(process)
    return last


def _rest(stream: IO[str]) -> str:
    lines = [line.rstrip() for line in stream if line.strip()]
    return lines[-1] if lines else ""


def _end(process: subprocess.Popen[str]) -> None:
    """Terminate a process that still runs; the first signal lets it stop its cluster."""
    processes.terminate_group(process, grace=_PATIENCE, first=signal.SIGINT)
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            with contextlib.suppress(OSError):
                stream.close()
