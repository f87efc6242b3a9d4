"""List the distributions on a search path from the names of their metadata folders.

``importlib.metadata`` opens a file for each distribution. This module reads name and version from the folder's name
(https://packaging.python.org/en/latest/specifications/recording-installed-packages/). Only distributions that did not
come from an index have a ``direct_url.json``. The result for each folder of the path is cached until it changes.
"""

from __future__ import annotations

import hashlib
import importlib
import itertools
import json
import os
import platform
import re
import sys
import sysconfig
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit, urlunsplit

Row = tuple[str, str, str, str]
"""Normalized name, version, source and URL: the fields of ``models.Distribution``."""

_RECORDS = ("RECORD", "installed-files.txt", "SOURCES.txt", "PKG-INFO")
_SITES: dict[str, tuple[int, str]] = {}
_SCANS: dict[str, tuple[tuple[Any, ...], dict[Any, list[Row]], list[Row]]] = {}
_DIGESTS: dict[str, tuple[list[Row], str]] = {}


def normalize_name(name: str) -> str:
    """Return `name` as normalized by PEP 503."""
    return re.sub(r"[-_.]+", "-", name).lower()


def strip_credentials(url: str) -> str:
    """Return `url` without user and password, unless they are references such as ``${TOKEN}``.

    The user of an SSH address is no secret and is kept.
    """
    parts = urlsplit(url)
    user, at, host = parts.netloc.rpartition("@")
    name, _, password = user.partition(":")
    if not at or "${" in (password or name) or ("ssh" in parts.scheme and not password):
        return url
    return urlunsplit(parts._replace(netloc=host))


def fingerprint(paths: Iterable[str]) -> tuple[Any, ...]:
    """Return a value that changes when a package on `paths` is installed or removed."""
    found: list[Any] = []
    for path in paths:
        try:
            info = os.stat(path or ".")  # noqa: PTH116 - a hundredth of a millisecond for all of sys.path
        except OSError:
            continue
        found.append((path, info.st_ino, info.st_mtime_ns))
    return tuple(found)


def scan_distributions(paths: Sequence[str]) -> list[Row]:
    """Return the distributions on `paths`, sorted by name. The first of a name counts, as in imports.

    Parameters
    ----------
    paths : sequence of str
        Folders, such as ``sys.path``.

    Returns
    -------
    list of tuple
        Name, version, source and URL of each distribution.
    """
    known = fingerprint(paths)
    before, folders, rows = _SCANS.get("last", ((), {}, []))
    if known != before:
        folders = {state: folders[state] if state in folders else list(_folder(state[0] or ".")) for state in known}
        found: dict[str, Row] = {}
        for row in itertools.chain(*folders.values()):
            found.setdefault(row[0], row)
        present = sorted(found.values())
        rows = rows if rows == present else present  # the digest is cached by identity of the list
        _SCANS["last"] = known, folders, rows
    return rows


def hash_site(path: str) -> str:
    """Return a hash of the distributions installed in the folder `path` and of their files; empty if it has none.

    Installers record the hashes of all files of a distribution, so the records are compared instead of the files.
    """
    try:
        state = os.stat(path)  # noqa: PTH116
        if _SITES.get(path, (0, ""))[0] != state.st_mtime_ns:
            names = sorted(n for n in os.listdir(path) if n.endswith((".dist-info", ".egg-info")))  # noqa: PTH208
            found = [(n, [_read(os.path.join(path, n, file)) for file in _RECORDS]) for n in names]  # noqa: PTH118
            _SITES[path] = (state.st_mtime_ns, hashlib.blake2b(repr(found).encode()).hexdigest() if found else "")
    except OSError:
        return ""
    return _SITES[path][1]


def use_sites(sites: Mapping[str, tuple[str, bool]]) -> list[str]:
    """Add the kernel's folders of packages to the search path if they are the same here.

    Parameters
    ----------
    sites : mapping
        Hash of each folder, and True if it precedes the packages of the interpreter.

    Returns
    -------
    list of str
        Folders that were added.
    """
    added = [path for path, (digest, _) in sites.items() if path not in sys.path and hash_site(path) == digest]
    sys.path[:0] = [path for path in added if sites[path][1]]
    sys.path += [path for path in added if not sites[path][1]]
    if added:
        importlib.invalidate_caches()
    return added


def _folder(path: str) -> Iterable[Row]:
    conda = os.path.isdir(os.path.join(sys.prefix, "conda-meta"))  # noqa: PTH112, PTH118 - as above
    try:
        entries = os.scandir(path)
    except OSError:
        return
    with entries:
        for entry in entries:
            stem, _, kind = entry.name.rpartition(".")
            # pip renames what it is about to remove to a name with "~".
            if kind not in ("dist-info", "egg-info") or entry.name.startswith(("~", ".")):
                continue
            row = _metadata(entry.path, stem, kind, conda)
            if row:
                yield row


def _metadata(folder: str, stem: str, kind: str, conda: bool) -> Row | None:
    name, _, version = stem.partition("-")
    if kind == "egg-info":
        version = version.partition("-py")[0]
        if not version:  # a source folder after `setup.py develop`
            text = _read(os.path.join(folder, "PKG-INFO"))  # noqa: PTH118
            version = next((line[9:].strip() for line in text.splitlines() if line.startswith("Version: ")), "")
    elif not os.path.exists(os.path.join(folder, "METADATA")):  # noqa: PTH110, PTH118 - what a broken install leaves
        return None
    if not name or not version:
        return None
    source, url = parse_origin(_read(os.path.join(folder, "direct_url.json")))  # noqa: PTH118
    if conda and source == "index" and _read(os.path.join(folder, "INSTALLER")).strip() == "conda":  # noqa: PTH118
        source = "conda"
    return normalize_name(name), version.replace("_", "-") if "_" in version else version, source, url


def parse_origin(text: str) -> tuple[str, str]:
    """Return source and URL from the `text` of a ``direct_url.json``, which PEP 610 describes."""
    if not text:
        return "index", ""
    try:
        data = json.loads(text)
        url = strip_credentials(str(data["url"]))
        if "vcs_info" in data:
            vcs = data["vcs_info"]
            folder_part = f"#subdirectory={data['subdirectory']}" if data.get("subdirectory") else ""
            return "vcs", f"{vcs['vcs']}+{url}@{vcs['commit_id']}{folder_part}"
        if data.get("dir_info", {}).get("editable"):
            return "editable", url
        if url.startswith("file:"):
            return "path", url + _hash_fragment(data)
        return "url", url + _hash_fragment(data)
    except (ValueError, KeyError, TypeError, AttributeError):
        return "index", ""  # the record is invalid


def _hash_fragment(data: dict[str, Any]) -> str:
    archive = data.get("archive_info") or {}
    sha = (archive.get("hashes") or {}).get("sha256") or str(archive.get("hash", "")).removeprefix("sha256=")
    return f"#sha256={sha}" if sha else ""


def _read(path: str) -> str:
    try:
        with open(path, encoding="utf-8", errors="replace") as file:  # noqa: PTH123
            return file.read()
    except OSError:
        return ""


def describe_environment(paths: Sequence[str]) -> dict[str, Any]:
    """Return Python, platform, prefix, host and a digest of the distributions on `paths`."""
    rows = scan_distributions(paths)
    python, system = platform.python_version(), sysconfig.get_platform()
    site = sysconfig.get_path("purelib")
    try:
        info = os.stat(site)  # noqa: PTH116
        # Equal for two paths of one folder, different for two copies of it.
        identity = f"{site}:{info.st_ino}:{info.st_mtime_ns}:{info.st_ctime_ns}"
    except OSError:
        identity = site
    return {
        "python": python,
        "platform": system,
        "prefix": sys.prefix,
        "executable": sys.executable,
        "host": platform.node(),
        "identity": identity,
        "digest": _digest_of(python, system, rows),
    }


def _digest_of(python: str, system: str, rows: list[Row]) -> str:
    """Return the digest of `rows`, cached until the next scan."""
    known = _DIGESTS.get("last")
    if known is None or known[0] is not rows:
        known = _DIGESTS["last"] = (rows, environment_digest(python, system, rows))
    return known[1]


def environment_digest(python: str, system: str, rows: Iterable[Row]) -> str:
    """Return a hash of an environment."""
    return hashlib.blake2b(repr((python, system, list(rows))).encode(), digest_size=16).hexdigest()
