"""Compare the names of the kernel with the names of the rehearsal, by fingerprint."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from types import FunctionType, ModuleType
from typing import Any

from jupyter_pipeline.models import ComparisonStatus, ItemComparison
from jupyter_pipeline.workflows import fingerprint
from jupyter_pipeline.workflows.comparison.text import are_equal, excerpt, normalize

__all__ = ["SAMPLED", "compare_names", "find_bound_names"]

_OWN_MODULE = re.compile(r"^(?:__main__|steps)\.(?:\w+\.<locals>\.)?")
_OWN_CLASS = re.compile(r"^it contains a (?:__main__|steps)\.(?:\w+\.<locals>\.)?(\w+)$")
SAMPLED = "a sample of its elements and the sums of its numbers were compared"


def find_bound_names(sources: Mapping[int, str]) -> dict[int, tuple[str, ...]]:
    """Return the names that each cell binds to values; a name belongs to the last cell that binds it."""
    owner: dict[str, int] = {}
    for cell, source in sorted(sources.items()):
        for name in sorted(_bound(source)):
            owner[name] = cell
    return {cell: tuple(n for n, by in owner.items() if by == cell) for cell in sources}


def _bound(source: str) -> set[str]:
    """Return the names that the statements of a cell bind, without imports, functions, classes and private names."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return set()
    found: set[str] = set()
    pending: list[ast.AST] = list(tree.body)
    while pending:
        node = pending.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
            continue
        if isinstance(node, ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp):
            continue
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and not node.id.startswith("_"):
            found.add(node.id)
        pending += ast.iter_child_nodes(node)
    return found


def compare_names(
    recording: Mapping[str, Any],
    kernel: Mapping[str, Any],
    *,
    later: frozenset[str],
    reasons: Mapping[str, str],
) -> dict[int, list[ItemComparison]]:
    """Return the comparisons by cell.

    Parameters
    ----------
    recording : mapping
        Result of the recorder: fingerprints as ``names``, and ``versions``.
    kernel : mapping
        Values of the kernel by name.
    later : frozenset of str
        Names that cells outside the pipeline use.
    reasons : mapping of str to str
        Reason why a difference proves nothing, by name.
    """
    found: dict[int, list[ItemComparison]] = {}
    versions = recording.get("versions") or {}
    for name, run in sorted(recording.get("names", {}).items()):
        if name not in kernel or isinstance(kernel[name], ModuleType | FunctionType | type):
            continue
        # A value that the run has no fingerprint of is not read here either: it may be large.
        here = {"type": fingerprint.name_type(kernel[name]), "reason": run["reason"]} if run.get("reason") else None
        here = here or fingerprint.fingerprint(_replace_lines(kernel[name]))
        found.setdefault(int(run["cell"]), []).append(_compare(name, here, run, versions, later, reasons.get(name, "")))
    return found


def _replace_lines(value: Any) -> Any:
    """Return the lines of a captured shell line as a list, which the pipeline has in place of IPython's ``SList``."""
    return list(value) if fingerprint.name_type(value) == "IPython.utils.text.SList" else value


def _compare(
    name: str,
    here: Mapping[str, Any],
    run: Mapping[str, Any],
    versions: Mapping[str, str],
    later: frozenset[str],
    excuse: str,
) -> ItemComparison:
    if reason := str(here.get("reason") or run.get("reason") or ""):
        if _class(here) != _class(run if "type" in run else here) and not excuse and name not in later:
            return _item(name, ComparisonStatus.DIFFERS, "the type differs", here["type"], str(run["type"]))
        reason = {"time": "it would have taken too long"}.get(reason, reason)
        reason = _OWN_CLASS.sub(r"it contains an object of the notebook's class \1", reason)
        return _item(name, ComparisonStatus.NOT_COMPARED, reason)
    if here["digest"] == run["digest"]:
        return _item(name, ComparisonStatus.SAME, SAMPLED if run.get("sampled") else "")
    if here["frame"] == run["frame"] and fingerprint.are_close(here["floats"], run["floats"]):
        return _item(name, ComparisonStatus.SAME, "the numbers differ by rounding only")
    one, other = (normalize(f"{each['type']}, {each['text']}")[0] for each in (here, run))
    sides = (excerpt(one, other), excerpt(other, one)) if not are_equal(one, other) else (one, other)
    own = fingerprint.versions()
    changed = [key for key, value in versions.items() if own.get(key, value) != value]
    if changed:
        excuse = f"the runs have another version of {', '.join(changed)}"
    elif name in later and not excuse:
        excuse = "a cell that is not in the pipeline uses the name, too"
    if excuse:
        return _item(name, ComparisonStatus.NOT_COMPARED, excuse, *sides)
    reason = "the type differs" if _class(here) != _class(run) else "the value differs"
    return _item(name, ComparisonStatus.DIFFERS, reason, *sides)


def _class(found: Mapping[str, Any]) -> str:
    """Return the class of a fingerprint; the module of the notebook's own classes depends on the process."""
    return _OWN_MODULE.sub("", str(found["type"]))


def _item(name: str, status: ComparisonStatus, reason: str = "", notebook: str = "", run: str = "") -> ItemComparison:
    return ItemComparison(kind="name", name=name, status=status, reason=reason, notebook=notebook, run=run)
