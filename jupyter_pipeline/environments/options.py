"""What a profile's ``environment`` says, read and checked."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from jupyter_pipeline.environments.capture.size_limits import Sizes
from jupyter_pipeline.environments.plugins.installed import normalise, without_credentials
from jupyter_pipeline.exceptions import ConfigurationError

__all__ = ["METHODS", "POLICIES", "Options", "parse"]

METHODS = ("packages", "dask", "image")
"""``packages``: sync by difference. ``dask``: distributed's own plugins. ``image``: left as it is, only compared."""

POLICIES = ("refuse", "sync", "warn", "ignore")

_ADDRESS = re.compile(r"[\w+.-]+://\S+")
_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([kmgt]?)(i?)b?", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How the environment reaches the cluster."""

    method: str = "packages"
    policy: str = "warn"
    """What a difference means at a start and before a promoted run."""
    pip_install: tuple[str, ...] = ()
    """Requirements that workers need beyond the kernel's, resolved with their dependencies."""
    pip_options: tuple[str, ...] = ()
    restart_workers: bool = False
    upload_directory: tuple[Path, ...] = ()
    """Folders beside what the kernel imports from."""
    upload_options: Mapping[str, Any] | None = None
    """Options of ``UploadDirectory``, for ``method: dask``."""
    include: tuple[str, ...] = ()
    """Patterns of files that are sent although they are ignored or look like secrets."""
    exclude: tuple[str, ...] = ()
    """Patterns of files, in the syntax of ``.gitignore``, that are not sent."""
    skip_packages: tuple[str, ...] = ()
    """Distributions that are left as they are on the cluster."""
    variables: tuple[str, ...] = ()
    """Names of environment variables whose values go along."""
    installer: str = "auto"
    max_file_size: int = Sizes().file
    max_size: int = Sizes().total

    @property
    def sizes(self) -> Sizes:
        """The limits of what is sent."""
        return Sizes(file=self.max_file_size, total=self.max_size)


def parse(options: Mapping[str, Any] | None) -> Options:
    """Return the options of a profile's ``environment``.

    Raises
    ------
    ConfigurationError
        Naming the key at fault and what it takes.
    """
    given = dict(options or {})
    known = {f.name for f in fields(Options)} - {"pip_options", "upload_options"}
    for key in given:
        if key not in known:
            raise _error(key, "is unknown", f"Known are {', '.join(sorted(known))}")
    values: dict[str, Any] = {}
    for key, allowed in (("method", METHODS), ("policy", POLICIES), ("installer", ("auto", "uv", "pip"))):
        if key in given:
            if given[key] not in allowed:
                raise _error(key, f"cannot be {given[key]!r}", f"Use {', '.join(allowed)}")
            values[key] = given[key]
    for key in ("include", "exclude", "skip_packages", "variables"):
        if key in given:
            values[key] = _strings(key, given[key])
    values["skip_packages"] = tuple(normalise(name) for name in values.get("skip_packages", ()))
    for key in ("max_file_size", "max_size"):
        if key in given:
            values[key] = _size(key, given[key])
    values |= _pip(given.get("pip_install"))
    directory = _directory(given.get("upload_directory"))
    directory["exclude"] = (*values.get("exclude", ()), *directory.get("exclude", ()))
    values |= directory
    if "restart_workers" in given:
        values["restart_workers"] = bool(given["restart_workers"])
    _refuse_secrets("pip_install", values.get("pip_install", ()))
    _refuse_secrets("pip_install.pip_options", values.get("pip_options", ()))
    return Options(**values)


def _refuse_secrets(key: str, texts: Sequence[str]) -> None:
    """Refuse addresses with credentials by value: a profile is read, shown and recorded in many places."""
    for text in texts:
        address = _ADDRESS.search(text)
        if address and without_credentials(address[0]) != address[0]:
            fix = "Write a reference such as https://${TOKEN}@host and set TOKEN for the workers, or use a netrc file"
            raise _error(key, "has credentials in an address", fix)


def _pip(value: Any) -> dict[str, Any]:
    """Read a list of requirements, or the arguments of ``PipInstall``."""
    if value is None:
        return {}
    if isinstance(value, Mapping):
        unknown = set(value) - {"packages", "pip_options", "restart_workers"}
        if unknown:
            raise _error(f"pip_install.{min(unknown)}", "is unknown", "Use packages, pip_options, restart_workers")
        return {
            "pip_install": _strings("pip_install.packages", value.get("packages", ())),
            "pip_options": _strings("pip_install.pip_options", value.get("pip_options", ())),
            "restart_workers": bool(value.get("restart_workers", False)),
        }
    return {"pip_install": _strings("pip_install", value)}


def _directory(value: Any) -> dict[str, Any]:
    """Read a path, a list of paths, or the arguments of ``UploadDirectory``."""
    if value is None:
        return {}
    if isinstance(value, Mapping):
        known = {"path", "restart_workers", "update_path", "skip_words", "skip", "mode"}
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
    raise _error(key, f"cannot be {value!r}", "Use a text or a list of texts")


def _size(key: str, value: Any) -> int:
    match = _SIZE.fullmatch(str(value).strip())
    if isinstance(value, bool) or not match:
        raise _error(key, f"cannot be {value!r}", "Use bytes, or a size such as 200 MB or 2 GiB")
    number, unit, binary = match.groups()
    return int(float(number) * (1024 if binary else 1000) ** " kmgt".index(unit.lower() or " "))


def _error(key: str, reason: str, fix: str) -> ConfigurationError:
    return ConfigurationError("environment", key, reason, f"{fix}.")
