"""Read profiles from traitlets' configuration: ``c.JupyterPipeline.profiles = {"night": {"extends": "slurm"}}``.

``jupyter_pipeline_config.py`` (or ``.json``) in Jupyter's configuration folders applies everywhere.
``ipython_config.py`` applies in notebooks, ``jupyter_server_config.py`` in the Jupyter server and in its child
processes, which receive the profiles in an environment variable. Each front end calls `set_config` when it is loaded.
"""

from __future__ import annotations

import functools
import json
import os
from collections.abc import Mapping
from typing import Any

from traitlets import Dict, TraitError, Unicode
from traitlets.config import Config, Configurable

from jupyter_pipeline import environment_variables
from jupyter_pipeline.exceptions import ConfigurationError

__all__ = ["JupyterPipeline", "build_environment", "read_default_profile", "read_profiles", "set_config"]

_FILE = "jupyter_pipeline_config"
_application_configs: list[Config] = []


class JupyterPipeline(Configurable):  # type: ignore[misc]
    """Settings of Jupyter Pipeline in traitlets' configuration."""

    profiles = Dict(help="Cluster profiles by name, with the keys of a profile's file.").tag(config=True)
    default_profile = Unicode("", help="Profile of a start that names none.").tag(config=True)


def set_config(config: Config) -> None:
    """Use the profiles in `config`, the configuration of the surrounding application, in this process."""
    _application_configs[:] = [config]


def read_profiles() -> dict[str, Mapping[str, Any]]:
    """Return the profiles by source and name, the source with the lowest priority first.

    Raises
    ------
    ConfigurationError
        If a configuration file cannot be read, or its value is not a set of profiles.
    """
    from jupyter_core.paths import jupyter_config_path

    sources = {f"c.JupyterPipeline.profiles in {_FILE}": _profiles(_file_config(tuple(jupyter_config_path())))}
    for config in _application_configs:
        sources["c.JupyterPipeline.profiles"] = _profiles(config)
    inherited = os.environ.get(environment_variables.PROFILES)
    if inherited:
        source = f"the Jupyter server's configuration ({environment_variables.PROFILES})"
        sources[source] = json.loads(inherited)
    return {source: found for source, found in sources.items() if found}


def read_default_profile() -> str:
    """Return ``c.JupyterPipeline.default_profile``; empty if no configuration sets it.

    The Jupyter server's configuration has the highest priority, then the one of this application, then
    `jupyter_pipeline_config`, as for profiles.
    """
    from jupyter_core.paths import jupyter_config_path

    configs = [*_application_configs, _file_config(tuple(jupyter_config_path()))]
    inherited = os.environ.get(environment_variables.DEFAULT_PROFILE, "")
    return inherited or next(filter(None, map(_default_profile, configs)), "")


def build_environment() -> dict[str, str]:
    """Return the environment variables that pass the settings of this process to a child process."""
    profiles = [found for config in _application_configs if (found := _profiles(config))]
    defaults = [name for config in _application_configs if (name := _default_profile(config))]
    return {
        **({environment_variables.PROFILES: json.dumps(profiles[0])} if profiles else {}),
        **({environment_variables.DEFAULT_PROFILE: defaults[0]} if defaults else {}),
    }


@functools.cache
def _file_config(folders: tuple[str, ...]) -> Config:
    """Return the merged configuration files of `folders`. Python files run once per process.

    No Jupyter application is created: it would configure logging again and flush all handlers. In a Prefect run, that
    stops the event worker and waits five seconds.
    """
    from traitlets.config.loader import ConfigFileNotFound, JSONFileConfigLoader, PyFileConfigLoader

    merged = Config()
    for name in ("jupyter_config", _FILE):
        for folder in reversed(folders):  # the first folder has the highest priority
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
    return dict(_read(config, "profiles", "is not a set of names and profiles", "Assign a dictionary."))


def _default_profile(config: Config) -> str:
    return str(_read(config, "default_profile", "is not the name of a profile", "Assign a string."))


def _read(config: Config, trait: str, reason: str, fix: str) -> Any:
    """Return the value of one trait. The other traits in `config` are not validated."""
    values = config.get("JupyterPipeline", {})
    try:
        return getattr(
            JupyterPipeline(config=Config({"JupyterPipeline": {k: values[k] for k in values if k == trait}})), trait
        )
    except TraitError as error:
        raise ConfigurationError(f"c.JupyterPipeline.{trait}", trait, reason, fix) from error
