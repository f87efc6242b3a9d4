"""Load profiles by name or path, and render them as YAML."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jupyter_pipeline.clusters.backends import get_backend_class
from jupyter_pipeline.clusters.profiles.dask_config import DaskConfig, read_dask_config
from jupyter_pipeline.clusters.profiles.layers import BUILTIN_DIR, Layer, find_layers, parse_profiles
from jupyter_pipeline.clusters.profiles.merging import merge
from jupyter_pipeline.clusters.profiles.site_options import apply_site_options
from jupyter_pipeline.clusters.profiles.traitlets_config import read_default_profile
from jupyter_pipeline.clusters.profiles.validation import validate
from jupyter_pipeline.clusters.variables import escape
from jupyter_pipeline.exceptions import ConfigurationError, NotFoundError, UsageError
from jupyter_pipeline.models import Profile
from jupyter_pipeline.safe_yaml import read_file, read_text

__all__ = [
    "get_default_name",
    "get_profile",
    "is_path",
    "list_kinds",
    "list_names",
    "list_problems",
    "load_profiles",
    "render_profile",
    "render_template",
    "stored_file_name",
]


def load_profiles(cwd: Path | None = None, *, extra: Mapping[str, Any] | None = None) -> dict[str, Profile]:
    """Return all usable profiles by name.

    Parameters
    ----------
    cwd : Path, optional
        Folder in which the search for the project's file starts, the working folder by default.
    extra : mapping, optional
        Last layer ``{name: profile}``, which overrides all others.

    See Also
    --------
    list_problems : the reasons why other profiles are missing.
    """
    return _load(cwd, extra)[0]


def list_problems(cwd: Path | None = None, *, extra: Mapping[str, Any] | None = None) -> list[ConfigurationError]:
    """Return the problems of files and profiles that `load_profiles` leaves out."""
    return _load(cwd, extra)[1]


def list_names(cwd: Path | None = None, *, extra: Mapping[str, Any] | None = None) -> list[str]:
    """Return the names of all profiles without validation, for tab completion."""
    return sorted({name for layer in find_layers(cwd or Path.cwd(), extra) for name in layer.profiles})


def get_default_name(cwd: Path | None = None) -> str:
    """Return the profile of a start that names none: ``c.JupyterPipeline.default_profile``, or else the only profile.

    Raises
    ------
    UsageError
        If no default is set and there are several profiles. The message lists them.
    """
    if name := read_default_profile():
        return name
    found = load_profiles(cwd)
    if len(found) == 1:
        return next(iter(found))
    width = max(map(len, found), default=0) + 2
    lines = [f"  {name:{width}}{profile.description}".rstrip() for name, profile in found.items()]
    raise UsageError(
        "\n".join(
            [
                "Name the profile of the cluster. There are:",
                *lines,
                "To start one without its name, set c.JupyterPipeline.default_profile in jupyter_pipeline_config.py.",
            ]
        )
    )


def get_profile(
    name: str,
    *,
    overrides: Mapping[str, Any] | None = None,
    cwd: Path | None = None,
    extra: Mapping[str, Any] | None = None,
) -> Profile:
    """Return the profile called `name`, or the one in the file `name`.

    Parameters
    ----------
    name : str
        A name, or the path of a YAML file (with a ``/`` or the suffix ``.yaml``): a profile, flint's file
        or a dask-ctl spec.
    overrides : mapping, optional
        Values by dotted key, such as ``{"cluster_kwargs.memory": "8 GiB"}``, which override all layers. Text is
        parsed as YAML.
    cwd : Path, optional
        See `load_profiles`.
    extra : mapping, optional
        See `load_profiles`.

    Raises
    ------
    NotFoundError
        If there is no such profile. The message offers similar names.
    ConfigurationError
        If the profile, or a file that may change it, is not usable.

    Examples
    --------
    >>> get_profile("local").cluster_class
    'distributed.LocalCluster'
    """
    if not isinstance(name, str):
        raise UsageError(f"The name or path of a profile is text, not {name!r}.")
    cwd = cwd or Path.cwd()
    layers = find_layers(cwd, extra)
    for layer in layers:
        if layer.error:
            raise layer.error
    if is_path(name):
        layer = _read_file_layer(cwd / Path(name).expanduser())
        (name,) = layer.profiles
        layers = [*layers, layer] if "extends" in layer.profiles[name] else [layer]
    merged = merge(name, layers)
    if overrides:
        source = merged.get_source("")
        merged.overlay(_nest_overrides(overrides), "override")
        merged.origins[""] = source
    apply_site_options(merged, read_dask_config())
    return validate(merged, os.environ)


def is_path(name: str) -> bool:
    """Return True if the text that selects a profile is the path of its file."""
    return "/" in name or name.endswith((".yaml", ".yml"))


def stored_file_name(name: str) -> str:
    """Return the file name of a profile in a folder of deployed code, from its name or path."""
    return f"{Path(name).stem if is_path(name) else name}.yaml"


def list_kinds() -> list[str]:
    """Return the names of the built-in profiles."""
    return sorted(path.stem for path in BUILTIN_DIR.glob("*.yaml"))


def render_template(kind: str) -> str:
    """Return commented YAML from which users write a profile: the example in the built-in profile `kind`.

    The text is a complete file such as ``jupyter-pipeline.yaml``.

    Raises
    ------
    NotFoundError
        If there is no such built-in profile.
    """
    known = list_kinds()
    if kind not in known:
        raise NotFoundError("kind of profile", kind, known)
    comments = [line for line in (BUILTIN_DIR / f"{kind}.yaml").read_text().splitlines() if line.startswith("#")]
    # The example is part of the comments, indented by three spaces.
    return "\n".join(line.removeprefix("#   ") if line.startswith("#   ") else line for line in comments) + "\n"


def render_profile(profile: Profile) -> str:
    """Return `profile` as YAML with every key. Secrets remain references to variables.

    Loading the text from a file with the name of the profile gives the same profile.
    """
    from jupyter_pipeline import safe_yaml

    backend = get_backend_class(profile.cluster_class)
    values = escape(profile.to_dict(), unexpanded=backend.unexpanded_arguments())
    source = values.pop("source")
    notes = "".join(f"# {note}\n" for note in values.pop("notes"))
    del values["name"]
    return f"# from {source}\n{notes}{safe_yaml.dump(values)}"


def _load(cwd: Path | None, extra: Mapping[str, Any] | None) -> tuple[dict[str, Profile], list[ConfigurationError]]:
    layers = find_layers(cwd or Path.cwd(), extra)
    problems = [layer.error for layer in layers if layer.error]
    profiles = {}
    try:
        config = read_dask_config()
    except ConfigurationError:  # the error of a layer
        config = DaskConfig()
    for name in sorted({n for layer in layers for n in layer.profiles}):
        try:
            merged = merge(name, layers)
            apply_site_options(merged, config)
            profiles[name] = validate(merged, os.environ)
        except ConfigurationError as error:
            problems.append(error)
    return profiles, problems


def _read_file_layer(path: Path) -> Layer:
    profiles = parse_profiles(read_file(path), str(path), path.stem)
    if len(profiles) != 1:
        raise ConfigurationError(
            str(path),
            "profiles",
            f"contains {len(profiles)} profiles",
            "Name a file with one profile, or put it into profiles.d.",
        )
    return Layer(str(path), profiles)


def _nest_overrides(overrides: Mapping[str, Any]) -> dict[str, Any]:
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
                raise ConfigurationError("override", dotted, f"{key} has a value already", "Remove one of the two.")
        target[last] = read_text(value, f"override {dotted}") if isinstance(value, str) else value
    return result
