"""Render ``prefect.yaml``, which ``prefect deploy --all`` reads."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from jupyter_pipeline import safe_yaml
from jupyter_pipeline.models import WORK_POOL, OverlapPolicy, Predecessor, passed_parameters

if TYPE_CHECKING:
    from jupyter_pipeline.compiler.options import CompileOptions
    from jupyter_pipeline.models import Schedule

__all__ = ["prefect_yaml_notes", "render_prefect_yaml"]

_HEADER = """\
# Deploy it with: prefect deploy --all
# It needs PREFECT_API_URL, and for the server of "jupyter pipeline up" PREFECT_API_AUTH_STRING.
# Only "jupyter pipeline deploy" sets environment variables, alerts and the catch-up policy.
"""


def render_prefect_yaml(options: CompileOptions, entrypoint: str, parameters: Mapping[str, Any], version: str) -> str:
    """Return the text of ``prefect.yaml``, which ``prefect deploy --all`` accepts in its folder.

    Parameters
    ----------
    options : CompileOptions
        Name, schedules, tags, work pool, overlap policy, concurrency limit.
    entrypoint : str
        ``flow.py:function``.
    parameters : mapping
        Defaults of the parameters.
    version : str
        Content hash of the code.
    """
    deployment: dict[str, Any] = {"name": options.name, "entrypoint": entrypoint, "version": version}
    if options.description:
        deployment["description"] = options.description
    if options.tags:
        deployment["tags"] = list(options.tags)
    if parameters:
        deployment["parameters"] = dict(parameters)
    deployment["schedules"] = [_schedule(s) for s in options.schedules]
    deployment["concurrency_limit"] = {
        "limit": options.concurrency_limit,
        "collision_strategy": OverlapPolicy(options.overlap).collision_strategy,
    }
    if options.after:
        deployment["triggers"] = [_trigger(options, text) for text in options.after]
    deployment["work_pool"] = {"name": options.work_pool or WORK_POOL}
    text = safe_yaml.dump({"name": options.name, "deployments": [deployment]}, width=110)
    return f"{_HEADER}{text}"


def prefect_yaml_notes(options: CompileOptions) -> list[str]:
    """Return notes on schedule settings that ``prefect.yaml`` cannot express; a deploy applies them."""
    edged = [s for s in options.schedules if s.end is not None or (s.start is not None and s.every is None)]
    return ["prefect.yaml has no start or end of a schedule: prefect deploy ignores them."] if edged else []


def _trigger(options: CompileOptions, text: str) -> dict[str, Any]:
    flow_name, _, name = text.partition("/")
    predecessor = Predecessor(flow_name=flow_name, deployment=name or flow_name)
    trigger = {
        "name": predecessor.automation_name(f"{options.name}/{options.name}"),
        "enabled": True,
        **predecessor.trigger,
    }
    if options.after_parameters:
        trigger["parameters"] = passed_parameters(options.after_parameters)
    return trigger


def _schedule(schedule: Schedule) -> dict[str, Any]:
    entry: dict[str, Any] = {}
    if schedule.cron:
        entry["cron"] = schedule.cron
    elif schedule.rrule:
        entry["rrule"] = schedule.rrule
    else:
        entry["interval"] = schedule.every
        if schedule.start is not None:
            entry["anchor_date"] = datetime.datetime.fromtimestamp(schedule.start, datetime.UTC).isoformat()
    entry["timezone"] = schedule.timezone
    entry["slug"] = schedule.slug
    if schedule.parameters:
        entry["parameters"] = dict(schedule.parameters)
    if schedule.active is not None:
        entry["active"] = schedule.active
    return entry
