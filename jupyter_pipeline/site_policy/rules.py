"""Compare profiles, sizes and work pools with the policy. All functions are pure."""

from __future__ import annotations

import dataclasses
import fnmatch
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from jupyter_pipeline.exceptions import PolicyError
from jupyter_pipeline.models import Limits, Profile
from jupyter_pipeline.site_policy.parsing import SitePolicy
from jupyter_pipeline.units import format_duration

__all__ = [
    "Restriction",
    "build_error",
    "find_lifetime_problem",
    "find_pool_problem",
    "find_size_problem",
    "is_allowed_name",
    "restrict",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Restriction:
    """Result of the comparison of a profile with the policy."""

    profile: Profile
    """Profile with the bounds of the policy as its limits, and a note on each change."""
    problems: tuple[str, ...] = ()
    """Reasons for a refusal, one sentence each."""


def build_error(policy: SitePolicy, subject: str, problems: Sequence[str]) -> PolicyError:
    """Return the error of a refusal, with the text of the administrator.

    Parameters
    ----------
    policy : SitePolicy
        The policy.
    subject : str
        Object that is refused, such as ``"profile 'slurm'"``.
    problems : sequence of str
        Reasons, one sentence each.
    """
    lines = "".join(f"\n  - {problem}" for problem in problems)
    message = f"\n{policy.message}" if policy.message else ""
    return PolicyError(f"The administrator's policy ({policy.source}) refuses {subject}:{lines}{message}")


def restrict(policy: SitePolicy, profile: Profile, *, administrator_class: str = "") -> Restriction:
    """Apply the policy to a profile.

    A limit that the profile leaves at its default gets the bound of the policy. A limit above the bound is a problem.

    Parameters
    ----------
    policy : SitePolicy
        The policy.
    profile : Profile
        The merged profile.
    administrator_class : str
        Cluster class that the administrator's files define for the name of the profile. Empty if they have no profile
        of this name.
    """
    problems = [*_check_name(policy, profile, administrator_class), *_check_tls(policy, profile)]
    price, reasons = _find_price(policy, profile)
    problems += reasons
    limits, changes, reasons = _restrict_limits(policy, profile.limits, is_priced=bool(price))
    problems += reasons
    adapt = dict(profile.adapt_kwargs)
    problems += _restrict_sizes(policy, profile, adapt, changes)
    if price != profile.price:
        changes["price"] = ", ".join(f"{key} {value}" for key, value in price.items()) or "none"
    if not changes:
        return Restriction(profile=profile, problems=tuple(problems))
    text = ", ".join(f"{key} to {value}" for key, value in changes.items())
    note = f"The administrator's policy ({policy.source}) sets {text}."
    notes = profile.notes if note in profile.notes else (*profile.notes, note)
    restricted = dataclasses.replace(profile, limits=limits, adapt_kwargs=adapt, price=price, notes=notes)
    return Restriction(profile=restricted, problems=tuple(problems))


def _matches(name: str, patterns: Sequence[str]) -> bool:
    return any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns)


def is_allowed_name(policy: SitePolicy, name: str) -> bool:
    """Return True if the policy allows profiles of this name."""
    return policy.profiles is None or _matches(name, policy.profiles)


def _check_name(policy: SitePolicy, profile: Profile, administrator_class: str) -> Iterator[str]:
    if policy.profiles is None:
        return
    if not is_allowed_name(policy, profile.name):
        allowed = ", ".join(policy.profiles) or "none"
        yield f"The profile {profile.name!r} is not allowed. Allowed profiles: {allowed}."
    elif not administrator_class:
        yield (
            f"The profile {profile.name!r} is not the administrator's: neither a built-in profile nor a file beside "
            "the policy has this name."
        )
    elif profile.cluster_class != administrator_class:
        yield (
            f"cluster_class: {profile.cluster_class} is not the class of the administrator's profile, "
            f"{administrator_class}."
        )


def _check_tls(policy: SitePolicy, profile: Profile) -> Iterator[str]:
    if policy.tls and profile.security.get("tls", True) is False:
        yield "security.tls: TLS is required. Remove security.tls: false."


def _find_price(policy: SitePolicy, profile: Profile) -> tuple[Mapping[str, Any], list[str]]:
    """Return the price that applies to the profile, and the reasons why no cost can be computed from it."""
    for pattern, price in policy.prices.items():
        if fnmatch.fnmatchcase(profile.name, pattern):
            currency = {"currency": policy.currency} if policy.currency else {}
            return {**price, **currency} if price else {}, []
    if policy.cost_per_hour is None and policy.budget is None:
        return profile.price, []
    if not profile.price:
        return {}, ["price: the costs are limited, and the profile has no price. Write price.per_core_hour."]
    currency = profile.price.get("currency", policy.currency)
    if currency != policy.currency:
        return profile.price, [f"price.currency: {currency} is not the currency of the policy, {policy.currency}."]
    return {**profile.price, "currency": policy.currency}, []


def _restrict_limits(
    policy: SitePolicy, limits: Limits, *, is_priced: bool
) -> tuple[Limits, dict[str, str], list[str]]:
    bounds = {
        "lifetime": policy.lifetime,
        "max_lifetime": policy.lifetime,
        "max_workers": policy.max_workers,
        "core_hours": policy.core_hours,
        "cost_per_hour": policy.cost_per_hour if is_priced else None,
        "budget": policy.budget if is_priced else None,
    }
    changes: dict[str, Any] = {}
    problems = []
    for name, bound in bounds.items():
        value, default = getattr(limits, name), getattr(Limits(), name)
        if bound is None or (value is not None and value <= bound):
            continue
        if value is None or value == default:
            changes[name] = bound
        else:
            shown = [_format(name, each) for each in (value, bound)]
            problems.append(f"limits.{name}: {shown[0]} is above the maximum, {shown[1]}. Lower it.")
    lifetime = changes.get("lifetime", limits.lifetime)
    if lifetime is not None and limits.idle is not None and limits.idle > lifetime:
        changes["idle"] = lifetime
    texts = {f"limits.{name}": _format(name, value) for name, value in changes.items()}
    return dataclasses.replace(limits, **changes), texts, problems


def _format(name: str, value: float) -> str:
    return format_duration(value) if name in ("idle", "lifetime", "max_lifetime") else f"{value:g}"


def _restrict_sizes(
    policy: SitePolicy, profile: Profile, adapt: dict[str, Any], changes: dict[str, str]
) -> Iterator[str]:
    """Lower the bounds in `adapt`, and yield the sizes that are refused."""
    bound = policy.max_workers
    if bound is None:
        return
    workers = profile.workers if profile.workers is not None else profile.cluster_kwargs.get("n_workers")
    if isinstance(workers, int | float) and workers > bound:
        yield f"workers: {workers} is above the maximum, {bound}. Lower it."
    if (adapt.get("minimum") or 0) > bound:
        yield f"adapt_kwargs.minimum: {adapt['minimum']} is above the maximum, {bound}. Lower it."
    elif adapt and (adapt.get("maximum") or 0) > bound:
        adapt["maximum"] = bound
        changes["adapt_kwargs.maximum"] = str(bound)


def find_size_problem(policy: SitePolicy, workers: int) -> str:
    """Return the reason why a cluster may not have this number of workers, empty if it may."""
    if policy.max_workers is None or workers <= policy.max_workers:
        return ""
    noun = "worker is" if policy.max_workers == 1 else "workers are"
    return f"At most {policy.max_workers} {noun} allowed, not {workers}."


def find_lifetime_problem(policy: SitePolicy, seconds: float) -> str:
    """Return the reason why a cluster may not have this lifetime in all, empty if it may."""
    if policy.lifetime is None or seconds <= policy.lifetime:
        return ""
    return (
        f"A lifetime of at most {format_duration(policy.lifetime)} is allowed, extensions included, "
        f"not {format_duration(seconds)}."
    )


def find_pool_problem(policy: SitePolicy, pool: str) -> str:
    """Return the reason why a deployment may not go to the work pool, empty if it may."""
    if policy.work_pools is None or _matches(pool, policy.work_pools):
        return ""
    return f"The work pool {pool!r} is not allowed. Allowed work pools: {', '.join(policy.work_pools) or 'none'}."
