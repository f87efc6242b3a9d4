"""Serve a deployed pipeline without the service: ``jupyter pipeline serve NAME``.

The files in ``pipelines/NAME`` are served as the deploy wrote them, with the schedules and parameters of their
``prefect.yaml``. This process, or a machine of Coiled, starts the runs.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from jupyter_pipeline import audit, processes, temporary_folders
from jupyter_pipeline.exceptions import ConfigurationError, MissingDependencyError, OrchestrationError
from jupyter_pipeline.models import STEP_PROFILES, Record
from jupyter_pipeline.progress import Progress
from jupyter_pipeline.secret_detection import read_settings
from jupyter_pipeline.workflows.artifacts import find_profile_files

__all__ = ["ServedPipeline", "describe", "find_pipeline", "serve", "serve_on_coiled"]

_NOT_DONE = (
    "The catch-up policy does not apply: times that pass while nothing serves are left out.",
    "Alerts, --after, the check of packages, rehearsals and overlap 'cancel' need jupyter pipeline deploy.",
)
"""Limits of served pipelines, compared with deployed ones."""
_MANIFEST = "prefect.yaml"
_WAY_OUT = "Deploy the pipeline again."
_PROFILE = "jupyter-pipeline"
"""Name of the Prefect profile that Coiled forwards."""
_PATIENCE = 60.0
"""Seconds in which an interrupted process pauses its schedules and ends its runs."""
_LAST_LINES = 5.0
"""Seconds in which the last lines of an ended process arrive."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServedPipeline(Record):
    """A pipeline that can be served."""

    name: str
    flow_name: str
    version: str
    """Content hash of the code, as in a deployment."""
    entrypoint: str
    """``flow.py:function``."""
    server: str
    """Address of the Prefect server."""
    server_source: str
    """Origin of the address."""
    schedules: tuple[Mapping[str, Any], ...] = ()
    """Schedules in the form of ``prefect.yaml``."""
    parameters: Mapping[str, Any] = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    description: str = ""
    concurrency_limit: Mapping[str, Any] = field(default_factory=dict)
    working_directory: str = ""
    """Folder of the notebook."""
    files: Mapping[str, str] = field(default_factory=dict)
    """Text of the files of a run by relative path, with the profiles of the flow."""


def find_pipeline(folder: Path, name: str) -> ServedPipeline:
    """Return a pipeline of ``folder/pipelines`` that the server accepts.

    Parameters
    ----------
    folder : Path
        Folder of the notebook.
    name : str
        Name of the pipeline.

    Raises
    ------
    NotFoundError
        If there is no such pipeline, or a profile of its flow does not exist.
    EditedByHandError
        If its files differ from the deployed ones.
    ApiUnreachableError
        If no Prefect server is configured, or it does not answer.
    OrchestrationError
        If the pipeline is deployed to a work pool of the server.
    """
    from jupyter_pipeline.compiler import output
    from jupyter_pipeline.orchestration.prefect_api import client, endpoint
    from jupyter_pipeline.orchestration.versions import snapshots
    from jupyter_pipeline.workflows import testing

    (home,) = testing.find_pipelines(folder, [name])
    manifest = read_settings(home / _MANIFEST, _WAY_OUT)
    try:
        (deployment,) = manifest["deployments"]
        flow_name = str(manifest["name"])
        entrypoint = str(deployment["entrypoint"])
    except (TypeError, KeyError, ValueError):
        raise ConfigurationError(str(home / _MANIFEST), "deployments", "has no single deployment", _WAY_OUT) from None
    code = {path: text for path, text in output.read_written_files(home).items() if path != _MANIFEST}
    profiles = find_profile_files(code, cwd=folder)
    step_profiles = {path: text for path, text in profiles.items() if path.startswith(f"{STEP_PROFILES}/")}
    server = endpoint.resolve()
    client.check("")
    _check_pool(flow_name, str(deployment["name"]), server.url)
    return ServedPipeline(
        name=str(deployment["name"]),
        flow_name=flow_name,
        version=snapshots.content_hash({**code, **step_profiles}),
        entrypoint=entrypoint,
        server=server.url,
        server_source=server.source,
        schedules=tuple(deployment.get("schedules") or ()),
        parameters=deployment.get("parameters") or {},
        tags=tuple(deployment.get("tags") or ()),
        description=str(deployment.get("description") or ""),
        concurrency_limit=deployment.get("concurrency_limit") or {},
        working_directory=str(folder),
        files={**code, **profiles},
    )


def describe(pipeline: ServedPipeline, *, on_coiled: bool = False) -> str:
    """Return the served version, its server and schedules, the limits of serving and its end, one on each line."""
    from jupyter_pipeline.models import Schedule
    from jupyter_pipeline.orchestration import schedules

    lines = [f"Serving {pipeline.name}, version {pipeline.version}, on {pipeline.server} ({pipeline.server_source})."]
    for entry in pipeline.schedules:
        times = {key: entry[key] for key in ("cron", "rrule", "timezone") if entry.get(key)}
        every = float(entry["interval"]) if "interval" in entry else None
        lines.append(f"  {schedules.describe_schedule(Schedule(every=every, **times))}")
    end = "coiled prefect stop ends the machine." if on_coiled else "Ctrl-C pauses the schedules and ends the runs."
    return "\n".join([*lines, *_NOT_DONE, end])


def serve(pipeline: ServedPipeline, *, progress: Progress) -> int:
    """Serve a pipeline until it is interrupted, and return the exit code of Prefect.

    An interrupt pauses the schedules and ends the runs. If this process is killed, its child does the same.

    Parameters
    ----------
    pipeline : ServedPipeline
        Result of `find_pipeline`.
    progress : callable
        Function that gets each line of the process.
    """
    from jupyter_pipeline.orchestration import runs
    from jupyter_pipeline.orchestration.prefect_api import endpoint

    if ended := runs.crash_served_runs(pipeline.name):
        progress(f"Marked as crashed, because the process that served them was killed: {', '.join(ended)}")
    with (
        runs.record_serving(pipeline.flow_name, pipeline.name, endpoint.resolve().key),
        temporary_folders.temporary_folder("serve") as folder,
    ):
        request = _write_request(pipeline, folder, working_directory=pipeline.working_directory, ends_with_parent=True)
        process = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("serve_child.py")), str(request)],
            stdin=subprocess.PIPE,  # the child reads its end when this process is killed
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env={**os.environ, **endpoint.variables(""), "PYTHONUNBUFFERED": "1", "PREFECT_LOGGING_COLORS": "false"},
            text=True,
            start_new_session=True,
        )
        assert process.stdout is not None
        assert process.stdin is not None
        try:
            with _interrupted_by_termination():
                for line in process.stdout:
                    progress(line.rstrip())
                return process.wait()
        except KeyboardInterrupt:
            progress("Ending: the schedules are paused, and running runs end")
            return 0
        finally:
            _end(process, progress)
            process.stdin.close()
            with contextlib.suppress(OrchestrationError):  # without the server, its heartbeats end these runs
                runs.crash_open_runs(pipeline.flow_name, pipeline.name, runs.SERVER_ENDED)


def _end(process: subprocess.Popen[str], progress: Progress) -> None:
    """Interrupt a process and wait for it, and report its last lines: a full pipe would block it."""

    def report() -> None:
        assert process.stdout is not None
        with contextlib.suppress(ValueError), process.stdout as lines:  # the file may be closed
            for line in lines:
                progress(line.rstrip())

    reader = threading.Thread(target=report, name="serve-output", daemon=True)
    reader.start()
    processes.terminate_group(process, grace=_PATIENCE, first=signal.SIGINT)
    reader.join(_LAST_LINES)  # a process that has left the group may hold the pipe


def serve_on_coiled(pipeline: ServedPipeline, options: Sequence[str], *, progress: Progress) -> None:
    """Serve a pipeline on a machine of Coiled, by ``coiled prefect serve``. On return, the machine serves it.

    Parameters
    ----------
    pipeline : ServedPipeline
        Result of `find_pipeline`.
    options : sequence of str
        Options of ``coiled prefect serve``, such as ``--region``.
    progress : callable
        Function that gets each line of the command.

    Raises
    ------
    MissingDependencyError
        If Coiled is not installed.
    PolicyError
        If the policy of the administrator does not allow it.
    ConfigurationError
        If the machine cannot reach the Prefect server.
    OrchestrationError
        If Coiled could not start it.
    """
    with audit.record("serve", "deployment", pipeline.name, place="coiled", version=pipeline.version):
        _serve_on_coiled(pipeline, options, progress)


def _serve_on_coiled(pipeline: ServedPipeline, options: Sequence[str], progress: Progress) -> None:
    from jupyter_pipeline.clusters import restrictions
    from jupyter_pipeline.orchestration.prefect_api import endpoint

    restrictions.check_unlimited(f"to serve {pipeline.name!r} on Coiled")
    command = Path(sys.executable).with_name("coiled")
    if not command.exists():
        raise MissingDependencyError("coiled", "coiled")
    _check_reachable(pipeline)
    with temporary_folders.temporary_folder("serve") as folder:
        code, settings = folder / "code", folder / "profiles.toml"
        request = _write_request(pipeline, code, working_directory="")
        script = code / "serve.py"
        shutil.copy(Path(__file__).with_name("serve_child.py"), script)
        # Coiled forwards the settings of the active Prefect profile. An option --env would show them to other users.
        settings.touch(mode=0o600)
        settings.write_text(_render_settings(endpoint.settings()), encoding="utf-8")
        with subprocess.Popen(
            [*(str(command), "prefect", "serve"), *options, "--file", ".", "--", "python", script.name, request.name],
            cwd=code,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env={**os.environ, "PREFECT_PROFILES_PATH": str(settings), "PREFECT_PROFILE": _PROFILE},
            text=True,
        ) as done:
            assert done.stdout is not None
            lines = []
            for line in done.stdout:
                lines.append(line.rstrip())
                progress(lines[-1])
        # The command exits with 0 after an error, too.
        if done.wait() or any("There was an error" in line for line in lines):
            raise OrchestrationError(f"coiled prefect serve could not start {pipeline.name}: {_reason(lines)}")


def _reason(lines: Sequence[str]) -> str:
    """Return the error of Coiled, or else its last line."""
    shown = [line for line in lines if line.strip()]
    at = next((number for number, line in enumerate(shown) if "There was an error" in line), len(shown) - 2)
    return " ".join(shown[at + 1 : at + 3]) or "it printed nothing"


def _check_reachable(pipeline: ServedPipeline) -> None:
    host = urlsplit(pipeline.server).hostname or ""
    if host == "localhost" or host.startswith("127.") or host == "::1":
        raise ConfigurationError(
            "serve",
            "--coiled",
            f"needs a Prefect server that other machines reach, and {pipeline.server} is only on this host",
            "Use Prefect Cloud or a server of your own: PREFECT_API_URL.",
        )


def _render_settings(settings: Mapping[str, str]) -> str:
    """Return a file of Prefect profiles with one profile."""
    lines = [f"{name} = {json.dumps(value)}" for name, value in settings.items()]
    return "\n".join([f'active = "{_PROFILE}"', "", f"[profiles.{_PROFILE}]", *lines, ""])


def _write_request(
    pipeline: ServedPipeline, folder: Path, *, working_directory: str, ends_with_parent: bool = False
) -> Path:
    """Write the files of a pipeline and the request of `serve_child` into a folder; return the path of the request."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in pipeline.files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    fields = {key: value for key, value in pipeline.to_dict().items() if key not in ("files", "server")}
    file = folder / "request.json"
    fields |= {"working_directory": working_directory, "ends_with_parent": ends_with_parent}
    file.write_text(json.dumps(fields), encoding="utf-8")
    return file


@contextlib.contextmanager
def _interrupted_by_termination() -> Iterator[None]:
    """Treat SIGTERM and SIGHUP as an interrupt: a stopped system service or a closed terminal ends its runs."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    handlers = {each: signal.getsignal(each) for each in (signal.SIGTERM, signal.SIGHUP)}
    ends = [each for each, handler in handlers.items() if handler is not signal.SIG_IGN]  # as nohup does
    try:
        for each in ends:
            signal.signal(each, signal.default_int_handler)
        yield
    finally:
        for each in ends:
            signal.signal(each, handlers[each])


def _check_pool(flow_name: str, name: str, server: str) -> None:
    """Raise if workers of a work pool already run the deployment of this name."""
    from jupyter_pipeline.orchestration import deployments

    pool = deployments.find_work_pool(flow_name, name)
    if pool:
        raise OrchestrationError(
            f"{name} is deployed on {server} to the work pool {pool}, whose worker runs it. "
            f"Remove it (jupyter pipeline deployments delete {name}), or serve on another server: PREFECT_API_URL."
        )
