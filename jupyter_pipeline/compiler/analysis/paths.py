"""File paths as abstract strings: joining them, and the question of two paths that may be the same file.

Paths overlap if they may name the same file, or if one may be a folder that contains the other.

Examples
--------
>>> overlap("data/a.csv", "./data/a.csv"), overlap("data", "data/a.csv"), overlap("data/*.csv", "data/b.csv")
(True, True, True)
>>> overlap("a.csv", "b.csv"), overlap("data", "database.csv")
(False, False)
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Sequence
from functools import lru_cache

from jupyter_pipeline.compiler.analysis.texts import ANY_TEXT, Texts, concatenate

__all__ = [
    "ANY_PATH",
    "SERVICE",
    "base_name",
    "find_paths",
    "is_module",
    "join_paths",
    "overlap",
    "parent_folder",
    "service_path",
]

ANY_PATH = "*"
"""Path that stands for any file."""
SERVICE = "/service:/"
"""Start of the path of a service; its name or URL follows."""

_MAX_LENGTH = 300
_SCHEME = re.compile(r"^[A-Za-z][\w+.-]+:/+")
_HOST = re.compile(r"^[A-Za-z][\w+.-]*:/+([^/?#]*).*$", re.DOTALL)
_DRIVE = re.compile(r"^[A-Za-z]:/")
_SUFFIX = re.compile(r"\.\w{1,8}(\.(gz|bz2|xz|zip|zst))?$")
_FOLDER_SUFFIXES = (".zarr", ".parquet", ".gdb", ".lance", ".n5", ".d", ".delta", ".app")
"""Suffixes of files that may be folders."""
_WORDS = re.compile(r"[^\s'\"`(),;=<>|&\[\]{}]+")
_QUOTED_HOLE = re.compile("['\"](\\*|\x01[^\x02]*\x02)['\"]")
_NO_PATHS = {
    "r", "w", "a", "x", "rb", "wb", "ab", "rt", "wt", "r+", "w+", "a+", "utf-8", "utf8", "latin-1", "latin1", "ascii",
    "cp1252", "utf-8-sig", "utf-16", "strict", "ignore", "replace", "coerce", "raise",
}  # fmt: skip
"""Modes, encodings and similar words that calls with a path often have beside it."""


def find_paths(text: str) -> Texts:
    """Return the paths that a text in the arguments of an unknown call may name.

    The text may be a path, a command or a query; the words of a longer text count if they look like paths.

    Examples
    --------
    >>> sorted(find_paths("copy t to 'out/t.csv'")), sorted(find_paths("results")), sorted(find_paths("utf-8"))
    (['copy t to 'out/t.csv'', 'out/t.csv'], ['results'], [])
    """
    found = {word for word in _WORDS.findall(text) if _SUFFIX.search(word) or "/" in word or "*" in word.strip("*")}
    if _QUOTED_HOLE.search(text):
        found.add(ANY_PATH)
    is_name = text not in _NO_PATHS and len(text) <= _MAX_LENGTH and "\n" not in text
    if is_name and any(c.isalnum() or c in "*./~\x01" for c in text):
        found.add(text)
    found |= {base_name for word in found if "://" in word and (base_name := word.rpartition("/")[2])}
    return frozenset(found)


def join_paths(parts: Sequence[Texts]) -> Texts:
    """Return the paths joined of one text of each part."""
    joined = concatenate([frozenset(text.rstrip("/") or text for text in part) for part in parts], "/")
    return frozenset(re.sub(r"^.*//", "/", text) if "://" not in text else text for text in joined)


def parent_folder(texts: Texts) -> Texts:
    """Return the folders that contain the paths."""
    return frozenset(text.rpartition("/")[0] or (ANY_PATH if "*" in text else ".") for text in texts)


def base_name(texts: Texts) -> Texts:
    """Return the last parts of the paths."""
    return frozenset(text.rpartition("/")[2] or ANY_PATH for text in texts) or ANY_TEXT


@lru_cache(maxsize=16384)
def overlap(first: str, second: str, *, moved: bool = False) -> bool:
    """Return True if one path may be the other, or a folder that contains it.

    Parameters
    ----------
    first, second : str
        Patterns.
    moved : bool, default False
        True if the working directory may differ between the uses of the paths.
    """
    a, b = _normalize(first), _normalize(second)
    if ANY_PATH in (a, b) or a == b:
        return True
    if a.startswith(SERVICE) or b.startswith(SERVICE):
        return _is_same_service(a, b)
    if "." in (a, b):
        other = b if a == "." else a
        return moved or not other.startswith("/")
    if not moved and _anchor(a) == _anchor(b) != "":
        return _may_be_same(a, b) or _may_contain(a, b) or _may_contain(b, a)
    if moved and not (_is_file(a) and _is_file(b)):
        return True
    return _has_part(a, b) or _has_part(b, a)


def _is_same_service(a: str, b: str) -> bool:
    """Return True if two normalized paths may belong to one service; a URL belongs to the service of its host."""
    names = [path.removeprefix(SERVICE) if path.startswith(SERVICE) else _find_host(path) for path in (a, b)]
    return all(names) and _may_be_same(*names)


def service_path(text: str) -> str:
    """Return the path that stands for a service, by its name or by a URL.

    Examples
    --------
    >>> service_path("https://example.org/items?page=2"), service_path("aws")
    ('/service:/example.org', '/service:/aws')
    """
    host = _HOST.sub(r"\1", text)
    return SERVICE + ("*" if not host or host.startswith("/") else host)  # a relative URL


def _find_host(path: str) -> str:
    """Return the host of a normalized path; empty if it is no URL."""
    return path.split("/")[1] if path.startswith("$host/") else ""


def is_module(path: str, name: str) -> bool:
    """Return True if the file or folder may be the module `name`, or a part of the package, in some folder.

    Examples
    --------
    >>> is_module("src/tools.py", "tools"), is_module("src/tools/__init__.py", "tools"), is_module("a.csv", "tools")
    (True, True, False)
    """
    *folders, last = _normalize(path).split("/")
    return name in (*folders, last) or (last.endswith(".py") and _may_be_same(last, f"{name}.py"))


@lru_cache(maxsize=4096)
def _normalize(path: str) -> str:
    """Return a path without scheme, drive, repeated separators and dots; unknown parts are ``*``."""
    path = path.replace("\\", "/")
    if path.startswith(SERVICE):
        return re.sub("\x01[^\x02]*\x02", "*", service_path(path.removeprefix(SERVICE)))
    path = _SCHEME.sub("$host/", path)
    path = _DRIVE.sub("/", path)
    path = re.sub("\x01[^\x02]*\x02", "*", path)
    path = re.sub(r"\[[^\]]*\]|\?", "*", path)
    path = re.sub(r"\*+(/\*+)*", "*", path)
    return ANY_PATH if path in ("", "*") else posixpath.normpath(path)


def _anchor(path: str) -> str:
    """Return the folder from which the path starts: the root, or the working directory; empty if unknown."""
    if path.startswith("/"):
        return "/"
    return "" if path.startswith(("..", "~", "*", "$")) else "."


def _may_be_same(a: str, b: str) -> bool:
    """Return True if two patterns may name the same file; functions such as ``numpy.savez`` add a suffix to a name."""
    if _match(a, b):
        return True
    for name, other in ((a, b), (b, a)):
        suffix = _SUFFIX.search(other)
        if suffix is not None and "." not in name.rpartition("/")[2]:
            return _match(name, other[: suffix.start()])
    return False


def _match(a: str, b: str) -> bool:
    """Return True if two patterns may match the same text."""
    if "*" not in a and "*" not in b:
        return a == b
    prefixes = a.partition("*")[0], b.partition("*")[0]
    suffixes = a.rpartition("*")[2], b.rpartition("*")[2]
    if "*" not in a or "*" not in b:
        text, (prefix, suffix) = (a, (prefixes[1], suffixes[1])) if "*" not in a else (b, (prefixes[0], suffixes[0]))
        return len(text) >= len(prefix) + len(suffix) and text.startswith(prefix) and text.endswith(suffix)
    return (prefixes[0].startswith(prefixes[1]) or prefixes[1].startswith(prefixes[0])) and (
        suffixes[0].endswith(suffixes[1]) or suffixes[1].endswith(suffixes[0])
    )


def _may_contain(folder: str, path: str) -> bool:
    """Return True if `folder` may be a folder above `path`."""
    if _is_file(folder):
        return False
    start = f"{folder.rstrip('/')}/".partition("*")[0]
    before, wildcard, _ = path.partition("*")
    return before.startswith(start) or bool(wildcard and start.startswith(before))


def _has_part(a: str, b: str) -> bool:
    """Return True if the last part of `a` may be a part of `b`, where they start from different folders."""
    last = a.rpartition("/")[2]
    *folders, end = b.split("/")
    if _may_be_same(last, end):
        return True
    if last in ("..", "~", "*"):
        return True
    return not _is_file(last) and any(_may_be_same(last, one) for one in folders)


def _is_file(path: str) -> bool:
    """Return True if the suffix shows that the path is no folder."""
    return bool(_SUFFIX.search(path)) and not path.endswith(_FOLDER_SUFFIXES)
