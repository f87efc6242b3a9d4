"""Check on one worker that it would import the local modules that this process has imported."""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from jupyter_pipeline.environments.capture.dependencies import find_providers
from jupyter_pipeline.environments.capture.loaded_code import find_outdated_modules
from jupyter_pipeline.environments.capture.local_code import LocalCode, list_installed_modules
from jupyter_pipeline.environments.plugins.distributions import describe_environment
from jupyter_pipeline.environments.plugins.module_check import hash_file
from jupyter_pipeline.environments.sync.session import Session
from jupyter_pipeline.models import DriftItem, Severity

__all__ = ["ImportCheck", "check_imports"]

_NAMED = 3
"""Number of modules with one problem that are named."""

_OUTDATED = "changed on disk after this kernel imported it, and workers import the new file; reload it here"


@dataclass(frozen=True, slots=True)
class ImportCheck:
    """Last check of a session."""

    expected: Mapping[str, str] = field(default_factory=dict)
    worker: str = ""
    """Address of the worker; empty if the cluster has none."""
    problems: Mapping[str, str] = field(default_factory=dict)
    names: frozenset[str] = frozenset()
    """Further top-level modules that were searched."""


def check_imports(
    session: Session,
    code: LocalCode,
    *,
    workers: Mapping[str, Mapping[str, Any]] | None,
    is_synced: bool,
    again: bool = False,
) -> tuple[list[DriftItem], list[str]]:
    """Return an item for each imported local module that one worker would not import as this process does, and notes.

    Parameters
    ----------
    session : Session
        Session with the cluster.
    code : LocalCode
        Local code of this process.
    workers : mapping
        Reports by address of the workers; ``None`` if they are unknown.
    is_synced : bool
        True if the folders of `code` were refreshed and sent.
    again : bool, default False
        Repeat the check although neither the modules nor the worker have changed.
    """
    files = {name: folder.locate(path) for folder in code.folders for name, path in folder.imported.items()}
    files |= {name: file for name, (file, _) in code.unsent.items()}
    expected = {name: digest for name, file in files.items() if (digest := hash_file(file))}
    others = _list_other_modules(workers or {})
    if not expected and not others:
        return [], []
    check = session.last_check
    gone = check is not None and workers is not None and check.worker not in workers
    same = check is not None and check.expected == expected and others.keys() <= check.names
    if again or gone or not same or check.problems:
        answer: dict[str, Any] = session.call("environment_check", modules=expected, names=sorted(others))
        stray = {name: _stray(others[name]) for name in answer["missing"] if not find_providers([name])}
        problems = answer["problems"] | stray
        check = session.last_check = ImportCheck(expected, answer["worker"], problems, frozenset(others))
    if not check.worker:
        return [], ["The imports of workers were not checked, because no worker answered"]
    causes = dict.fromkeys(expected, "" if is_synced else "%cluster sync sends it") | _list_causes(code, is_synced)
    reasons = {name: _reason(problem, causes.get(name, "")) for name, problem in check.problems.items()}
    outdated = find_outdated_modules(name for name in expected if name not in reasons)
    return _items(reasons | dict.fromkeys(outdated, _OUTDATED), outdated), []


def _list_other_modules(workers: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """Return the files of modules in the kernel's folders of packages if some worker uses other folders."""
    here = describe_environment(sys.path)["identity"]
    if all(report["identity"] == here for report in workers.values()):
        return {}
    return list_installed_modules()


def _stray(file: str) -> str:
    return f"cannot be found, and {file} belongs to no distribution; move it to a folder outside of site-packages"


def _list_causes(code: LocalCode, is_synced: bool) -> dict[str, str]:
    """Return the reasons why imported modules are not sent, by name."""
    causes = {name: reason for name, (_, reason) in code.unsent.items()}
    for folder in code.folders if is_synced else ():
        for name, path in folder.imported.items():
            cause = folder.explain_absence(path)
            if cause:
                causes[name] = cause
    return causes


def _reason(problem: str, cause: str) -> str:
    if not cause:
        return problem
    return f"{problem}; {cause}" if cause.startswith("%") else f"{problem}: it {cause}"


def _items(reasons: Mapping[str, str], outdated: Collection[str]) -> list[DriftItem]:
    """Return one item for the modules of one package with the same reason."""
    groups: dict[tuple[str, str], list[str]] = {}
    for name, reason in sorted(reasons.items()):
        groups.setdefault((name.partition(".")[0], reason), []).append(name)
    return [
        DriftItem(
            package=_listed(names),
            kernel="imported",
            scheduler="",
            workers=("new file" if names[0] in outdated else "",),
            severity=Severity.WARNS,
            reason=reason,
        )
        for (_, reason), names in groups.items()
    ]


def _listed(names: Iterable[str]) -> str:
    listed = list(names)
    more = f" and {len(listed) - _NAMED} more" if len(listed) > _NAMED else ""
    return ", ".join(listed[:_NAMED]) + more
