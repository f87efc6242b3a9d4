"""Check a profile of a batch system, and the options of its jobs, before anything is submitted."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence

from jupyter_pipeline.clusters.backends.batch.options import find_option
from jupyter_pipeline.models import Profile
from jupyter_pipeline.units import format_duration

__all__ = ["check_command", "check_options", "check_walltime"]

_SHORTEST_WALLTIME = 120.0


def check_options(options: Sequence[tuple[str, str]], refused: Mapping[str, str]) -> Iterator[str]:
    """Yield the options of a list that are refused.

    Parameters
    ----------
    options : sequence of tuple
        Options of a job, each with its value.
    refused : mapping
        Reasons to refuse an option, see `BatchBackend.refused_options`.
    """
    for spellings, reason in refused.items():
        if find_option(options, *spellings.split()) is not None:
            used = [name for name, _ in options if find_option([(name, "")], *spellings.split()) is not None]
            yield f"The option {used[-1]} {reason}"


def check_walltime(profile: Profile, seconds: float | None) -> Iterator[str]:
    """Yield a walltime that is too short for a worker, or for a cluster whose keeper is a job.

    Parameters
    ----------
    profile : Profile
        The profile.
    seconds : float, optional
        Its walltime; ``None`` for no limit.
    """
    if seconds is None:
        return
    if seconds < _SHORTEST_WALLTIME:
        walltime = profile.cluster_kwargs.get("walltime")
        yield (
            f"The walltime {walltime} leaves a worker no time to work, because it stops before the walltime ends. "
            f"Request at least {format_duration(_SHORTEST_WALLTIME)}."
        )
    lifetime = profile.limits.lifetime
    if profile.keeper == "job" and (lifetime is None or lifetime > seconds):
        yield (
            f"With keeper: job the cluster ends at the walltime, {format_duration(seconds)}, before its lifetime. "
            "Shorten limits.lifetime or request a longer walltime."
        )


def check_command(profile: Profile) -> Iterator[str]:
    """Yield the parts of the worker's command line that cannot work.

    ``python`` may be a command line, such as ``srun -n 1 python``. Lines before it may change the ``PATH``.
    """
    kwargs = profile.cluster_kwargs
    for argument in ("local_directory", "log_directory", "python"):
        if isinstance(kwargs.get(argument), str) and not kwargs[argument].strip():
            yield f"cluster_kwargs.{argument} is empty. Remove it, or write a value."
    python = str(kwargs.get("python") or "").strip()
    program = python.split()[0] if python else ""
    prologue = kwargs.get("job_script_prologue") or kwargs.get("env_extra")
    if program and "$" not in program and not shutil.which(program) and ("/" in program or not prologue):
        what = "interpreter" if program == python else "program"
        yield f"There is no {what} {program}. Correct cluster_kwargs.python, or remove it to use {sys.executable}."
