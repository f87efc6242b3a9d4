"""Exceptions of Jupyter Pipeline.

::

    PipelineError                    base class; its message can be shown to users
    ├── UsageError                   invalid call: unknown option, bad value, contradictory values
    │   └── NotFoundError            unknown name; suggests the nearest known names
    ├── ConfigurationError           invalid profile or other file; has file, key, reason and fix
    │   └── NewerStateError          a newer release has written the file; it is not changed
    ├── MissingDependencyError       missing optional package; names the extra to install
    ├── DiskFullError                no space left; has the folder
    ├── PolicyError                  refused by the policy of the administrator
    ├── ClusterError                 cluster operation failed
    │   ├── PreflightError           refused before submission
    │   ├── ClusterStartError        start failed; nothing is left running
    │   ├── ClusterEndedError        the cluster of a run ended before the run
    │   ├── ClusterConflictError     a running cluster already has the name
    │   └── KeeperUnreachableError   keeper does not answer
    ├── SoftwareEnvironmentError     environment sync failed
    │   ├── DriftError               the policy refuses a difference
    │   └── SyncError                a change could not be applied; the old state is unchanged
    ├── CompileError                 a cell could not be compiled or deployed
    │   ├── CompileRefusedError      the cell cannot be compiled; has the refusals
    │   ├── EditedByHandError        generated files contain manual edits
    │   ├── RehearsalError           the rehearsal failed, so nothing was deployed
    │   └── RehearsalDiffersError    the rehearsal differs from the notebook; has the comparison
    └── OrchestrationError           Prefect operation failed
        ├── ServiceError             embedded service could not start or stop
        ├── ApiUnreachableError      no Prefect API answers
        └── ApiRefusedError          Prefect API rejected a request

A message names the object, the cause and the next step, in one to three lines. Magics, command line and REST API
show it without a traceback. Attributes carry the data that callers need.
"""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jupyter_pipeline.models import DriftItem, Refusal, RehearsalComparison

__all__ = [
    "ApiRefusedError",
    "ApiUnreachableError",
    "ClusterConflictError",
    "ClusterEndedError",
    "ClusterError",
    "ClusterStartError",
    "CompileError",
    "CompileRefusedError",
    "ConfigurationError",
    "DiskFullError",
    "DriftError",
    "EditedByHandError",
    "KeeperUnreachableError",
    "MissingDependencyError",
    "NewerStateError",
    "NotFoundError",
    "OrchestrationError",
    "PipelineError",
    "PolicyError",
    "PreflightError",
    "RehearsalDiffersError",
    "RehearsalError",
    "ServiceError",
    "SoftwareEnvironmentError",
    "SyncError",
    "UsageError",
]

_STOP = ("stop", "cancel", "down", "pause", "cluster stop")
_SYNONYMS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("close", "end", "exit", "kill", "quit", "shutdown", "terminate"), _STOP),
    **dict.fromkeys(("del", "destroy", "remove", "rm"), ("delete", *_STOP)),
    "cancel": ("stop", "runs cancel"),
    "delete": ("stop", "deployments delete"),
    **dict.fromkeys(("abort", "interrupt"), ("cancel", *_STOP)),
    **dict.fromkeys(("all", "ls", "ps"), ("list", "cluster list")),
    **dict.fromkeys(("describe", "get", "info", "inspect"), ("show", "status")),
    "show": ("status", "list"),
    **dict.fromkeys(("begin", "create", "launch", "new"), ("start", "up", "cluster start")),
    **dict.fromkeys(("client", "connect", "join", "reconnect", "use"), ("attach",)),
    **dict.fromkeys(("detach", "disconnect"), ()),
    **dict.fromkeys(("resize", "workers"), ("scale",)),
    **dict.fromkeys(("autoscale", "adaptive"), ("adapt",)),
    **dict.fromkeys(("prolong", "renew"), ("extend",)),
    **dict.fromkeys(("install", "push", "refresh", "reload", "send", "update"), ("sync",)),
    **dict.fromkeys(("copy", "put"), ("upload",)),
    **dict.fromkeys(("log", "output", "tail"), ("logs",)),
    **dict.fromkeys(("cleanup", "clean", "prune"), ("gc", "cluster gc")),
    **dict.fromkeys(("disable", "suspend"), ("pause",)),
    **dict.fromkeys(("enable", "unpause"), ("resume",)),
    **dict.fromkeys(("exec", "execute", "trigger"), ("run",)),
    **dict.fromkeys(("repeat", "retry"), ("rerun", "run")),
    **dict.fromkeys(("revert", "undo"), ("rollback",)),
    "changes": ("diff", "compare"),
    "history": ("versions", "list"),
    "watch": ("follow", "sync --watch"),
    "dashboard": ("cluster dashboard", "status"),
    **dict.fromkeys(("open", "view", "web"), ("dashboard", "open", "show", "cluster dashboard", "status")),
    "down": ("stop", "cluster stop"),
    "restart": ("stop and start", "down and up", "rerun"),
    "help": ("--help",),
    "local": ("start local", "cluster start local"),
    "run": ("rerun", "deployments run"),
    "start": ("cluster start", "up", "run"),
    "stop": ("cluster stop", "down", "cancel", "pause"),
    "up": ("start", "cluster start"),
}
"""Commands and options that users of other tools type. The first one whose first word is known is suggested.

If none is known, no name of a similar spelling is suggested, because it means something else.
"""


class PipelineError(Exception):
    """Base class of all exceptions of Jupyter Pipeline.

    Attributes
    ----------
    exit_code : int
        Exit code of the command line.
    """

    exit_code = 1

    def _render_traceback_(self) -> list[str]:
        """Return the message for IPython, which then shows no traceback."""
        return [f"{type(self).__name__}: {self}"]

    def to_dict(self) -> dict[str, Any]:
        """Return ``{"error": type, "message": text}``."""
        return {"error": type(self).__name__, "message": str(self)}


class UsageError(PipelineError):
    """The call is invalid."""

    exit_code = 2


class NotFoundError(UsageError):
    """The name does not exist.

    Parameters
    ----------
    kind : str
        Kind of object, such as ``"profile"``, ``"cluster"`` or ``"subcommand"``.
    name : str
        Unknown name.
    known : iterable of str
        Known names. The message suggests the nearest three.
    hint : str, optional
        Next step for the user.
    ordered : bool
        Keep the order of the known names instead of sorting them.
    """

    def __init__(
        self, kind: str, name: str, known: Iterable[str] = (), hint: str = "", *, ordered: bool = False
    ) -> None:
        self.kind = kind
        self.name = name
        self.known = list(known) if ordered else sorted(known)
        typed = kind.startswith(("subcommand", "option"))
        self.nearest = (suggest if typed else _close_matches)(name, self.known)
        if self.nearest:
            offer = f"Did you mean {' or '.join(self.nearest)}?"
        elif self.known:
            shown = ", ".join(self.known[:12]) + (", …" if len(self.known) > 12 else "")
            offer = f"There {'is' if len(self.known) == 1 else 'are'}: {shown}."
        else:
            offer = f"There is no {kind}."
        super().__init__(f"No {kind} is called {name!r}. {offer}{' ' + hint if hint else ''}")


def suggest(word: str, known: Iterable[str], cutoff: float = 0.6) -> list[str]:
    """Return at most three known subcommands or options that an unknown one probably stands for.

    Parameters
    ----------
    word : str
        Unknown subcommand or option.
    known : iterable of str
        Known subcommands or options.
    cutoff : float
        Smallest similarity, from 0 to 1.
    """
    names = list(known)
    for synonym in _SYNONYMS.get(word, ()):
        if synonym == "--help" or synonym.split()[0] in names:
            return [synonym]
    return [] if word in _SYNONYMS else _close_matches(word, names, cutoff)


def _close_matches(word: str, known: Sequence[str], cutoff: float = 0.6) -> list[str]:
    return difflib.get_close_matches(word, known, n=3, cutoff=cutoff)


class ConfigurationError(PipelineError):
    """A file or setting is invalid.

    Parameters
    ----------
    source : str
        File or other origin of the setting.
    key : str
        Dotted path of the key. Empty for the whole source.
    reason : str
        Cause, as a predicate without a subject.
    fix : str
        Correction, as one sentence.
    """

    exit_code = 2

    def __init__(self, source: str, key: str, reason: str, fix: str) -> None:
        self.source = source
        self.key = key
        self.reason = reason
        self.fix = fix
        where = f"{source}: {key}" if key else source
        super().__init__(f"{where}: {reason}. {fix}")


class NewerStateError(ConfigurationError):
    """A newer release has written the file. It is neither used nor changed.

    Parameters
    ----------
    source : str
        Path of the file.
    found : int
        Format of the file.
    known : int
        Newest format that this release reads.
    """

    def __init__(self, source: str, found: int, known: int) -> None:
        super().__init__(
            source,
            "",
            f"was written by a newer release of jupyter_pipeline (format {found}; this one reads {known})",
            "Upgrade this environment, or use the newer one. The file was not changed.",
        )


class MissingDependencyError(PipelineError):
    """An optional package is not installed.

    Parameters
    ----------
    package : str
        Name of the missing package.
    extra : str
        Extra of this project that contains the package. Empty without one.
    """

    def __init__(self, package: str, extra: str = "") -> None:
        self.package = package
        self.extra = extra
        what = f'"jupyter_pipeline[{extra}]"' if extra else package
        super().__init__(f"{package} is not installed in this environment. Install it: pip install {what}")


class DiskFullError(PipelineError):
    """A disk or a quota is full.

    Parameters
    ----------
    folder : path
        The folder.
    free : str
        Its free space with a unit.
    needed : str
        Space that the operation needs; empty if it is unknown.
    """

    def __init__(self, folder: os.PathLike[str], free: str, needed: str = "") -> None:
        self.folder = os.fspath(folder)
        need = f", {needed} needed" if needed else ""
        super().__init__(f"No space left on {self.folder} ({free} free{need}). Remove files there, and try again.")


class PolicyError(PipelineError):
    """The policy of the administrator refuses the operation. The message ends with the administrator's text."""


class ClusterError(PipelineError):
    """A cluster operation failed."""


class ClusterEndedError(ClusterError):
    """The cluster of a run ended before the run."""


class PreflightError(ClusterError):
    """A start was refused before submission.

    Parameters
    ----------
    profile : str
        Name of the profile.
    problems : sequence of str
        Problems, one sentence each, with the fix.
    source : str
        File of the profile.
    """

    def __init__(self, profile: str, problems: Sequence[str], source: str = "") -> None:
        self.profile = profile
        self.problems = list(problems)
        which = f"Profile {profile!r}" + (f" ({source})" if source else "")
        super().__init__(f"{which} cannot start here:\n" + "\n".join(f"  - {p}" for p in problems))


class ClusterStartError(ClusterError):
    """The cluster did not start. Nothing is left running."""


class ClusterConflictError(ClusterError):
    """A running cluster already has the name."""


class KeeperUnreachableError(ClusterError):
    """The keeper of the cluster does not answer."""


class SoftwareEnvironmentError(PipelineError):
    """Base class of errors of environment sync."""


class DriftError(SoftwareEnvironmentError):
    """The drift policy refuses the differences.

    Parameters
    ----------
    message : str
        Differences and next step.
    items : sequence of DriftItem
        The differences.
    """

    def __init__(self, message: str, items: Sequence[DriftItem] = ()) -> None:
        self.items = list(items)
        super().__init__(message)


class SyncError(SoftwareEnvironmentError):
    """A change could not be applied. The previous state is unchanged."""


class CompileError(PipelineError):
    """Base of the compiler's errors."""


class CompileRefusedError(CompileError):
    """The cell cannot be compiled.

    Parameters
    ----------
    refusals : sequence of Refusal
        Each names cell, line, name, reason and fix.
    """

    exit_code = 2

    def __init__(self, refusals: Sequence[Refusal]) -> None:
        self.refusals = list(refusals)
        super().__init__("\n".join(str(r) for r in refusals))

    def to_dict(self) -> dict[str, Any]:
        """Return ``{"refused": [...]}`` with a record for each refusal."""
        return {"refused": [r.to_dict() for r in self.refusals]}


class EditedByHandError(CompileError):
    """Generated files contain manual edits.

    Parameters
    ----------
    paths : sequence of str
        Paths of the edited files.
    """

    def __init__(self, paths: Sequence[str]) -> None:
        self.paths = list(paths)
        super().__init__(
            f"Edited by hand since the last deploy: {', '.join(paths)}. Nothing was written. "
            "Deploy with --overwrite to replace them, or move the edits into the notebook."
        )


class RehearsalError(CompileError):
    """The pipeline failed in a clean process. Nothing was deployed.

    Parameters
    ----------
    error : str
        Type and message of the exception.
    where : str
        Cell and line of the notebook. Empty for an error outside the notebook's code.
    traceback : str
        Traceback with notebook cells in place of generated files.
    notes : sequence of str
        Sentences about the files that were put back.
    """

    def __init__(self, error: str, *, where: str = "", traceback: str = "", notes: Sequence[str] = ()) -> None:
        self.error = error
        self.where = where
        self.traceback = traceback
        place = f"{where}: " if where else ""
        super().__init__(
            f"The rehearsal failed, so nothing was deployed.\n{place}{error}\n"
            "Fix the cell, or set other values with --sample NAME=VALUE. --no-rehearse deploys without a rehearsal."
            + "".join(f"\n{note}" for note in notes)
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the error with ``where`` and ``traceback``."""
        return {**super().to_dict(), "where": self.where, "traceback": self.traceback}


class RehearsalDiffersError(CompileError):
    """The rehearsal is not shown to be the same as the notebook, and ``--require-same`` was set. Nothing was deployed.

    A cell or file differs, or no cell could be compared.

    Parameters
    ----------
    comparison : RehearsalComparison
        Comparison of the cells and files.
    remedies : sequence of str
        Next steps, if no output could be compared.
    """

    def __init__(self, comparison: RehearsalComparison, remedies: Sequence[str] = ()) -> None:
        self.comparison = comparison
        if comparison.differences:
            first, lines = "The rehearsal differs from the notebook", comparison.differences
            fix = "Run the notebook from top to bottom and save it, or fix the cells."
        else:
            first, lines = "No output of the rehearsal could be compared with the notebook", comparison.obstacles
            fix = " ".join(remedies) or "Run the notebook from top to bottom and save it with its outputs."
        shown = "".join(f"  {line}\n" for line in lines)
        super().__init__(
            f"{first}, so nothing was deployed.\n{shown}{fix} Without --require-same, this does not stop the deploy."
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the error with its ``comparison``."""
        return {**super().to_dict(), "comparison": self.comparison.to_dict()}


class OrchestrationError(PipelineError):
    """Base of what Prefect operation failed raises."""


class ServiceError(OrchestrationError):
    """The embedded Prefect service could not start or stop."""


class ApiUnreachableError(OrchestrationError):
    """No Prefect API answers.

    Parameters
    ----------
    url : str
        URL of the API. Empty if none is configured.
    hint : str
        Next step for the user.
    """

    def __init__(self, url: str, hint: str) -> None:
        self.url = url
        where = f"at {url}" if url else "(none is configured and the embedded service is not running)"
        super().__init__(f"No Prefect API answers {where}. {hint}")


class ApiRefusedError(OrchestrationError):
    """The Prefect API rejected a request.

    Parameters
    ----------
    status : int
        HTTP status code.
    request : str
        Method and path.
    reason : str
        Message of the server.
    hint : str
        Next step for the user.
    """

    def __init__(self, status: int, request: str, reason: str, hint: str = "") -> None:
        self.status = status
        self.request = request
        self.reason = reason
        stop = "" if reason.endswith((".", "!", "?")) else "."
        super().__init__(f"The Prefect API refused {request} ({status}): {reason}{stop}{' ' + hint if hint else ''}")
