"""What a folder on the cluster has, where several kernels may each see a part of it; pure.

One kernel sends the modules beside its notebook, another the one package of the same folder that it has installed as
editable. Each speaks for its own part: what it does not see is neither its to delete nor its to miss.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jupyter_pipeline.environments.plugins.content import Entry

Root = dict[str, Any]
"""``files`` (path to entry), ``paths`` for the search path, ``names`` of modules, and ``digests``: by part, of what the
kernel that sees it had when this folder last became like it."""

Told = Mapping[str, Any]
"""What a kernel tells: ``digest``, ``paths``, ``names``, ``only`` and ``beside`` (see `folder.Folder`), and ``put`` and
``delete`` relative to the digest ``base``; ``files``, everything that it sees, where the cluster knows no such base."""


def is_current(known: Root | None, told: Told) -> bool:
    """Return whether the part that `told` is about is as the kernel has it."""
    return known is not None and bool(known["digests"].get(_part(told)) == told["digest"])


def is_stale(known: Root | None, told: Told) -> bool:
    """Return whether everything has to be told, since the kernel's base is not what is here."""
    return "files" not in told and (known is None or told["base"] not in known["digests"].values())


def change(known: Root | None, told: Told) -> dict[str, Any]:
    """Return ``put`` and ``delete``, which make the part as the kernel has it."""
    if "files" not in told:
        return {"put": told["put"], "delete": told["delete"]}
    before: Mapping[str, Entry] = known["files"] if known is not None else {}
    put = {path: entry for path, entry in told["files"].items() if list(before.get(path, ())) != list(entry)}
    gone = {path for path in before if _is_seen(path, told, before)} | {*told["delete"]} & before.keys()
    return {"put": put, "delete": sorted(gone - told["files"].keys())}


def after(known: Root | None, told: Told, made: Mapping[str, Any]) -> Root:
    """Return what the folder has when the change `made` was made."""
    old: Root = known or {"files": {}, "paths": [], "names": [], "digests": {}}
    files = {path: entry for path, entry in {**old["files"], **made["put"]}.items() if path not in set(made["delete"])}
    tops = {path.partition("/")[0].partition(".")[0] for path in files}
    same = not made["put"] and not made["delete"]  # otherwise other parts may have changed, too
    return {
        "files": files,
        "paths": list(dict.fromkeys([*told["paths"], *old["paths"]])),
        "names": sorted({*told["names"], *tops.intersection(old["names"])}),
        "digests": {**(old["digests"] if same else {}), _part(told): told["digest"]},
    }


def _part(told: Told) -> str:
    return repr((sorted(told["only"]), told["beside"], list(told["paths"])))


def _is_seen(path: str, told: Told, files: Mapping[str, Entry]) -> bool:
    """Return whether the kernel would tell of `path` if it had it."""
    top = path.partition("/")[0]
    if not told["only"] or top in told["only"]:
        return True
    return bool(told["beside"] and ((top == path and top.endswith(".py")) or f"{top}/__init__.py" in files))
