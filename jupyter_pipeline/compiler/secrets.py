"""Find secrets, which must not be written to files, and machine-specific values: paths, clients, locks.

The detectors of ``detect-secrets`` that recognize a format are used: keys of cloud providers, tokens, private keys,
passwords in URLs and assignments. Its entropy detectors report checksums as secrets, so they are not used.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from typing import Any

from jupyter_pipeline.compiler.analysis.slicer import SlicedProgram
from jupyter_pipeline.exceptions import UsageError
from jupyter_pipeline.secret_detection import detect_in_lines

__all__ = ["FIX", "find_machine_values", "find_secrets", "refuse_secret_values"]

_SUSPECT = re.compile(
    r"""(?ix)
    (?: pass | secret | token | key | auth | cred | pwd )\w*['"\]]*\s*[:=]   # a name that suggests a secret
  | -----BEGIN
  | ://[^/\s'"]*:[^/\s'"]*@                                               # a password in an address
  | ['"](?=[^'"\s]*\d)[\w+/=.:-]{16,}['"]                                 # a string that looks like a key
    """
)
"""Lines that all detectors scan."""
FIX = 'Read it at run time: os.environ["NAME"], or prefect.blocks.system.Secret.load("name").get().'
_HERE = re.compile(r"^(/(?:home|Users|root|tmp|scratch|mnt|media)/|~/|[A-Za-z]:\\)")
_HOLDERS = frozenset(["asyncio", "dask", "distributed", "filelock", "multiprocessing", "threading"])
"""Libraries of the classes in `_HELD`."""
_HELD = {
    "Client": "each run starts a separate Dask client; with --profile it connects to the profile's cluster",
    "LocalCluster": "each run starts a separate cluster; with --profile it uses the profile's cluster",
    "Lock": "a lock works within one process only",
    "RLock": "a lock works within one process only",
}


def find_secrets(sliced: SlicedProgram) -> list[tuple[int, int, str]]:
    """Return cell, line and kind of each line of the slice that looks like a secret."""
    suspects = [(cell, number, line) for cell, number, line in _lines(sliced) if _SUSPECT.search(line)]
    kinds = detect_in_lines([line for _, _, line in suspects])
    return [(cell, number, kind) for (cell, number, _), kind in zip(suspects, kinds, strict=True) if kind]


def refuse_secret_values(values: Mapping[str, Any]) -> None:
    """Raise if a value that would be written to files looks like a secret.

    Raises
    ------
    UsageError
        The message has the name, not the value.
    """
    lines = {name: f"{name} = {value!r}" for name, value in values.items()}
    suspects = [name for name, line in lines.items() if _SUSPECT.search(line)]
    for name, kind in zip(suspects, detect_in_lines([lines[n] for n in suspects]), strict=True):
        if kind:
            raise UsageError(f"{name} looks like a secret ({kind}), and it would be written to files. {FIX}")


def find_machine_values(sliced: SlicedProgram) -> list[tuple[int, str]]:
    """Return cell and note for each path of this machine, and each object of this process, in the slice."""
    found = []
    for s in sliced.statements:
        if not _mentions(sliced.program.plain[s.cell].source):
            continue
        for node in ast.walk(s.node):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and _HERE.match(node.value):
                found.append((s.cell, f"line {node.lineno}: {node.value!r} is a path of this machine"))
            elif isinstance(node, ast.Call):
                name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                if name in _HELD and _find_library(node.func, sliced) in _HOLDERS:
                    found.append((s.cell, f"line {node.lineno}: {name}: {_HELD[name]}"))
    return list(dict.fromkeys(found))


def _find_library(function: ast.expr, sliced: SlicedProgram) -> str:
    """Return the import name of the library of a function; empty if the notebook does not import it by name."""
    while isinstance(function, ast.Attribute):
        function = function.value
    name = function.id if isinstance(function, ast.Name) else ""
    for s in sliced.statements:
        for alias in s.node.names if isinstance(s.node, ast.Import | ast.ImportFrom) and name in s.bound else ():
            if (alias.asname or alias.name.partition(".")[0]) == name:
                module = s.node.module if isinstance(s.node, ast.ImportFrom) else alias.name
                return (module or "").partition(".")[0]
    return ""


def _mentions(source: str) -> bool:
    return any(word in source for word in ('"/', "'/", "~/", ":\\", *_HELD))


def _lines(sliced: SlicedProgram) -> Iterator[tuple[int, int, str]]:
    """Yield cell, line number and text of each line of the slice, with the comments above each statement."""
    for s in sliced.statements:
        lines = sliced.program.plain[s.cell].source.split("\n")
        first = min(n.lineno for n in (s.node, *getattr(s.node, "decorator_list", ())))
        while first > 1 and lines[first - 2].startswith("#"):
            first -= 1
        for number in range(first, min(s.node.end_lineno or first, len(lines)) + 1):
            yield s.cell, number, lines[number - 1]
