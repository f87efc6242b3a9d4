"""From merged values to a `Profile`: every key is known, of the right kind and in range (pure).

Arguments of the class itself are checked by `arguments`; `preflight` does the rest.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from typing import Any

from jupyter_pipeline.clusters.backends import Backend, get_backend_class
from jupyter_pipeline.clusters.profiles.class_arguments import check_adaptation, check_arguments, positive
from jupyter_pipeline.clusters.profiles.merging import Merged
from jupyter_pipeline.clusters.variables import SECRET_KEY, expand
from jupyter_pipeline.exceptions import UsageError
from jupyter_pipeline.models import Limits, Profile
from jupyter_pipeline.paths import check_name
from jupyter_pipeline.units import format_duration, parse_count, parse_duration

__all__ = ["validate"]

_MAPPINGS = ("cluster_kwargs", "adapt_kwargs", "limits", "price", "environment", "security")
_KEYS = ("cluster_class", "workers", "description", "keeper", "owner", "extends", *_MAPPINGS)
_CHOICES = {
    "keeper": ("local", "job"),
    "owner": ("kernel", "server", "detached"),
    "environment.installer": ("auto", "uv", "pip"),
    "environment.method": ("packages", "dask", "image"),
    "environment.policy": ("warn", "sync", "refuse", "ignore"),
}
_SECTION_KEYS = {
    "adapt_kwargs": (
        "active", "interval", "maximum", "maximum_cores", "maximum_jobs", "maximum_memory", "minimum", "minimum_cores",
        "minimum_jobs", "minimum_memory", "scale_factor", "target_duration", "wait_count", "worker_key",
    ),
    "environment": (
        "method", "policy", "pip_install", "upload_directory", "include", "exclude", "skip_packages", "installer",
        "max_file_size", "max_size", "restart_workers", "variables",
    ),
    "limits": ("idle", "lifetime", "max_lifetime", "start_timeout", "max_workers", "budget"),
    "price": ("currency", "per_worker_hour", "per_core_hour"),
    "security": ("tls", "insecure", "tls_ca_file", "tls_client_cert", "tls_client_key"),
}  # fmt: skip
_CLASS = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+")
_INLINE_EXPORT = re.compile(
    r"(?i)\b(\w*(?:password|passwd|secret|token|api_?key|access_key)\w*)=(?![\"']?\$)[\"']?[^\s\"']+"
)
_URL_WITH_PASSWORD = re.compile(r"\b[a-z][a-z0-9+.-]*://[^\s/:@]*:(?!\$)[^\s/@]+@")


def validate(merged: Merged, environ: Mapping[str, str]) -> Profile:
    """Return `merged` as a profile, its variables replaced.

    Raises
    ------
    ConfigurationError
        Names file, key, reason and fix of the first thing that is wrong.
    """
    _check_shape(merged)
    _check_secrets(merged, merged.values, "")
    backend = get_backend_class(str(merged.values.get("cluster_class", "")))
    values = expand(merged.values, environ, merged.refuse, unexpanded=backend.unexpanded_arguments())
    for key in _MAPPINGS:
        values[key] = values.get(key) or {}
        known = _SECTION_KEYS.get(key)
        if known:
            _check_known(merged, values[key], known, key)
    for key, choices in _CHOICES.items():
        section, _, last = key.rpartition(".")
        value = (values[section] if section else values).get(last, choices[0])
        if value not in choices:
            raise merged.refuse(key, f"{value!r} is not one of {', '.join(choices)}", f"Write {choices[0]}.")
    _check_class(merged, values)
    check_adaptation(merged, values["adapt_kwargs"])
    if values.get("keeper") == "job" and not backend.writes_job_script:
        raise merged.refuse(
            "keeper", f"job needs a batch system, and {values['cluster_class']} has none", "Write local."
        )
    check_arguments(merged, values["cluster_kwargs"], backend, adapts=bool(values["adapt_kwargs"]))
    limits = _limits(merged, values["limits"])
    workers = _workers(merged, values, limits)
    _check_price(merged, values["price"], limits)
    _check_security(merged, values, backend)
    return Profile(
        name=merged.name,
        cluster_class=values["cluster_class"],
        cluster_kwargs=values["cluster_kwargs"],
        adapt_kwargs=values["adapt_kwargs"],
        workers=workers,
        description=str(values.get("description") or ""),
        limits=limits,
        price=values["price"],
        environment=values["environment"],
        security=values["security"],
        keeper=values.get("keeper", "local"),
        owner=values.get("owner", "detached"),
        source=merged.source_of(""),
    )


def _check_shape(merged: Merged) -> None:
    try:
        check_name("profile", merged.name)
    except UsageError as error:
        raise merged.refuse("", str(error).rstrip("."), "Rename it.") from error
    _check_known(merged, merged.values, _KEYS, "")
    for key in _MAPPINGS:
        value = merged.values.get(key)
        if value is not None and not isinstance(value, Mapping):
            raise merged.refuse(key, f"{value!r} is not a set of keys and values", "Write `key: value` lines below it.")
    _check_text(merged, merged.values, "")


def _check_known(merged: Merged, values: Mapping[str, Any], known: tuple[str, ...], prefix: str) -> None:
    for key in values:
        if key in known:
            continue
        nearest = difflib.get_close_matches(str(key), known, n=1, cutoff=0.6)
        if nearest:
            fix = f"Did you mean {nearest[0]}?"
        elif not prefix:
            fix = f"An argument of the class belongs below cluster_kwargs; the keys here are {', '.join(known)}."
        else:
            fix = f"The keys here are {', '.join(known)}."
        raise merged.refuse(f"{prefix}.{key}" if prefix else str(key), "is unknown", fix)


def _check_text(merged: Merged, value: Any, path: str) -> None:
    """Refuse control characters, which have no use anywhere and do harm in file names and job scripts."""
    if isinstance(value, Mapping):
        for key, below in value.items():
            if not isinstance(key, str):
                raise merged.refuse(path, f"the key {key!r} is not text", "Put it in quotes.")
            _check_text(merged, below, f"{path}.{key}" if path else key)
    elif isinstance(value, list):
        for i, below in enumerate(value):
            _check_text(merged, below, f"{path}[{i}]")
    elif isinstance(value, str) and any(ord(c) < 32 and c not in "\n\t" for c in value):
        raise merged.refuse(path, "contains a control character", "Remove it.")


def _check_secrets(merged: Merged, value: Any, path: str) -> None:
    if isinstance(value, Mapping):
        for key, below in value.items():
            inner = f"{path}.{key}" if path else str(key)
            secret = SECRET_KEY.search(str(key)) and not isinstance(below, Mapping | list | bool | None)
            if secret and not (isinstance(below, str) and re.fullmatch(r"\$(\w+|\{\w+\})", below)):
                raise merged.refuse(
                    inner, "a secret is written into the file", f"Write ${{{str(key).upper()}}} and set that variable."
                )
            _check_secrets(merged, below, inner)
    elif isinstance(value, list):
        for i, below in enumerate(value):
            _check_secrets(merged, below, f"{path}[{i}]")
    elif isinstance(value, str):
        found = _INLINE_EXPORT.search(value)
        if found:
            raise merged.refuse(
                path, f"a secret ({found[1]}) is written into the file", "Let the job read it from a file of mode 0600."
            )
        if _URL_WITH_PASSWORD.search(value):
            raise merged.refuse(path, "an address contains a password", "Write user:${VARIABLE}@ instead.")


def _check_class(merged: Merged, values: Mapping[str, Any]) -> None:
    path = values.get("cluster_class")
    if path is None:
        raise merged.refuse("cluster_class", "is missing", "Write an import path, or `extends:` with another profile.")
    if not isinstance(path, str) or not _CLASS.fullmatch(path):
        raise merged.refuse(
            "cluster_class", f"{path!r} is not an import path", "Write one such as distributed.LocalCluster."
        )


def _limits(merged: Merged, values: Mapping[str, Any]) -> Limits:
    result: dict[str, Any] = {}
    for key in ("idle", "lifetime", "max_lifetime", "start_timeout"):
        if key not in values:
            continue
        if values[key] is None and key != "start_timeout":
            result[key] = None
            continue
        try:
            result[key] = parse_duration(values[key])
        except ValueError as error:
            raise merged.refuse(f"limits.{key}", str(error), "Write something like 90 min.") from error
    if values.get("max_workers") is not None:
        try:
            result["max_workers"] = parse_count(values["max_workers"])
        except ValueError as error:
            raise merged.refuse("limits.max_workers", str(error), "Write a whole number.") from error
    if values.get("budget") is not None:
        result["budget"] = positive(merged, "limits.budget", values["budget"])
    lifetime, bound = result.get("lifetime", Limits().lifetime), result.get("max_lifetime")
    if bound is not None and (lifetime is None or lifetime > bound):
        if "lifetime" in result:
            written = format_duration(lifetime) if lifetime else "no end"
            raise merged.refuse(
                "limits.lifetime",
                f"{written} is longer than limits.max_lifetime, {format_duration(bound)}",
                "Shorten it, or lengthen limits.max_lifetime.",
            )
        result["lifetime"] = lifetime = bound
    if lifetime is not None:
        idle = result.get("idle", min(Limits().idle or lifetime, lifetime))
        if idle is not None and idle > lifetime:
            raise merged.refuse(
                "limits.idle",
                f"{format_duration(idle)} is longer than the lifetime, {format_duration(lifetime)}",
                "Shorten it, or lengthen limits.lifetime.",
            )
        result["idle"] = idle
    return Limits(**result)


def _workers(merged: Merged, values: Mapping[str, Any], limits: Limits) -> int | None:
    def count(key: str, value: object, minimum: int) -> int | None:
        if value is None:
            return None
        try:
            return parse_count(value, minimum=minimum)
        except ValueError as error:
            raise merged.refuse(key, str(error), "Write a whole number.") from error

    adapt = values["adapt_kwargs"]
    workers = count("workers", values.get("workers"), 1)
    if workers is not None and adapt:
        raise merged.refuse("workers", "a fixed size beside adapt_kwargs", "Keep one of the two; null removes a key.")
    key = "workers"
    if workers is None and not adapt:  # flint's and dask-ctl's files say it to the class
        key, workers = "cluster_kwargs.n_workers", count("", values["cluster_kwargs"].get("n_workers"), 0) or None
    largest = key, workers
    for unit in ("", "_jobs", "_cores"):
        low = count(f"adapt_kwargs.minimum{unit}", adapt.get(f"minimum{unit}"), 0)
        high = count(f"adapt_kwargs.maximum{unit}", adapt.get(f"maximum{unit}"), 1)
        if low is not None and high is not None and low > high:
            raise merged.refuse(
                f"adapt_kwargs.minimum{unit}", f"{low} is above the maximum, {high}", "Lower it or raise the maximum."
            )
        if not unit and (high or low):
            largest = "adapt_kwargs.maximum", high or low
    key, size = largest
    if size is not None and limits.max_workers is not None and size > limits.max_workers:
        raise merged.refuse(
            key, f"{size} is above limits.max_workers, {limits.max_workers}", "Lower it or raise the limit."
        )
    return workers


def _check_price(merged: Merged, price: Mapping[str, Any], limits: Limits) -> None:
    for key in ("per_worker_hour", "per_core_hour"):
        if price.get(key) is not None:
            positive(merged, f"price.{key}", price[key])
    if price.get("currency") is not None and not isinstance(price["currency"], str):
        raise merged.refuse("price.currency", "is not text", "Write one such as EUR or core-hours.")
    if limits.budget is not None and not (price.get("per_worker_hour") or price.get("per_core_hour")):
        raise merged.refuse("limits.budget", "cannot be kept without a price", "Write price.per_worker_hour.")


def _check_security(merged: Merged, values: Mapping[str, Any], backend: type[Backend]) -> None:
    security = values["security"]
    for key in ("tls", "insecure"):
        if not isinstance(security.get(key, False), bool):
            raise merged.refuse(f"security.{key}", f"{security[key]!r} is not true or false", "Write true or false.")
    loopback = backend.listens_on_loopback(values["cluster_class"], values["cluster_kwargs"])
    if security.get("tls") is False and not loopback and not security.get("insecure"):
        raise merged.refuse(
            "security.tls",
            "without TLS everyone who reaches the scheduler's port can run code as you",
            "Remove it; or write security.insecure: true beside it if the network is closed to others.",
        )
