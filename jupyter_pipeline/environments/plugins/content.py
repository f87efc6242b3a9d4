"""What travels: content named by its hash, and paths that stay in their folder; pure."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any

Entry = list[Any]
"""``["f" | "x", content hash, size]`` for a file (`x`: executable), ``["l", target, 0]`` for a symbolic link."""

Changes = Mapping[str, Mapping[str, Any]]
"""For each key: ``put`` (path to entry) and ``delete`` (paths)."""


def content_hash(data: bytes) -> str:
    """Return the name of `data`: 32 hexadecimal digits of BLAKE2b."""
    return hashlib.blake2b(data, digest_size=16).hexdigest()


def pack(data: bytes, level: int = 6) -> list[Any]:
    """Return hash, size, whether compressed, and bytes of `data`, ready to be sent."""
    squeezed = zlib.compress(data, level)
    smaller = len(squeezed) < len(data)
    return [content_hash(data), len(data), smaller, squeezed if smaller else data]


def safe_path(path: str) -> PurePosixPath:
    """Return `path` as a path that stays in its folder.

    Raises
    ------
    ValueError
        If it is absolute, empty, or goes up.
    """
    parts = path.split("/")
    if path.startswith("/") or any(p in ("", ".", "..") for p in parts) or "\0" in path:
        raise ValueError(f"{path!r} leaves the folder that is synced")
    return PurePosixPath(path)


def safe_target(path: str, target: str) -> str:
    """Return the target of the link at `path` if it stays in the folder.

    Raises
    ------
    ValueError
        If it is absolute, goes up too far, or goes up from a name: that may be another link.
    """
    parts = PurePosixPath(target).parts
    ups = parts.count("..")
    too_far = ups >= len(PurePosixPath(path).parts) or ".." in parts[ups:]
    if target.startswith("/") or too_far or "\0" in target or not target:
        raise ValueError(f"the link {path!r} points to {target!r}, outside the folder that is synced")
    return target


def unpack(blob: list[Any]) -> bytes:
    """Return the content of what `pack` returned.

    Raises
    ------
    ValueError
        If it is not what its hash says.
    """
    digest, size, compressed, data = blob
    content: bytes = data
    if compressed:
        content = zlib.decompressobj().decompress(data, max(size, 1))  # never more than was announced
    if len(content) != size or content_hash(content) != digest:
        raise ValueError(f"content {digest} arrived damaged")
    return content
