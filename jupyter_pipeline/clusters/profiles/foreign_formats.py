"""Convert cluster descriptions of other tools to profiles.

- flint: ``cluster_class``, ``cluster_kwargs`` and ``adapt_kwargs`` form a profile without conversion.
- dask-ctl: ``version``, ``module``, ``class``, ``args`` and ``kwargs``.
- Dask's configuration: ``jobqueue.slurm`` and its siblings become ``dask-slurm`` …, ``labextension.factory`` becomes
  ``dask-labextension``. The YAML files are read without importing ``dask.config``, which takes 0.1 s.
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

__all__ = ["convert_spec", "read_dask_config"]

_SPEC_KEYS = {"version", "module", "class", "args", "kwargs"}


def convert_spec(content: Mapping[str, Any], source: str, key: str = "") -> Mapping[str, Any]:
    """Return a dask-ctl spec with the keys of a profile, and other `content` unchanged.

    Parameters
    ----------
    content : mapping
        A profile or a spec.
    source : str
        Source for messages.
    key : str, optional
        Dotted key of `content` in its source, for messages.

    Raises
    ------
    ConfigurationError
        If a dask-ctl spec has positional arguments or unknown keys.
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


def read_dask_config() -> dict[str, Mapping[str, Any]]:
    """Return profiles for the clusters in the user's Dask configuration, by name."""
    config: dict[str, Any] = {}
    for path in _find_config_files():
        content = read_file(path)
        if isinstance(content, Mapping):
            _merge(config, {k: content[k] for k in ("jobqueue", "labextension") if k in content})
    profiles: dict[str, Mapping[str, Any]] = {}
    jobqueue = _as_mapping(config.get("jobqueue"))
    classes = _get_jobqueue_classes() if jobqueue else {}
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
    labextension = _as_mapping(config.get("labextension"))
    factory = _as_mapping(labextension.get("factory"))
    if factory.get("module") and factory.get("class"):
        default = _as_mapping(labextension.get("default"))
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


def _find_config_files() -> list[Path]:
    """Return Dask's configuration files in the folders of ``dask.config``, lowest priority first."""
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


def _as_mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _merge(target: dict[str, Any], addition: Mapping[str, Any]) -> None:
    for key, value in addition.items():
        if isinstance(value, Mapping) and isinstance(target.get(key), dict):
            _merge(target[key], value)
        else:
            target[key] = dict(value) if isinstance(value, Mapping) else value
