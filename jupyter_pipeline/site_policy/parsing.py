"""Parse the policy file. An unknown key is an error, so that no bound is ignored."""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from jupyter_pipeline.exceptions import ConfigurationError
from jupyter_pipeline.models import Record
from jupyter_pipeline.units import parse_count, parse_duration

__all__ = ["SitePolicy", "parse_policy"]

_GROUP = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*\$?")


@dataclass(frozen=True, slots=True, kw_only=True)
class SitePolicy(Record):
    """Bounds of the administrator. ``None`` means no bound."""

    source: str
    """Path of the file."""
    profiles: tuple[str, ...] | None = None
    """Names of the profiles that may start, with the wildcards ``*`` and ``?``."""
    max_workers: int | None = None
    """Maximum number of workers of one cluster."""
    lifetime: float | None = None
    """Maximum lifetime of a cluster in seconds, extensions included."""
    core_hours: float | None = None
    """Maximum core-hours of one cluster."""
    cost_per_hour: float | None = None
    """Maximum cost of one cluster per hour, in `currency`."""
    budget: float | None = None
    """Maximum cost of one cluster, in `currency`."""
    currency: str = ""
    prices: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """Price of a worker or core by name of a profile. It replaces the price in the profile; empty for no cost."""
    tls: bool = False
    """True if every cluster must use TLS."""
    work_pools: tuple[str, ...] | None = None
    """Names of the work pools to which deployments may go, with wildcards."""
    audit_group: str = ""
    """Group that may read the audit logs in `audit_folder`."""
    audit_folder: str = ""
    """Folder of the audit logs of all users."""
    message: str = ""
    """Text of the administrator, which ends each refusal."""


def parse_policy(content: object, source: str) -> SitePolicy:
    """Return the policy in the `content` of the file `source`.

    Parameters
    ----------
    content : object
        Plain values of the YAML document.
    source : str
        Path of the file.

    Raises
    ------
    ConfigurationError
        For the first key that is unknown or has an unusable value, with the correction.
    """
    if not isinstance(content, Mapping):
        raise ConfigurationError(source, "", "has no keys", "Write a key such as max_workers: 40, or remove the file.")
    values: dict[str, Any] = {}
    for key, value in content.items():
        if key not in _KEYS:
            nearest = difflib.get_close_matches(str(key), _KEYS, n=1)
            fix = f"Did you mean {nearest[0]}?" if nearest else f"The keys are {', '.join(_KEYS)}."
            raise ConfigurationError(source, str(key), "is unknown", fix)
        parse, fix = _KEYS[key]
        try:
            parsed = parse(value)
        except ValueError as error:
            raise ConfigurationError(source, key, str(error), fix) from error
        values |= parsed if key == "audit" else {key: parsed}
    policy = SitePolicy(source=source, **values)
    if (policy.cost_per_hour or policy.budget) and not policy.currency:
        raise ConfigurationError(source, "currency", "is missing", "Write the currency of the costs, such as EUR.")
    for name, price in policy.prices.items():
        if price and policy.currency and price.get("currency", policy.currency) != policy.currency:
            reason = f"is in {price['currency']}, and the policy is in {policy.currency}"
            raise ConfigurationError(source, f"prices.{name}", reason, "Use one currency.")
    return policy


def _parse_names(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(each, str) and each for each in value):
        raise ValueError(f"{value!r} is not a list of names")
    return tuple(value)


def _parse_count(value: object) -> int:
    return parse_count(value, minimum=1)


def _parse_amount(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value) or value <= 0:
        raise ValueError(f"{value!r} is not a number above 0")
    return float(value)


def _parse_text(value: object) -> str:
    if not isinstance(value, str) or any(ord(c) < 32 and c not in "\n\t" for c in value):
        raise ValueError(f"{value!r} is not text")
    return value.strip()


def _parse_tls(value: object) -> bool:
    if value not in ("required", "optional"):
        raise ValueError(f"{value!r} is neither required nor optional")
    return value == "required"


def _parse_prices(value: object) -> dict[str, dict[str, Any]]:
    if not isinstance(value, Mapping):
        raise ValueError("is not a set of profiles and prices")
    found: dict[str, dict[str, Any]] = {}
    for name, price in value.items():
        if not isinstance(name, str) or not isinstance(price, Mapping):
            raise ValueError(f"{name}: is not a price")
        found[name] = {}
        for key, amount in price.items():
            if key not in ("per_worker_hour", "per_core_hour", "currency"):
                raise ValueError(f"{name}: {key} is unknown")
            found[name][key] = _parse_text(amount) if key == "currency" else _parse_amount(amount)
        if price and not {"per_worker_hour", "per_core_hour"} & price.keys():
            raise ValueError(f"{name}: has neither per_worker_hour nor per_core_hour")
    return found


def _parse_audit(value: object) -> dict[str, str]:
    if not isinstance(value, Mapping) or not value or not value.keys() <= {"group", "folder"}:
        raise ValueError("is not a folder and a group")
    folder, group = value.get("folder"), value.get("group", "")
    if not isinstance(folder, str) or not folder.startswith("/"):
        raise ValueError("has no folder with an absolute path")
    if not isinstance(group, str) or (group and not _GROUP.fullmatch(group)):
        raise ValueError(f"{group!r} is not the name of a group")
    return {"audit_folder": folder, "audit_group": group}


_NUMBER = "Write a number such as 20."
_KEYS: Mapping[str, tuple[Callable[[object], Any], str]] = {
    "profiles": (_parse_names, "Write something like [local, slurm]."),
    "max_workers": (_parse_count, "Write a whole number."),
    "lifetime": (parse_duration, "Write something like 12 h."),
    "core_hours": (_parse_amount, _NUMBER),
    "cost_per_hour": (_parse_amount, _NUMBER),
    "budget": (_parse_amount, _NUMBER),
    "currency": (_parse_text, "Write something like EUR."),
    "prices": (_parse_prices, "Write something like slurm: {per_core_hour: 0.02}; {} is no cost."),
    "tls": (_parse_tls, "Write required or optional."),
    "work_pools": (_parse_names, "Write something like [jupyter-pipeline]."),
    "audit": (_parse_audit, "Write something like {folder: /var/log/jupyter-pipeline, group: adm}."),
    "message": (_parse_text, "Write text."),
}
"""Function that parses the value of each key, and the advice for a value that is not usable."""
