"""Apply the administrator's policy to profiles and to changes of clusters.

The front doors call it before anything is written, and the keeper at the start and at each change of a running cluster.
The file is read each time, so that a change of the policy applies to the next command.
"""

from __future__ import annotations

from pathlib import Path

from jupyter_pipeline import site_policy
from jupyter_pipeline.clusters import limits
from jupyter_pipeline.clusters.cost import hourly_rate
from jupyter_pipeline.clusters.profiles.layers import find_system_layers
from jupyter_pipeline.clusters.profiles.merging import merge
from jupyter_pipeline.exceptions import ConfigurationError, NotFoundError, UsageError
from jupyter_pipeline.models import ClusterRecord, Profile
from jupyter_pipeline.site_policy import Restriction, SitePolicy
from jupyter_pipeline.site_policy.files import check_protection, find_administrator_folders

__all__ = ["check_lifetime", "check_size", "check_unlimited", "compare", "find_workers", "read_threads", "restrict"]

_COILED = "coiled"


def compare(profile: Profile) -> tuple[SitePolicy | None, Restriction]:
    """Return the policy, ``None`` if there is none, and the result of its comparison with a profile.

    Raises
    ------
    ConfigurationError
        If the policy file cannot be used.
    """
    policy = site_policy.find_policy()
    if policy is None:
        return None, Restriction(profile=profile)
    name = "" if policy.profiles is None else _find_administrator_class(profile.name)
    return policy, site_policy.restrict(policy, profile, administrator_class=name)


def restrict(profile: Profile, *, workers: int | None = None) -> Profile:
    """Return a profile with the bounds of the policy as its limits.

    Parameters
    ----------
    profile : Profile
        Profile of a cluster.
    workers : int, optional
        Largest requested number of workers, in place of the profile's.

    Raises
    ------
    PolicyError
        If the policy does not allow the profile or the size. The message has the administrator's text.
    ConfigurationError
        If the policy file cannot be used.
    """
    policy, found = compare(profile)
    problems = list(found.problems)
    if policy is not None and workers is not None and (problem := site_policy.find_size_problem(policy, workers)):
        problems.append(problem)
    if policy is not None and problems:
        raise site_policy.build_error(policy, f"the profile {profile.name!r}", problems)
    return found.profile


def check_size(profile: Profile, record: ClusterRecord | None, workers: int) -> None:
    """Raise an error if a cluster may not have a number of workers.

    Parameters
    ----------
    profile : Profile
        Profile of the cluster, restricted.
    record : ClusterRecord or None
        The running cluster, which knows the threads of its workers; ``None`` before the start.
    workers : int
        Largest number of workers.

    Raises
    ------
    PolicyError
        If the policy does not allow it.
    UsageError
        If its cost per hour is above ``limits.cost_per_hour``.
    ConfigurationError
        If the policy file cannot be used.
    """
    policy = site_policy.find_policy()
    if policy is not None and (problem := site_policy.find_size_problem(policy, workers)):
        raise site_policy.build_error(policy, "the number of workers", [problem])
    threads = record.threads // record.workers if record and record.workers else read_threads(profile)
    if threads is not None or "per_worker_hour" in profile.price:
        rate = hourly_rate(profile.price, workers=workers, threads=workers * (threads or 0))
        currency = str(profile.price.get("currency", ""))
        try:
            limits.check_rate(profile.limits, rate, workers=workers, currency=currency)
        except UsageError as error:
            if policy is None or policy.cost_per_hour is None:
                raise
            raise site_policy.build_error(policy, "the number of workers", [str(error)]) from None


def check_lifetime(record: ClusterRecord, seconds: float) -> None:
    """Raise an error if the lifetime of a cluster may not be extended by a number of seconds.

    Raises
    ------
    PolicyError
        If the policy does not allow it.
    ConfigurationError
        If the policy file cannot be used.
    """
    policy = site_policy.find_policy()
    if policy is None or record.expires is None:
        return
    if problem := site_policy.find_lifetime_problem(policy, record.expires + seconds - record.started):
        raise site_policy.build_error(policy, "the extension", [problem])


def check_unlimited(subject: str) -> None:
    """Raise an error if the policy has bounds that machines of Coiled without a cluster would evade.

    Parameters
    ----------
    subject : str
        Object that starts them, such as ``"a step with --function"``.

    Raises
    ------
    PolicyError
        If the policy does not allow the profile ``coiled``, or limits core-hours or costs.
    ConfigurationError
        If the policy file cannot be used.
    """
    policy = site_policy.find_policy()
    if policy is None:
        return
    problems = []
    if not site_policy.is_allowed_name(policy, _COILED):
        problems.append("It starts machines of Coiled, and the profile 'coiled' is not allowed.")
    if any(bound is not None for bound in (policy.core_hours, policy.cost_per_hour, policy.budget)):
        problems.append("It starts machines without limits, and core-hours or costs are limited. Use --profile.")
    if problems:
        raise site_policy.build_error(policy, subject, problems)


def _find_administrator_class(name: str) -> str:
    """Return the cluster class that built-in profiles and files beside the policy define for the name of a profile.

    Raises
    ------
    ConfigurationError
        If users can change one of these files.
    """
    builtin, *files = find_system_layers(find_administrator_folders())
    for layer in files:
        if layer.profiles:
            check_protection(Path(layer.source))
    try:
        return str(merge(name, [builtin, *files]).values.get("cluster_class") or "")
    except (NotFoundError, ConfigurationError):
        return ""


def read_threads(profile: Profile) -> int | None:
    """Return the number of threads of a worker by the arguments of the class, ``None`` if they do not set it."""
    kwargs = profile.cluster_kwargs
    for name in ("threads_per_worker", "nthreads", "worker_cores"):
        if isinstance(kwargs.get(name), int):
            return int(kwargs[name])
    cores, processes = kwargs.get("cores"), kwargs.get("processes", 1)
    if isinstance(cores, int) and isinstance(processes, int) and not isinstance(processes, bool) and processes > 0:
        return max(1, cores // processes)
    return None


def find_workers(profile: Profile, *, workers: int | None = None, adapt: tuple[int, int] | None = None) -> int | None:
    """Return the largest number of workers of a start, ``None`` if the cluster class decides.

    Parameters
    ----------
    profile : Profile
        Profile of the cluster.
    workers : int, optional
        Fixed number of workers, in place of the profile's.
    adapt : tuple of int, optional
        Minimum and maximum number of workers, in place of the profile's.
    """
    if workers is not None:
        return workers
    if adapt is not None:
        return adapt[1]
    sizes = (profile.workers, profile.cluster_kwargs.get("n_workers"), profile.adapt_kwargs.get("maximum"))
    return next((int(size) for size in sizes if isinstance(size, int) and not isinstance(size, bool)), None)
