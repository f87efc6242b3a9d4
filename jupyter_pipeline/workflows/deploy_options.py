"""The options of a deploy: declared once, and read from the text that a front door was given."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import yaml

from jupyter_pipeline import arguments, safe_yaml
from jupyter_pipeline.compiler import CompileOptions
from jupyter_pipeline.compiler.frontend import directives
from jupyter_pipeline.exceptions import UsageError
from jupyter_pipeline.models import Record, Schedule

if TYPE_CHECKING:
    from jupyter_pipeline.models import Alert

__all__ = ["OPTIONS", "Option", "Settings", "assignments", "read"]


@dataclass(frozen=True, slots=True)
class Option:
    """One option of ``%%deploy``, ``%deploy notebook`` and ``jupyter pipeline deploy``."""

    name: str
    help: str
    metavar: str = ""
    """What its value is called; empty for one that takes none."""
    repeat: bool = False
    negatable: bool = False
    """Whether ``--no-NAME`` says the opposite; without either, neither is said."""
    choices: tuple[str, ...] = ()
    """The only values that it takes; empty for any. The first is what counts where it is not given."""

    @property
    def attribute(self) -> str:
        """Return the key of its value."""
        return self.name.replace("-", "_")


OPTIONS = (
    Option("cron", 'schedule, such as "0 6 * * 1-5"', "EXPRESSION", repeat=True),
    Option("every", "schedule, such as 15m", "TIME", repeat=True),
    Option("rrule", "schedule, as a recurrence rule (RFC 5545)", "RULE", repeat=True),
    Option("schedule", 'schedule as YAML, such as "{every: 1d, parameters: {region: eu}}"', "MAPPING", repeat=True),
    Option("timezone", "time zone of the schedules; by default the local one", "ZONE"),
    Option("start", "when the schedules begin, such as 2027-01-01", "TIME"),
    Option("end", "when they end", "TIME"),
    Option(
        "overlap",
        "what to do with a run that is due while another is at work: skip, queue or cancel",
        "POLICY",
        choices=("skip", "queue", "cancel"),
    ),
    Option(
        "catch-up",
        "which of the runs that an outage has delayed are made: latest, all or none",
        "POLICY",
        choices=("latest", "all", "none"),
    ),
    Option("concurrency", "how many runs may be at work at the same time; by default 1", "N"),
    Option("profile", "cluster profile of the runs", "PROFILE"),
    Option("work-pool", "work pool of a Prefect server of your own", "POOL"),
    *(Option(name.removeprefix("--"), text, "VALUE") for name, text in directives.OPTIONS.items()),
    Option(
        "param",
        'parameter: NAME, NAME=VALUE instead of the notebook\'s value, or "NAME={{ window.start }}"',
        "NAME",
        repeat=True,
    ),
    Option("tag", "tag of the deployment", "TAG", repeat=True),
    Option("owner", "who answers for the runs", "NAME"),
    Option("notify", "alert to call, and on what: NAME or NAME:failure,late", "ALERT", repeat=True),
    Option(
        "target",
        "staging or production, as pipelines/targets.yaml describes them",
        "TARGET",
        choices=("", "staging", "production"),
    ),
    Option(
        "environment",
        "packages of the runs: kernel (this environment) or locked (one of requirements.lock)",
        "KIND",
        choices=("kernel", "locked"),
    ),
    Option(
        "rehearse", "run it once in a clean process first; by default at the first deploy of a name", negatable=True
    ),
    Option("sample", "parameter of the rehearsal, NAME=VALUE", "NAME=VALUE", repeat=True),
    Option(
        "to",
        "orchestrator of the files: prefect, or dagster, to which nothing is deployed",
        "KIND",
        choices=("prefect", "dagster"),
    ),
    Option("standalone", "files that run without Jupyter Pipeline"),
    Option("dry-run", "show what would be done and change nothing"),
    Option("overwrite", "replace files that were edited by hand, and a deployment of another notebook"),
)
"""All of them, in the order in which they are told."""

_WINDOW = re.compile(r"\{\{\s*window\.(\w+)\s*\}\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings(Record):
    """What a deploy was asked for."""

    compile_options: CompileOptions
    catch_up: str = "latest"
    owner: str = ""
    alerts: tuple[Alert, ...] = ()
    target: str = ""
    environment: str = "kernel"
    rehearse: bool | None = None
    """``None``: at the first deploy of the name."""
    sample: Mapping[str, Any] = field(default_factory=dict)
    """Parameters of the rehearsal."""
    overwrite: bool = False


def read(
    given: Mapping[str, Any],
    *,
    name: str,
    notebook: str = "",
    kernel_names: frozenset[str] = frozenset(),
) -> Settings:
    """Return what the texts of options mean.

    Parameters
    ----------
    given : mapping
        By `Option.attribute`: text, a list of texts where it may be repeated, a truth value where it takes none. What
        is absent or empty was not given.
    name : str
        Of the deployment.
    notebook : str
        Name of the notebook's file, as it is shown in the generated files.
    kernel_names : frozenset of str
        Names that exist in the running kernel; they make refusals clearer.

    Raises
    ------
    UsageError
        If one cannot be used; the nearest right form is told.
    """
    from jupyter_pipeline.paths import check_name

    if not name:
        raise UsageError("Name the deployment: --name NAME.")
    check_name("deployment", name)
    text = {o.attribute: str(given.get(o.attribute) or "").strip() for o in OPTIONS if o.metavar and not o.repeat}
    parameters, defaults, windows = _parameters(given.get("param") or ())
    chosen = {o.attribute: _chosen(o, text[o.attribute]) for o in OPTIONS if o.choices}
    return Settings(
        compile_options=CompileOptions(
            name=name,
            notebook=notebook,
            schedules=_schedules(given, text),
            profile=text["profile"],
            work_pool=text["work_pool"],
            parameters=parameters,
            defaults=defaults,
            windows=windows,
            tags=tuple(given.get("tag") or ()),
            overlap=chosen["overlap"],
            concurrency=arguments.whole_number("--concurrency", text["concurrency"] or "1", 1, 1000),
            to=chosen["to"],
            standalone=bool(given.get("standalone")),
            kernel_names=kernel_names,
            **directives.read_settings({o: text[o.removeprefix("--").replace("-", "_")] for o in directives.OPTIONS}),
        ),
        catch_up=chosen["catch_up"],
        owner=text["owner"],
        alerts=tuple(_alert(each) for each in given.get("notify") or ()),
        target=chosen["target"],
        environment=chosen["environment"],
        rehearse=given.get("rehearse"),
        sample=assignments("--sample", given.get("sample") or ()),
        overwrite=bool(given.get("overwrite")),
    )


def _chosen(option: Option, text: str) -> str:
    known = [choice for choice in option.choices if choice]
    return arguments.choice(f"--{option.name}", text, known) if text else option.choices[0]


def assignments(what: str, pairs: Sequence[str]) -> dict[str, Any]:
    """Return the values that texts of the form ``NAME=VALUE`` give to names.

    A value is read as YAML reads it: numbers, ``true``, ``null`` and ``[lists]`` are what they look like; the rest,
    dates too, is text.

    Raises
    ------
    UsageError
        If one has another form, or a value that JSON does not have, such as ``.nan``.

    Examples
    --------
    >>> assignments("--sample", ["rows=100", "day=2026-01-31"])
    {'rows': 100, 'day': '2026-01-31'}
    """
    found = {}
    for pair in pairs:
        name, equals, text = pair.partition("=")
        if not equals or not name.strip().isidentifier():
            raise UsageError(f"{what} {pair!r} sets no parameter: give NAME=VALUE, such as rows=100.")
        found[name.strip()] = _value(what, text.strip())
    return found


def _value(what: str, text: str) -> Any:
    try:
        return safe_yaml.parse(text, json=True)
    except safe_yaml.NotJsonError as error:
        raise UsageError(f"{what}: {text!r} cannot be a parameter's value: {error.problem}.") from error
    except yaml.YAMLError:
        return text


def _parameters(given: Sequence[str]) -> tuple[tuple[str, ...], dict[str, Any], dict[str, str]]:
    """Return the names that must be parameters, other values for some, and the edge of the window for some."""
    names: dict[str, None] = {}
    defaults: dict[str, Any] = {}
    windows: dict[str, str] = {}
    for item in given:
        name, equals, text = item.partition("=")
        name = name.strip()
        if not name.isidentifier():
            raise UsageError(
                f'--param {item!r} names no parameter: give NAME, NAME=VALUE or "NAME={{{{ window.start }}}}".'
            )
        names[name] = None
        edge = _WINDOW.fullmatch(text.strip())
        if edge:
            windows[name] = arguments.choice("--param: window.", edge[1], ("start", "end"))
        elif equals:
            defaults[name] = _value("--param", text.strip())
    return tuple(names), defaults, windows


def _schedules(given: Mapping[str, Any], text: Mapping[str, str]) -> tuple[Schedule, ...]:
    import tzlocal

    from jupyter_pipeline.orchestration.schedules import parse as schedules

    zone = text["timezone"] or tzlocal.get_localzone_name() or "UTC"
    edges = {key: schedules.moment(text[key], zone) for key in ("start", "end") if text[key]}
    plain: list[dict[str, Any]] = [
        {kind: each} for kind in ("cron", "every", "rrule") for each in _several(given.get(kind))
    ]
    mappings = [_mapping(each) for each in _several(given.get("schedule"))]
    if not plain and (edges or (text["timezone"] and not mappings)):
        what = "A time zone" if text["timezone"] else f"--{next(iter(edges))}"
        raise UsageError(f"{what} needs a schedule: give --cron, --every or --rrule too.")
    found = [schedules.parse(**{**each, **edges}, timezone=zone) for each in plain]
    found += [schedules.from_mapping(each, timezone=zone) for each in mappings]
    return tuple(_with_slug(schedule, i) for i, schedule in enumerate(found, 1))


def _with_slug(schedule: Schedule, number: int) -> Schedule:
    """Return a schedule under a name of its own, unless it was given one."""
    unnamed = Schedule.__dataclass_fields__["slug"].default
    return replace(schedule, slug=f"schedule-{number}") if schedule.slug == unnamed else schedule


def _several(given: str | Sequence[str] | None) -> Sequence[str]:
    return [given] if isinstance(given, str) and given else given or ()


def _mapping(text: str) -> dict[str, Any]:
    try:
        found = safe_yaml.parse(text, json=True)
    except safe_yaml.NotJsonError as error:
        raise UsageError(f"--schedule {text!r}: {error.problem}.") from error
    except yaml.YAMLError:
        found = None
    if not isinstance(found, dict):
        raise UsageError(
            f"--schedule {text!r} is no mapping: write it like \"{{cron: '0 6 * * *', parameters: {{region: eu}}}}\"."
        )
    return found


def _alert(text: str) -> Alert:
    from jupyter_pipeline.models import Alert

    block, colon, events = text.partition(":")
    known = ("failure", "recovery", "late", "heartbeat")
    if not block or (colon and not events):
        raise UsageError(f"--notify {text!r} names no alert: give NAME, or NAME:failure,late.")
    return (
        Alert(block=block, events=tuple(arguments.choice("--notify", e.strip(), known) for e in events.split(",")))
        if events
        else Alert(block=block)
    )
