"""Plan a deploy: compile, collect and compare, without changing anything.

1. Compile the cells.
2. Collect local modules, the lock of the packages and the current profile.
3. Check for files that were edited by hand, and check the profile.
4. Compare with the deployment of that name on the server.

Every refusal of a deploy happens here.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jupyter_pipeline import audit
from jupyter_pipeline.exceptions import ApiUnreachableError, EditedByHandError, NotFoundError
from jupyter_pipeline.models import STEP_PROFILES, Deployed, DeploymentSpec
from jupyter_pipeline.parameter_schema import check_parameters
from jupyter_pipeline.workflows import artifacts, deployed_options
from jupyter_pipeline.workflows.artifacts import LOCK, ORIGIN, profile_file
from jupyter_pipeline.workflows.moved_notebooks import find_old_path, note_move
from jupyter_pipeline.workflows.recorded_variables import RecordedVariables

if TYPE_CHECKING:
    from jupyter_pipeline.compiler import Cell, Compilation
    from jupyter_pipeline.models import Profile, Target
    from jupyter_pipeline.orchestration.deployments import Preview
    from jupyter_pipeline.workflows.deploy_options import Settings

__all__ = ["MANIFEST", "Plan", "plan"]

MANIFEST = "prefect.yaml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A deploy that has passed every check."""

    settings: Settings
    compilation: Compilation
    cells: tuple[Cell, ...]
    """All cells of the notebook, with their outputs."""
    selected: tuple[int, ...]
    """Indices of the selected cells."""
    folder: Path
    """Folder of the notebook."""
    code: Mapping[str, str]
    """Text of each file of a run by relative path. Its hash is the version."""
    beside: Mapping[str, str]
    """Files of the snapshot that do not count for its hash."""
    profile: Mapping[str, str]
    """Current text of the profile by file name; empty without a profile."""
    target: Target | None
    target_profile: Mapping[str, str]
    """Current text of the target's profile by file name; empty if the target has none."""
    variables: RecordedVariables
    """Environment variables of the runs, without those that a rehearsal will read."""
    drift: str
    """Policy for changed packages: see `DeploymentSpec.drift`."""
    edited: tuple[str, ...]
    """Files that were edited by hand."""
    changes: str
    """Difference to the existing files, in the format of ``diff -u``."""
    revision: tuple[str, bool]
    """Commit of the notebook's repository, and True if it is dirty; see `revision.read_revision`."""
    server: Preview | None
    """Comparison with the server; ``None`` if no server was queried or none answered."""
    old_path: str = ""
    """Path of the notebook at its last deploy, if it was renamed or moved since."""
    notes: tuple[str, ...] = ()

    @property
    def takes_over(self) -> bool:
        """True if the deployment may belong to another path: the old one of this notebook, or any if it overwrites."""
        return self.settings.overwrite or bool(self.old_path)

    @property
    def home(self) -> Path:
        """Folder of the generated files."""
        return self.folder / "pipelines" / self.compilation.name

    @property
    def rehearses(self) -> bool:
        """True if the deploy runs the pipeline once before."""
        rehearse = self.settings.rehearse
        if rehearse is None:
            return self.settings.require_same or bool(self.server and self.server.first)
        return rehearse

    @property
    def python(self) -> str:
        """Interpreter of the runs: this one, or the interpreter of the locked environment that the deploy builds."""
        from jupyter_pipeline.environments import locked

        builds = self.settings.environment == "locked" and LOCK in self.code
        return str(locked.interpreter_path(self.code[LOCK])) if builds else sys.executable

    def spec(self) -> DeploymentSpec:
        """Return the specification of the deployment."""
        from jupyter_pipeline.orchestration.deployments import targets
        from jupyter_pipeline.orchestration.versions import snapshots

        compilation, options = self.compilation, self.settings.compile_options
        version, path = snapshots.snapshot_path(self.code)
        spec = DeploymentSpec(
            name=compilation.name,
            flow_name=compilation.flow_name,
            entrypoint=compilation.entrypoint,
            path=str(path),
            version=version,
            commit=self.revision[0],
            dirty=self.revision[1],
            profile=options.profile,
            profile_file=_stored_path(self.profile),
            windows=compilation.windows,
            parameters=compilation.parameters,
            parameter_schema=compilation.parameter_schema,
            description=options.description,
            python=self.python,
            drift=self.drift,
            variables=self.variables.values,
            expected_variables=self.variables.expected,
            notebook=str(self.folder / options.notebook) if options.notebook else "",
            working_directory=str(self.folder),  # a run resolves relative paths as the notebook does
        )
        recorded, hidden = deployed_options.without_secrets(self.settings.values)
        spec = dataclasses.replace(spec, options=recorded, hidden_options=hidden, **self.settings.deployment)
        if self.target is None:
            return spec
        return targets.apply_target(spec, self.target, profile_file=_stored_path(self.target_profile))

    def preview(self) -> Deployed:
        """Return the effects of the deploy."""
        from jupyter_pipeline.orchestration import schedules
        from jupyter_pipeline.orchestration.deployments.predecessors import describe_predecessors
        from jupyter_pipeline.orchestration.versions import snapshots

        spec = self.spec()
        planned = spec.schedules
        due = (time for each in planned for time in schedules.next_runs(each, 5))
        changes = {
            schedules.describe_schedule(each): text
            for each in planned
            if (text := schedules.describe_clock_change(each))
        }
        upcoming = sorted(due, key=lambda time: time.timestamp())[:5]
        return Deployed(
            deployment=None,
            folder=str(self.home),
            files=self.compilation.files,
            written=(),
            changes=self.changes,
            server_changes=self.server.changes if self.server else None,
            notes=self.notes,
            version=snapshots.content_hash(self.code),
            schedules=tuple(schedules.describe_schedule(each) for each in planned),
            after=tuple(describe_predecessors(spec)),
            next_runs=tuple(time.timestamp() for time in upcoming),
            next_runs_text=tuple(schedules.format_time(time) for time in upcoming),
            clock_changes=tuple(f"{of}: {text}" if len(planned) > 1 else text for of, text in changes.items()),
            compute=self.compilation.compute,
            rehearses=self.rehearses,
            variables=self.variables.origins,
        )


def plan(
    cells: Sequence[Cell],
    selected: int | Sequence[int],
    settings: Settings,
    *,
    folder: Path,
    cwd: Path | None = None,
    dry_run: bool = False,
    packages: bool = True,
) -> Plan:
    """Compile cells and check that they can be deployed, without changing anything.

    Parameters
    ----------
    cells : sequence of Cell
        All cells of the notebook.
    selected : int or sequence of int
        Index of the cell, or indices of the cells that are steps.
    settings : Settings
        Parsed options; see `deploy_options.parse_options`.
    folder : Path
        Folder of the notebook.
    cwd : Path, optional
        Folder from which profiles are searched; by default the working folder.
    dry_run : bool, default False
        True if nothing will be deployed. Edited files and a missing server are then notes instead of errors.
    packages : bool, default True
        True if this process has the packages of the runs. They are then locked.

    Raises
    ------
    CompileRefusedError
        The cells cannot be compiled.
    EditedByHandError
        Generated files were edited by hand, and ``settings.overwrite`` is false.
    ApiUnreachableError
        No Prefect server answers.
    OrchestrationError
        The deployment belongs to another notebook, and ``settings.overwrite`` is false.
    PolicyError
        The policy of the administrator does not allow the profile, a step or the work pool.
    NotFoundError, ConfigurationError
        The profile, target, work pool or sample parameter does not exist or is not valid.
    """
    name = settings.compile_options.name
    with contextlib.ExitStack() as stack:
        if not dry_run:
            stack.enter_context(audit.record("deploy", "deployment", name, only_refusals=True))
        return _plan(cells, selected, settings, folder=folder, cwd=cwd, dry_run=dry_run, packages=packages)


def _plan(
    cells: Sequence[Cell],
    selected: int | Sequence[int],
    settings: Settings,
    *,
    folder: Path,
    cwd: Path | None,
    dry_run: bool,
    packages: bool,
) -> Plan:
    from jupyter_pipeline import compiler
    from jupyter_pipeline.clusters import restrictions
    from jupyter_pipeline.clusters.backends import coiled_functions, get_backend
    from jupyter_pipeline.compiler import output
    from jupyter_pipeline.compiler.codegen import registry, source_map
    from jupyter_pipeline.compiler.frontend import directives
    from jupyter_pipeline.compiler.local_modules import find_local_modules, find_missing_data
    from jupyter_pipeline.orchestration.deployments import targets
    from jupyter_pipeline.orchestration.service.run_environment import service_variables
    from jupyter_pipeline.workflows.revision import read_revision

    options = settings.compile_options
    target = targets.load(folder / "pipelines", options.name)[settings.target] if settings.target else None
    if target and target.profile and not options.profile:
        options = dataclasses.replace(options, profile=target.profile)
    profile = _profile(options.profile, cwd)
    other = _profile(target.profile, cwd) if target and target.profile not in ("", options.profile) else None
    if options.standalone and profile:
        options = dataclasses.replace(options, cluster=_cluster(profile))
    settings = dataclasses.replace(settings, compile_options=options)
    compilation = compiler.compile_cells(cells, selected, options)
    step_profiles = _step_profiles(compilation, cwd)
    if any(step.function for step in compilation.compute):
        restrictions.check_unlimited("a step with --function")
    if packages:
        for step in compilation.compute:
            if step.function:
                coiled_functions.check_credentials(step.step)
    for each in (profile, *step_profiles.values()) if not options.standalone else ():
        if each:
            names = ("", each.name) if each is profile else (each.name,)
            sizes = directives.largest_worker_size(
                directives.StepSettings(cpus=step.cpus, memory=step.memory, gpus=step.gpus)
                for step in compilation.compute
                if step.profile in names and not step.function
            )
            get_backend(each).size_workers(each, **sizes)
    modules = find_local_modules(compilation.files, folder)
    if packages:
        compilation = artifacts.add_lock(compilation, modules)
    compilation = dataclasses.replace(
        compilation, files={**compilation.files, **modules}, local_modules=tuple(sorted(modules))
    )
    if unknown := [name for name in settings.sample if name not in compilation.parameters]:
        raise NotFoundError("parameter", unknown[0], compilation.parameters, "Make it one: --param NAME.")
    sample = check_parameters(compilation.parameter_schema, settings.sample)
    settings = dataclasses.replace(settings, sample=sample)
    code = {
        **{n: t for n, t in compilation.files.items() if n != MANIFEST},
        **{f"{STEP_PROFILES}/{name}": t for each in step_profiles.values() for name, t in profile_file(each).items()},
    }
    deployable = registry.get_code_generator(options.to).deployable
    variables = RecordedVariables()
    if deployable:
        variables = _variables(
            compilation.name, code, [other or profile, *step_profiles.values()], target, current=packages
        )
    home = folder / "pipelines" / compilation.name
    edited = () if settings.overwrite else tuple(output.find_manual_edits(home, compilation))
    if edited and not dry_run:
        raise EditedByHandError([str(home / name) for name in edited])
    planned = Plan(
        settings=settings,
        compilation=compilation,
        cells=tuple(cells),
        selected=(selected,) if isinstance(selected, int) else tuple(selected),
        folder=folder,
        # The manifest may differ between targets; the code does not.
        code=code,
        beside={
            source_map.FILE: json.dumps(compilation.source_map),
            ORIGIN: artifacts.describe_origin(cells, selected, options),
        },
        profile=profile_file(profile),
        target=target,
        target_profile=profile_file(other),
        variables=variables,
        drift=_drift(settings, other or profile) if packages else "",
        edited=edited,
        changes=output.diff_files(home, compilation),
        revision=("", False) if dry_run else read_revision(folder, options.notebook, cells, modules),
        server=None,
        notes=(
            *compilation.notes,
            *(f"{path} is deployed with the code." for path in sorted(modules)),
            *artifacts.note_local_packages(compilation.files.get(LOCK, "")),
            *(artifacts.note_unpackaged_modules(compilation, modules) if packages else ()),
            *(
                f"{path} is not deployed with its package: it is larger than 1 MB or not text. A run does not find it "
                "beside its module. Read it from a path outside the package."
                for path in find_missing_data(modules, folder)
            ),
            *(f"{home / name} was edited by hand. A deploy needs --overwrite." for name in edited),
            *dict.fromkeys(note for each in (other or profile, *step_profiles.values()) if each for note in each.notes),
            *_problems([other or profile, *step_profiles.values()]),
            *variables.notes(service_variables(target.server if target else "")),
        ),
    )
    if dry_run and deployable and (used := other or profile):
        planned = dataclasses.replace(planned, notes=(*planned.notes, *_estimate(planned.spec(), used)))
    return _compare(planned, dry_run=dry_run) if deployable else planned


def _estimate(spec: DeploymentSpec, profile: Profile) -> Iterator[str]:
    """Yield the expected usage of a deployment, if the profile has a price or there were runs."""
    from jupyter_pipeline.workflows.estimates import estimate_deployment

    found = estimate_deployment(spec.name, profile, spec.schedules)
    if found.run_seconds is not None or found.cost_per_hour is not None:
        yield f"Estimate for the profile {profile.name!r}: {found.text}."


def _compare(planned: Plan, *, dry_run: bool) -> Plan:
    """Return the plan with its comparison to the server."""
    from jupyter_pipeline.orchestration import deployments

    spec = planned.spec()
    old = find_old_path(spec, planned.cells, overwrite=planned.settings.overwrite)
    if old:
        moved = note_move(old, planned.folder, planned.compilation.name)
        planned = dataclasses.replace(planned, old_path=old, notes=(*planned.notes, moved))
    try:
        server = deployments.preview(spec, planned.code, overwrite=planned.takes_over)
    except ApiUnreachableError as error:
        if not dry_run:
            raise
        return dataclasses.replace(planned, notes=(*planned.notes, f"Not compared with the deployment: {error}"))
    return dataclasses.replace(planned, server=server)


def _profile(name: str, cwd: Path | None) -> Profile | None:
    from jupyter_pipeline.clusters import profiles, restrictions

    return restrictions.restrict(profiles.get_profile(name, cwd=cwd)) if name else None


def _step_profiles(compilation: Compilation, cwd: Path | None) -> dict[str, Profile]:
    """Return the profiles of single steps by name."""
    found: dict[str, Profile] = {}
    for step in compilation.compute:
        if step.profile and step.profile not in found:
            try:
                found[step.profile] = _profile(step.profile, cwd)  # type: ignore[assignment]
            except NotFoundError as error:
                hint = f"The step {step.step} names it."
                raise NotFoundError(error.kind, error.name, error.known, hint) from error
    return found


def _problems(profiles: Sequence[Profile | None]) -> Iterator[str]:
    from jupyter_pipeline.clusters import preflight

    for profile in {each.name: each for each in profiles if each}.values():
        for problem in preflight.check(profile):
            yield f"The profile {profile.name!r} cannot start here now: {problem}"


def _variables(
    pipeline: str,
    code: Mapping[str, str],
    profiles: Sequence[Profile | None],
    target: Target | None,
    *,
    current: bool,
) -> RecordedVariables:
    """Return the variables to record, or the ones recorded last if this process is not the notebook's (`current`)."""
    from jupyter_pipeline.environments.options import parse_options
    from jupyter_pipeline.orchestration.deployments import targets
    from jupyter_pipeline.orchestration.versions import history
    from jupyter_pipeline.workflows import recorded_variables

    last = history.last_specification(targets.deployment_name(pipeline, target.name if target else ""))
    values, expected = last.get("variables") or {}, tuple(last.get("expected_variables") or ())
    if not current:
        return RecordedVariables(values=values, origins=dict.fromkeys(values, "last version"), expected=expected)
    return recorded_variables.choose_variables(
        code,
        patterns=[name for each in profiles if each for name in parse_options(each.environment).variables],
        provided=target.env if target else (),
        last=values,
        expected=expected,
    )


def _drift(settings: Settings, profile: Profile | None) -> str:
    """Return the policy of the runs for changed packages; the packages of a locked environment do not change."""
    if settings.environment == "locked" or settings.compile_options.standalone:
        return ""
    policy = profile.environment.get("policy", "warn") if profile else "warn"
    return {"ignore": "", "refuse": "refuse"}.get(policy, "warn")


def _stored_path(profile: Mapping[str, str]) -> str:
    """Return the path of the stored profile; empty without a profile."""
    from jupyter_pipeline.orchestration.versions import snapshots

    return "".join(str(snapshots.snapshot_path(profile)[1] / name) for name in profile)


def _cluster(profile: Profile) -> dict[str, Any]:
    size = {"adapt": dict(profile.adapt_kwargs)} if profile.adapt_kwargs else {"workers": profile.workers}
    return {"class": profile.cluster_class, "kwargs": dict(profile.cluster_kwargs), **size}
