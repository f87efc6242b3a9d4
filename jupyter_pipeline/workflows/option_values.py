"""Parse the texts of deploy options: parameters, schedules, alerts and templates."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml

from jupyter_pipeline import arguments, safe_yaml
from jupyter_pipeline.exceptions import NotFoundError, UsageError
from jupyter_pipeline.models import Alert, AlertEvent, Schedule
from jupyter_pipeline.parameter_schema import ParameterText

__all__ = [
    "as_list",
    "assignments",
    "parse_alerts",
    "parse_parameters",
    "parse_passed_parameters",
    "parse_schedules",
    "parse_template",
]

_WINDOW = re.compile(r"\{\{\s*window\.(\w+)\s*\}\}")


def assignments(option: str, pairs: Sequence[str]) -> dict[str, Any]:
    """Return the values by name in texts of the form ``NAME=VALUE``.

    A value is parsed as YAML: numbers, ``true``, ``null`` and ``[lists]`` have their types. Everything else, including
    a date, is text. A parameter of type text gets a number such as ``007`` as written.

    Parameters
    ----------
    option : str
        Name of the option, for the error message.
    pairs : sequence of str
        Texts such as ``"rows=100"``.

    Raises
    ------
    UsageError
        If a text has another form, or a value that JSON cannot represent, such as ``.nan``.

    Examples
    --------
    >>> assignments("--sample", ["rows=100", "day=2026-01-31"])
    {'rows': 100, 'day': '2026-01-31'}
    """
    values = {}
    for pair in pairs:
        name, equals, text = pair.partition("=")
        if not equals or not name.strip().isidentifier():
            raise UsageError(f"{option} {pair!r} sets no parameter. Write NAME=VALUE, such as rows=100.")
        values[name.strip()] = _value(option, text.strip())
    return values


def _value(option: str, text: str) -> Any:
    try:
        value = safe_yaml.parse(text, json=True)
        scalars = safe_yaml.parse(text, scalars=True)
    except safe_yaml.NotJsonError as error:
        raise UsageError(f"{option}: {text!r} is not a value of a parameter: {error.problem}.") from error
    except yaml.YAMLError:
        return text
    return value if _keeps_text(value, scalars) else ParameterText(text, value, scalars)


def _keeps_text(value: Any, scalars: Any) -> bool:
    """Return True if JSON writes each number and boolean with the same text."""
    if isinstance(value, list) and isinstance(scalars, list):
        return all(map(_keeps_text, value, scalars))
    if isinstance(value, dict) and isinstance(scalars, dict):
        return all(map(_keeps_text, value.values(), scalars.values()))
    return not isinstance(value, bool | int | float) or json.dumps(value) == scalars


def parse_parameters(texts: Sequence[str]) -> tuple[tuple[str, ...], dict[str, Any], dict[str, str]]:
    """Return the names of the parameters, their values, and their edges of the time window."""
    names: dict[str, None] = {}
    defaults: dict[str, Any] = {}
    windows: dict[str, str] = {}
    for item in texts:
        name, equals, text = item.partition("=")
        name = name.strip()
        if not name.isidentifier():
            raise UsageError(
                f'--param {item!r} names no parameter. Write NAME, NAME=VALUE or "NAME={{{{ window.start }}}}".'
            )
        names[name] = None
        edge = _WINDOW.fullmatch(text.strip())
        if edge:
            windows[name] = arguments.choice("--param: window.", edge[1], ("start", "end"))
        elif equals:
            defaults[name] = _value("--param", text.strip())
    return tuple(names), defaults, windows


def parse_schedules(values: Mapping[str, Any]) -> tuple[Schedule, ...]:
    """Return the schedules of the options ``cron``, ``every``, ``rrule``, ``schedule`` and their edges.

    Parameters
    ----------
    values : mapping
        Values of the options, as in `deploy_options.parse_options`.

    Raises
    ------
    UsageError
        If a text is no schedule, or an edge or time zone has none.
    """
    from jupyter_pipeline.orchestration import schedules

    text = {key: str(values.get(key) or "").strip() for key in ("timezone", "start", "end")}
    zone = text["timezone"] or schedules.local_timezone()
    edges = {key: schedules.parse_time(text[key], zone) for key in ("start", "end") if text[key]}
    plain: list[dict[str, Any]] = [
        {kind: each} for kind in ("cron", "every", "rrule") for each in as_list(values.get(kind))
    ]
    mappings = [_mapping(each) for each in as_list(values.get("schedule"))]
    if not plain and (edges or (text["timezone"] and not mappings)):
        option = "A time zone" if text["timezone"] else f"--{next(iter(edges))}"
        raise UsageError(f"{option} needs a schedule. Add --cron, --every or --rrule.")
    found = [schedules.parse_schedule(**{**each, **edges}, timezone=zone) for each in plain]
    found += [schedules.schedule_from_mapping(each, timezone=zone) for each in mappings]
    return tuple(_with_slug(schedule, i) for i, schedule in enumerate(found, 1))


def _with_slug(schedule: Schedule, number: int) -> Schedule:
    """Return the schedule with a distinct name, unless it has one."""
    unnamed = Schedule.__dataclass_fields__["slug"].default
    return replace(schedule, slug=f"schedule-{number}") if schedule.slug == unnamed else schedule


def as_list(value: str | Sequence[str] | None) -> Sequence[str]:
    """Return the texts of a repeatable option; a single text is a list of one."""
    return [value] if isinstance(value, str) and value else value or ()


def _mapping(text: str) -> dict[str, Any]:
    try:
        found = safe_yaml.parse(text, json=True)
    except safe_yaml.NotJsonError as error:
        raise UsageError(f"--schedule {text!r}: {error.problem}.") from error
    except yaml.YAMLError:
        found = None
    if not isinstance(found, dict):
        raise UsageError(
            f"--schedule {text!r} is not a mapping. Write \"{{cron: '0 6 * * *', parameters: {{region: eu}}}}\"."
        )
    return found


def _alert(text: str) -> Alert:
    block, colon, events = text.partition(":")
    known = [event.value for event in AlertEvent]
    if not block or (colon and not events):
        raise UsageError(f"--notify {text!r} names no alert. Write NAME, or NAME:failure,late.")
    return (
        Alert(block=block, events=tuple(arguments.choice("--notify", e.strip(), known) for e in events.split(",")))
        if events
        else Alert(block=block)
    )


def parse_alerts(texts: Sequence[str]) -> tuple[Alert, ...]:
    """Return the alerts of texts of the form ``NAME`` or ``NAME:failure,late``."""
    return tuple(_alert(text) for text in texts)


def parse_passed_parameters(texts: Sequence[str]) -> dict[str, str]:
    """Return the parameters of the completed run by the names of the parameters that take their values."""
    found = {}
    for text in texts:
        name, equals, other = (part.strip() for part in text.partition("="))
        other = other if equals else name
        if not (name.isidentifier() and other.isidentifier()):
            raise UsageError(f"--after-param {text!r} names no parameter. Write NAME, or NAME=OTHER.")
        found[name] = other
    return found


def parse_template(name: str) -> str:
    """Return the name of an installed template of nbconvert."""
    if not name:
        return ""
    from jupyter_core.paths import jupyter_path

    folders = [Path(folder) for folder in jupyter_path("nbconvert", "templates")]
    known = {path.name for folder in folders if folder.is_dir() for path in folder.iterdir() if path.is_dir()}
    if name not in known:
        raise NotFoundError("template of nbconvert", name, known)
    return name
