"""State of a synced folder to which several kernels may send different parts; pure.

One kernel may send the modules beside its notebook, and another a package of the same folder that it has installed as
editable. Each kernel changes only its own part: files that it does not see are not deleted.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jupyter_pipeline.environments.plugins.content import Entry

FolderState = dict[str, Any]
"""``files`` (entries by path), ``paths`` for the search path, ``names`` of modules, and ``digests``: for each part the
kernel's digest when the folder last equalled it."""

FolderUpdate = Mapping[str, Any]
"""Update from a kernel.

``digest``, ``paths``, ``names``, ``only`` and ``beside`` are described in `capture.folder.Folder`. ``put`` and
``delete`` are relative to the digest ``base``. ``files`` has all entries if the cluster does not know the base.
"""


def is_current(known: FolderState | None, update: FolderUpdate) -> bool:
    """Return True if the part in `update` equals the kernel's."""
    return known is not None and bool(known["digests"].get(_part(update)) == update["digest"])


def needs_full_listing(known: FolderState | None, update: FolderUpdate) -> bool:
    """Return True if the cluster does not know the base of `update`, and needs all entries."""
    return "files" not in update and (known is None or update["base"] not in known["digests"].values())


def compute_change(known: FolderState | None, update: FolderUpdate) -> dict[str, Any]:
    """Return the ``put`` and ``delete`` that bring the part to the kernel's state."""
    if "files" not in update:
        return {"put": update["put"], "delete": update["delete"]}
    before: Mapping[str, Entry] = known["files"] if known is not None else {}
    put = {path: entry for path, entry in update["files"].items() if list(before.get(path, ())) != list(entry)}
    gone = {path for path in before if _is_in_part(path, update, before)} | {*update["delete"]} & before.keys()
    return {"put": put, "delete": sorted(gone - update["files"].keys())}


def apply_change(known: FolderState | None, update: FolderUpdate, change: Mapping[str, Any]) -> FolderState:
    """Return the state of the folder after `change`."""
    old: FolderState = known or {"files": {}, "paths": [], "names": [], "digests": {}}
    files = {
        path: entry for path, entry in {**old["files"], **change["put"]}.items() if path not in set(change["delete"])
    }
    tops = {path.partition("/")[0].partition(".")[0] for path in files}
    same = not change["put"] and not change["delete"]  # otherwise other parts may have changed, too
    return {
        "files": files,
        "paths": list(dict.fromkeys([*update["paths"], *old["paths"]])),
        "names": sorted({*update["names"], *tops.intersection(old["names"])}),
        "digests": {**(old["digests"] if same else {}), _part(update): update["digest"]},
    }


def _part(update: FolderUpdate) -> str:
    return repr((sorted(update["only"]), update["beside"], list(update["paths"])))


def _is_in_part(path: str, update: FolderUpdate, files: Mapping[str, Entry]) -> bool:
    """Return True if `path` belongs to the part of the kernel that sent `update`."""
    top = path.partition("/")[0]
    if not update["only"] or top in update["only"]:
        return True
    return bool(update["beside"] and ((top == path and top.endswith(".py")) or f"{top}/__init__.py" in files))
