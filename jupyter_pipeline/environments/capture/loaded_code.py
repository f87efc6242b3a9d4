"""Find modules whose file changed on disk after this process imported them."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from importlib.machinery import SOURCE_SUFFIXES
from types import ModuleType

__all__ = ["find_outdated_modules"]


def find_outdated_modules(names: Iterable[str]) -> list[str]:
    """Return the modules that this process runs in another version than their files have.

    An import writes the time and size of the source file into its bytecode file. If they differ from the source file,
    no import has read the file since its last change. Modules without a bytecode file are not returned.

    Parameters
    ----------
    names : iterable of str
        Names of loaded modules.
    """
    return [name for name in names if _is_outdated(sys.modules.get(name))]


def _is_outdated(module: ModuleType | None) -> bool:
    values = getattr(module, "__dict__", {})
    source, cached = values.get("__file__"), values.get("__cached__")
    if not isinstance(source, str) or not isinstance(cached, str) or not source.endswith(tuple(SOURCE_SUFFIXES)):
        return False
    if sys.dont_write_bytecode:
        return False
    try:
        info = os.stat(source)  # noqa: PTH116 - called for each module
        with open(cached, "rb") as file:  # noqa: PTH123
            head = file.read(16)
        if not os.access(cached, os.W_OK):
            return False  # an import could not update it
    except OSError:
        return False
    if len(head) < 16 or int.from_bytes(head[4:8], "little"):  # bytecode that is checked by hash has no time
        return False
    compiled = (int.from_bytes(head[8:12], "little"), int.from_bytes(head[12:16], "little"))
    return compiled != (int(info.st_mtime) & 0xFFFFFFFF, info.st_size & 0xFFFFFFFF)
