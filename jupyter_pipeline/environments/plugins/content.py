"""Pack file content under its hash, and check that paths stay in their folder; pure."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any

Entry = list[Any]
"""``["f", content hash, size]`` for a file, ``"x"`` if it is executable, ``["l", target, 0]`` for a symbolic link."""

Changes = Mapping[str, Mapping[str, Any]]
"""Changes by key of the folder: ``put`` (entries by path) and ``delete`` (paths)."""


def content_hash(data: bytes) -> str:
    """Return the hash that names `data`: 32 hexadecimal digits of BLAKE2b."""
    return hashlib.blake2b(data, digest_size=16).hexdigest()


def pack_blob(data: bytes, level: int = 6) -> list[Any]:
    """Return hash, size, compression flag and bytes of `data`."""
    squeezed = zlib.compress(data, level)
    smaller = len(squeezed) < len(data)
    return [content_hash(data), len(data), smaller, squeezed if smaller else data]


def safe_path(path: str) -> PurePosixPath:
    """Return `path` after a check that it stays in its folder.

    Raises
    ------
    ValueError
        The path is absolute, empty, or has a ``..``.
    """
    parts = path.split("/")
    if path.startswith("/") or any(p in ("", ".", "..") for p in parts) or "\0" in path:
        raise ValueError(f"{path!r} leaves the folder that is synced")
    return PurePosixPath(path)


def safe_target(path: str, target: str) -> str:
    """Return the target of the link at `path` after a check that it stays in the folder.

    Raises
    ------
    ValueError
        The target is absolute, leaves the folder, or has a ``..`` after a name, which may be another link.
    """
    parts = PurePosixPath(target).parts
    ups = parts.count("..")
    too_far = ups >= len(PurePosixPath(path).parts) or ".." in parts[ups:]
    if target.startswith("/") or too_far or "\0" in target or not target:
        raise ValueError(f"the link {path!r} points to {target!r}, outside the folder that is synced")
    return target


def unpack_blob(blob: list[Any]) -> bytes:
    """Return the content of a blob that `pack_blob` returned.

    Raises
    ------
    ValueError
        The content does not match its hash.
    """
    digest, size, compressed, data = blob
    content: bytes = data
    if compressed:
        content = zlib.decompressobj().decompress(data, max(size, 1))  # at most the announced size
    if len(content) != size or content_hash(content) != digest:
        raise ValueError(f"content {digest} arrived damaged")
    return content
