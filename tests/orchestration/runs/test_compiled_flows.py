"""Pipelines as the compiler writes them, run by the real server and worker."""

from __future__ import annotations

import asyncio
import datetime as dt
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from jupyter_pipeline.compiler import Cell, CompileOptions, compile_cells
from jupyter_pipeline.exceptions import NotFoundError, UsageError
from jupyter_pipeline.models import DeploymentSpec, RunRecord, Schedule, ServiceStatus
from jupyter_pipeline.orchestration import deployments, runs
from jupyter_pipeline.orchestration.prefect_api import endpoint
from jupyter_pipeline.orchestration.prefect_api.client import connect
from jupyter_pipeline.orchestration.versions import snapshots
from jupyter_pipeline.workflows.option_values import assignments

SOURCES = [
    "import pandas as pd\nimport pandera.pandas as pa\nfrom datetime import date",
    "start = date(2026, 1, 1)\nend = '2026-01-02'\nlimit = 10\nresult = 'result.txt'",
    "%%step parts\nparts = ['a', 'b']",
    "%%step tables --map --retries 1 --retry-delay 1s\ntables = [pd.DataFrame({'k': [p], 'v': [5]}) for p in parts]",
    "%%step joined --cache 1h\njoined = pd.concat(tables, ignore_index=True)",
    "%%check low\npa.DataFrameSchema({'v': pa.Column(int, pa.Check.lt(limit))}).validate(joined, lazy=True)",
    """%%step publish --timeout 5m
with open(result, 'a') as file:
    file.write(f'{start!r} {end} {joined.v.sum()}\\n')""",
]


@pytest.mark.slow
def test_a_promoted_pipeline_runs_with_its_window_its_settings_and_its_checks(
    live: ServiceStatus, tmp_path: Path
) -> None:
    pytest.importorskip("pandera")
    daily = Schedule(cron="0 6 * * *", timezone="Europe/Berlin", active=False)
    cells = [Cell(index=i, id=f"c{i}", source=s) for i, s in enumerate(SOURCES)]
    windows = {"start": "start", "end": "end"}
    options = CompileOptions(name="promoted", schedules=(daily,), windows=windows, parameters=("limit",))
    made = compile_cells(cells, (2, 3, 4, 5, 6), options)
    version, path = snapshots.store_snapshot(made.files)
    spec = DeploymentSpec(
        name=made.name,
        flow_name=made.flow_name,
        entrypoint=made.entrypoint,
        path=str(path),
        version=version,
        schedules=options.schedules,
        parameters=made.parameters,
        parameter_schema=made.parameter_schema,
        working_directory=str(tmp_path),
    )
    deployments.deploy(spec)

    run = _run({})
    assert run.state == "Completed", runs.read_log(run.id)
    written = (tmp_path / "result.txt").read_text()
    start, _, rest = written.partition(") ")
    end, total = rest.split()
    begin = dt.date(*[int(part) for part in start.removeprefix("datetime.date(").split(", ")])
    assert dt.date.fromisoformat(end) - begin == dt.timedelta(days=1)
    assert abs(dt.date.fromisoformat(end) - dt.datetime.now(dt.UTC).date()) <= dt.timedelta(days=1)
    assert total == "10"

    run = _run({"limit": 3, "start": "2026-03-01", "end": "2026-03-02"})
    assert run.state == "Failed"
    assert (tmp_path / "result.txt").read_text() == written
    states, artifacts = asyncio.run(_look(run.id))
    assert states["joined"] == "Cached"
    assert states["publish"] == "NotReady"
    (reason,) = artifacts
    assert reason.startswith("**low** did not pass")
    assert "failure_case" in reason
    assert "less_than(3)" in reason


@pytest.mark.slow
def test_a_standalone_flow_runs_without_this_package(live: ServiceStatus, tmp_path: Path) -> None:
    sources = [
        "import dask",
        "def double(x):\n    with open('seen.txt', 'a') as file:\n        file.write('x')\n    return 2 * x",
        "n = 3",
        "%%step many --cache 1h\nmany = [dask.delayed(double)(i) for i in range(n)]\nlazy = dask.delayed(sum)(many)",
        "%%check positive\nlazy > 0",
        "%%step total\ntotal = lazy.compute()\ntotal",
    ]
    cells = [Cell(index=i, source=s) for i, s in enumerate(sources)]
    kwargs = {"processes": True, "threads_per_worker": 1, "dashboard_address": None}
    cluster = {"class": "distributed.LocalCluster", "kwargs": kwargs, "workers": 1}
    options = CompileOptions(name="alone", profile="local", standalone=True, cluster=cluster)
    for name, text in compile_cells(cells, (3, 4, 5), options).files.items():
        (tmp_path / name).write_text(text)
    code = "import sys; sys.modules['jupyter_pipeline'] = None; import flow; print('total', flow.alone(n=4))"
    guarded = f"if __name__ == '__main__':\n    {code}\n"
    (tmp_path / "run.py").write_text(guarded)
    environment = {**os.environ, **endpoint.variables()}
    done = subprocess.run(
        [sys.executable, "run.py"], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert "total 12" in done.stdout, done.stderr[-3000:]
    assert (tmp_path / "seen.txt").read_text() == "xxxx"  # the check and the step that follows share what was computed


@pytest.mark.slow
def test_prefect_itself_deploys_what_is_written(live: ServiceStatus, tmp_path: Path) -> None:
    cells = [Cell(index=i, id=f"c{i}", source=s) for i, s in enumerate(SOURCES)]
    morning = Schedule(cron="0 6 * * 1-5", timezone="Europe/Berlin", slug="morning", parameters={"limit": 4})
    hourly = Schedule(every=3600.0, start=1_780_000_000.0, slug="hourly", active=False)
    options = CompileOptions(
        name="written",
        profile="local",
        cpus=2,
        schedules=(morning, hourly),
        windows={"start": "start"},
        defaults={"limit": "7"},
        overlap="queue",
        concurrency_limit=2,
        tags=("daily",),
        description="Write it down.",
    )
    for name, text in compile_cells(cells, (2, 3, 4, 5, 6), options).files.items():
        (tmp_path / name).write_text(text)
    command = [sys.executable, "-m", "prefect", "--no-prompt", "deploy", "--all"]
    environment = {**os.environ, **endpoint.variables()}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    record = next(d for d in deployments.list_deployments() if d.name == "written")
    found = {s.slug: s for s in record.schedules}
    assert (found["morning"].cron, found["morning"].parameters) == ("0 6 * * 1-5", {"limit": 4})
    assert (found["hourly"].every, found["hourly"].start, found["hourly"].active) == (3600.0, 1_780_000_000.0, False)
    deployments.delete("written")


TYPED = [
    """import datetime
import enum
from pathlib import Path
from typing import Annotated, Literal, Optional
from pydantic import Field

class Mode(enum.Enum):
    FAST = 'fast'
    SLOW = 'slow'""",
    """day: datetime.date = datetime.date(2026, 1, 31)
kind: Literal['a', 'no'] = 'a'
level: Annotated[int, Field(ge=1, le=5)] = 2
names: list[str] = ['x']
mode: Mode = Mode.FAST
folder: Path = Path('data')
limit: Optional[int] = 3""",
    """with open('typed.txt', 'w') as file:
    file.write(repr([day, kind, level, names, mode, folder, limit]))""",
]
BAD = {
    "day=notadate": "a date such as",
    "kind=zzz": "one of 'a' and 'no'",
    "level=9": "a whole number from 1 to 5",
    "names=3": "a list, where each element is text",
    "mode=FAST": "one of 'fast' and 'slow'",
    "folder=[x]": "a path",
    "limit=1.5": "a whole number, or null",
}
GOOD = ["day=2026-02-01", "kind=no", "level=4", "names=[007, no]", "mode=slow", "folder=1.10", "limit=null"]


@pytest.mark.slow
def test_a_request_of_a_run_has_values_of_the_types_of_the_parameters(live: ServiceStatus, tmp_path: Path) -> None:
    cells = [Cell(index=i, source=s, tags=("parameters",) if i == 1 else ()) for i, s in enumerate(TYPED)]
    made = compile_cells(cells, 2, CompileOptions(name="typed"))
    version, path = snapshots.store_snapshot(made.files)
    spec = DeploymentSpec(
        name=made.name,
        flow_name=made.flow_name,
        entrypoint=made.entrypoint,
        path=str(path),
        version=version,
        parameters=made.parameters,
        parameter_schema=made.parameter_schema,
        working_directory=str(tmp_path),
    )
    deployments.deploy(spec)
    for text, allowed in BAD.items():
        with pytest.raises(UsageError, match="cannot be the value of the parameter") as caught:
            deployments.run_now("typed", assignments("--param", [text]))
        assert allowed in str(caught.value)
    with pytest.raises(NotFoundError, match="No parameter is called 'rwos'"):
        deployments.run_now("typed", {"rwos": 1})
    assert runs.list_runs("typed") == []
    run = runs.wait(deployments.run_now("typed", assignments("--param", GOOD)).id, timeout=120)
    assert run.state == "Completed", runs.read_log(run.id)
    expected = "datetime.date(2026, 2, 1), 'no', 4, ['007', 'no'], <Mode.SLOW: 'slow'>, PosixPath('1.10'), None"
    assert (tmp_path / "typed.txt").read_text() == f"[{expected}]"
    deployments.delete("typed")


def _run(parameters: dict[str, Any]) -> RunRecord:
    return runs.wait(deployments.run_now("promoted", parameters).id, timeout=120)


async def _look(run_id: str) -> tuple[dict[str, str], list[str]]:
    """Return the states of the tasks of a run by the name of the task, and the texts of its artifacts."""
    of_run = {"flow_runs": {"id": {"any_": [run_id]}}}
    async with connect() as api:
        tasks = await api.post("/task_runs/filter", of_run)
        artifacts = await api.post("/artifacts/filter", of_run)
    names = {t["name"].rpartition("-")[0]: t["state_name"] for t in tasks}
    return names, [a["data"] for a in artifacts if a["type"] == "markdown"]
