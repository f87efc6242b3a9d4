"""The keys of a profile: type, allowed values and help of each key, declared once.

`validation` checks profiles against these declarations. `render_reference` returns their table for the documentation.

To add a key of a section, declare it here and use it. Keys at the top level of a profile, of ``environment`` and of
``limits`` are declared as fields of `Profile`, `EnvironmentSettings` and `Limits` by `setting` in
``models/clusters.py``.
"""

from __future__ import annotations

import dataclasses
import functools
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jupyter_pipeline.models import EnvironmentSettings, Limits, Profile
from jupyter_pipeline.units import format_bytes, format_duration, parse_bytes, parse_count, parse_duration

__all__ = ["MAPPING_KEYS", "SECTIONS", "Key", "parse_positive", "render_reference"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """Declaration of one key."""

    type: str
    """Type for the documentation."""
    help: str
    parse: Callable[[Any], Any]
    """Function that converts a value; raises ``ValueError`` with the reason if the value is not allowed."""
    fix: str = ""
    """Advice for a value that is not allowed."""
    nullable: bool = True
    """True if ``null`` is allowed."""
    default: str = ""
    """Default for the documentation."""


def parse_positive(value: object) -> float:
    """Return `value` as a number above 0.

    Raises
    ------
    ValueError
        If it is not one.
    """
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value) or value <= 0:
        raise ValueError(f"{value!r} is not a positive number")
    return float(value)


def _parse_flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"{value!r} is not true or false")
    return value


def _parse_text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError("is not text")
    return value


def _parse_texts(value: object, *, arguments: tuple[str, ...], required: str) -> object:
    if isinstance(value, Mapping) and arguments:
        for name in value:
            if name not in arguments:
                raise ValueError(f"{name} is unknown; the keys here are {', '.join(arguments)}")
        if required and required not in value:
            raise ValueError(f"needs {required}")
        for name in ("packages", "pip_options", "path", "skip_words"):
            if name in value:
                _parse_texts(value[name], arguments=(), required="")
        for name in ("restart_workers", "update_path"):
            if name in value:
                _parse_flag(value[name])
        return value
    items = value if isinstance(value, list | tuple) else [value]
    if all(isinstance(item, str | Path) for item in items):
        return value
    raise ValueError(f"{value!r} is not text or a list of texts")


def _parse_choice(value: object, *, choices: tuple[str, ...]) -> str:
    if value not in choices:
        raise ValueError(f"{value!r} is not one of {', '.join(choices)}")
    return str(value)


def _parse_dask_interval(value: object) -> float:
    # Dask accepts milliseconds, which no other duration needs.
    return parse_duration(value[:-2] if isinstance(value, str) and value.endswith("ms") else value)


def _any(summary: str) -> Key:
    return Key(type="any", help=summary, parse=lambda value: value)


def _mapping(summary: str) -> Key:
    return Key(type="mapping", help=summary, parse=lambda value: value)


def _text(summary: str) -> Key:
    return Key(type="text", help=summary, parse=_parse_text, fix="Write text, such as EUR or core-hours.")


def _texts(summary: str, arguments: tuple[str, ...] = (), required: str = "") -> Key:
    return Key(
        type="text, list of texts or mapping" if arguments else "text or list of texts",
        help=summary,
        parse=functools.partial(_parse_texts, arguments=arguments, required=required),
        fix="Write something like [first, second].",
    )


def _size(summary: str) -> Key:
    return Key(type="size", help=summary, parse=parse_bytes, fix="Write bytes, or a size such as 200 MB or 2 GiB.")


def _flag(summary: str, default: str = "") -> Key:
    return Key(
        type="true or false",
        help=summary,
        parse=_parse_flag,
        fix="Write true or false.",
        nullable=False,
        default=default,
    )


def _number(summary: str) -> Key:
    return Key(type="number above 0", help=summary, parse=parse_positive, fix="Write something like 2.5.")


def _count(summary: str, minimum: int = 1) -> Key:
    parse = functools.partial(parse_count, minimum=minimum)
    return Key(type=f"whole number from {minimum}", help=summary, parse=parse, fix="Write a whole number.")


def _duration(summary: str) -> Key:
    return Key(type="duration", help=summary, parse=parse_duration, fix="Write something like 90 min.")


def _interval(summary: str) -> Key:
    return Key(type="duration", help=summary, parse=_parse_dask_interval, fix="Write something like 2s.")


def _choice(summary: str, choices: tuple[str, ...]) -> Key:
    return Key(
        type=", ".join(f"`{choice}`" for choice in choices),
        help=summary,
        parse=functools.partial(_parse_choice, choices=choices),
        fix=f"Write {choices[0]}.",
        nullable=False,
        default=f"`{choices[0]}`",
    )


_FACTORIES: Mapping[str, Callable[..., Key]] = {
    "any": _any,
    "mapping": _mapping,
    "text": _text,
    "texts": _texts,
    "size": _size,
    "flag": _flag,
    "number": _number,
    "count": _count,
    "duration": _duration,
    "choice": _choice,
}


def _read_fields(record: type) -> dict[str, Key]:
    """Return the keys that the fields of `record` declare by `setting`."""
    keys = {}
    for field in dataclasses.fields(record):
        if "kind" in field.metadata:
            options = {name: value for name, value in field.metadata.items() if name not in ("kind", "nullable")}
            key = _FACTORIES[field.metadata["kind"]](**options)
            default = key.default
            if field.metadata["kind"] == "size" and isinstance(field.default, int):
                default = format_bytes(field.default).replace(".0 ", " ")
            elif isinstance(field.default, bool):
                default = str(field.default).lower()
            elif isinstance(field.default, float):
                default = format_duration(field.default)
            nullable = field.metadata.get("nullable", key.nullable)
            keys[field.name] = dataclasses.replace(key, default=default, nullable=nullable)
    return keys


SECTIONS: Mapping[str, Mapping[str, Key]] = {
    "": {
        "extends": _any("Name of another profile, whose keys apply where this profile has none."),
        **_read_fields(Profile),
    },
    "adapt_kwargs": {
        "minimum": _count("Minimum number of workers.", minimum=0),
        "maximum": _count("Maximum number of workers."),
        "minimum_jobs": _count("Minimum number of batch jobs.", minimum=0),
        "maximum_jobs": _count("Maximum number of batch jobs."),
        "minimum_cores": _count("Minimum number of cores.", minimum=0),
        "maximum_cores": _count("Maximum number of cores."),
        "minimum_memory": _any("Minimum memory of all workers."),
        "maximum_memory": _any("Maximum memory of all workers."),
        "interval": _interval("Time between two decisions."),
        "target_duration": _interval("Time within which the queued tasks should finish."),
        "wait_count": _count("Number of decisions before an idle worker is removed."),
        "scale_factor": _number("Factor by which the number of workers grows at once."),
        "worker_key": _any("Function that groups workers for removal."),
        "active": _any("Dask Gateway: adaptive scaling is on."),
    },
    "environment": _read_fields(EnvironmentSettings),
    "limits": _read_fields(Limits),
    "price": {
        "currency": _text("Currency or unit, such as `EUR` or `core-hours`."),
        "per_worker_hour": _number("Price of one worker per hour."),
        "per_core_hour": _number("Price of one thread per hour."),
    },
    "security": {
        "tls": _flag("Encrypt and authenticate all connections.", "true"),
        "insecure": _flag("Accept a scheduler without TLS beyond the loopback interface.", "false"),
        "tls_ca_file": _any("Certificate of the authority, for the class `AddressCluster`."),
        "tls_client_cert": _any("Certificate of the client, for the class `AddressCluster`."),
        "tls_client_key": _any("Key of the client, for the class `AddressCluster`."),
    },
}
"""Keys by section. The top level is the section ``""``; ``cluster_kwargs`` accepts all arguments of the class."""

MAPPING_KEYS = ("cluster_kwargs", *(section for section in SECTIONS if section))
"""Keys at the top level whose value is a mapping."""


def render_reference() -> str:
    """Return the reference of all keys as a Markdown page."""
    lines = [
        "# Profile keys",
        "",
        "All keys of a [cluster profile](profiles.md). This page is generated from",
        "`jupyter_pipeline/clusters/profiles/schema.py`.",
    ]
    for section, keys in SECTIONS.items():
        lines += ["", f"## `{section}`" if section else "## Top level", ""]
        lines += ["| Key | Type | Default | Meaning |", "|---|---|---|---|"]
        lines += [f"| `{name}` | {key.type} | {key.default} | {key.help} |" for name, key in keys.items()]
    return "\n".join(lines) + "\n"
