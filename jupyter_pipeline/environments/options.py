"""Parse and validate a profile's ``environment``."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from jupyter_pipeline.environments.capture.size_limits import SizeLimits
from jupyter_pipeline.environments.plugins.distributions import normalize_name, strip_credentials
from jupyter_pipeline.exceptions import ConfigurationError
from jupyter_pipeline.models import EnvironmentSettings
from jupyter_pipeline.units import parse_bytes

__all__ = ["METHODS", "POLICIES", "Options", "parse_options"]

_FIELDS = {field.name: field for field in fields(EnvironmentSettings)}
_CHOICES = {name: field.metadata["choices"] for name, field in _FIELDS.items() if field.metadata["kind"] == "choice"}
_DEFAULTS = EnvironmentSettings()

METHODS: tuple[str, ...] = _CHOICES["method"]
"""``packages`` installs the differences, ``dask`` uses distributed's plugins, ``image`` only compares packages."""

POLICIES: tuple[str, ...] = _CHOICES["policy"]

_ADDRESS = re.compile(r"[\w+.-]+://\S+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """Options of a sync."""

    method: str = _DEFAULTS.method
    policy: str = _DEFAULTS.policy
    """Reaction to differences when a cluster starts and before a compiled flow runs; one of `POLICIES`."""
    pip_install: tuple[str, ...] = ()
    """Requirements beyond the kernel's packages, installed on the workers with their dependencies."""
    pip_options: tuple[str, ...] = ()
    restart_workers: bool = False
    upload_directory: tuple[Path, ...] = ()
    """Folders that are sent in addition to those that the kernel imports from."""
    upload_options: Mapping[str, Any] | None = None
    """Arguments of ``UploadDirectory``, for ``method: dask``."""
    include: tuple[str, ...] = ()
    """Patterns of files that are sent even if they are ignored or look like secrets."""
    exclude: tuple[str, ...] = ()
    """Patterns of files, in the syntax of ``.gitignore``, that are not sent."""
    skip_packages: tuple[str, ...] = ()
    """Normalized names of distributions that a sync does not change on the cluster."""
    variables: tuple[str, ...] = ()
    """Names of environment variables that are set on the cluster."""
    installer: str = _DEFAULTS.installer
    max_file_size: int = _DEFAULTS.max_file_size
    max_size: int = _DEFAULTS.max_size

    @property
    def sizes(self) -> SizeLimits:
        """Size limits of the files that are sent."""
        return SizeLimits(file=self.max_file_size, total=self.max_size)


def parse_options(options: Mapping[str, Any] | None) -> Options:
    """Return the options of a profile's ``environment``.

    Raises
    ------
    ConfigurationError
        A key is unknown or has a value that it does not take.
    """
    for key in options or {}:
        if key not in _FIELDS:
            raise _error(key, "is unknown", f"Known are {', '.join(sorted(_FIELDS))}")
    raw = {key: value for key, value in (options or {}).items() if value is not None}
    values: dict[str, Any] = {}
    for key, allowed in _CHOICES.items():
        if key in raw:
            if raw[key] not in allowed:
                raise _error(key, f"cannot be {raw[key]!r}", f"Use {', '.join(allowed)}")
            values[key] = raw[key]
    for key in ("include", "exclude", "skip_packages", "variables"):
        if key in raw:
            values[key] = _strings(key, raw[key])
    values["skip_packages"] = tuple(normalize_name(name) for name in values.get("skip_packages", ()))
    for key in ("max_file_size", "max_size"):
        if key in raw:
            values[key] = _size(key, raw[key])
    values |= _pip(raw.get("pip_install"))
    directory = _directory(raw.get("upload_directory"))
    directory["exclude"] = (*values.get("exclude", ()), *directory.get("exclude", ()))
    values |= directory
    if "restart_workers" in raw:
        values["restart_workers"] = bool(raw["restart_workers"])
    _refuse_secrets("pip_install", values.get("pip_install", ()))
    _refuse_secrets("pip_install.pip_options", values.get("pip_options", ()))
    return Options(**values)


def _refuse_secrets(key: str, texts: Sequence[str]) -> None:
    """Raise if an address contains credentials: a profile is displayed and recorded in many places."""
    for text in texts:
        address = _ADDRESS.search(text)
        if address and strip_credentials(address[0]) != address[0]:
            fix = "Write a reference such as https://${TOKEN}@host and set TOKEN for the workers, or use a netrc file"
            raise _error(key, "has credentials in an address", fix)


def _pip(value: Any) -> dict[str, Any]:
    """Parse a list of requirements, or the arguments of ``PipInstall``."""
    if value is None:
        return {}
    if isinstance(value, Mapping):
        known = _FIELDS["pip_install"].metadata["arguments"]
        unknown = set(value) - set(known)
        if unknown:
            raise _error(f"pip_install.{min(unknown)}", "is unknown", f"Use {', '.join(known)}")
        return {
            "pip_install": _strings("pip_install.packages", value.get("packages", ())),
            "pip_options": _strings("pip_install.pip_options", value.get("pip_options", ())),
            "restart_workers": bool(value.get("restart_workers", False)),
        }
    return {"pip_install": _strings("pip_install", value)}


def _directory(value: Any) -> dict[str, Any]:
    """Parse a path, a list of paths, or the arguments of ``UploadDirectory``."""
    if value is None:
        return {}
    if isinstance(value, Mapping):
        known = set(_FIELDS["upload_directory"].metadata["arguments"])
        unknown = set(value) - known
        if unknown or "path" not in value:
            raise _error(
                "upload_directory",
                "needs path" if not unknown else f"{min(unknown)} is unknown",
                f"Use {', '.join(sorted(known))}",
            )
        rest = {k: v for k, v in value.items() if k != "path"}
        return {
            "upload_directory": tuple(Path(p) for p in _strings("upload_directory.path", value["path"])),
            "upload_options": rest,
            "exclude": tuple(str(w) for w in rest.get("skip_words", ())),
        }
    return {"upload_directory": tuple(Path(p) for p in _strings("upload_directory", value))}


def _strings(key: str, value: Any) -> tuple[str, ...]:
    if isinstance(value, str | Path):
        return (str(value),)
    if isinstance(value, Sequence) and all(isinstance(v, str | Path) for v in value):
        return tuple(str(v) for v in value)
    raise _error(key, f"cannot be {value!r}", "Use a string or a list of strings")


def _size(key: str, value: Any) -> int:
    try:
        return parse_bytes(value)
    except ValueError as error:
        raise _error(key, f"cannot be {value!r}", "Use bytes, or a size such as 200 MB or 2 GiB") from error


def _error(key: str, reason: str, fix: str) -> ConfigurationError:
    return ConfigurationError("environment", key, reason, f"{fix}.")
