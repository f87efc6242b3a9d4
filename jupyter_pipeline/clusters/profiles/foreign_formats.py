"""Cluster descriptions of other tools, read as profiles.

- flint: ``cluster_class``, ``cluster_kwargs`` and ``adapt_kwargs`` are a profile as they stand.
- dask-ctl: ``version``, ``module``, ``class``, ``args`` and ``kwargs``.
- Dask's configuration: ``jobqueue.slurm`` and its siblings become ``dask-slurm`` …, ``labextension.factory`` becomes
  ``dask-labextension``. The YAML files are read here; importing ``dask.config`` costs 0.1 s.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jupyter_pipeline.clusters.backends import list_backends
from jupyter_pipeline.exceptions import ConfigurationError
from jupyter_pipeline.safe_yaml import read_file

__all__ = ["dask_config_profiles", "recognise"]

_SPEC_KEYS = {"version", "module", "class", "args", "kwargs"}


def recognise(content: Mapping[str, Any], source: str, key: str = "") -> Mapping[str, Any]:
    """Return `content` with the keys of a profile, if it is a dask-ctl spec; otherwise as it is.

    Raises
    ------
    ConfigurationError
        If a dask-ctl spec has positional arguments or keys of another kind.
    """
    if "module" not in content or "class" not in content or "cluster_class" in content:
        return content
    prefix = f"{key}." if key else ""
    unknown = sorted(set(map(str, content)) - _SPEC_KEYS)
    if unknown:
        raise ConfigurationError(
            source,
            prefix + unknown[0],
            "is not a key of a dask-ctl spec",
            "Use cluster_class and cluster_kwargs instead.",
        )
    if content.get("args"):
        raise ConfigurationError(
            source,
            prefix + "args",
            "positional arguments cannot be checked or overridden",
            "Name them under `kwargs:`.",
        )
    return {
        "cluster_class": f"{content['module']}.{content['class']}",
        "cluster_kwargs": content.get("kwargs") or {},
    }


def dask_config_profiles() -> dict[str, Mapping[str, Any]]:
    """Return the clusters that the user's Dask configuration describes."""
    config: dict[str, Any] = {}
    for path in _config_files():
        content = read_file(path)
        if isinstance(content, Mapping):
            _merge(config, {k: content[k] for k in ("jobqueue", "labextension") if k in content})
    profiles: dict[str, Mapping[str, Any]] = {}
    jobqueue = _mapping(config.get("jobqueue"))
    classes = _jobqueue_classes() if jobqueue else {}
    for name, options in jobqueue.items():
        if name in classes and isinstance(options, Mapping) and options.get("cores") and options.get("memory"):
            kwargs = {str(k).replace("-", "_"): v for k, v in options.items() if v is not None and v != []}
            if "name" in kwargs:
                kwargs["job_name"] = kwargs.pop("name")
            profiles[f"dask-{name}"] = {
                "description": f"jobqueue.{name} of your Dask configuration",
                "cluster_class": classes[name],
                "cluster_kwargs": kwargs,
            }
    labextension = _mapping(config.get("labextension"))
    factory = _mapping(labextension.get("factory"))
    if factory.get("module") and factory.get("class"):
        default = _mapping(labextension.get("default"))
        adapt = _mapping(default.get("adapt"))
        profiles["dask-labextension"] = {
            "description": "labextension.factory of your Dask configuration",
            **recognise(
                {k: v for k, v in factory.items() if k in _SPEC_KEYS}, "Dask's configuration", "labextension.factory"
            ),
            **({"adapt_kwargs": dict(adapt)} if adapt else {"workers": default.get("workers")}),
        }
    return profiles


def _jobqueue_classes() -> dict[str, str]:
    """Return the cluster classes of batch systems, by the name of their section in Dask's configuration."""
    batch = (backend for backend in list_backends() if backend.writes_job_script)
    return {backend.name: backend.cluster_classes[0] for backend in batch}


def _config_files() -> list[Path]:
    """Return Dask's configuration files, the weakest first; the folders are those of ``dask.config``."""
    folders = [os.environ.get("DASK_ROOT_CONFIG", "/etc/dask"), str(Path(sys.prefix, "etc", "dask"))]
    folders.append(str(Path("~/.config/dask").expanduser()))
    if "DASK_CONFIG" in os.environ:
        folders.append(os.environ["DASK_CONFIG"])
    files: list[Path] = []
    for folder in map(Path, folders):
        if folder.is_dir():
            files += sorted(p for p in folder.iterdir() if p.suffix in (".yaml", ".yml"))
        elif folder.is_file():
            files.append(folder)
    return files


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _merge(target: dict[str, Any], addition: Mapping[str, Any]) -> None:
    for key, value in addition.items():
        if isinstance(value, Mapping) and isinstance(target.get(key), dict):
            _merge(target[key], value)
        else:
            target[key] = dict(value) if isinstance(value, Mapping) else value
