"""Repack installed distributions as wheels.

A repacked wheel needs no index, repository, credentials or build. The format is
https://packaging.python.org/en/latest/specifications/binary-distribution-format/.
"""

from __future__ import annotations

import base64
import hashlib
import io
import re
import tomllib
import zipfile
from collections.abc import Mapping
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path, PurePosixPath

from jupyter_pipeline.exceptions import SyncError

__all__ = ["jupyter_pipeline_requirements", "pack_installed", "pack_jupyter_pipeline"]

_PACKAGE = Path(__file__).parents[2]
_INSTALLER_FILES = {"INSTALLER", "REQUESTED", "RECORD", "direct_url.json", "RECORD.jws", "RECORD.p7s", "uv_cache.json"}


def pack_installed(name: str) -> tuple[str, bytes, str]:
    """Return file name and content of a wheel of the installed distribution `name`, and its ``direct_url.json``.

    Raises
    ------
    SyncError
        The distribution was not installed from a wheel, or some of its files are missing.
    """
    try:
        installed = distribution(name)
    except PackageNotFoundError as error:
        raise SyncError(f"{name} is not installed in the kernel's environment.") from error
    tags = [line.partition(":")[2].strip() for line in _lines(installed, "WHEEL") if line.startswith("Tag:")]
    if not tags or not installed.files:
        raise SyncError(f"{name} was not installed from a wheel and cannot be sent. Install it with pip or uv.")
    contents = _contents(installed)
    stem = next(path.partition(".dist-info/")[0] for path in contents if ".dist-info/" in path)
    origin = installed.read_text("direct_url.json") or ""
    return f"{stem}-{_compressed(tags)}.whl", _archive(stem, contents), origin


def pack_jupyter_pipeline() -> tuple[str, bytes]:
    """Return file name and content of a wheel of the Jupyter Pipeline that this process imports.

    The wheel has no JupyterLab extension: flow runs do not need it, and its build needs Node.
    """
    metadata, commands = _package_metadata()
    [version] = re.findall(r"^Version: (.+)$", metadata, re.MULTILINE)
    stem = f"jupyter_pipeline-{version}"
    tag = "py3-none-any"
    wheel = f"Wheel-Version: 1.0\nGenerator: jupyter_pipeline\nRoot-Is-Purelib: true\nTag: {tag}\n"
    contents = {
        f"{stem}.dist-info/METADATA": (metadata.encode(), 0o644),
        f"{stem}.dist-info/WHEEL": (wheel.encode(), 0o644),
        f"{stem}.dist-info/entry_points.txt": (commands.encode(), 0o644),
    }
    for file in sorted(_PACKAGE.rglob("*")):
        inside = file.relative_to(_PACKAGE)
        if file.is_file() and "__pycache__" not in inside.parts and inside.parts[0] != "labextension":
            contents[f"{_PACKAGE.name}/{inside.as_posix()}"] = (file.read_bytes(), 0o644)
    return f"{stem}-{tag}.whl", _archive(stem, contents)


def jupyter_pipeline_requirements() -> list[str]:
    """Return the requirements of Jupyter Pipeline."""
    metadata, _ = _package_metadata()
    return re.findall(r"^Requires-Dist: (.+)$", metadata, re.MULTILINE)


def _package_metadata() -> tuple[str, str]:
    """Return metadata and entry points of the installed package, or of the source tree if it is not installed."""
    try:
        installed = distribution("jupyter_pipeline")
        return installed.read_text("METADATA") or "", installed.read_text("entry_points.txt") or ""
    except PackageNotFoundError:
        project = tomllib.loads((_PACKAGE.parent / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lines = ["Metadata-Version: 2.1", f"Name: {project['name']}", f"Version: {project['version']}"]
    lines += [f"Requires-Dist: {text}" for text in project["dependencies"]]
    commands = "".join(f"{name} = {target}\n" for name, target in project["scripts"].items())
    return "\n".join(lines) + "\n", f"[console_scripts]\n{commands}"


def _archive(stem: str, contents: Mapping[str, tuple[bytes, int]]) -> bytes:
    """Return a wheel of `contents`, path to data and mode, with a ``RECORD`` of their hashes."""
    record = "".join(f"{path},{_hash(data)},{len(data)}\n" for path, (data, _) in contents.items())
    name = f"{stem}.dist-info/RECORD"
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, (data, mode) in contents.items():
            _add(archive, path, data, mode)
        _add(archive, name, f"{record}{name},,\n".encode(), 0o644)
    return target.getvalue()


def _contents(installed: Distribution) -> dict[str, tuple[bytes, int]]:
    scripts = {entry.name for entry in installed.entry_points if entry.group in ("console_scripts", "gui_scripts")}
    stem = ""
    found: dict[str, tuple[bytes, int]] = {}
    for file in installed.files or ():
        if file.parent.name.endswith(".dist-info"):
            stem = file.parent.name.removesuffix(".dist-info")
    for file in installed.files or ():
        path = PurePosixPath(file)
        if path.suffix == ".pyc" or (path.parent.name.endswith(".dist-info") and path.name in _INSTALLER_FILES):
            continue
        target = _place(path, stem, scripts)
        if target is None:
            continue
        full = Path(str(file.locate()))
        try:
            found[target] = (full.read_bytes(), full.stat().st_mode & 0o777)
        except OSError as error:
            raise SyncError(f"{full} of {stem} cannot be read ({error.strerror}). Install {stem} again.") from error
    return dict(sorted(found.items()))


def _place(path: PurePosixPath, stem: str, scripts: set[str]) -> str | None:
    """Return the path of a recorded file in a wheel; ``None`` for scripts that installers generate."""
    if path.parts[0] != "..":
        return str(path)
    outside = [part for part in path.parts if part != ".."]
    if outside[0] == "bin":
        return None if outside[-1] in scripts else f"{stem}.data/scripts/{outside[-1]}"
    return f"{stem}.data/data/{'/'.join(outside)}"


def _lines(installed: Distribution, name: str) -> list[str]:
    return (installed.read_text(name) or "").splitlines()


def _compressed(tags: list[str]) -> str:
    """Return the tags in the compressed form of wheel file names."""
    parts = zip(*(tag.split("-") for tag in tags), strict=True)
    return "-".join(".".join(dict.fromkeys(part)) for part in parts)


def _hash(data: bytes) -> str:
    return "sha256=" + base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()


def _add(archive: zipfile.ZipFile, path: str, data: bytes, mode: int) -> None:
    entry = zipfile.ZipInfo(path)  # a fixed date, so that the same files give the same wheel
    entry.external_attr = (0o100000 | mode) << 16
    entry.compress_type = zipfile.ZIP_DEFLATED
    archive.writestr(entry, data)
