"""Read the parts of Dask's own configuration that describe clusters.

Files and environment variables are found as ``dask.config`` finds them. It is not imported, because that takes 0.1 s.
If it is imported already, options set in this process count, too. `site_options` uses the options of batch systems.
"""

from __future__ import annotations

import ast
import contextlib
import functools
import os
import site
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jupyter_pipeline.clusters.backends import list_backends
from jupyter_pipeline.clusters.profiles.foreign_formats import convert_spec
from jupyter_pipeline.exceptions import ConfigurationError
from jupyter_pipeline.safe_yaml import read_file

__all__ = ["DaskConfig", "build_profiles", "list_config_files", "read_dask_config"]

_SPEC_KEYS = {"version", "module", "class", "args", "kwargs"}
_SOURCE_OF_VARIABLES = "environment variables of Dask"
_SOURCE_OF_PROCESS = "Dask's configuration in this process"


@dataclass(frozen=True, slots=True)
class DaskConfig:
    """The parts of Dask's configuration that describe clusters. Keys have underscores."""

    jobqueue: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """Options of batch systems, by section."""
    sources: Mapping[tuple[str, str], str] = field(default_factory=dict)
    """File of an option, by section and key."""
    labextension: Mapping[str, Any] = field(default_factory=dict)


def read_dask_config() -> DaskConfig:
    """Return Dask's configuration of clusters.

    Raises
    ------
    ConfigurationError
        If a file is malformed, or other users can write to it.
    """
    jobqueue: dict[str, dict[str, Any]] = {}
    sources: dict[tuple[str, str], str] = {}
    labextension: dict[str, Any] = {}
    for source, content in _read_sources():
        _merge(labextension, _as_mapping(content.get("labextension")))
        for name, options in _as_mapping(content.get("jobqueue")).items():
            for key, value in _as_mapping(options).items():
                section, option = jobqueue.setdefault(str(name), {}), _unify(key)
                if option not in section or section[option] != value:  # this process has the values of the files, too
                    _overlay(section, option, value)
                    sources[str(name), option] = source
    return DaskConfig(jobqueue, sources, labextension)


def build_profiles(config: DaskConfig) -> dict[str, Mapping[str, Any]]:
    """Return profiles for the clusters in Dask's configuration, by name.

    ``jobqueue.slurm`` becomes ``dask-slurm``, and ``labextension.factory`` becomes ``dask-labextension``.
    """
    profiles: dict[str, Mapping[str, Any]] = {}
    classes = _get_jobqueue_classes() if config.jobqueue else {}
    for name, options in config.jobqueue.items():
        if name in classes and options.get("cores") and options.get("memory"):
            profiles[f"dask-{name}"] = {
                "description": f"jobqueue.{name} of your Dask configuration",
                "cluster_class": classes[name],
                "adapt_kwargs": {"minimum": 0, "maximum": 8},  # as in the built-in profiles
            }
    factory = _as_mapping(config.labextension.get("factory"))
    if factory.get("module") and factory.get("class"):
        default = _as_mapping(config.labextension.get("default"))
        adapt = _as_mapping(default.get("adapt"))
        profiles["dask-labextension"] = {
            "description": "labextension.factory of your Dask configuration",
            **convert_spec(
                {k: v for k, v in factory.items() if k in _SPEC_KEYS}, "Dask's configuration", "labextension.factory"
            ),
            **({"adapt_kwargs": dict(adapt)} if adapt else {"workers": default.get("workers")}),
        }
    return profiles


def _get_jobqueue_classes() -> dict[str, str]:
    """Return the cluster classes of batch systems, by the name of their section in Dask's configuration."""
    batch = (backend for backend in list_backends() if backend.writes_job_script)
    return {backend.name: backend.cluster_classes[0] for backend in batch}


def list_config_files() -> list[Path]:
    """Return Dask's configuration files, the one with the lowest priority first."""
    folders = [os.environ.get("DASK_ROOT_CONFIG", "/etc/dask"), str(Path(sys.prefix, "etc", "dask"))]
    folders += [str(Path(prefix, "etc", "dask")) for prefix in site.PREFIXES]
    folders.append(str(Path("~/.config/dask").expanduser()))
    if "DASK_CONFIG" in os.environ:
        folders.append(os.environ["DASK_CONFIG"])
    files: list[Path] = []
    for folder in map(Path, reversed(dict.fromkeys(reversed(folders)))):
        with contextlib.suppress(OSError):
            if folder.is_dir():
                files += sorted(p for p in folder.iterdir() if p.suffix.lower() in (".json", ".yaml", ".yml"))
            elif folder.is_file():
                files.append(folder)
    return files


def _read_sources() -> Iterator[tuple[str, Mapping[str, Any]]]:
    for path in list_config_files():
        if os.access(path, os.R_OK):  # Dask ignores other files
            info = path.stat()
            content = _read_file(path, info.st_ctime_ns, info.st_size)
            if isinstance(content, Mapping):
                yield str(path), content
            elif content is not None:
                raise ConfigurationError(
                    str(path), "", "contains no keys", "Write keys with values, such as `jobqueue:`."
                )
    yield _SOURCE_OF_VARIABLES, _read_variables(os.environ)
    yield _SOURCE_OF_PROCESS, _read_process()


@functools.lru_cache(maxsize=32)
def _read_file(path: Path, changed: int, size: int) -> Any:
    """Return the content of a file, which is read again after a change."""
    return read_file(path, as_dask=True)


def _read_variables(environ: Mapping[str, str]) -> dict[str, Any]:
    """Return the options in variables such as ``DASK_JOBQUEUE__SLURM__QUEUE``."""
    jobqueue: dict[str, dict[str, Any]] = {}
    for name, text in environ.items():
        first, *rest = name.removeprefix("DASK_").lower().split("__")
        if name.startswith("DASK_") and first == "jobqueue" and len(rest) == 2:
            try:
                value = ast.literal_eval(text)
            except (SyntaxError, ValueError):
                value = {"none": None, "null": None, "false": False, "true": True}.get(text.lower(), text)
            jobqueue.setdefault(rest[0], {})[rest[1]] = value
    return {"jobqueue": jobqueue}


def _read_process() -> dict[str, Any]:
    """Return the options that differ from Dask's defaults in this process, if Dask is imported."""
    module = sys.modules.get("dask.config")
    if module is None:
        return {}
    defaults: dict[str, Any] = {}
    for layer in module.defaults:
        for name, options in _as_mapping(layer.get("jobqueue")).items():
            defaults.setdefault(name, {}).update({_unify(k): v for k, v in _as_mapping(options).items()})
    found: dict[str, dict[str, Any]] = {}
    for name, options in _as_mapping(module.config.get("jobqueue")).items():
        usual = defaults.get(name, {})
        for key, value in _as_mapping(options).items():
            if value != usual.get(_unify(key)):
                found.setdefault(name, {})[_unify(key)] = value
    return {"jobqueue": found}


def _unify(key: object) -> str:
    return str(key).replace("-", "_")


def _as_mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _overlay(target: dict[str, Any], key: str, value: Any) -> None:
    if isinstance(value, Mapping) and isinstance(target.get(key), dict):
        _merge(target[key], value)
    else:
        target[key] = dict(value) if isinstance(value, Mapping) else value


def _merge(target: dict[str, Any], addition: Mapping[str, Any]) -> None:
    for key, value in addition.items():
        _overlay(target, key, value)
