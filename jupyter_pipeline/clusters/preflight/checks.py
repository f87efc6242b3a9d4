"""Check a profile before a cluster of it is started.

The checks run on this host in milliseconds. If they find nothing, the backend asks its batch system, where that can
test a submission. Checks peculiar to a backend are in its `Backend.check`.
"""

from __future__ import annotations

import difflib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from jupyter_pipeline import paths, ports
from jupyter_pipeline.clusters.backends import Backend, get_backend
from jupyter_pipeline.clusters.preflight import mounts
from jupyter_pipeline.clusters.preflight.signatures import find_unknown_arguments, is_installed
from jupyter_pipeline.exceptions import ConfigurationError, MissingDependencyError
from jupyter_pipeline.models import Profile

__all__ = ["check", "find_doubts"]

_SET_BY_BACKENDS = {"asynchronous", "loop", "tag"}


def check(profile: Profile) -> list[str]:
    """Return the reasons why `profile` cannot start here, each a sentence with its fix.

    Parameters
    ----------
    profile : Profile

    Returns
    -------
    list of str
        Empty if no problem was found.
    """
    backend = get_backend(profile)
    if not is_installed(profile.cluster_class):
        package = profile.cluster_class.partition(".")[0]
        return [str(MissingDependencyError(package.replace("_", "-"), backend.extra))]
    problems = [
        *_check_arguments(profile, backend),
        *backend.check(profile),
        *_check_network(profile, backend),
        *_check_folders(profile, backend),
    ]
    return problems or list(backend.check_submission(profile))


def find_doubts(profile: Profile) -> list[str]:
    """Return possible reasons why workers of `profile` may not start, which cannot be verified from this host.

    Parameters
    ----------
    profile : Profile
    """
    if not get_backend(profile).shares_files:
        return []
    needed = {"the folder of the cluster, with its keys": str(paths.clusters_dir())}
    python = str(profile.cluster_kwargs.get("python") or sys.executable)
    if python.startswith("/") and "$" not in python and not any(c.isspace() for c in python):  # no command line
        needed = {"the interpreter": python, **needed}
    doubts = []
    for name, path in needed.items():
        disk = mounts.find_private_disk(Path(path))
        if disk:
            doubts.append(f"Workers need {name}: {path} is on a disk of this host ({disk}), which nodes may not see.")
    return doubts


def _check_arguments(profile: Profile, backend: Backend) -> Iterator[str]:
    try:
        unknown, known = find_unknown_arguments(profile.cluster_class, profile.cluster_kwargs, backend.sources)
    except (MissingDependencyError, ConfigurationError) as error:
        yield str(error)
        return
    except ImportError as error:
        reason = str(error).strip().partition("\n")[0]
        yield f"{profile.cluster_class} cannot be imported: {reason}"
        return
    except TypeError as error:
        yield f"cluster_class: {error}. Name a cluster class, such as distributed.LocalCluster."
        return
    for name in unknown:
        nearest = difflib.get_close_matches(name, [k for k in known if k not in _SET_BY_BACKENDS], n=2, cutoff=0.6)
        offer = f"Did you mean {' or '.join(nearest)}?" if nearest else "Remove it."
        yield f"{profile.cluster_class} takes no argument {name!r}. {offer}"


def _check_network(profile: Profile, backend: Backend) -> Iterator[str]:
    if not backend.scheduler_is_here:
        return
    kwargs = profile.cluster_kwargs
    scheduler = kwargs.get("scheduler_options") or {}
    for name in {kwargs.get("interface"), scheduler.get("interface")}:
        if isinstance(name, str) and name:
            import psutil

            known = sorted(psutil.net_if_addrs())
            if name not in known:
                yield f"This host has no network interface {name!r}. There are: {', '.join(known)}."
    port = scheduler.get("port", kwargs.get("scheduler_port"))
    if isinstance(port, int) and port > 0 and not ports.is_free(port, ""):
        yield f"Port {port} of this host is taken. Choose another, or 0 for any that is free."


def _check_folders(profile: Profile, backend: Backend) -> Iterator[str]:
    for argument in backend.local_folders:
        value = profile.cluster_kwargs.get(argument)
        if not isinstance(value, str) or "$" in value:
            continue
        folder = Path(value).expanduser().absolute()
        while not folder.exists() and folder != folder.parent:
            folder = folder.parent
        if not folder.is_dir() or not os.access(folder, os.W_OK | os.X_OK):
            yield f"cluster_kwargs.{argument}: {folder} cannot be written to. Name a folder of yours."
