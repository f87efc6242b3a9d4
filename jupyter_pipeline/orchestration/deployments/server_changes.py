"""Compare a deployment on the server with its state after the last deploy from this machine (pure).

Other programs change deployments: ``prefect deploy``, the interface of Prefect, a deploy from another machine. The
state holds the fields that a deploy sets, as the server returned them. Pauses are no changes. Values of environment
variables are kept as hashes.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any

from jupyter_pipeline.models import Predecessor
from jupyter_pipeline.orchestration import schedules
from jupyter_pipeline.orchestration.prefect_api.schedule_bodies import to_schedule, without_start

__all__ = ["deployed_state", "find_server_changes"]

_FIELDS = {
    "version": "version",
    "parameters": "parameters",
    "tags": "tags",
    "description": "description",
    "work_pool_name": "work pool",
    "work_queue_name": "work queue",
    "concurrency_limit": "concurrency limit",
    "collision_strategy": "policy for overlapping runs",
}
"""Labels of the fields that are compared as they are."""
_WIDEST = 100
_SHORT = 12
"""Number of characters of a version that the lists show."""


def deployed_state(server: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of a deployment of the API that `find_server_changes` compares."""
    variables = dict(server.get("job_variables") or {})
    return {
        "id": server["id"],
        "entrypoint": server.get("entrypoint"),
        "pull_steps": server.get("pull_steps") or [],
        "env": {name: _hash(value) for name, value in (variables.pop("env", None) or {}).items()},
        "job_variables": variables,
        "version": server.get("version"),
        "parameters": server.get("parameters") or {},
        "tags": sorted(server.get("tags") or []),
        "description": server.get("description") or None,
        "work_pool_name": server.get("work_pool_name"),
        "work_queue_name": server.get("work_queue_name"),
        "concurrency_limit": (server.get("global_concurrency_limit") or {}).get("limit"),
        "collision_strategy": (server.get("concurrency_options") or {}).get("collision_strategy"),
        "schedules": [
            {"slug": entry.get("slug"), "schedule": entry["schedule"], "parameters": entry.get("parameters") or {}}
            for entry in server.get("schedules") or []
        ],
        "after": _after(server),
        "alerts": server.get("alert_automations"),
    }


def _after(server: Mapping[str, Any]) -> dict[str, str] | None:
    """Return the hashes of automations by the deployment that they wait for; ``None`` if they are unknown."""
    found = server.get("predecessors")
    if found is None:
        return None
    return {predecessor.full_name: predecessor.digest for predecessor in map(Predecessor.from_dict, found)}


def find_server_changes(state: Mapping[str, Any], server: Mapping[str, Any]) -> tuple[str, ...]:
    """Return one text for each change of a deployment since its last deploy from this machine.

    Parameters
    ----------
    state : mapping
        Result of `deployed_state` after the deploy; empty if it is unknown.
    server : mapping
        The deployment as the API returns it now.
    """
    return tuple(_changes(state, deployed_state(server))) if state else ()


def _changes(then: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[str]:
    if now["id"] != then["id"]:
        yield "it was deleted and created again"
    if (now["entrypoint"], now["pull_steps"]) != (then["entrypoint"], then["pull_steps"]):
        code, before = _code(now), _code(then)
        yield f"code: {code} instead of {before}" if code != before else "code: the pull steps were changed"
        # A deploy of the code by another program also sets the description.
        then = {**then, "description": then["description"] or now["description"]}
    if now["work_pool_name"] is None and then["work_pool_name"] is not None:
        yield f"work pool: {then['work_pool_name']} was deleted, so no worker runs it"
        then = {**then, "work_pool_name": None, "work_queue_name": now["work_queue_name"]}
    for key, label in _FIELDS.items():
        if now[key] != then[key]:
            new, old = _text(now[key]), _text(then[key])
            if key == "version" and new[:_SHORT] != old[:_SHORT]:
                new, old = new[:_SHORT], old[:_SHORT]
            yield f"{label}: {new} instead of {old}"
    if effects := _variable_changes(then["env"], now["env"]):
        yield f"environment variables: {effects}"
    variables, before = now["job_variables"], then["job_variables"]
    for name in sorted({*variables, *before}):
        if variables.get(name) != before.get(name):
            yield f"job variable {name}: {_text(variables.get(name))} instead of {_text(before.get(name))}"
    yield from _schedule_changes(then["schedules"], now["schedules"])
    if then.get("after") is not None and now["after"] is not None:
        yield from _predecessor_changes(then["after"], now["after"])
    if then.get("alerts") is not None and now["alerts"] is not None:
        yield from _alert_changes(then["alerts"], now["alerts"])


def _alert_changes(then: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[str]:
    for event in sorted({*then, *now}):
        if event not in now:
            yield f"alert: the automation for {event} was deleted"
        elif event not in then:
            yield f"alert: an automation for {event} was added"
        else:
            if then[event]["digest"] != now[event]["digest"]:
                yield f"alert: trigger, text or receiver for {event} was changed"
            if not now[event]["enabled"]:
                yield f"alert: the automation for {event} is disabled"


def _predecessor_changes(then: Mapping[str, str], now: Mapping[str, str]) -> Iterator[str]:
    for name in sorted({*then, *now}):
        if name not in now:
            yield f"automation: it no longer runs after {name}"
        elif name not in then:
            yield f"automation: it also runs after {name}"
        elif then[name] != now[name]:
            yield f"automation: trigger or action of the runs after {name} was changed"


def _variable_changes(then: Mapping[str, str], now: Mapping[str, str]) -> str:
    """Return the names of added, changed and removed variables in words."""
    groups = (
        ("added", sorted(now.keys() - then.keys())),
        ("changed", sorted(name for name in now.keys() & then.keys() if now[name] != then[name])),
        ("removed", sorted(then.keys() - now.keys())),
    )
    return "; ".join(
        f"{', '.join(names)} {'was' if len(names) == 1 else 'were'} {effect}" for effect, names in groups if names
    )


def _code(state: Mapping[str, Any]) -> str:
    """Return the entrypoint, its folder, and the steps of other programs before it."""
    steps = [(name, values) for step in state["pull_steps"] for name, values in step.items()]
    folders = [
        values["directory"]
        for name, values in steps
        if name.endswith(".set_working_directory") and "directory" in (values or {})
    ]
    others = [
        name.rpartition(".")[2]
        for name, _ in steps
        if not name.startswith("jupyter_pipeline.") and not name.endswith(".set_working_directory")
    ]
    text = str(state["entrypoint"])
    if folders:
        text += f" in {folders[-1]}"
    return f"{text} after {' and '.join(others)}" if others else text


def _schedule_changes(then: list[dict[str, Any]], now: list[dict[str, Any]]) -> Iterator[str]:
    before, after = _by_name(then), _by_name(now)
    for name in [*before, *(each for each in after if each not in before)]:
        if name not in after:
            yield f"schedule: {_words(before[name])} was removed"
        elif name not in before:
            kept = "" if after[name]["slug"] else " without a name, so a deploy keeps it"
            yield f"schedule: {_words(after[name])} was added{kept}"
        elif _plain(before[name]) != _plain(after[name]):
            yield f"schedule: {_words(after[name])} instead of {_words(before[name])}"


def _by_name(entries: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Return schedules by slug; a schedule without one is known by its content."""
    return {entry["slug"] or json.dumps(_plain(entry), sort_keys=True): entry for entry in entries}


def _plain(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {"schedule": without_start(entry["schedule"]), "parameters": entry["parameters"]}


def _words(entry: Mapping[str, Any]) -> str:
    return schedules.describe_schedule(to_schedule(entry))


def _text(value: Any) -> str:
    if value in (None, "", [], {}):
        return "none"
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _WIDEST else f"{text[: _WIDEST - 1]}…"


def _hash(value: Any) -> str:
    return hashlib.sha256(str(value).encode()).hexdigest()[:16]
