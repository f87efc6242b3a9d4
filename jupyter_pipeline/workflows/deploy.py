"""The second stage of a deploy: a plan becomes files, a snapshot and a deployment.

1. The locked environment is built, if the runs are to have one.
2. The pipeline is rehearsed, at the first deploy of its name; what breaks there ends the deploy.
3. Its code is stored under its hash, and its files are written beside the notebook.
4. The server gets it, with one request: until then, what is live is what was live before.

Each stage finds done what an interrupted deploy has done before it.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from jupyter_pipeline.exceptions import RehearsalError
from jupyter_pipeline.models import Deployed, DeploymentSpec

if TYPE_CHECKING:
    from jupyter_pipeline.workflows.deploy_plan import Plan
    from jupyter_pipeline.workflows.rehearsal import Rehearsal

__all__ = ["deploy"]

_CELL = re.compile(r"^\s*(Cell \d+ \(counted from 0.*?\).*?, line \d+)", re.MULTILINE)


def deploy(plan: Plan, *, progress: Callable[[str], None] | None = None) -> Deployed:
    """Do what was planned.

    Parameters
    ----------
    plan : Plan
        See `planning.plan`.
    progress : callable, optional
        Called with a line for each stage, and with each line that a rehearsal logs.

    Raises
    ------
    RehearsalError
        It broke in a clean process; nothing was deployed.
    SoftwareEnvironmentError
        The locked environment cannot be built; nothing was deployed.
    CompileError
        The files cannot be written; nothing was deployed.
    ApiUnreachableError, ApiRefusedError
        The server does not take it. What was live is live.
    """
    from jupyter_pipeline.compiler.codegen import prefect_yaml
    from jupyter_pipeline.environments import locked
    from jupyter_pipeline.orchestration.deployments import manage as deployments
    from jupyter_pipeline.orchestration.deployments import snapshots
    from jupyter_pipeline.workflows.artifacts import LOCK

    say = progress or (lambda text: None)
    answer = plan.preview()
    if plan.settings.compile_options.to != "prefect":
        written = prefect_yaml.write(plan.home, plan.compilation, overwrite=plan.settings.overwrite)
        return dataclasses.replace(answer, written=tuple(written))
    spec = plan.spec()
    if plan.settings.environment == "locked":
        locked.ensure_interpreter(plan.code[LOCK], progress=say)
    for profile in (plan.profile, plan.target_profile):
        if profile:
            snapshots.snapshot(profile)
    if plan.rehearses:
        _rehearse(plan, spec, say)
    snapshots.snapshot(plan.code, beside=plan.beside)
    written = prefect_yaml.write(plan.home, plan.compilation, overwrite=plan.settings.overwrite)
    if written:
        say(f"Wrote {plan.home}")
    say("Deploying")
    record = deployments.deploy(spec, overwrite=plan.settings.overwrite)
    return dataclasses.replace(answer, deployment=record, written=tuple(written))


def _rehearse(plan: Plan, spec: DeploymentSpec, say: Callable[[str], None]) -> Rehearsal:
    from jupyter_pipeline.workflows.rehearsal import rehearse

    say(f"Rehearsing {plan.compilation.name}: it runs once in a clean process (--no-rehearse leaves it out)")
    done = rehearse(
        plan.code,
        spec.entrypoint,
        working_directory=plan.folder,
        parameters={**spec.parameters, **plan.settings.sample},
        python=spec.python,
        environment=_variables(spec),
        server=spec.server,
        progress=lambda line: say(f"  {line}"),
    )
    if done.error:
        raise _broken(plan, done)
    say(f"The rehearsal went well ({done.seconds:.1f} s)")
    return done


def _variables(spec: DeploymentSpec) -> Mapping[str, str]:
    return {**spec.env, **({"JUPYTER_PIPELINE_PROFILE": spec.profile_file} if spec.profile_file else {})}


def _broken(plan: Plan, done: Rehearsal) -> RehearsalError:
    """Return the error that shows where in the notebook it broke."""
    from jupyter_pipeline.workflows.tracebacks import located

    shown = located(done.traceback, plan.compilation.origins)
    places = _CELL.findall(shown)
    return RehearsalError(done.error, where=places[-1] if places else "", traceback=shown)
