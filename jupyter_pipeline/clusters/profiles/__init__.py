"""Profiles: named descriptions of clusters, found in layers like Jupyter's own configuration.

A profile is data. `get_profile` returns one, merged from all layers, its variables replaced and every value checked;
nothing of Dask is imported. See `layers` for where they are found, `merging` for what overrides what, `variables` for
``$NAME``, `validation` for what is refused.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jupyter_pipeline.clusters.backends import get_backend_class
from jupyter_pipeline.clusters.profiles import layers as _layers
from jupyter_pipeline.clusters.profiles.merging import merge
from jupyter_pipeline.clusters.profiles.validation import validate
from jupyter_pipeline.clusters.variables import escape
from jupyter_pipeline.exceptions import ConfigurationError, NotFoundError, UsageError
from jupyter_pipeline.models import Profile
from jupyter_pipeline.safe_yaml import read_file, read_text

__all__ = ["get_profile", "load_profiles", "profile_names", "profile_problems", "render_profile", "render_template"]

_BUILTIN = Path(__file__).parent / "builtin"


def load_profiles(cwd: Path | None = None, *, extra: Mapping[str, Any] | None = None) -> dict[str, Profile]:
    """Return every profile that can be used, by name.

    Parameters
    ----------
    cwd : Path, optional
        Where the project's file is looked for; the working folder by default.
    extra : mapping, optional
        A last layer ``{name: profile}``, over all that is found.

    See Also
    --------
    profile_problems : why others are missing.
    """
    return _load(cwd, extra)[0]


def profile_problems(cwd: Path | None = None, *, extra: Mapping[str, Any] | None = None) -> list[ConfigurationError]:
    """Return why files and profiles were left out of `load_profiles`."""
    return _load(cwd, extra)[1]


def profile_names(cwd: Path | None = None, *, extra: Mapping[str, Any] | None = None) -> list[str]:
    """Return the names of all profiles, unchecked: for tab completion."""
    return sorted({name for layer in _layers.find_layers(cwd or Path.cwd(), extra) for name in layer.profiles})


def get_profile(
    name: str,
    *,
    overrides: Mapping[str, Any] | None = None,
    cwd: Path | None = None,
    extra: Mapping[str, Any] | None = None,
) -> Profile:
    """Return the profile `name`, or the one in the file of that path.

    Parameters
    ----------
    name : str
        A name, or the path of a YAML file (it has a ``/`` or ends in ``.yaml``): a profile, flint's file
        or a dask-ctl spec.
    overrides : mapping, optional
        Values by dotted key, such as ``{"cluster_kwargs.memory": "8 GiB"}``, over every layer. Text is read as YAML.
    cwd : Path, optional
        See `load_profiles`.
    extra : mapping, optional
        See `load_profiles`.

    Raises
    ------
    NotFoundError
        If there is none of that name; the nearest names are offered.
    ConfigurationError
        If it, or a file that might change it, cannot be used.

    Examples
    --------
    >>> get_profile("local").cluster_class
    'distributed.LocalCluster'
    """
    if not isinstance(name, str):
        raise UsageError(f"A profile is called by its name or path, as text, not {name!r}.")
    cwd = cwd or Path.cwd()
    layers = _layers.find_layers(cwd, extra)
    for layer in layers:
        if layer.error:
            raise layer.error
    if "/" in name or name.endswith((".yaml", ".yml")):
        layer = _file_layer(cwd / Path(name).expanduser())
        (name,) = layer.profiles
        layers = [*layers, layer] if "extends" in layer.profiles[name] else [layer]
    merged = merge(name, layers)
    if overrides:
        written = merged.source_of("")
        merged.add(_nested(overrides), "override")
        merged.origins[""] = written
    return validate(merged, os.environ)


def render_template(kind: str) -> str:
    """Return commented YAML to start a profile of one's own from the built-in `kind`: its worked example.

    As a whole it is a file such as ``jupyter-pipeline.yaml``.

    Raises
    ------
    NotFoundError
        If there is no such kind.
    """
    known = [path.stem for path in _BUILTIN.glob("*.yaml")]
    if kind not in known:
        raise NotFoundError("kind of profile", kind, known)
    comments = [line for line in (_BUILTIN / f"{kind}.yaml").read_text().splitlines() if line.startswith("#")]
    # The worked example stands in the comments, three spaces in.
    return "\n".join(line.removeprefix("#   ") if line.startswith("#   ") else line for line in comments) + "\n"


def render_profile(profile: Profile) -> str:
    """Return `profile` as YAML with every key, as it is used; secrets are still the variables that hold them.

    A file of that text, named like the profile, is read back as the same profile.
    """
    import yaml

    backend = get_backend_class(profile.cluster_class)
    values = escape(profile.to_dict(), unexpanded=backend.unexpanded_arguments())
    source = values.pop("source")
    del values["name"]
    text: str = yaml.safe_dump(values, sort_keys=False, allow_unicode=True)
    return f"# from {source}\n{text}"


def _load(cwd: Path | None, extra: Mapping[str, Any] | None) -> tuple[dict[str, Profile], list[ConfigurationError]]:
    layers = _layers.find_layers(cwd or Path.cwd(), extra)
    problems = [layer.error for layer in layers if layer.error]
    profiles = {}
    for name in sorted({n for layer in layers for n in layer.profiles}):
        try:
            profiles[name] = validate(merge(name, layers), os.environ)
        except ConfigurationError as error:
            problems.append(error)
    return profiles, problems


def _file_layer(path: Path) -> _layers.Layer:
    profiles = _layers.profiles_in(read_file(path), str(path), path.stem)
    if len(profiles) != 1:
        raise ConfigurationError(
            str(path), "profiles", f"holds {len(profiles)} profiles", "Name a file with one, or put it into profiles.d."
        )
    return _layers.Layer(str(path), profiles)


def _nested(overrides: Mapping[str, Any]) -> dict[str, Any]:
    """Return ``{"a.b": 1}`` as ``{"a": {"b": 1}}``."""
    result: dict[str, Any] = {}
    for dotted, value in overrides.items():
        *path, last = dotted.split(".")
        if not all((*path, last)):
            raise ConfigurationError(
                "override", dotted, "is not a key", "Write one such as cluster_kwargs.memory=8GiB."
            )
        target = result
        for key in path:
            target = target.setdefault(key, {})
            if not isinstance(target, dict):
                raise ConfigurationError("override", dotted, f"{key} has a value already", "Give one of the two.")
        target[last] = read_text(value, f"override {dotted}") if isinstance(value, str) else value
    return result
