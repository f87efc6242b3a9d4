"""The first stage of a deploy: all that can be refused is refused here, and nothing is changed.

1. The cells are compiled.
2. What travels with the code is gathered: modules beside the notebook, the lock of the packages, the frozen profile.
3. Files edited by hand, and the profile, are looked at.
4. The server is asked what it has under that name.
"""

from __future__ import annotations

import dataclasses
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jupyter_pipeline.exceptions import ApiUnreachableError, EditedByHandError, NotFoundError
from jupyter_pipeline.models import Deployed, DeploymentSpec
from jupyter_pipeline.workflows import artifacts
from jupyter_pipeline.workflows.artifacts import LOCK, ORIGIN

if TYPE_CHECKING:
    from jupyter_pipeline.compiler import Cell, Compilation
    from jupyter_pipeline.models import Profile, Target
    from jupyter_pipeline.orchestration.deployments.preview import Preview
    from jupyter_pipeline.workflows.deploy_options import Settings

__all__ = ["MANIFEST", "Plan", "plan"]

MANIFEST = "prefect.yaml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A deploy that nothing is known to stand against."""

    settings: Settings
    compilation: Compilation
    folder: Path
    """The notebook's."""
    code: Mapping[str, str]
    """All that a run has, by relative path: its hash is the version."""
    beside: Mapping[str, str]
    """What goes into the snapshot without counting for its hash."""
    profile: Mapping[str, str]
    """The profile as it is now, by the name of its file; empty without one."""
    target: Target | None
    target_profile: Mapping[str, str]
    """That of the target, if it has one of its own."""
    drift: str
    """What a run does when its packages have changed: see `DeploymentSpec.drift`."""
    edited: tuple[str, ...]
    """Files that were edited by hand."""
    changes: str
    """Difference to the files that are there, as ``diff -u`` writes it."""
    server: Preview | None
    """``None`` where no server was asked, or none answered."""
    notes: tuple[str, ...] = ()

    @property
    def home(self) -> Path:
        """Return the folder of the generated files."""
        return self.folder / "pipelines" / self.compilation.name

    @property
    def rehearses(self) -> bool:
        """Return whether it runs once before it is deployed."""
        wanted = self.settings.rehearse
        return bool(self.server and self.server.first) if wanted is None else wanted

    @property
    def python(self) -> str:
        """Return the interpreter of the runs: this one, or that of an environment of their own, built by the deploy."""
        from jupyter_pipeline.environments import locked

        wanted = self.settings.environment == "locked" and LOCK in self.code
        return str(locked.interpreter_path(self.code[LOCK])) if wanted else sys.executable

    def spec(self) -> DeploymentSpec:
        """Return what is deployed."""
        from jupyter_pipeline.orchestration.deployments import snapshots, targets

        compilation, options = self.compilation, self.settings.compile_options
        version, path = snapshots.place(self.code)
        spec = DeploymentSpec(
            name=compilation.name,
            flow_name=compilation.flow_name,
            entrypoint=compilation.entrypoint,
            path=str(path),
            version=version,
            profile=options.profile,
            profile_file=_place(self.profile),
            schedules=options.schedules,
            windows=compilation.windows,
            parameters=compilation.parameters,
            parameter_schema=compilation.parameter_schema,
            tags=options.tags,
            description=options.description,
            concurrency_limit=options.concurrency,
            overlap=options.overlap,
            catch_up=self.settings.catch_up,
            alerts=self.settings.alerts,
            owner=self.settings.owner,
            work_pool=options.work_pool,
            python=self.python,
            drift=self.drift,
            notebook=str(self.folder / options.notebook) if options.notebook else "",
            # Relative paths mean in a run what they mean in the notebook.
            working_directory=str(self.folder),
        )
        return targets.apply(spec, self.target, profile_file=_place(self.target_profile)) if self.target else spec

    def preview(self) -> Deployed:
        """Return what a deploy would do."""
        from jupyter_pipeline.orchestration.deployments import snapshots
        from jupyter_pipeline.orchestration.schedules import describe
        from jupyter_pipeline.orchestration.schedules import parse as schedules

        planned = self.spec().schedules
        due = (time for each in planned for time in schedules.next_runs(each, 5))
        changes = {describe.describe(each): text for each in planned if (text := describe.clock_change(each))}
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
            schedules=tuple(describe.describe(each) for each in planned),
            next_runs=tuple(time.timestamp() for time in upcoming),
            next_runs_text=tuple(describe.moment_text(time) for time in upcoming),
            clock_changes=tuple(f"{of}: {text}" if len(planned) > 1 else text for of, text in changes.items()),
            rehearses=self.rehearses,
        )


def plan(
    cells: Sequence[Cell],
    target: int | Sequence[int],
    settings: Settings,
    *,
    folder: Path,
    cwd: Path | None = None,
    dry_run: bool = False,
    packages: bool = True,
) -> Plan:
    """Compile cells and find out whether they can be deployed; nothing is changed.

    Parameters
    ----------
    cells : sequence of Cell
        All cells of the notebook.
    target : int or sequence of int
        Index of the cell, or of the cells that are steps.
    settings : Settings
        See `options.read`.
    folder : Path
        The notebook's folder.
    cwd : Path, optional
        From where profiles are looked for; by default the working folder.
    dry_run : bool, default False
        Whether nothing will be deployed: what a deploy would refuse for the sake of what is there (edited files, no
        server) is then a note.
    packages : bool, default True
        Whether this process has the packages that the runs will have, so that they are locked.

    Raises
    ------
    CompileRefusedError
        The cells cannot be compiled.
    EditedByHandError
        The files were edited since; ``settings.overwrite`` is false.
    ApiUnreachableError
        No Prefect server answers.
    OrchestrationError
        The name belongs to another notebook; ``settings.overwrite`` is false.
    NotFoundError, ConfigurationError
        Profile, target, work pool or sample parameter cannot be used.
    """
    from jupyter_pipeline import compiler
    from jupyter_pipeline.compiler.codegen import prefect_yaml
    from jupyter_pipeline.compiler.frontend import directives
    from jupyter_pipeline.compiler.local_modules import find_local_modules
    from jupyter_pipeline.orchestration.deployments import targets
    from jupyter_pipeline.workflows.worker_resources import worker_size

    wanted = settings.compile_options
    goal = targets.load(folder / "pipelines", wanted.name)[settings.target] if settings.target else None
    if goal and goal.profile and not wanted.profile:
        wanted = dataclasses.replace(wanted, profile=goal.profile)
    profile = _profile(wanted.profile, cwd)
    other = _profile(goal.profile, cwd) if goal and goal.profile not in ("", wanted.profile) else None
    if wanted.standalone and profile:
        wanted = dataclasses.replace(wanted, cluster=_cluster(profile))
    settings = dataclasses.replace(settings, compile_options=wanted)
    compilation = compiler.compile_cells(cells, target, wanted)
    if profile and not wanted.standalone:
        sizes = directives.largest(directives.StepSettings.from_dict(each) for each in compilation.resources.values())
        worker_size(profile, **sizes)
    modules = find_local_modules(compilation.files, folder)
    if packages:
        compilation = artifacts.locked(compilation, modules)
    if unknown := [name for name in settings.sample if name not in compilation.parameters]:
        raise NotFoundError("parameter", unknown[0], compilation.parameters, "Make it one: --param NAME.")
    home = folder / "pipelines" / compilation.name
    edited = () if settings.overwrite else tuple(prefect_yaml.edited(home, compilation))
    if edited and not dry_run:
        raise EditedByHandError([str(home / name) for name in edited])
    made = Plan(
        settings=settings,
        compilation=compilation,
        folder=folder,
        # The manifest says how the code is deployed, which may differ between targets; the code does not.
        code={**{n: t for n, t in compilation.files.items() if n != MANIFEST}, **modules},
        beside={"origins.json": json.dumps(compilation.origins), ORIGIN: artifacts.origin(cells, target, wanted)},
        profile=artifacts.frozen(profile),
        target=goal,
        target_profile=artifacts.frozen(other),
        drift=_drift(settings, other or profile) if packages else "",
        edited=edited,
        changes=prefect_yaml.diff(home, compilation),
        server=None,
        notes=(
            *compilation.notes,
            *(f"{path} travels with the deployment as it is now." for path in sorted(modules)),
            *(f"{home / name} was edited by hand: a deploy needs --overwrite." for name in edited),
            *_problems(other or profile),
        ),
    )
    if wanted.to != "prefect":
        return made
    return _compared(made, dry_run=dry_run)


def _compared(made: Plan, *, dry_run: bool) -> Plan:
    """Return the plan with what the server says to it."""
    from jupyter_pipeline.orchestration.deployments import preview

    try:
        server = preview.preview(made.spec(), made.code, overwrite=made.settings.overwrite)
    except ApiUnreachableError as error:
        if not dry_run:
            raise
        return dataclasses.replace(made, notes=(*made.notes, f"Not compared with what is deployed: {error}"))
    return dataclasses.replace(made, server=server)


def _profile(name: str, cwd: Path | None) -> Profile | None:
    from jupyter_pipeline.clusters import profiles

    return profiles.get_profile(name, cwd=cwd) if name else None


def _problems(profile: Profile | None) -> Iterator[str]:
    from jupyter_pipeline.clusters import preflight

    if profile:
        for problem in preflight.check(profile):
            yield f"The profile {profile.name!r} could not start here now: {problem}"


def _drift(settings: Settings, profile: Profile | None) -> str:
    """Return what runs do about changed packages: an environment of their own does not change."""
    if settings.environment == "locked" or settings.compile_options.standalone:
        return ""
    policy = profile.environment.get("policy", "warn") if profile else "warn"
    return {"ignore": "", "refuse": "refuse"}.get(policy, "warn")


def _place(profile: Mapping[str, str]) -> str:
    """Return where the file of a profile is stored; empty without one."""
    from jupyter_pipeline.orchestration.deployments import snapshots

    return "".join(str(snapshots.place(profile)[1] / name) for name in profile)


def _cluster(profile: Profile) -> dict[str, Any]:
    size = {"adapt": dict(profile.adapt_kwargs)} if profile.adapt_kwargs else {"workers": profile.workers}
    return {"class": profile.cluster_class, "kwargs": dict(profile.cluster_kwargs), **size}
