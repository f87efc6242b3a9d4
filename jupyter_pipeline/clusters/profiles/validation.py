"""Check merged profiles: known keys, allowed values, and rules that join several keys.

`schema` declares the keys. `class_arguments` checks arguments of the cluster class. Checks of the host are in
`preflight`. All functions are pure.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from typing import Any

from jupyter_pipeline.clusters.backends import Backend, get_backend_class
from jupyter_pipeline.clusters.profiles.class_arguments import check_arguments
from jupyter_pipeline.clusters.profiles.merging import MergedProfile
from jupyter_pipeline.clusters.profiles.schema import MAPPING_KEYS, SECTIONS
from jupyter_pipeline.clusters.variables import expand
from jupyter_pipeline.exceptions import UsageError
from jupyter_pipeline.models import Limits, Profile
from jupyter_pipeline.paths import check_name
from jupyter_pipeline.secret_detection import find_secrets
from jupyter_pipeline.units import format_duration, parse_count

__all__ = ["validate"]

_CLASS = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+")


def validate(merged: MergedProfile, environ: Mapping[str, str]) -> Profile:
    """Return the profile in `merged` with its variables replaced.

    Parameters
    ----------
    merged : MergedProfile
        Values of all layers.
    environ : mapping
        Environment variables.

    Raises
    ------
    ConfigurationError
        For the first problem, with file, key, reason and fix.
    """
    _check_shape(merged)
    _check_secrets(merged)
    backend = get_backend_class(str(merged.values.get("cluster_class", "")))
    values = expand(merged.values, environ, merged.build_error, unexpanded=backend.unexpanded_arguments())
    parsed = _parse_values(merged, values)
    _check_class(merged, values)
    if values.get("keeper") == "job" and not backend.writes_job_script:
        raise merged.build_error(
            "keeper", f"job needs a batch system, and {values['cluster_class']} has none", "Write local."
        )
    check_arguments(merged, values["cluster_kwargs"], backend, adaptive=bool(values["adapt_kwargs"]))
    limits = _build_limits(merged, parsed["limits"])
    settings = {name: value for name, value in parsed[""].items() if name not in ("extends", *MAPPING_KEYS)}
    settings["description"] = str(values.get("description") or "")
    settings["workers"] = _check_size(merged, values, parsed, limits)
    _check_budget(merged, values["price"], limits)
    _check_tls(merged, values, backend)
    sections = {key: values[key] for key in MAPPING_KEYS if key != "limits"}
    source, notes = merged.get_source(""), tuple(merged.notes)
    return Profile(name=merged.name, limits=limits, source=source, notes=notes, **settings, **sections)


def _check_shape(merged: MergedProfile) -> None:
    try:
        check_name("profile", merged.name)
    except UsageError as error:
        raise merged.build_error("", str(error).rstrip("."), "Rename it.") from error
    _check_known(merged, merged.values, SECTIONS[""], "")
    for key in MAPPING_KEYS:
        value = merged.values.get(key)
        if value is not None and not isinstance(value, Mapping):
            raise merged.build_error(
                key, f"{value!r} is not a set of keys and values", "Write `key: value` lines below it."
            )
    _check_text(merged, merged.values, "")


def _check_known(merged: MergedProfile, values: Mapping[str, Any], known: Iterable[str], section: str) -> None:
    for key in values:
        if key in known:
            continue
        nearest = difflib.get_close_matches(str(key), known, n=1, cutoff=0.6)
        if nearest:
            fix = f"Did you mean {nearest[0]}?"
        elif not section:
            fix = f"An argument of the class belongs below cluster_kwargs; the keys here are {', '.join(known)}."
        else:
            fix = f"The keys here are {', '.join(known)}."
        raise merged.build_error(f"{section}.{key}" if section else str(key), "is unknown", fix)


def _check_text(merged: MergedProfile, value: Any, path: str) -> None:
    """Reject control characters, which are harmful in file names and job scripts."""
    if isinstance(value, Mapping):
        for key, item in value.items():
            if not isinstance(key, str):
                raise merged.build_error(path, f"the key {key!r} is not text", "Put it in quotes.")
            _check_text(merged, item, f"{path}.{key}" if path else key)
    elif isinstance(value, list):
        for i, item in enumerate(value):
            _check_text(merged, item, f"{path}[{i}]")
    elif isinstance(value, str) and any(ord(c) < 32 and c not in "\n\t" for c in value):
        raise merged.build_error(path, "contains a control character", "Remove it.")


def _check_secrets(merged: MergedProfile) -> None:
    for secret in find_secrets(merged.values):
        fix = "Let the job read it from a file of mode 0600."
        if secret.in_address:
            fix = "Write user:${VARIABLE}@ instead."
        elif secret.name:
            fix = f"Write ${{{secret.name.upper()}}} and set that variable."
        raise merged.build_error(secret.path, secret.reason, fix)


def _parse_values(merged: MergedProfile, values: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Check each key by its declaration; return the parsed values by section, and fill missing sections."""
    parsed: dict[str, dict[str, Any]] = {}
    for section, keys in SECTIONS.items():
        if section:
            values[section] = values.get(section) or {}
            _check_known(merged, values[section], keys, section)
        parsed[section] = {}
        for name, value in (values[section] if section else values).items():
            key = keys[name]
            if value is None and key.nullable:
                parsed[section][name] = None
                continue
            try:
                parsed[section][name] = key.parse(value)
            except ValueError as error:
                path = f"{section}.{name}" if section else name
                raise merged.build_error(path, str(error), key.fix) from error
    values["cluster_kwargs"] = values.get("cluster_kwargs") or {}
    return parsed


def _check_class(merged: MergedProfile, values: Mapping[str, Any]) -> None:
    path = values.get("cluster_class")
    if path is None:
        raise merged.build_error(
            "cluster_class", "is missing", "Write an import path, or `extends:` with another profile."
        )
    if not isinstance(path, str) or not _CLASS.fullmatch(path):
        raise merged.build_error(
            "cluster_class", f"{path!r} is not an import path", "Write one such as distributed.LocalCluster."
        )


def _build_limits(merged: MergedProfile, values: dict[str, Any]) -> Limits:
    lifetime, bound = values.get("lifetime", Limits().lifetime), values.get("max_lifetime")
    if bound is not None and (lifetime is None or lifetime > bound):
        if "lifetime" in values:
            length = format_duration(lifetime) if lifetime else "no end"
            raise merged.build_error(
                "limits.lifetime",
                f"{length} is longer than limits.max_lifetime, {format_duration(bound)}",
                "Shorten it, or lengthen limits.max_lifetime.",
            )
        values["lifetime"] = lifetime = bound
    if lifetime is not None:
        idle = values.get("idle", min(Limits().idle or lifetime, lifetime))
        if idle is not None and idle > lifetime:
            raise merged.build_error(
                "limits.idle",
                f"{format_duration(idle)} is longer than the lifetime, {format_duration(lifetime)}",
                "Shorten it, or lengthen limits.lifetime.",
            )
        values["idle"] = idle
    return Limits(**values)


def _check_size(
    merged: MergedProfile, values: Mapping[str, Any], parsed: Mapping[str, Mapping[str, Any]], limits: Limits
) -> int | None:
    """Check the sizes in a profile against each other; return the fixed number of workers."""
    adapt = parsed["adapt_kwargs"]
    workers: int | None = parsed[""].get("workers")
    if workers is not None and adapt:
        raise merged.build_error(
            "workers", "a fixed size beside adapt_kwargs", "Keep one of the two; null removes a key."
        )
    key = "workers"
    if workers is None and not adapt:  # flint and dask-ctl pass the size to the class
        key, workers = "cluster_kwargs.n_workers", _parse_n_workers(merged, values["cluster_kwargs"])
    largest = key, workers
    for unit in ("", "_jobs", "_cores"):
        low, high = adapt.get(f"minimum{unit}"), adapt.get(f"maximum{unit}")
        if low is not None and high is not None and low > high:
            raise merged.build_error(
                f"adapt_kwargs.minimum{unit}", f"{low} is above the maximum, {high}", "Lower it or raise the maximum."
            )
        if not unit and (high or low):
            largest = "adapt_kwargs.maximum", high or low
    key, size = largest
    if size is not None and limits.max_workers is not None and size > limits.max_workers:
        raise merged.build_error(
            key, f"{size} is above limits.max_workers, {limits.max_workers}", "Lower it or raise the limit."
        )
    return workers


def _parse_n_workers(merged: MergedProfile, kwargs: Mapping[str, Any]) -> int | None:
    if kwargs.get("n_workers") is None:
        return None
    try:
        return parse_count(kwargs["n_workers"], minimum=0) or None
    except ValueError as error:
        raise merged.build_error("cluster_kwargs.n_workers", str(error), "Write a whole number.") from error


_MONEY = ("budget", "cost_per_hour", "run_budget", "deployment_budget", "user_budget")
"""Limits that need a price."""


def _check_budget(merged: MergedProfile, price: Mapping[str, Any], limits: Limits) -> None:
    for key, value in ((name, getattr(limits, name)) for name in _MONEY):
        if value is not None and not (price.get("per_worker_hour") or price.get("per_core_hour")):
            raise merged.build_error(f"limits.{key}", "cannot be kept without a price", "Write price.per_worker_hour.")


def _check_tls(merged: MergedProfile, values: Mapping[str, Any], backend: type[Backend]) -> None:
    security = values["security"]
    loopback = backend.listens_on_loopback(values["cluster_class"], values["cluster_kwargs"])
    if security.get("tls") is False and not loopback and not security.get("insecure"):
        raise merged.build_error(
            "security.tls",
            "without TLS everyone who reaches the scheduler's port can run code as you",
            "Remove it; or write security.insecure: true beside it if the network is closed to others.",
        )
