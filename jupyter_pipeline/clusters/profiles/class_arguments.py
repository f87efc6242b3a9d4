"""Check arguments of a cluster class as far as possible without importing the class. All functions are pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from jupyter_pipeline.clusters.backends import Backend
from jupyter_pipeline.clusters.profiles.merging import MergedProfile
from jupyter_pipeline.exceptions import UsageError
from jupyter_pipeline.paths import check_name

__all__ = ["check_arguments"]

_PUNCTUATION = re.compile(r"[^\w./\n]")
_MULTI_LINE = ("env_extra", "job_script_prologue", "job_script_epilogue")
_NAMED_LINES = ("header_skip", "job_directives_skip", "job_extra", "job_extra_directives")


def check_arguments(
    merged: MergedProfile, kwargs: Mapping[str, Any], backend: type[Backend], *, adaptive: bool
) -> None:
    """Check sizes, walltimes, names, ports and lines of job scripts.

    Parameters
    ----------
    merged : MergedProfile
        The profile, for the message.
    kwargs : mapping
        ``cluster_kwargs`` with replaced variables.
    backend : type of Backend
        Backend of the class.
    adaptive : bool
        True if the profile scales adaptively, so that ``n_workers`` may be 0.

    Raises
    ------
    ConfigurationError
        For the first problem, with file, key, reason and fix.
    """
    types = backend.argument_types()
    for key, value in kwargs.items():
        if value is None or isinstance(value, list) or (key == "n_workers" and value == 0 and adaptive):
            continue
        if key in types:
            try:
                types[key].parse(value)
            except ValueError as error:
                fix = f"Write something like {types[key].example}."
                raise merged.build_error(f"cluster_kwargs.{key}", str(error), fix) from error
        elif key in ("name", "job_name") and isinstance(value, str):
            # Batch systems accept other characters, but the name is part of the path of the job's output.
            name = _PUNCTUATION.sub("_", f"x{value}x") if backend.writes_job_script else value
            try:
                check_name("job", name)
            except UsageError as error:
                raise merged.build_error(f"cluster_kwargs.{key}", str(error).rstrip("."), "Rename it.") from error
    _check_ports(merged, kwargs)
    if backend.writes_job_script:
        _check_job_script(merged, kwargs, backend)


def _check_ports(merged: MergedProfile, kwargs: Mapping[str, Any]) -> None:
    ports = {"scheduler_port": kwargs.get("scheduler_port")}
    options = kwargs.get("scheduler_options")
    if isinstance(options, Mapping):
        ports["scheduler_options.port"] = options.get("port")
    for key, port in ports.items():
        if port is not None and (isinstance(port, bool) or not isinstance(port, int) or not 0 <= port <= 65535):
            raise merged.build_error(
                f"cluster_kwargs.{key}", f"{port!r} is not a port", "Write one from 1 to 65535, or 0 for any free port."
            )


def _check_job_script(merged: MergedProfile, kwargs: Mapping[str, Any], backend: type[Backend]) -> None:
    for key, value in kwargs.items():
        if key not in _MULTI_LINE:
            _check_one_line(merged, value, f"cluster_kwargs.{key}")
    for key in backend.script_arguments & set(kwargs):
        value = kwargs[key]
        if isinstance(value, Mapping) and key in (*_NAMED_LINES, *backend.mapping_arguments):
            continue  # the class takes the keys
        scalars = str if key in _MULTI_LINE else str | int | float
        if value is not None and not (
            isinstance(value, list | tuple) and all(isinstance(v, scalars | None) for v in value)
        ):
            raise merged.build_error(f"cluster_kwargs.{key}", "is not a list of lines", "Write each line after a dash.")


def _check_one_line(merged: MergedProfile, value: Any, path: str) -> None:
    if isinstance(value, Mapping):
        for key, item in value.items():
            _check_one_line(merged, item, f"{path}.{key}")
    elif isinstance(value, list):
        for i, item in enumerate(value):
            _check_one_line(merged, item, f"{path}[{i}]")
    elif isinstance(value, str) and "\n" in value.strip("\n"):
        raise merged.build_error(
            path, "a line break would add a line to the job script", "Write a list with one line each."
        )
