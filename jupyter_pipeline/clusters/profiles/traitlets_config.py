"""Profiles in traitlets' configuration: ``c.JupyterPipeline.profiles = {"night": {"extends": "slurm"}}``.

``jupyter_pipeline_config.py`` (or ``.json``) in Jupyter's configuration folders counts everywhere.
``ipython_config.py`` counts in notebooks; ``jupyter_server_config.py`` in the Jupyter server and in what it starts, to
which the profiles are handed by a variable. A front door calls `configure` when it is loaded, which costs nothing.
"""

from __future__ import annotations

import functools
import json
import os
from collections.abc import Mapping
from typing import Any

from traitlets import Dict, TraitError
from traitlets.config import Config, Configurable

from jupyter_pipeline.exceptions import ConfigurationError

__all__ = ["JupyterPipeline", "build_environment", "read_profiles", "set_config"]

_FILE = "jupyter_pipeline_config"
_VARIABLE = "JUPYTER_PIPELINE_PROFILES"
_own: list[Config] = []


class JupyterPipeline(Configurable):  # type: ignore[misc]
    """What traitlets' configuration can say of Jupyter Pipeline."""

    profiles = Dict(help="Cluster profiles by name, with the keys of a profile's file.").tag(config=True)


def set_config(config: Config) -> None:
    """Let the profiles in `config`, that of the application around, count in this process."""
    _own[:] = [config]


def read_profiles() -> dict[str, Mapping[str, Any]]:
    """Return the profiles by name of each source that has any, the weakest source first.

    Raises
    ------
    ConfigurationError
        If a configuration file cannot be read, or what it says is not a set of profiles.
    """
    from jupyter_core.paths import jupyter_config_path

    sources = {f"c.JupyterPipeline.profiles in {_FILE}": _profiles(_file_config(tuple(jupyter_config_path())))}
    for config in _own:
        sources["c.JupyterPipeline.profiles"] = _profiles(config)
    if os.environ.get(_VARIABLE):
        sources[f"the Jupyter server's configuration ({_VARIABLE})"] = json.loads(os.environ[_VARIABLE])
    return {source: found for source, found in sources.items() if found}


def build_environment() -> dict[str, str]:
    """Return the variables by which a child process gets the profiles that count in this one."""
    found = [profiles for config in _own if (profiles := _profiles(config))]
    return {_VARIABLE: json.dumps(found[0])} if found else {}


@functools.cache
def _file_config(folders: tuple[str, ...]) -> Config:
    """Return the merged configuration files of `folders`, which are Jupyter's; Python in them runs once.

    They are read without an application of Jupyter's: that would set up the logging of this process anew, and so flush
    all its handlers, for which a run of Prefect stops its event worker and waits five seconds.
    """
    from traitlets.config.loader import ConfigFileNotFound, JSONFileConfigLoader, PyFileConfigLoader

    merged = Config()
    for name in ("jupyter_config", _FILE):
        for folder in reversed(folders):  # the first counts most
            for loader in (PyFileConfigLoader(f"{name}.py", folder), JSONFileConfigLoader(f"{name}.json", folder)):
                try:
                    merged.merge(loader.load_config())
                except ConfigFileNotFound:
                    continue
                except Exception as error:
                    reason = f"cannot be read ({type(error).__name__}: {error})"
                    raise ConfigurationError(loader.full_filename, "", reason, "Correct the file.") from error
    return merged


def _profiles(config: Config) -> dict[str, Any]:
    try:
        return dict(JupyterPipeline(config=Config({"JupyterPipeline": config.get("JupyterPipeline", {})})).profiles)
    except TraitError as error:
        raise ConfigurationError(
            "c.JupyterPipeline.profiles", "profiles", "is not a set of names and profiles", "Assign a dictionary."
        ) from error
