"""Arguments of the cluster class and of its ``adapt``, checked as far as they can be without importing it (pure)."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from jupyter_pipeline.clusters.backends import Backend
from jupyter_pipeline.clusters.profiles.merging import Merged
from jupyter_pipeline.exceptions import UsageError
from jupyter_pipeline.paths import check_name
from jupyter_pipeline.units import parse_count, parse_duration

__all__ = ["check_adaptation", "check_arguments", "positive"]

_MULTI_LINE = ("env_extra", "job_script_prologue", "job_script_epilogue")


def check_arguments(merged: Merged, kwargs: Mapping[str, Any], backend: type[Backend], *, adapts: bool) -> None:
    """Refuse sizes, walltimes, names and job-script lines that no class can use.

    Parameters
    ----------
    merged : Merged
        The profile, for the message.
    kwargs : mapping
        Its ``cluster_kwargs``, variables replaced.
    backend : type of Backend
        Backend of the class.
    adapts : bool
        Whether the profile adapts: it may begin without workers.

    Raises
    ------
    ConfigurationError
        Names file, key, reason and fix of the first thing that is wrong.
    """
    types = backend.argument_types()
    for key, value in kwargs.items():
        if value is None or isinstance(value, list) or (key == "n_workers" and value == 0 and adapts):
            continue
        if key in types:
            try:
                types[key].parse(value)
            except ValueError as error:
                fix = f"Write something like {types[key].example}."
                raise merged.refuse(f"cluster_kwargs.{key}", str(error), fix) from error
        elif key in ("name", "job_name") and isinstance(value, str):
            try:
                check_name("job", value)
            except UsageError as error:
                raise merged.refuse(f"cluster_kwargs.{key}", str(error).rstrip("."), "Rename it.") from error
    options = kwargs.get("scheduler_options")
    ports = {"scheduler_port": kwargs.get("scheduler_port")}
    if isinstance(options, Mapping):
        ports["scheduler_options.port"] = options.get("port")
    for key, port in ports.items():
        if port is not None and (isinstance(port, bool) or not isinstance(port, int) or not 0 <= port <= 65535):
            raise merged.refuse(
                f"cluster_kwargs.{key}",
                f"{port!r} is not a port",
                "Write one from 1 to 65535, or 0 for any that is free.",
            )
    if backend.writes_job_script:
        for key, value in kwargs.items():
            if key not in _MULTI_LINE:
                _check_one_line(merged, value, f"cluster_kwargs.{key}")
        for key in backend.script_arguments & set(kwargs):
            value = kwargs[key]
            if isinstance(value, Mapping) and key in backend.mapping_arguments:
                continue
            if value is not None and not (isinstance(value, list) and all(isinstance(v, str) for v in value)):
                raise merged.refuse(f"cluster_kwargs.{key}", "is not a list of lines", "Write each line after a dash.")


def _check_one_line(merged: Merged, value: Any, path: str) -> None:
    if isinstance(value, Mapping):
        for key, below in value.items():
            _check_one_line(merged, below, f"{path}.{key}")
    elif isinstance(value, list):
        for i, below in enumerate(value):
            _check_one_line(merged, below, f"{path}[{i}]")
    elif isinstance(value, str) and "\n" in value.strip("\n"):
        raise merged.refuse(
            path, "a line break would add a line of its own to the job script", "Write one line each, as a list."
        )


def check_adaptation(merged: Merged, adapt: Mapping[str, Any]) -> None:
    """Refuse arguments of ``Cluster.adapt`` over which Dask would stumble each time that it looks, in silence.

    Parameters
    ----------
    merged : Merged
        The profile, for the message.
    adapt : mapping
        Its ``adapt_kwargs``, variables replaced.

    Raises
    ------
    ConfigurationError
        Names file, key, reason and fix of the first thing that is wrong.
    """
    for key in ("interval", "target_duration"):
        value = adapt.get(key)
        if value is not None:
            try:
                # Milliseconds are Dask's alone.
                parse_duration(value[:-2] if isinstance(value, str) and value.endswith("ms") else value)
            except ValueError as error:
                raise merged.refuse(f"adapt_kwargs.{key}", str(error), "Write something like 2s.") from error
    if adapt.get("wait_count") is not None:
        try:
            parse_count(adapt["wait_count"])
        except ValueError as error:
            raise merged.refuse("adapt_kwargs.wait_count", str(error), "Write a whole number.") from error
    if adapt.get("scale_factor") is not None:
        positive(merged, "adapt_kwargs.scale_factor", adapt["scale_factor"])


def positive(merged: Merged, key: str, value: object) -> float:
    """Return the number `value`, refused unless it is above zero."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value) or value <= 0:
        raise merged.refuse(key, f"{value!r} is not a positive number", "Write something like 2.5.")
    return float(value)
