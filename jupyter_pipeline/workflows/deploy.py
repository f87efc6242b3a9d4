"""Carry out the plan of a deploy: files, snapshot and deployment.

1. Build the locked environment, if the runs use one.
2. Rehearse the pipeline, at the first deploy of its name, and compare it with the notebook. An error stops the
   deploy; a difference does with ``--require-same``.
3. Store the code under its hash, and write the files beside the notebook.
4. Update the server with one request. The old version stays live until then.
5. Send a canary to each new address of an alert. A failure is reported and changes nothing.

A deploy that follows an interrupted one skips the stages that are complete.
"""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from jupyter_pipeline import audit, disk_space, paths
from jupyter_pipeline.exceptions import OrchestrationError, RehearsalDiffersError, RehearsalError
from jupyter_pipeline.models import AlertVerification, Deployed, DeploymentSpec
from jupyter_pipeline.orchestration.schedules import describe_times
from jupyter_pipeline.progress import Progress, silent
from jupyter_pipeline.workflows.recorded_variables import RecordedVariables

if TYPE_CHECKING:
    from jupyter_pipeline.models import RehearsalComparison
    from jupyter_pipeline.workflows.deploy_plan import Plan
    from jupyter_pipeline.workflows.rehearsal import Rehearsal

__all__ = ["Kernel", "deploy"]

_MOST_LINES, _WIDEST = 500, 2000
"""Lines of a rehearsal that are reported, and their width."""

_ON_WORKERS = "the steps ran on the workers of the cluster, which record nothing"
_WRITTEN_BY_WORKERS = "Files that steps wrote on the workers are not put back."


@dataclass(frozen=True, slots=True, kw_only=True)
class Kernel:
    """State of the kernel that a rehearsal is compared with."""

    values: Mapping[str, Any]
    """Values by name."""
    written: tuple[str, ...] = ()
    """Files that the kernel wrote when it ran the cell for the deploy."""


def deploy(plan: Plan, *, progress: Progress | None = None, kernel: Kernel | None = None) -> Deployed:
    """Carry out a plan.

    Parameters
    ----------
    plan : Plan
        Result of `deploy_plan.plan`.
    progress : callable, optional
        Function that gets one line for each stage and each line that a rehearsal logs.
    kernel : Kernel, optional
        Kernel whose names are compared with the names of the rehearsal.

    Raises
    ------
    RehearsalDiffersError
        With ``--require-same``: the rehearsal differs from the notebook, or no cell could be compared. Nothing was
        deployed.
    RehearsalError
        The pipeline failed in a separate process; nothing was deployed.
    SoftwareEnvironmentError
        The locked environment cannot be built; nothing was deployed.
    CompileError
        The files cannot be written; nothing was deployed.
    ApiUnreachableError, ApiRefusedError
        The server cannot be reached or refused the deployment. The old version is live.
    """
    options = plan.settings.compile_options
    with audit.record(
        "deploy", "deployment", options.name, target=plan.settings.target, profile=options.profile
    ) as action:
        done = _deploy(plan, progress, kernel)
        if done.deployment is not None:
            action.name = done.deployment.name
            action.details["schedules"] = describe_times(done.deployment.schedules)
        action.details["version"] = done.version
        return done


def _deploy(plan: Plan, progress: Progress | None, kernel: Kernel | None) -> Deployed:
    from jupyter_pipeline.compiler import output
    from jupyter_pipeline.compiler.codegen import registry
    from jupyter_pipeline.environments import locked
    from jupyter_pipeline.orchestration import deployments
    from jupyter_pipeline.orchestration.versions import snapshots
    from jupyter_pipeline.workflows import report_cells
    from jupyter_pipeline.workflows.artifacts import LOCK
    from jupyter_pipeline.workflows.comparison import cells
    from jupyter_pipeline.workflows.run_report.recording import DESCRIPTION

    report = progress or silent
    disk_space.check_space(paths.state_dir(), plan.home)
    answer = plan.preview()
    if not registry.get_code_generator(plan.settings.compile_options.to).deployable:
        written = output.write_files(plan.home, plan.compilation, overwrite=plan.settings.overwrite)
        return dataclasses.replace(answer, written=tuple(written))
    spec = plan.spec()
    if plan.settings.environment == "locked":
        locked.ensure_interpreter(plan.code[LOCK], progress=report)
    for profile in (plan.profile, plan.target_profile):
        if profile:
            snapshots.store_snapshot(profile)
    if plan.rehearses:
        comparison, variables = _rehearse(plan, spec, report, kernel)
        spec = dataclasses.replace(
            spec, variables=variables.values, expected_variables=variables.expected, base=_base(spec, variables)
        )
        answer = dataclasses.replace(answer, comparison=comparison, variables=variables.origins)
    # Another clone may have deployed the name since the plan. Nothing is written then.
    deployments.preview(spec, plan.code, overwrite=plan.takes_over)
    described = report_cells.describe_cells(
        cells.Notebook(plan.cells, plan.selected, plan.compilation), whole=plan.settings.compile_options.whole
    )
    snapshots.store_snapshot(plan.code, beside={**plan.beside, DESCRIPTION: described})
    written = output.write_files(plan.home, plan.compilation, overwrite=plan.settings.overwrite)
    if written:
        report(f"Wrote {plan.home}")
    report("Deploying")
    record = deployments.deploy(spec, overwrite=plan.takes_over)
    verifications = _verify_alerts(spec, report) if plan.settings.verify_alerts is not False else ()
    return dataclasses.replace(answer, deployment=record, written=tuple(written), alerts=verifications)


def _verify_alerts(spec: DeploymentSpec, report: Progress) -> tuple[AlertVerification, ...]:
    """Send a canary to each new address. The deploy is complete, so that a failure is a result and no error."""
    from jupyter_pipeline.orchestration import alerts

    names = tuple(alert.block for alert in spec.alerts)
    if not names:
        return ()
    try:
        return alerts.verify_new(names, server=spec.server, progress=report)
    except OrchestrationError as error:
        reason = str(error).rstrip(".")
        return tuple(AlertVerification(name=name, delivered=False, reason=reason) for name in names)


def _base(spec: DeploymentSpec, variables: RecordedVariables) -> Mapping[str, Any]:
    """Return the specification without the target, with the variables that the rehearsal has added."""
    if not spec.base:
        return spec.base
    return {**spec.base, "variables": variables.values, "expected_variables": variables.expected}


def _rehearse(
    plan: Plan, spec: DeploymentSpec, report: Progress, kernel: Kernel | None
) -> tuple[RehearsalComparison, RecordedVariables]:
    """Run the pipeline once, compare it with the notebook, and add the variables that it read."""
    from jupyter_pipeline.orchestration.service.run_environment import build_run_environment, service_variables
    from jupyter_pipeline.workflows import recorded_variables
    from jupyter_pipeline.workflows.comparison import cells
    from jupyter_pipeline.workflows.comparison.remedies import find_remedies
    from jupyter_pipeline.workflows.rehearsal import rehearse
    from jupyter_pipeline.workflows.rehearsed_files import protect_files

    options = plan.settings.compile_options
    report(f"Rehearsing {plan.compilation.name}: one run in a separate process (--no-rehearse skips it)")
    notebook = cells.Notebook(plan.cells, plan.selected, plan.compilation)
    values = {**spec.parameters, **plan.settings.sample}
    code = "\n".join(text for name, text in plan.code.items() if name.endswith(".py"))
    run, worker = build_run_environment(spec), service_variables(spec.server)
    offered = recorded_variables.readable_variables(plan.variables, run, provided=spec.env)
    hidden = (*offered.secrets, *offered.templates)
    # The worker of another server may have the variables of this process.
    supplied = {} if worker is not None else {name: os.environ[name] for name in hidden}
    with protect_files(plan.folder, code, values.values(), progress=report) as files:
        done = rehearse(
            plan.code,
            spec.entrypoint,
            working_directory=plan.folder,
            parameters=values,
            python=spec.python,
            environment=run,
            offered={**offered.values, **supplied},
            hidden_variables=hidden,
            server=spec.server,
            record=notebook.request(fingerprints=kernel is not None),
            backup=files.backup.folder,
            progress=_limited(report),
        )
        read = {*done.variables.get("read", ()), *done.variables.get("hidden", ())}
        if done.error:
            missing = recorded_variables.with_rehearsal(RecordedVariables(), offered=offered, read=read).notes(worker)
            kept = (_WRITTEN_BY_WORKERS,) if options.on_workers else ()
            raise _rehearsal_error(plan, done, (*missing, *files.restore(), *kept))
        present = done.variables.get("present", ())
        variables = recorded_variables.with_rehearsal(
            plan.variables, offered=offered, read=read, present=present, code=plan.code
        )
        for text in sorted({*variables.notes(worker)} - {*plan.variables.notes(worker)}):
            report(f"note: {text}")
        report(f"The rehearsal succeeded ({done.seconds:.1f} s)")
        recording = {"problem": _ON_WORKERS} if options.on_workers else done.recording
        comparison = cells.compare(
            notebook,
            recording,
            folder=plan.folder,
            before=files.before,
            seconds=done.seconds,
            kernel=kernel.values if kernel else None,
            written=kernel.written if kernel else (),
            changed_parameters=sorted({*plan.settings.sample, *options.defaults, *options.windows}),
            values=values,
            on_cluster=bool(options.profile) or any(step.profile or step.function for step in plan.compilation.compute),
            rehearsed=files.rehearsed,
            find_copy=files.backup.find_copy,
        )
        is_refused = plan.settings.require_same and bool(comparison.differences or comparison.obstacles)
        notes = files.restore() if is_refused else files.settle(comparison, recording)
        comparison = dataclasses.replace(comparison, notes=(*comparison.notes, *notes))
        if is_refused:
            raise RehearsalDiffersError(comparison, find_remedies(comparison))
    return comparison, variables


def _limited(report: Progress) -> Progress:
    """Return a function that reports the first lines of a rehearsal: a cell may print a million."""
    count = 0

    def report_line(line: str) -> None:
        nonlocal count
        count += 1
        if count <= _MOST_LINES:
            report(f"  {line[:_WIDEST]}")
        elif count == _MOST_LINES + 1:
            report("  Further lines of the rehearsal are not shown.")

    return report_line


def _rehearsal_error(plan: Plan, done: Rehearsal, notes: tuple[str, ...]) -> RehearsalError:
    """Return the error with the cell and the line of the notebook."""
    from jupyter_pipeline.compiler.codegen import source_map
    from jupyter_pipeline.workflows.tracebacks import locate

    shown = locate(done.traceback, plan.compilation.source_map)
    places = source_map.find_locations(done.traceback, plan.compilation.source_map)
    return RehearsalError(done.error, where=places[-1] if places else "", traceback=shown, notes=notes)
