"""Load the targets of pipelines, such as staging and production, and apply their settings.

A target sets profile, server, parameters, schedules and environment; the code stays the same.

``pipelines/targets.yaml`` holds the targets of all pipelines of a folder, ``pipelines/NAME/targets.yaml`` of one::

    staging:
      profile: local
      parameters: {root: /data/staging}
    production:
      profile: slurm
      schedules: [{cron: "0 6 * * 1-5", timezone: Europe/Berlin}]
      env: {DATA_ROOT: /data/production}
      server: production        # a Prefect profile, ${VARIABLE}, or an address
      required_runs: 3          # successful runs in a row at staging before a promotion
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from jupyter_pipeline.exceptions import ConfigurationError, UsageError
from jupyter_pipeline.models import DeploymentSpec, Schedule, Target
from jupyter_pipeline.orchestration import schedules
from jupyter_pipeline.paths import check_name
from jupyter_pipeline.secret_detection import read_settings

__all__ = ["PRODUCTION", "apply_target", "base_specification", "deployment_name", "load"]

PRODUCTION = "production"
"""Target whose deployments have the name of the pipeline."""

_ALWAYS = ("staging", PRODUCTION)
_WAY_OUT = (
    'Store it in a Prefect Secret block, and write "{{ prefect.blocks.secret.NAME }}" as a variable of env. '
    "Runs read it there."
)
_KEYS: Mapping[str, type] = {
    "profile": str,
    "server": str,
    "work_pool": str,
    "parameters": dict,
    "env": dict,
    "schedules": list,
    "required_runs": int,
}


def load(folder: Path, pipeline: str = "") -> Mapping[str, Target]:
    """Return the targets of ``folder/targets.yaml`` by name, always with ``staging`` and ``production``.

    Parameters
    ----------
    folder : Path
        The folder ``pipelines`` beside the notebook.
    pipeline : str, optional
        Name of a pipeline, whose ``folder/PIPELINE/targets.yaml`` overrides single keys.

    Raises
    ------
    ConfigurationError
        If a file cannot be used; the message has file, key, reason and fix.
    """
    paths = [folder / "targets.yaml", *([folder / pipeline / "targets.yaml"] if pipeline else [])]
    found: dict[str, dict[str, Any]] = {name: {} for name in _ALWAYS}
    for path in paths:
        for name, content in _read(path).items():
            found[name] = {**found.get(name, {}), **_checked(path, name, content)}
    return {name: Target(name=name, **content) for name, content in found.items()}


def deployment_name(pipeline: str, target: str) -> str:
    """Return the name of a pipeline's deployment at a target: ``NAME``, or ``NAME-TARGET`` unless it is production."""
    return pipeline if target in ("", PRODUCTION) else f"{pipeline}-{target}"


def apply_target(spec: DeploymentSpec, target: Target, *, profile_file: str = "") -> DeploymentSpec:
    """Return a specification with the settings and the name of a target.

    Parameters
    ----------
    spec : DeploymentSpec
        Specification of the pipeline; its name is the pipeline's.
    target : Target
        The target.
    profile_file : str, optional
        Path of the target's stored profile; by default the profile of `spec`, unless the target sets one.

    Raises
    ------
    UsageError
        If the target sets an unknown parameter.
    """
    known = spec.parameter_schema.get("properties") or {}
    for name in target.parameters:
        if known and name not in known:
            raise UsageError(
                f"The target {target.name!r} sets the parameter {name!r}, which {spec.name!r} does not have. "
                f"It has: {', '.join(known)}."
            )
    own = bool(target.profile) and target.profile != spec.profile
    return replace(
        spec,
        name=deployment_name(spec.name, target.name),
        target=target.name,
        server=target.server,
        profile=target.profile or spec.profile,
        profile_file=profile_file or ("" if own else spec.profile_file),
        parameters={**spec.parameters, **target.parameters},
        schedules=spec.schedules if target.schedules is None else target.schedules,
        env={**spec.env, **target.env},
        work_pool=target.work_pool or spec.work_pool,
        base=spec.to_dict(),
    )


def base_specification(spec: DeploymentSpec) -> DeploymentSpec:
    """Return the specification of a pipeline without the settings of its target."""
    if not spec.base:
        return spec
    environment = {name: spec.env.get(name) if value is None else value for name, value in spec.base["env"].items()}
    base = DeploymentSpec.from_dict({**spec.base, "env": {n: v for n, v in environment.items() if v is not None}})
    return replace(
        base,
        tags=tuple(base.tags),
        after=tuple(base.after),
        expected_variables=tuple(base.expected_variables),
        hidden_options=tuple(base.hidden_options),
        schedules=tuple(Schedule.from_dict(each) for each in spec.base["schedules"]),
        alerts=spec.alerts,
    )


def _read(path: Path) -> Mapping[str, Any]:
    if not path.exists():
        return {}
    content = read_settings(path, _WAY_OUT)
    if not isinstance(content or {}, Mapping):
        raise ConfigurationError(str(path), "", "is no mapping of targets", "Write: production: {profile: slurm}")
    return content or {}


def _checked(path: Path, name: Any, content: Any) -> dict[str, Any]:
    """Return the checked fields of a target of a file."""
    try:
        check_name("target", str(name))
    except UsageError as error:
        raise ConfigurationError(str(path), str(name), "cannot be a target's name", str(error)) from error
    if not isinstance(content or {}, Mapping):
        raise ConfigurationError(str(path), str(name), "is no mapping", "Write: production: {profile: slurm}")
    fields = dict(content or {})
    for key, value in fields.items():
        where = f"{name}.{key}"
        if key not in _KEYS:
            raise ConfigurationError(str(path), where, "is unknown", f"Known are: {', '.join(_KEYS)}.")
        if not isinstance(value, _KEYS[key]) or isinstance(value, bool):
            kind = {"dict": "a mapping", "list": "a list", "int": "a whole number", "str": "text"}[_KEYS[key].__name__]
            raise ConfigurationError(str(path), where, f"is {value!r}", f"Write {kind}.")
    if (runs := fields.get("required_runs", 0)) < 0:
        raise ConfigurationError(str(path), f"{name}.required_runs", f"is {runs}", "Write 0 or more.")
    if "env" in fields:
        fields["env"] = {str(variable): str(value) for variable, value in fields["env"].items()}
    if "schedules" in fields:
        fields["schedules"] = _schedules(path, f"{name}.schedules", fields["schedules"])
    return fields


def _schedules(path: Path, where: str, content: Sequence[Any]) -> tuple[Schedule, ...]:
    found = []
    for number, each in enumerate(content, 1):
        try:
            if not isinstance(each, Mapping):
                raise UsageError(f"{each!r} is no mapping such as {{cron: '0 6 * * *'}}.")
            found.append(schedules.schedule_from_mapping({"slug": f"schedule-{number}", **each}))
        except UsageError as error:
            raise ConfigurationError(str(path), f"{where}[{number - 1}]", "cannot be used", str(error)) from error
    return tuple(found)
