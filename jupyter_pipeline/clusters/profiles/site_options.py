"""Give the class of a batch system the options of Dask's configuration that the profile does not set.

The classes of dask-jobqueue take each argument that is ``None`` from ``jobqueue.NAME``. `apply_site_options` does the
same for a profile, so that the profile shows the options, and checks and prices see them. Only the defaults of a
built-in profile yield to the site's options.
"""

from __future__ import annotations

import contextlib
import copy
import difflib
import functools
import importlib.util
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from jupyter_pipeline.clusters.backends import Backend, get_backend_class
from jupyter_pipeline.clusters.profiles.dask_config import DaskConfig
from jupyter_pipeline.clusters.profiles.layers import BUILTIN_SOURCE
from jupyter_pipeline.clusters.profiles.merging import MergedProfile
from jupyter_pipeline.clusters.variables import escape

__all__ = ["apply_site_options"]

_READ_OPTION = re.compile(r"jobqueue\.%s\.([\w-]+)")


def apply_site_options(merged: MergedProfile, config: DaskConfig) -> None:
    """Add the options of Dask's configuration to the arguments of a batch system's class, as the class does.

    Parameters
    ----------
    merged : MergedProfile
        The profile. Its arguments and their sources are changed, and notes are added.
    config : DaskConfig
        Dask's configuration.
    """
    backend = get_backend_class(str(merged.values.get("cluster_class", "")))
    kwargs = {} if merged.values.get("cluster_kwargs") is None else merged.values["cluster_kwargs"]
    if not backend.writes_job_script or not isinstance(kwargs, dict):
        return
    section = str(kwargs.get("config_name") or backend.name)
    options = config.jobqueue.get(section)
    if not options:
        return
    merged.values["cluster_kwargs"] = kwargs
    known = _list_options(backend)
    if options.get("cores") and merged.get_source("cluster_kwargs.processes") == BUILTIN_SOURCE:
        kwargs.pop("processes", None)
    for key, value in options.items():
        source = config.sources[section, key]
        if known and key not in known:
            merged.notes.append(_describe_unknown(section, key, known, source))
            continue
        argument = "job_name" if key == "name" else key
        path = f"cluster_kwargs.{argument}"
        if value is not None and (kwargs.get(argument) is None or merged.get_source(path) == BUILTIN_SOURCE):
            literal = argument not in backend.unexpanded_arguments()  # the class replaces no variables
            kwargs[argument] = escape(value) if literal else copy.deepcopy(value)
            merged.origins[path] = source
            merged.notes += _describe_surprises(section, key, value, source, backend)


def _describe_unknown(section: str, key: str, known: Iterable[str], source: str) -> str:
    nearest = difflib.get_close_matches(key, known, n=1, cutoff=0.6)
    offer = f" Did you mean {_hyphenate(nearest[0])}?" if nearest else ""
    return f"{source}: jobqueue.{section}.{_hyphenate(key)} is ignored, since Dask has no such option.{offer}"


def _describe_surprises(section: str, key: str, value: Any, source: str, backend: type[Backend]) -> Iterator[str]:
    """Yield what Dask does with a value that its author may not expect."""
    name = f"{source}: jobqueue.{section}.{_hyphenate(key)}"
    if key == "walltime" and isinstance(value, int) and value >= 3600 and value % 60 == 0:
        yield f"{name} is the number {value}. YAML reads a time with colons as a number; write it in quotes."
    if key in backend.script_arguments and isinstance(value, Mapping) and key not in backend.mapping_arguments:
        lost = [str(k) for k, v in value.items() if v is not None]
        if lost:
            yield f"{name} is a mapping: Dask writes the keys only, so the values of {', '.join(lost)} are lost."
    if key == "log_directory" and "$" in str(value):
        yield f"{name} is {value}. Dask does not replace variables in it."


def _list_options(backend: type[Backend]) -> frozenset[str]:
    """Return the options that the class of `backend` reads from Dask's configuration, empty if it is not installed."""
    return _find_options(tuple(sorted({(package, file) for package, file, _ in backend.sources})))


@functools.cache
def _find_options(files: tuple[tuple[str, str], ...]) -> frozenset[str]:
    found: set[str] = set()
    for package, file in files:
        spec = importlib.util.find_spec(package)
        for folder in (spec.submodule_search_locations or []) if spec else []:
            with contextlib.suppress(OSError):
                found.update(_unify(name) for name in _READ_OPTION.findall(Path(folder, file).read_text()))
    return frozenset(found)


def _unify(key: str) -> str:
    return key.replace("-", "_")


def _hyphenate(key: str) -> str:
    return key.replace("_", "-")
