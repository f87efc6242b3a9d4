"""Every error that Jupyter Pipeline raises on purpose.

::

    PipelineError                    base; its message is safe and fit to show to a user
    ├── UsageError                   the call itself is wrong: unknown option, bad value, contradictory values
    │   └── NotFoundError            an unknown name; knows the nearest names that exist
    ├── ConfigurationError           a profile or another file: names file, key, reason and fix
    ├── MissingDependencyError       an optional package is absent; names the extra that brings it
    ├── ClusterError                 a cluster could not do what was asked
    │   ├── PreflightError           refused before anything was submitted
    │   ├── ClusterStartError        it did not come up; nothing of it is left
    │   ├── ClusterConflictError     a living cluster has that name already
    │   └── KeeperUnreachableError   the keeper does not answer
    ├── SoftwareEnvironmentError     environment sync
    │   ├── DriftError               the policy refuses this difference
    │   └── SyncError                the difference could not be applied; the old state is intact
    ├── PromotionError               promotion of a cell
    │   ├── PromotionRefusedError    the cell cannot be promoted; carries the refusals
    │   ├── EditedByHandError        generated files have been edited since
    │   └── RehearsalError           the pipeline broke in a clean process, so it was not deployed
    └── OrchestrationError           the Prefect side
        ├── ServiceError             the embedded service could not be started or stopped
        ├── ApiUnreachableError      no Prefect API answers
        └── ApiRefusedError          the Prefect API answered, and refused

A message names the thing, the cause and the next step, in one to three lines. Front doors print it without a
traceback. What callers may want to act on is an attribute, not text.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jupyter_pipeline.models import DriftItem, Refusal

__all__ = [
    "ApiRefusedError",
    "ApiUnreachableError",
    "ClusterConflictError",
    "ClusterError",
    "ClusterStartError",
    "ConfigurationError",
    "DriftError",
    "EditedByHandError",
    "KeeperUnreachableError",
    "MissingDependencyError",
    "NotFoundError",
    "OrchestrationError",
    "PipelineError",
    "PreflightError",
    "PromotionError",
    "PromotionRefusedError",
    "RehearsalError",
    "ServiceError",
    "SoftwareEnvironmentError",
    "SyncError",
    "UsageError",
]


class PipelineError(Exception):
    """Base of all errors that are meant for the user.

    Attributes
    ----------
    exit_code : int
        What the command line exits with.
    """

    exit_code = 1

    def _render_traceback_(self) -> list[str]:
        """Show the message alone in IPython, which looks for this method: the message tells what the user can do."""
        return [f"{type(self).__name__}: {self}"]

    def to_dict(self) -> dict[str, Any]:
        """Return the error as ``{"error": type, "message": text}``, for programs."""
        return {"error": type(self).__name__, "message": str(self)}


class UsageError(PipelineError):
    """The call itself is wrong."""

    exit_code = 2


class NotFoundError(UsageError):
    """A name that does not exist.

    Parameters
    ----------
    kind : str
        What was looked for: ``"profile"``, ``"cluster"``, ``"subcommand"``.
    name : str
        The name as given.
    known : iterable of str
        The names that exist; the nearest three are offered.
    hint : str, optional
        The next step, where the names alone do not tell it.
    """

    def __init__(self, kind: str, name: str, known: Iterable[str] = (), hint: str = "") -> None:
        self.kind = kind
        self.name = name
        self.known = sorted(known)
        self.nearest = difflib.get_close_matches(name, self.known, n=3)
        if self.nearest:
            offer = f"Did you mean {' or '.join(self.nearest)}?"
        elif self.known:
            shown = ", ".join(self.known[:12]) + (", …" if len(self.known) > 12 else "")
            offer = f"There {'is' if len(self.known) == 1 else 'are'}: {shown}."
        else:
            offer = f"There is no {kind}."
        super().__init__(f"No {kind} is called {name!r}. {offer}{' ' + hint if hint else ''}")


class ConfigurationError(PipelineError):
    """A file or setting that cannot be used.

    Parameters
    ----------
    source : str
        The file, or where else the setting came from.
    key : str
        Dotted path of the key; empty when the whole source is meant.
    reason : str
        What is wrong.
    fix : str
        What to write instead.
    """

    exit_code = 2

    def __init__(self, source: str, key: str, reason: str, fix: str) -> None:
        self.source = source
        self.key = key
        self.reason = reason
        self.fix = fix
        where = f"{source}: {key}" if key else source
        super().__init__(f"{where}: {reason}. {fix}")


class MissingDependencyError(PipelineError):
    """An optional package is absent.

    Parameters
    ----------
    package : str
        The package that could not be imported.
    extra : str
        The extra of this project that brings it; empty if there is none.
    """

    def __init__(self, package: str, extra: str = "") -> None:
        self.package = package
        self.extra = extra
        what = f'"jupyter_pipeline[{extra}]"' if extra else package
        super().__init__(f"{package} is not installed in this environment. Install it: pip install {what}")


class ClusterError(PipelineError):
    """A cluster could not do what was asked."""


class PreflightError(ClusterError):
    """Refused before anything was submitted.

    Parameters
    ----------
    profile : str
        Name of the profile.
    problems : sequence of str
        One sentence each, with its fix.
    source : str
        Where the profile is written.
    """

    def __init__(self, profile: str, problems: Sequence[str], source: str = "") -> None:
        self.profile = profile
        self.problems = list(problems)
        which = f"Profile {profile!r}" + (f" ({source})" if source else "")
        super().__init__(f"{which} cannot start here:\n" + "\n".join(f"  - {p}" for p in problems))


class ClusterStartError(ClusterError):
    """The cluster did not come up; nothing of it is left running."""


class ClusterConflictError(ClusterError):
    """A living cluster has that name already."""


class KeeperUnreachableError(ClusterError):
    """The process that owns the cluster does not answer."""


class SoftwareEnvironmentError(PipelineError):
    """Base of what environment sync raises."""


class DriftError(SoftwareEnvironmentError):
    """The drift policy refuses to go on.

    Parameters
    ----------
    message : str
        What differs and what to do.
    items : sequence of DriftItem
        The differences.
    """

    def __init__(self, message: str, items: Sequence[DriftItem] = ()) -> None:
        self.items = list(items)
        super().__init__(message)


class SyncError(SoftwareEnvironmentError):
    """The difference could not be applied; what was there before is intact."""


class PromotionError(PipelineError):
    """Base of what promotion raises."""


class PromotionRefusedError(PromotionError):
    """The cell cannot be promoted.

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


class EditedByHandError(PromotionError):
    """Generated files were edited since they were written.

    Parameters
    ----------
    paths : sequence of str
        The files.
    """

    def __init__(self, paths: Sequence[str]) -> None:
        self.paths = list(paths)
        super().__init__(
            f"Edited by hand since the last deploy: {', '.join(paths)}. Nothing was written. "
            "Deploy with --overwrite to replace them, or move the edits into the notebook."
        )


class RehearsalError(PromotionError):
    """The pipeline broke in a clean process, before anything was deployed.

    Parameters
    ----------
    error : str
        What it raised: type and message.
    where : str
        Cell and line of the notebook; empty where it broke outside of the notebook's code.
    traceback : str
        The whole traceback, with cells in place of generated files.
    """

    def __init__(self, error: str, *, where: str = "", traceback: str = "") -> None:
        self.error = error
        self.where = where
        self.traceback = traceback
        place = f"{where}: " if where else ""
        super().__init__(
            f"The rehearsal failed, so nothing was deployed.\n{place}{error}\n"
            "Mend it, or give it other values with --sample NAME=VALUE; --no-rehearse deploys without trying."
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the error with ``where`` and ``traceback``."""
        return {**super().to_dict(), "where": self.where, "traceback": self.traceback}


class OrchestrationError(PipelineError):
    """Base of what the Prefect side raises."""


class ServiceError(OrchestrationError):
    """The embedded Prefect service could not be started or stopped."""


class ApiUnreachableError(OrchestrationError):
    """No Prefect API answers.

    Parameters
    ----------
    url : str
        The address that was tried; empty when none is configured.
    hint : str
        The next step.
    """

    def __init__(self, url: str, hint: str) -> None:
        self.url = url
        where = f"at {url}" if url else "(none is configured and the embedded service is not running)"
        super().__init__(f"No Prefect API answers {where}. {hint}")


class ApiRefusedError(OrchestrationError):
    """The Prefect API answered, and refused the request.

    Parameters
    ----------
    status : int
        HTTP status code.
    request : str
        Method and path.
    reason : str
        What the server said.
    hint : str
        The next step.
    """

    def __init__(self, status: int, request: str, reason: str, hint: str = "") -> None:
        self.status = status
        self.request = request
        self.reason = reason
        super().__init__(f"The Prefect API refused {request} ({status}): {reason}{' ' + hint if hint else ''}")
