"""Options of a deploy in one table, and the settings that they describe.

`OPTIONS` declares each option once. Every front door derives from it: the command line, the magics,
the REST routes, the form of the panel (by `json_schema`) and the table in the documentation.
`Option.fields` names the fields of `CompileOptions` and `DeploymentSpec` that take the value. An option that only
passes a value to such a field needs no other code. The default of the first of these fields is the default of the
option, and its help names it.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from jupyter_pipeline import arguments
from jupyter_pipeline.compiler import CompileOptions
from jupyter_pipeline.compiler.codegen.registry import list_code_generators
from jupyter_pipeline.compiler.frontend import directives
from jupyter_pipeline.exceptions import UsageError
from jupyter_pipeline.models import (
    AlertEvent,
    CatchUpPolicy,
    DeploymentSpec,
    OverlapPolicy,
    Record,
    ReportMode,
    Schedule,
    field_default,
)
from jupyter_pipeline.workflows.option_values import (
    as_list,
    assignments,
    parse_alerts,
    parse_parameters,
    parse_passed_parameters,
    parse_schedules,
    parse_template,
)

__all__ = [
    "OPTIONS",
    "WHOLE_OPTIONS",
    "Option",
    "Settings",
    "default_name",
    "json_schema",
    "json_types",
    "parse_options",
]

_COMPILE, _DEPLOYMENT = "compile_options.", "deployment."


@dataclass(frozen=True, slots=True)
class Option:
    """One option of ``%%deploy``, ``%deploy`` and ``jupyter pipeline deploy``."""

    name: str
    summary: str
    """Help without the default."""
    metavar: str = ""
    """Name of the value in usage lines; empty for a flag."""
    type: str = "string"
    """JSON type of one value: ``string``, ``integer`` or ``number``. A flag is a ``boolean``."""
    group: str = "deployment"
    """Part of a form: ``schedule``, ``cluster``, ``steps``, ``parameters``, ``deployment`` or ``files``."""
    repeat: bool = False
    negatable: bool = False
    """True if ``--no-NAME`` is an option too; without both, the value is ``None``."""
    choices: tuple[str, ...] = ()
    """Accepted values; empty for any."""
    values: str = ""
    """Source of the completions of the value, see `name_completion.list_values`."""
    minimum: int = 0
    maximum: int = 1000
    """Bounds of an integer."""
    fields: tuple[str, ...] = ()
    """Dotted fields of `Settings` that take the value."""
    parse: Callable[[Any], Any] | None = None
    """Function that returns the value for `fields`; by default derived from the type."""
    stored: bool = True
    """True if the value belongs to the deployment, so that the next deploy of its name starts with it."""

    @property
    def attribute(self) -> str:
        """Key of the value in a mapping of values."""
        return self.name.replace("-", "_")

    @property
    def default(self) -> str:
        """Value of an absent option: the default of the first of `fields`."""
        if not self.fields or not self.metavar or self.repeat:
            return ""
        section, _, name = self.fields[0].rpartition(".")
        default = field_default(_SECTIONS[section], name)
        return "" if default is None else str(default)

    @property
    def help(self) -> str:
        """Description of the option, with its default."""
        return self.summary + (f"; by default {self.default}" if self.default else "")

    @property
    def title(self) -> str:
        """Label of the option in a form."""
        return self.name.replace("-", " ").capitalize()

    def value(self, values: Mapping[str, Any]) -> Any:
        """Return the checked value of this option in `values`.

        Raises
        ------
        UsageError
            If the value is not accepted. The message suggests the nearest accepted one.
        """
        value = values.get(self.attribute)
        if not self.metavar:
            return value if self.negatable else bool(value)
        if self.repeat:
            items = tuple(as_list(value))
            return self.parse(items) if self.parse else items
        text = str(value if value is not None else "").strip() or self.default
        if self.choices and text:
            text = arguments.choice(f"--{self.name}", text, self.choices)
        if self.type == "integer" and text:
            return arguments.whole_number(f"--{self.name}", text, self.minimum, self.maximum)
        return self.parse(text) if self.parse else text

    def plain(self, values: Mapping[str, Any]) -> Any:
        """Return the value of this option in `values` as in its `schema`; ``None`` for the default."""
        value = values.get(self.attribute)
        if not self.metavar:
            return value if value or (self.negatable and value is not None) else None
        if self.repeat:
            return [str(each) for each in as_list(value)] or None
        text = str(value if value is not None else "").strip()
        if text in ("", self.default):
            return None
        try:
            return {"integer": int, "number": float}.get(self.type, str)(text)
        except ValueError:
            return text

    def schema(self) -> dict[str, Any]:
        """Return the JSON Schema of the value."""
        schema: dict[str, Any] = {"title": self.title, "description": self.help, "x-group": self.group}
        if not self.metavar:
            return {**schema, "type": "boolean", **({} if self.negatable else {"default": False})}
        value: dict[str, Any] = {"type": self.type}
        if self.choices:
            value["enum"] = list(self.choices)
        if self.type == "integer":
            value |= {"minimum": self.minimum, "maximum": self.maximum}
        if self.repeat:
            return {**schema, "type": "array", "items": value, "default": [], "x-metavar": self.metavar}
        default = int(self.default) if self.default and self.type == "integer" else self.default
        return {**schema, **value, "x-metavar": self.metavar, **({"default": default} if self.default else {})}


def _step_option(name: str, text: str) -> Option:
    kind = {"retries": "integer", "cpus": "integer", "gpus": "integer", "backoff": "number", "jitter": "number"}
    group = "cluster" if name in ("cpus", "memory", "gpus") else "steps"
    maximum = directives.MOST_RETRIES if name == "retries" else 100_000
    return Option(name, text, "VALUE", type=kind.get(name, "string"), group=group, maximum=maximum)


OPTIONS = (
    Option("cron", 'schedule, such as "0 6 * * 1-5"', "EXPRESSION", repeat=True, group="schedule"),
    Option("every", "schedule, such as 15m", "TIME", repeat=True, group="schedule"),
    Option("rrule", "schedule, as a recurrence rule (RFC 5545)", "RULE", repeat=True, group="schedule"),
    Option(
        "schedule",
        'schedule as YAML, such as "{every: 1d, parameters: {region: eu}}"',
        "MAPPING",
        repeat=True,
        group="schedule",
    ),
    Option("timezone", "time zone of the schedules; by default the local one", "ZONE", group="schedule"),
    Option("start", "start of the schedules, such as 2027-01-01", "TIME", group="schedule"),
    Option("end", "end of the schedules", "TIME", group="schedule"),
    Option(
        "overlap",
        "policy for a run that is due while another one is running: skip the new run, queue it, or cancel the old run",
        "POLICY",
        choices=tuple(policy.value for policy in OverlapPolicy),
        fields=("compile_options.overlap", "deployment.overlap"),
    ),
    Option(
        "catch-up",
        "missed runs to start after an outage: latest, all or none",
        "POLICY",
        choices=tuple(policy.value for policy in CatchUpPolicy),
        fields=("deployment.catch_up",),
    ),
    Option(
        "concurrency-limit",
        "number of runs at one time",
        "N",
        type="integer",
        minimum=1,
        fields=("compile_options.concurrency_limit", "deployment.concurrency_limit"),
    ),
    Option(
        "profile",
        "cluster profile of the runs",
        "PROFILE",
        group="cluster",
        values="profiles",
        fields=("compile_options.profile",),
    ),
    Option(
        "tasks-on",
        "place of the steps: flow (the process of the flow) or workers (the workers of the cluster, in parallel)",
        "PLACE",
        group="cluster",
        choices=("flow", "workers"),
        fields=("compile_options.tasks_on",),
    ),
    Option(
        "run-log-level",
        "level from which the code and the workers log; by default as the code sets it, and warning otherwise",
        "LEVEL",
        choices=("debug", "info", "warning", "error"),
        fields=("deployment.log_level",),
    ),
    Option(
        "work-pool",
        "work pool of another Prefect server",
        "POOL",
        fields=("compile_options.work_pool", "deployment.work_pool"),
    ),
    *(_step_option(name.removeprefix("--"), text) for name, text in directives.OPTIONS.items()),
    Option(
        "param",
        'parameter: NAME, NAME=VALUE to replace the notebook\'s value, or "NAME={{ window.start }}"',
        "NAME",
        repeat=True,
        group="parameters",
    ),
    Option(
        "tag",
        "tag of the deployment",
        "TAG",
        repeat=True,
        fields=("compile_options.tags", "deployment.tags"),
    ),
    Option(
        "report",
        "report of the runs: full, hide-code (outputs without the code), or none",
        "MODE",
        choices=tuple(mode.value for mode in ReportMode),
        fields=("deployment.report",),
    ),
    Option(
        "report-template",
        "template of nbconvert for the HTML report, such as classic",
        "TEMPLATE",
        fields=("deployment.report_template",),
        parse=parse_template,
    ),
    Option("owner", "person or team that is responsible for the runs", "NAME", fields=("deployment.owner",)),
    Option(
        "notify",
        f"stored alert and its events: NAME, or NAME:{','.join(event.value for event in AlertEvent)}",
        "ALERT",
        repeat=True,
        fields=("deployment.alerts",),
        parse=parse_alerts,
    ),
    Option(
        "verify-alerts",
        "send a canary to each new address of --notify after the deploy; by default on",
        negatable=True,
        fields=("verify_alerts",),
    ),
    Option(
        "after",
        "pipeline whose completed runs start a run, or FLOW/DEPLOYMENT of the server; of several, each starts a run",
        "NAME",
        repeat=True,
        fields=("compile_options.after", "deployment.after"),
    ),
    Option(
        "after-param",
        "parameter that takes the value of the completed run: NAME, or NAME=OTHER for its parameter OTHER",
        "NAME",
        repeat=True,
        fields=("compile_options.after_parameters", "deployment.after_parameters"),
        parse=parse_passed_parameters,
    ),
    Option(
        "target",
        "target of pipelines/targets.yaml: staging or production",
        "TARGET",
        choices=("staging", "production"),
        fields=("target",),
    ),
    Option(
        "environment",
        "packages of the runs: kernel (this environment) or locked (an environment built from requirements.lock)",
        "KIND",
        choices=("kernel", "locked"),
        fields=("environment",),
    ),
    Option(
        "rehearse",
        "run once in a separate process before the deploy; by default at the first deploy of a name",
        negatable=True,
        fields=("rehearse",),
    ),
    Option(
        "require-same",
        "rehearse, and refuse the deploy if the rehearsal differs from the notebook or no cell can be compared",
        fields=("require_same",),
    ),
    Option(
        "sample",
        "parameter of the rehearsal, NAME=VALUE",
        "NAME=VALUE",
        repeat=True,
        group="parameters",
        fields=("sample",),
        parse=functools.partial(assignments, "--sample"),
    ),
    Option(
        "to",
        "orchestrator of the generated files; any other than prefect writes files only",
        "KIND",
        choices=list_code_generators(),
        group="files",
        fields=("compile_options.to",),
    ),
    Option(
        "standalone",
        "generate files that run without Jupyter Pipeline",
        group="files",
        fields=("compile_options.standalone",),
    ),
    Option("dry-run", "show the changes without making them", group="files", stored=False),
    Option(
        "overwrite",
        "replace files that were edited by hand, and a deployment of another notebook",
        group="files",
        fields=("overwrite",),
        stored=False,
    ),
)
"""Options of a deploy, in the order of the help."""

WHOLE_OPTIONS = (
    Option("all", "deploy the whole notebook; its sections are the steps", fields=("compile_options.whole",)),
    Option("one-step", "with --all, make one step of the whole notebook", fields=("compile_options.one_step",)),
)
"""Options of front doors that deploy a notebook, beside `OPTIONS`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings(Record):
    """Parsed options of a deploy."""

    compile_options: CompileOptions
    deployment: Mapping[str, Any] = field(default_factory=dict)
    """Fields of `DeploymentSpec` by name."""
    target: str = ""
    environment: str = "kernel"
    rehearse: bool | None = None
    """``None``: at the first deploy of the name."""
    require_same: bool = False
    """True to refuse a deploy whose rehearsal differs from the notebook."""
    sample: Mapping[str, Any] = field(default_factory=dict)
    """Parameters of the rehearsal."""
    verify_alerts: bool | None = None
    """False to send no canary to new addresses."""
    overwrite: bool = False
    values: Mapping[str, Any] = field(default_factory=dict)
    """Values of the stored options as in `json_schema`, without defaults. They may contain secrets."""


_SECTIONS: Mapping[str, type[Record]] = {
    "compile_options": CompileOptions,
    "deployment": DeploymentSpec,
    "": Settings,
}
"""Classes of `Option.fields` by the text before the dot."""


def parse_options(
    values: Mapping[str, Any],
    *,
    name: str,
    notebook: str = "",
    kernel_names: frozenset[str] = frozenset(),
) -> Settings:
    """Return the settings that `values` describe.

    Parameters
    ----------
    values : mapping
        Values by `Option.attribute`: a text, a list of texts for a repeatable option, a boolean for a flag. An absent
        or empty value stands for the default.
    name : str
        Name of the deployment.
    notebook : str
        File name of the notebook, for the generated files.
    kernel_names : frozenset of str
        Names that exist in the running kernel. They make refusals clearer.

    Raises
    ------
    UsageError
        If a value is not accepted. The message suggests a form that is.
    """
    from jupyter_pipeline.paths import check_name

    if not name:
        raise UsageError("The deployment needs a name. Give --name NAME.")
    check_name("deployment", name)
    fields = {path: option.value(values) for option in (*OPTIONS, *WHOLE_OPTIONS) for path in option.fields}
    if fields["deployment.after_parameters"] and not fields["deployment.after"]:
        raise UsageError("--after-param takes values of a completed run. Add --after NAME, or remove --after-param.")
    if fields["require_same"] and fields["rehearse"] is False:
        raise UsageError("--require-same needs the rehearsal. Remove --no-rehearse.")
    parameters, defaults, windows = parse_parameters(as_list(values.get("param")))
    steps = {o: str(values.get(o.removeprefix("--").replace("-", "_")) or "") for o in directives.OPTIONS}
    schedules = parse_schedules(values)
    compile_options = CompileOptions(
        name=name,
        notebook=notebook,
        schedules=schedules,
        parameters=parameters,
        defaults=defaults,
        windows=windows,
        kernel_names=kernel_names,
        **directives.read_settings(steps),
        **_below(_COMPILE, fields),
    )
    compile_options.check(profile_follows=bool(fields["target"]))
    if fields["require_same"] and compile_options.on_workers:
        raise UsageError(
            "--require-same compares the outputs of each cell, and steps on workers record none. "
            "Remove --require-same, or --tasks-on workers."
        )
    return Settings(
        compile_options=compile_options,
        deployment={"schedules": schedules, **_below(_DEPLOYMENT, fields)},
        values=_stored(values, schedules),
        **{path: value for path, value in fields.items() if "." not in path},
    )


def default_name(notebook: str) -> str:
    """Return the name of a deployment of a whole notebook: its file name, in valid characters.

    Examples
    --------
    >>> default_name("Monthly report (v2).ipynb")
    'Monthly-report-v2'
    """
    stem = notebook.rpartition("/")[2].rpartition(".")[0]
    return re.sub(r"[^A-Za-z0-9]+$|^[^A-Za-z0-9]+", "", re.sub(r"[^A-Za-z0-9._-]+", "-", stem))[:63].rstrip("._-")


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema of the options, by `Option.attribute`.

    ``x-group`` is the part of a form, ``x-metavar`` the name of the value in usage lines.
    """
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Options of a deploy",
        "type": "object",
        "properties": {option.attribute: option.schema() for option in OPTIONS},
        "additionalProperties": False,
    }


def json_types() -> dict[str, type | tuple[type, ...]]:
    """Return the accepted types of the values in a JSON document, by `Option.attribute`."""
    return {
        option.attribute: bool if not option.metavar else (list, str) if option.repeat else (str, int, float)
        for option in OPTIONS
    }


def _stored(values: Mapping[str, Any], planned: Sequence[Schedule]) -> dict[str, Any]:
    """Return the values of the stored options, with the time zone in which schedules were read."""
    plain = {option.attribute: option.plain(values) for option in (*OPTIONS, *WHOLE_OPTIONS) if option.stored}
    if planned and not plain["timezone"]:
        from jupyter_pipeline.orchestration import schedules

        plain["timezone"] = schedules.local_timezone()
    return {name: value for name, value in plain.items() if value is not None}


def _below(prefix: str, fields: Mapping[str, Any]) -> dict[str, Any]:
    return {path.removeprefix(prefix): value for path, value in fields.items() if path.startswith(prefix)}
