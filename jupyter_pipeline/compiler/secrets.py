"""What must not be written to files: secrets; and what is written but may not travel: paths, clients, locks.

The detectors are those of ``detect-secrets`` that know a form (keys of cloud providers, tokens, private keys, passwords
in addresses and assignments); its entropy detectors are left out, for they take checksums for secrets.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from jupyter_pipeline.compiler.analysis.slicer import SlicedProgram
from jupyter_pipeline.compiler.analysis.statements import first_line
from jupyter_pipeline.exceptions import MissingDependencyError, UsageError
from jupyter_pipeline.models import Refusal

__all__ = ["find_secrets", "refuse_secret_values", "travel_notes"]

_SUSPECT = re.compile(
    r"""(?ix)
    (?: pass | secret | token | key | auth | cred | pwd )\w*['"\]]*\s*[:=]   # what is called a secret
  | -----BEGIN
  | ://[^/\s'"]*:[^/\s'"]*@                                               # a password in an address
  | ['"](?=[^'"\s]*\d)[\w+/=.:-]{16,}['"]                                 # what looks like a key
    """
)
"""Lines worth the time of all detectors."""
_FIX = 'Read it when it runs: os.environ["NAME"], or prefect.blocks.system.Secret.load("name").get().'
_ENTROPY = ("HexHighEntropyString", "Base64HighEntropyString")
_HERE = re.compile(r"^(/(?:home|Users|root|tmp|scratch|mnt|media)/|~/|[A-Za-z]:\\)")
_HELD = {
    "Client": "a Dask client of its own starts with each run; %cluster and --profile give it the profile's cluster",
    "LocalCluster": "a cluster of its own starts with each run; %cluster and --profile give it the profile's cluster",
    "Lock": "a lock holds within one process only",
    "RLock": "a lock holds within one process only",
}


def find_secrets(kept: SlicedProgram) -> list[Refusal]:
    """Return a refusal for each line of the slice in which something looks like a secret."""
    suspects = [(cell, number, line) for cell, number, line in _lines(kept) if _SUSPECT.search(line)]
    kinds = _kinds([line for _, _, line in suspects])
    return [
        Refusal(
            cell=cell,
            line=number,
            name=kind,
            reason="this looks like a secret, and it would be written to files and into git",
            fix=_FIX,
        )
        for (cell, number, _), kind in zip(suspects, kinds, strict=True)
        if kind
    ]


def refuse_secret_values(values: Mapping[str, Any]) -> None:
    """Raise if one of the values that would be written, by their names, looks like a secret.

    Raises
    ------
    UsageError
        The message says which, not what it is.
    """
    lines = {name: f"{name} = {value!r}" for name, value in values.items()}
    suspects = [name for name, line in lines.items() if _SUSPECT.search(line)]
    for name, kind in zip(suspects, _kinds([lines[n] for n in suspects]), strict=True):
        if kind:
            raise UsageError(f"{name} looks like a secret ({kind}), and it would be written to files. {_FIX}")


def _kinds(lines: Sequence[str]) -> list[str]:
    """Return for each line what kind of secret it seems to hold; empty for none."""
    if not lines:
        return []
    try:
        from detect_secrets.core.plugins.util import get_mapping_from_secret_type_to_class
        from detect_secrets.core.scan import scan_line
        from detect_secrets.settings import transient_settings
    except ImportError as error:
        raise MissingDependencyError("detect-secrets") from error
    detectors: dict[str, Any] = get_mapping_from_secret_type_to_class()
    names = [detector.__name__ for detector in detectors.values() if detector.__name__ not in _ENTROPY]
    with transient_settings({"plugins_used": [{"name": n} for n in sorted(names)], "filters_used": []}):
        return [next((str(secret.type) for secret in scan_line(line)), "") for line in lines]


def travel_notes(kept: SlicedProgram) -> list[str]:
    """Return notes on what the slice has of this machine or of this process."""
    notes = []
    for s in kept.statements:
        source = kept.program.plain[s.cell].source
        if not (_mentions(source)):
            continue
        for node in ast.walk(s.node):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and _HERE.match(node.value):
                notes.append(
                    f"Cell {s.cell} (counted from 0), line {node.lineno}: {node.value!r} is a path of this machine"
                )
            elif isinstance(node, ast.Call):
                name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                if name in _HELD:
                    notes.append(f"Cell {s.cell} (counted from 0), line {node.lineno}: {name}: {_HELD[name]}")
    return list(dict.fromkeys(f"{note}." for note in notes))


def _mentions(source: str) -> bool:
    return any(word in source for word in ('"/', "'/", "~/", ":\\", *_HELD))


def _lines(kept: SlicedProgram) -> Iterator[tuple[int, int, str]]:
    """Yield cell, line number and text of what is kept, the comments above a statement included."""
    for s in kept.statements:
        lines = kept.program.plain[s.cell].source.split("\n")
        first = first_line(s.node)
        while first > 1 and lines[first - 2].startswith("#"):
            first -= 1
        for number in range(first, (s.node.end_lineno or first) + 1):
            yield s.cell, number, lines[number - 1]
