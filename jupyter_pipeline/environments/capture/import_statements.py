"""Find the names that code imports, also in functions that have not run."""

from __future__ import annotations

import functools
import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import ModuleType

__all__ = ["COMPUTED", "read_cell_imports", "read_imports", "search_imports"]

COMPUTED = "*"
"""In place of the names of imports whose names the code computes."""
_MOST_FILES = 2**16
"""Number of files and cells whose names are kept until they change."""
# Cells may hold magics, and files may be of another Python, so their text is not parsed.
_STATEMENT = re.compile(
    r"(?:^|[:;])[ \t]*(?:from[ \t]+(\w+)[\w.]*[ \t]+import\b|import[ \t]+(\w[\w., \t]*))", re.MULTILINE
)
_CALL = re.compile(
    r"""\b(?:import_module|__import__|run_module|resolve_name)\(\s*(?:[bBuU]?[rR]?[fF]?[rR]?["']([\w.]+)|(?=[^\s)]))"""
)


def search_imports(text: str) -> frozenset[str]:
    """Return the top-level names that the text of a cell or a file imports, with `COMPUTED` for computed names."""
    calls = {name.partition(".")[0] if name else COMPUTED for name in _CALL.findall(text)}
    found = calls - {""}  # names that start with a dot are relative
    for package, modules in _STATEMENT.findall(text):
        found |= {package} if package else {re.split(r"\W", part.strip())[0] for part in modules.split(",")}
    return frozenset(found)


def read_imports(files: Iterable[str]) -> set[str]:
    """Return the top-level names that Python files import; a file that cannot be read has none."""
    found: set[str] = set()
    for file in files:
        try:
            found |= _read_file(file, os.stat(file).st_mtime_ns)  # noqa: PTH116 - called for each sync
        except OSError:
            continue
    return found


def read_cell_imports(modules: Mapping[str, ModuleType]) -> set[str]:
    """Return the top-level names that the cells of this kernel import; an empty set without IPython."""
    history = getattr(modules.get("__main__"), "__dict__", {}).get("_ih", ())
    return set().union(*(_search_cell(text) for text in history if isinstance(text, str)))


_search_cell = functools.lru_cache(maxsize=_MOST_FILES)(search_imports)


@functools.lru_cache(maxsize=_MOST_FILES)
def _read_file(file: str, changed: int) -> frozenset[str]:
    return search_imports(Path(file).read_text(encoding="utf-8", errors="replace"))
