"""The scheduler class: job definitions are deployments, jobs are their runs."""

from __future__ import annotations

import asyncio
import contextlib
import functools
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any, NoReturn, ParamSpec, TypeVar

from jupyter_scheduler.exceptions import InputUriError, SchedulerError
from jupyter_scheduler.executors import ExecutionManager
from jupyter_scheduler.models import (
    CountJobsQuery,
    CreateJob,
    CreateJobDefinition,
    CreateJobFromDefinition,
    DescribeJob,
    DescribeJobDefinition,
    JobFeature,
    JobFile,
    ListJobDefinitionsQuery,
    ListJobDefinitionsResponse,
    ListJobsQuery,
    ListJobsResponse,
    UpdateJob,
    UpdateJobDefinition,
)
from jupyter_scheduler.scheduler import BaseScheduler

from jupyter_pipeline.exceptions import NotFoundError, PipelineError, UsageError
from jupyter_pipeline.models import MAX_RUNS, DeploymentRecord, RunRecord
from jupyter_pipeline.orchestration import deployments, runs, schedules
from jupyter_pipeline.orchestration.versions import history
from jupyter_pipeline.paths import snapshots_dir, write_private
from jupyter_pipeline.server.kernel_cli import find_interpreter
from jupyter_pipeline.server.notebook_jobs.conversion import sort_and_cut, to_job, to_job_definition
from jupyter_pipeline.server.notebook_jobs.environments import HTML, LOG, NO_CLUSTER, NOTEBOOK
from jupyter_pipeline.workflows import deploy_options, option_values
from jupyter_pipeline.workflows.artifacts import is_whole_notebook
from jupyter_pipeline.workflows.log_search import search
from jupyter_pipeline.workflows.run_logs import store as log_store
from jupyter_pipeline.workflows.run_report import reports
from jupyter_pipeline.workflows.run_report import store as report_store

__all__ = ["PipelineExecutionManager", "PipelineScheduler"]

_TIMEOUT = 3600.0
"""Seconds. The first deploy of a definition runs the notebook once."""
_CODE = "steps.py"
_P = ParamSpec("_P")
_T = TypeVar("_T")


def _shown(method: Callable[_P, Awaitable[_T]]) -> Callable[_P, Awaitable[_T]]:
    """Return a method whose errors the dialogs show with their text."""

    @functools.wraps(method)
    async def call(*args: _P.args, **kwargs: _P.kwargs) -> _T:
        try:
            return await method(*args, **kwargs)
        except PipelineError as error:
            raise SchedulerError(str(error)) from error

    return call


class PipelineExecutionManager(ExecutionManager):
    """The features of jobs, by which the dialogs show their fields. Prefect's worker executes the runs."""

    @staticmethod
    def supported_features(_: object = None) -> dict[JobFeature, bool]:
        """Return the features. Jupyter-scheduler calls the function with the class as its argument."""
        used = ("job_name", "parameters", "output_formats", "job_definition", "tags", "stop_job", "delete_job")
        return {feature: feature.value in used for feature in JobFeature}

    def execute(self) -> NoReturn:
        """Raise: a run is not a child process of the Jupyter server."""
        raise NotImplementedError("The worker of the Prefect service executes the runs.")


class PipelineScheduler(BaseScheduler):
    """Deployments of whole notebooks as job definitions, and their runs as jobs.

    Parameters
    ----------
    root_dir : str
        Root folder of the Jupyter server.
    environments_manager : EnvironmentManager
        The kernels.
    db_url : str
        Database of jupyter-scheduler, which holds no jobs of this class.
    config : Config, optional
        Configuration of the Jupyter server.
    """

    task_runner = None
    """The Prefect service fires the schedules."""

    def __init__(self, root_dir: str, environments_manager: Any, db_url: str = "", config: Any = None) -> None:
        super().__init__(root_dir=root_dir, environments_manager=environments_manager, config=config)
        if "execution_manager_class" not in self._trait_values:
            self.execution_manager_class = PipelineExecutionManager

    @_shown
    async def create_job_definition(self, model: CreateJobDefinition) -> str:
        """Deploy the whole notebook with a schedule, and return the id of the deployment."""
        name = _deployment_name(model.name)
        if name in (record.name for record in await asyncio.to_thread(deployments.list_deployments)):
            raise UsageError(
                f"There is a deployment called {name!r} already. Choose another job name, or edit its job definition."
            )
        options = [f"--cron={model.schedule}", f"--timezone={model.timezone or 'UTC'}"] if model.schedule else []
        return (await self._deploy(name, model, options)).id

    @_shown
    async def create_job(self, model: CreateJob) -> str:
        """Deploy the whole notebook without a schedule, run it now, and return the id of the run.

        A later job with the same name updates the deployment. The run shows whether the notebook works, so that there
        is no rehearsal.
        """
        if model.idempotency_token:
            raise UsageError("Jobs of Jupyter Pipeline have no idempotency token. Leave it out.")
        name = _deployment_name(model.name)
        for record in await asyncio.to_thread(deployments.list_deployments):
            if record.name == name and (record.schedules or record.after):
                raise UsageError(
                    f"{name!r} is a deployment with a schedule. Run it from its job definition, or choose another job "
                    "name."
                )
        record = await self._deploy(name, model, ["--no-rehearse"])
        return (await asyncio.to_thread(deployments.run_now, f"{record.flow_name}/{record.name}")).id

    @_shown
    async def create_job_from_definition(self, job_definition_id: str, model: CreateJobFromDefinition) -> str:
        """Run a deployment now, and return the id of the run."""
        record = await self._find(job_definition_id)
        values = option_values.assignments("Parameter", [f"{k}={v}" for k, v in (model.parameters or {}).items()])
        return (await asyncio.to_thread(deployments.run_now, f"{record.flow_name}/{record.name}", values)).id

    async def _deploy(self, name: str, model: CreateJob | CreateJobDefinition, options: list[str]) -> DeploymentRecord:
        """Deploy a notebook in the environment of its kernel."""
        if not self.file_exists(model.input_uri):
            raise InputUriError(model.input_uri)
        if model.package_input_folder:
            raise UsageError(
                "Runs of Jupyter Pipeline have the folder of the notebook as working folder, and not a copy of it. "
                "Turn off the option to run with the input folder."
            )
        path = Path(self.root_dir, model.input_uri).absolute()
        interpreter = find_interpreter(self.environments_manager.kernels, model.runtime_environment_name)
        options = [*options, *(f"--tag={tag}" for tag in model.tags or ())]
        options += [f"--param={key}={value}" for key, value in (model.parameters or {}).items()]
        if model.compute_type and model.compute_type != NO_CLUSTER:
            options.append(f"--profile={model.compute_type}")
        answer = await interpreter.run(
            ["deploy", str(path), "--all", f"--name={name}", *options], cwd=path.parent, timeout=_TIMEOUT
        )
        deployed = answer.get("deployment") if isinstance(answer, dict) else None
        if not deployed:
            raise PipelineError("The kernel's jupyter_pipeline has an incompatible version. Upgrade it.")
        return await self._find(deployed["id"])

    @_shown
    async def update_job_definition(self, job_definition_id: str, model: UpdateJobDefinition) -> None:
        """Pause or resume a deployment, or replace its schedule.

        The code stays, as in other changes of a definition.
        """
        record = await self._find(job_definition_id)
        name = f"{record.flow_name}/{record.name}"
        if model.input_uri and model.input_uri not in (Path(record.notebook).name, self._relative(record.notebook)):
            raise UsageError(
                f"The code of {record.name!r} comes from {record.notebook}. To replace it, deploy the notebook again."
            )
        for field in ("name", "parameters", "tags", "compute_type", "runtime_environment_name"):
            if getattr(model, field) is not None:
                raise UsageError(f"{field} of {record.name!r} cannot be edited here. Deploy the notebook again.")
        if model.schedule is not None:
            if len(record.schedules) > 1 or (record.schedules and not record.schedules[0].cron):
                raise UsageError(
                    f"The dialog cannot show the schedules of {record.name!r} ({record.schedule_text}). Deploy the "
                    "notebook again to change them."
                )
            cron = schedules.parse_schedule(cron=model.schedule, timezone=model.timezone or "UTC")
            await asyncio.to_thread(deployments.replace_schedules, name, (cron,))
        if model.active is not None:
            await asyncio.to_thread(deployments.resume if model.active else deployments.pause, name)

    def _relative(self, notebook: str) -> str:
        root = Path(self.root_dir).absolute()
        return Path(notebook).relative_to(root).as_posix() if Path(notebook).is_relative_to(root) else notebook

    @_shown
    async def delete_job_definition(self, job_definition_id: str) -> None:
        """Delete a deployment, cancel its active runs, and keep the past ones on the server."""
        record = await self._find(job_definition_id)
        await asyncio.to_thread(deployments.delete, f"{record.flow_name}/{record.name}")

    @_shown
    async def get_job_definition(self, job_definition_id: str) -> DescribeJobDefinition:
        """Return a deployment of a whole notebook."""
        return (await asyncio.to_thread(self._definitions, [await self._find(job_definition_id)]))[0]

    @_shown
    async def list_job_definitions(self, query: ListJobDefinitionsQuery) -> ListJobDefinitionsResponse:
        """Return the deployments of whole notebooks."""
        found = await asyncio.to_thread(lambda: self._definitions(_whole_notebooks()))
        found = [
            each
            for each in found
            if each.name.startswith(query.name or "")
            and each.create_time >= (query.create_time or 0)
            and set(query.tags or ()) <= set(each.tags or ())
        ]
        page, after = sort_and_cut(found, query.sort_by, query.next_token, query.max_items)
        return ListJobDefinitionsResponse(job_definitions=page, total_count=len(found), next_token=after)

    @_shown
    async def list_jobs(self, query: ListJobsQuery) -> ListJobsResponse:
        """Return the last runs of deployments of whole notebooks, at most `MAX_RUNS`."""
        found = await asyncio.to_thread(self._jobs, query.job_definition_id)
        found = [
            each
            for each in found
            if each.name.startswith(query.name or "")
            and query.status in (None, each.status)
            and (each.start_time or 0) >= (query.start_time or 0)
            and set(query.tags or ()) <= set(each.tags or ())
        ]
        page, after = sort_and_cut(found, query.sort_by, query.next_token, query.max_items)
        for job in page:
            self.add_job_files(job)
        return ListJobsResponse(jobs=page, total_count=len(found), next_token=after)

    @_shown
    async def count_jobs(self, query: CountJobsQuery) -> int:
        """Return the number of the last runs with a status."""
        return sum(job.status == query.status for job in await asyncio.to_thread(self._jobs, None))

    @_shown
    async def get_job(self, job_id: str, job_files: bool | None = True) -> DescribeJob:
        """Return a run of a deployment of a whole notebook."""
        run = await asyncio.to_thread(runs.find, job_id)
        job = (await asyncio.to_thread(self._to_jobs, [run], [await self._of(run)]))[0]
        if job_files:
            self.add_job_files(job)
        return job

    @_shown
    async def update_job(self, job_id: str, model: UpdateJob) -> None:
        """Refuse the change: a run keeps its name and its cluster."""
        raise UsageError("A run keeps its name and its cluster. It can be stopped or deleted.")

    @_shown
    async def stop_job(self, job_id: str) -> None:
        """Cancel a run."""
        await asyncio.to_thread(runs.cancel, job_id)

    @_shown
    async def delete_job(self, job_id: str) -> None:
        """Delete a run, its log and its report, and keep downloaded files; an active run is cancelled first."""
        await asyncio.to_thread(runs.delete, job_id)
        await asyncio.to_thread(report_store.remove_report, job_id)
        await asyncio.to_thread(log_store.remove_log, job_id)

    @_shown
    async def get_staging_paths(self, model: DescribeJob | DescribeJobDefinition) -> dict[str, str]:
        """Write the files of a run to the folder of its outputs: its report, its log, and the code that it ran.

        Jupyter-scheduler calls this to download the files. It would copy them relative to the working folder of the
        Jupyter server, so that nothing is left for it to copy.
        """
        if isinstance(model, DescribeJob):
            run = await asyncio.to_thread(runs.find, model.job_id)
            log = await asyncio.to_thread(search.read_text, model.job_id)
            await asyncio.to_thread(self._write_files, model, log, snapshots_dir() / run.version / _CODE)
        return {}

    def _write_files(self, model: DescribeJob, log: str, code: Path) -> None:
        folder = Path(self.get_local_output_path(model))
        folder.mkdir(parents=True, exist_ok=True)
        names = self.get_job_filenames(model)
        if code.is_file():  # an old version may have been removed
            write_private(folder / names["input"], code.read_text("utf-8"))
        with contextlib.suppress(NotFoundError):  # the deployment may keep no reports
            report = reports.find_run_report(model.job_id)
            for kind in (NOTEBOOK, HTML):
                write_private(folder / names[kind], reports.build_report(report, html=kind == HTML).read_bytes())
        write_private(folder / names[LOG], log)  # last: `add_job_files` then leaves out what is missing

    def get_job_filenames(self, model: DescribeJob) -> dict[str, str]:
        """Return the names of the files of a run in the folder of its outputs."""
        stem = Path(model.input_filename).stem
        return {NOTEBOOK: f"{stem}.ipynb", HTML: f"{stem}.html", LOG: f"{stem}.log", "input": _CODE}

    def add_job_files(self, model: DescribeJob) -> None:
        """Add the files of a run, with the paths of those that were downloaded. A run may have no report."""
        folder = Path(self.get_local_output_path(model, root_dir_relative=True))
        labels = {**self.environments_manager.output_formats_mapping(), "input": f"Code of the run ({_CODE})"}
        paths = {kind: (folder / name).as_posix() for kind, name in self.get_job_filenames(model).items()}
        found = {kind: path if self.file_exists(path) else None for kind, path in paths.items()}
        model.job_files = [
            JobFile(display_name=labels[kind], file_format=kind, file_path=path)
            for kind, path in found.items()
            if path or not found[LOG]
        ]
        model.downloaded = all(file.file_path for file in model.job_files)

    async def _find(self, identifier: str) -> DeploymentRecord:
        """Return the deployment of a whole notebook with an id."""
        found = await asyncio.to_thread(_whole_notebooks)
        for record in found:
            if record.id == identifier:
                return record
        raise NotFoundError("job definition", identifier, [record.id for record in found])

    async def _of(self, run: RunRecord) -> DeploymentRecord:
        for record in await asyncio.to_thread(_whole_notebooks):
            if record.name == run.deployment:
                return record
        raise UsageError(f"The run {run.name} belongs to no deployment of a whole notebook (any longer).")

    def _definitions(self, records: Sequence[DeploymentRecord]) -> list[DescribeJobDefinition]:
        names, found = self.environments_manager.find_kernel_names(), []
        for record in records:
            spec = history.last_specification(record.name)
            python = str(spec.get("python", ""))
            parameters = spec.get("parameters") or {}
            found.append(to_job_definition(record, kernel=names.get(python, python), parameters=parameters))
        return found

    def _jobs(self, definition: str | None) -> list[DescribeJob]:
        """Return the last runs of one or all deployments of whole notebooks."""
        records = [record for record in _whole_notebooks() if definition in (None, record.id)]
        if definition is None:
            return self._to_jobs(runs.list_runs(None, MAX_RUNS), records)
        return self._to_jobs([run for record in records for run in runs.list_runs(record.name, MAX_RUNS)], records)

    def _to_jobs(self, found: Sequence[RunRecord], records: Sequence[DeploymentRecord]) -> list[DescribeJob]:
        """Return the runs of deployments as jobs, without runs of other deployments."""
        names, known = self.environments_manager.find_kernel_names(), {record.name: record for record in records}
        pythons = {name: str(history.last_specification(name).get("python", "")) for name in known}
        kernels = {name: names.get(python, python) for name, python in pythons.items()}
        return [
            to_job(run, known[run.deployment], kernel=kernels[run.deployment])
            for run in found
            if run.deployment in known
        ]


def _whole_notebooks() -> list[DeploymentRecord]:
    """Return the deployments of whole notebooks that were deployed from this machine."""
    return [
        record
        for record in deployments.list_deployments()
        if record.notebook and is_whole_notebook(record.deployed_version)
    ]


def _deployment_name(name: str) -> str:
    """Return the name of the deployment of a job: its name in valid characters, as for `deploy --all`."""
    found = deploy_options.default_name(f"{name}.ipynb")
    if not found:
        raise UsageError(f"The job name {name!r} has no letter or digit. Choose another name.")
    return found
