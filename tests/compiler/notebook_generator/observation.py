"""Content of values, files and pictures, in a form that compares between processes."""

from __future__ import annotations

import hashlib
import io
import os
import re
import sqlite3
from pathlib import Path
from typing import Any

__all__ = ["describe_files", "describe_value"]

_PLACES = re.compile(r"( at 0x|\)0x)[0-9a-f]+|\b(__main__|steps)\.|[\w.]+\.<locals>\.|0x[0-9a-f]{6,}")


def describe_value(value: Any, depth: int = 3) -> str:
    """Return the content of a value as text."""
    return _PLACES.sub("", _describe(value, depth))[:3000]


def _describe(value: Any, depth: int) -> str:
    kind = type(value).__name__
    try:
        if isinstance(value, bool | int | float | str | bytes | type(None)):
            return f"{kind} {value!r}"
        if kind in ("DataFrame", "Series"):
            return f"{kind} {value.to_csv()} {value.dtypes} {value.attrs}"
        if kind == "ndarray":
            return f"{kind} {value.dtype} {value.tolist()}"
        if kind in ("Generator", "RandomState"):
            return f"{kind} {_describe((getattr(value, 'bit_generator', None) or value._bit_generator).state, 4)}"
        if kind == "Random":
            return f"{kind} {hash(value.getstate())}"
        if kind == "Axes":
            return f"{kind} {_describe_axes(value)}"
        if isinstance(value, dict) and depth:
            items = ", ".join(f"{_describe(k, depth - 1)}: {_describe(v, depth - 1)}" for k, v in value.items())
            return f"{kind} {{{items}}} {_describe_attributes(value, depth)}"
        if isinstance(value, list | tuple) and depth:
            return f"{kind} [{', '.join(_describe(v, depth - 1) for v in value)}] {_describe_attributes(value, depth)}"
        if isinstance(value, set | frozenset):
            return f"{kind} {sorted(map(repr, value))}"
        if hasattr(value, "__length_hint__"):
            return f"{kind} {value.__length_hint__()}"
        if isinstance(value, type):
            return f"class {value.__name__} {[b.__name__ for b in value.__bases__]}"
        if hasattr(value, "__code__"):
            return f"{kind} {value.__name__}"
        if hasattr(value, "__dict__") and depth:
            return f"{kind} {_describe_attributes(value, depth)}"
        return f"{kind} {value!r}" if depth else kind
    except Exception as error:
        return f"{kind} {type(error).__name__}"


def _describe_attributes(value: Any, depth: int) -> str:
    if type(value).__module__ in ("__main__", "steps"):
        return _describe(dict(vars(value)), depth - 1)
    return ""


def _describe_axes(axes: Any) -> str:
    lines = [(line.get_ydata().tolist(), line.get_color(), line.get_linewidth()) for line in axes.lines]
    return f"{axes.get_title()} {axes.get_xlabel()} {axes.get_ylim()} {lines} {len(axes.patches)} {len(axes.texts)}"


def describe_files(folder: Path) -> dict[str, str]:
    """Return the files and folders below `folder`, each with its content as text."""
    found = {}
    for parent, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if name != "__pycache__"]
        for name in folders:
            found[f"{Path(parent, name).relative_to(folder)}/"] = "folder"
        for name in files:
            path = Path(parent, name)
            found[str(path.relative_to(folder))] = _describe_file(path) if path.exists() else "broken link"
    return found


def _describe_file(path: Path) -> str:
    if path.suffix == ".png":
        return _describe_picture(path.read_bytes())
    if path.suffix == ".db":
        with sqlite3.connect(path) as connection:
            return "\n".join(connection.iterdump())
    if path.suffix in (".zip", ".gz") or path.name.startswith("shelf"):
        return "archive"  # holds times
    return path.read_bytes()[:2000].decode("utf-8", "replace")


_PICTURES: dict[bytes, str] = {}


def _describe_picture(content: bytes) -> str:
    """Return size and hash of the pixels, and True if all pixels are the same."""
    key = hashlib.md5(content).digest()
    if key not in _PICTURES:
        from PIL import Image

        image = Image.open(io.BytesIO(content)).convert("RGB")
        blank = all(low == high for low, high in image.getextrema())
        _PICTURES[key] = f"picture {image.size} blank={blank} {hashlib.md5(image.tobytes()).hexdigest()}"
    return _PICTURES[key]
