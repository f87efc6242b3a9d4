"""Packs an installed distribution as a wheel again, exactly as the kernel imports it.

So it needs neither the index or repository it came from, nor credentials, nor a build. The format is that of
https://packaging.python.org/en/latest/specifications/binary-distribution-format/.
"""

from __future__ import annotations

import base64
import hashlib
import io
import zipfile
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path, PurePosixPath

from jupyter_pipeline.exceptions import SyncError

__all__ = ["pack_installed"]

_INSTALLER_FILES = {"INSTALLER", "REQUESTED", "RECORD", "direct_url.json", "RECORD.jws", "RECORD.p7s", "uv_cache.json"}


def pack_installed(name: str) -> tuple[str, bytes, str]:
    """Return file name and content of a wheel of the installed distribution `name`, and its ``direct_url.json``.

    Raises
    ------
    SyncError
        If it was not installed from a wheel, or files of it are gone.
    """
    try:
        installed = distribution(name)
    except PackageNotFoundError as error:
        raise SyncError(f"{name} is not installed in the kernel's environment.") from error
    tags = [line.partition(":")[2].strip() for line in _lines(installed, "WHEEL") if line.startswith("Tag:")]
    if not tags or not installed.files:
        raise SyncError(f"{name} was not installed from a wheel and cannot be sent. Install it with pip or uv.")
    contents = _contents(installed)
    info = next(path.partition("/")[0] for path in contents if ".dist-info/" in path)
    record = "".join(f"{path},{_hash(data)},{len(data)}\n" for path, (data, _) in contents.items())
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, (data, mode) in contents.items():
            _add(archive, path, data, mode)
        _add(archive, f"{info}/RECORD", f"{record}{info}/RECORD,,\n".encode(), 0o644)
    stem = info.removesuffix(".dist-info")
    return f"{stem}-{_compressed(tags)}.whl", target.getvalue(), installed.read_text("direct_url.json") or ""


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
    """Return where a recorded file belongs in a wheel; ``None`` for scripts that installers make themselves."""
    if path.parts[0] != "..":
        return str(path)
    outside = [part for part in path.parts if part != ".."]
    if outside[0] == "bin":
        return None if outside[-1] in scripts else f"{stem}.data/scripts/{outside[-1]}"
    return f"{stem}.data/data/{'/'.join(outside)}"


def _lines(installed: Distribution, name: str) -> list[str]:
    return (installed.read_text(name) or "").splitlines()


def _compressed(tags: list[str]) -> str:
    """Return tags as a file name has them: each part joined by dots."""
    parts = zip(*(tag.split("-") for tag in tags), strict=True)
    return "-".join(".".join(dict.fromkeys(part)) for part in parts)


def _hash(data: bytes) -> str:
    return "sha256=" + base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()


def _add(archive: zipfile.ZipFile, path: str, data: bytes, mode: int) -> None:
    entry = zipfile.ZipInfo(path)  # a fixed date, so that the same files give the same wheel
    entry.external_attr = (0o100000 | mode) << 16
    entry.compress_type = zipfile.ZIP_DEFLATED
    archive.writestr(entry, data)
