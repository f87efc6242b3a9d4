"""Find the layers of profiles, from the most general to the most specific.

1. Built in: ``builtin/*.yaml`` of this package.
2. Packages: entry points of the group ``jupyter_pipeline.profiles``, each a mapping, a function that returns one, or
   the path of a YAML file.
3. Dask's own configuration, see `dask_config`.
4. Jupyter's configuration folders, system, then environment, then user (`jupyter --paths` lists them):
   ``jupyter_pipeline/profiles.yaml`` and ``jupyter_pipeline/profiles.d/*.yaml`` in each.
5. The project: ``jupyter-pipeline.yaml`` or ``.jupyter-pipeline.yaml`` in the working folder or, inside a git
   repository, in a folder above it up to the repository's root. The nearest file is used.
6. Traitlets' configuration: ``c.JupyterPipeline.profiles``, see `traitlets_config`.
7. The caller's `extra`.

A file contains several profiles under ``profiles:``. A file in ``profiles.d`` may also be one profile, named like the
file. A broken layer keeps its error, which `get_profile` raises.
"""

from __future__ import annotations

import contextlib
import functools
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Any

from jupyter_pipeline.clusters.profiles import dask_config, foreign_formats, traitlets_config
from jupyter_pipeline.exceptions import ConfigurationError, PipelineError
from jupyter_pipeline.safe_yaml import read_file

__all__ = [
    "BUILTIN_DIR",
    "BUILTIN_SOURCE",
    "ENTRY_POINT_GROUP",
    "Layer",
    "find_layers",
    "find_project_file",
    "find_system_layers",
    "parse_profiles",
]

ENTRY_POINT_GROUP = "jupyter_pipeline.profiles"
BUILTIN_DIR = Path(__file__).parent / "builtin"
"""Folder of the built-in profiles."""
BUILTIN_SOURCE = "built in"
"""Source of the built-in profiles."""
_PROJECT_FILES = ("jupyter-pipeline.yaml", ".jupyter-pipeline.yaml")


@dataclass(frozen=True, slots=True)
class Layer:
    """The profiles of one source before merging."""

    source: str
    profiles: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    error: ConfigurationError | None = None
    """Error of a source that cannot be read."""


def find_layers(cwd: Path, extra: Mapping[str, Any] | None = None) -> list[Layer]:
    """Return all existing layers, the most general first."""
    layers = [_read_builtin()]
    layers += [
        _read_layer(_describe_entry_point(entry), functools.partial(_load_entry_point, entry))
        for entry in _find_entry_points()
    ]
    layers.append(_read_layer("Dask's configuration", _build_dask_profiles))
    for folder in reversed(_jupyter_config_path()):
        for path in _list_files(Path(folder) / "jupyter_pipeline"):
            layers.append(_read_layer(str(path), functools.partial(_read_profile_file, path)))
    project = find_project_file(cwd)
    if project is not None:
        layers.append(_read_layer(str(project), functools.partial(_read_profile_file, project)))
    layers += _read_traitlets_layers()
    if extra:
        source = "the caller's own profiles"
        layers.append(_read_layer(source, functools.partial(parse_profiles, {"profiles": extra}, source)))
    return [layer for layer in layers if layer.profiles or layer.error]


def find_system_layers(folders: Sequence[Path]) -> list[Layer]:
    """Return the layers of built-in profiles and of the files in `folders`, the most important folder first.

    Users cannot change these layers.
    """
    files = [path for folder in reversed(folders) for path in _list_files(folder)]
    return [_read_builtin(), *(_read_layer(str(path), functools.partial(_read_profile_file, path)) for path in files)]


def _read_traitlets_layers() -> list[Layer]:
    try:
        found = traitlets_config.read_profiles()
    except ConfigurationError as error:
        return [Layer(error.source, error=error)]
    return [_read_layer(s, functools.partial(parse_profiles, {"profiles": p}, s)) for s, p in found.items()]


def find_project_file(cwd: Path) -> Path | None:
    """Return the project's file for the folder `cwd`, ``None`` if there is none.

    Outside a git repository only `cwd` is searched: a folder above it may belong to another user.
    """
    cwd = cwd.absolute()
    above = [cwd, *cwd.parents]
    root = next((i for i, folder in enumerate(above) if (folder / ".git").exists()), 0)
    for folder in above[: root + 1]:
        for name in _PROJECT_FILES:
            if (folder / name).is_file():
                return folder / name
    return None


def parse_profiles(content: object, source: str, name: str | None = None) -> dict[str, Mapping[str, Any]]:
    """Return the profiles in the `content` of one file.

    Parameters
    ----------
    content : object
        ``{"profiles": {name: profile}}``. With `name`, one profile is allowed as well.
    source : str
        Source for messages.
    name : str, optional
        Name for a single profile.

    Raises
    ------
    ConfigurationError
        If `content` has another structure.
    """
    if content is None:
        raise ConfigurationError(
            source, "", "is empty", "Write a profile; `jupyter pipeline profiles new local` shows one."
        )
    if not isinstance(content, Mapping):
        raise ConfigurationError(
            source,
            "",
            f"contains {_describe_type(content)} instead of keys",
            "Write keys with values, such as `profiles:`.",
        )
    if "profiles" not in content:
        if name is None:
            raise ConfigurationError(
                source, "", "has no `profiles:`", "Write `profiles:` and below it each name with its profile."
            )
        return {name: foreign_formats.convert_spec(content, source)}
    others = sorted(str(key) for key in content if key != "profiles")
    if others:
        raise ConfigurationError(
            source, others[0], "is unknown beside `profiles:`", "Move it into a profile or remove it."
        )
    profiles = content["profiles"]
    if not isinstance(profiles, Mapping):
        raise ConfigurationError(
            source, "profiles", f"contains {_describe_type(profiles)}", "Write each name with its profile below it."
        )
    result = {}
    for key, profile in profiles.items():
        if not isinstance(profile, Mapping):
            raise ConfigurationError(
                source,
                f"profiles.{key}",
                f"contains {_describe_type(profile)}",
                "Write keys with values, such as `extends: local`.",
            )
        result[str(key)] = foreign_formats.convert_spec(profile, source, f"profiles.{key}")
    return result


def _describe_type(value: object) -> str:
    names = {
        list: "a list",
        str: "text",
        bool: "true or false",
        int: "a number",
        float: "a number",
        type(None): "nothing",
    }
    return names.get(type(value), f"a {type(value).__name__}")


def _read_layer(source: str, read: Callable[[], Mapping[str, Mapping[str, Any]]]) -> Layer:
    try:
        return Layer(source, read())
    except ConfigurationError as error:
        return Layer(source, error=error)


@functools.cache
def _read_builtin() -> Layer:
    profiles = {path.stem: read_file(path) for path in sorted(BUILTIN_DIR.glob("*.yaml"))}
    return Layer(BUILTIN_SOURCE, profiles)


def _build_dask_profiles() -> dict[str, Mapping[str, Any]]:
    return dask_config.build_profiles(dask_config.read_dask_config())


def _list_files(folder: Path) -> Iterator[Path]:
    if (folder / "profiles.yaml").exists():
        yield folder / "profiles.yaml"
    yield from sorted((folder / "profiles.d").glob("*.yaml"))


def _read_profile_file(path: Path) -> dict[str, Mapping[str, Any]]:
    single = path.stem if path.parent.name == "profiles.d" else None
    return parse_profiles(read_file(path), str(path), single)


def _jupyter_config_path() -> list[str]:
    from jupyter_core.paths import jupyter_config_path

    return list(jupyter_config_path())


def _find_entry_points() -> list[EntryPoint]:
    stamp = []
    for folder in sys.path:
        with contextlib.suppress(OSError):
            stamp.append((folder, Path(folder or ".").stat().st_mtime_ns))
    return _read_entry_points(tuple(stamp))


@functools.lru_cache(maxsize=1)
def _read_entry_points(stamp: tuple[tuple[str, int], ...]) -> list[EntryPoint]:
    """Return the entry points. They are read again only after an install, since each package has its own file."""
    return sorted(entry_points(group=ENTRY_POINT_GROUP), key=lambda entry: entry.name)


def _describe_entry_point(entry: EntryPoint) -> str:
    return f"package {entry.dist.name if entry.dist else '?'} (entry point {entry.name})"


def _load_entry_point(entry: EntryPoint) -> dict[str, Mapping[str, Any]]:
    source = _describe_entry_point(entry)
    try:
        value = entry.load()
        content = value() if callable(value) else value
        if isinstance(content, str | Path):
            content = read_file(Path(content))
    except PipelineError:
        raise
    except Exception as error:
        raise ConfigurationError(
            source, "", f"failed ({type(error).__name__}: {error})", "Update or remove that package."
        ) from error
    if isinstance(content, Mapping) and "profiles" not in content and "cluster_class" not in content:
        content = {"profiles": content}
    return parse_profiles(content, source, entry.name)
