from __future__ import annotations

import datetime as dt
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from pyflakes.api import check
from pyflakes.reporter import Reporter

from jupyter_pipeline.compiler import Cell, Compilation, CompileOptions, compile_cells
from jupyter_pipeline.exceptions import UsageError
from jupyter_pipeline.models import Schedule

SOURCES = [
    "from datetime import date",
    "rows = 3\nnames = ['a', 'b']\nday = date(2026, 1, 31)",
    "%%step load --retries 2 --retry-delay 1s --backoff 2\nvalues, label = list(range(rows)), 'sum'",
    "%%step sized --map\nsized = [name * len(values) for name in names]",
    "%%check some\nlen(values) > 0",
    "%%step report --timeout 5m\nline = f'{day}: {label} {sum(values)} {sized}'\nline",
]


def rendered(**options: Any) -> Compilation:
    cells = [Cell(index=i, id=f"c{i}", source=s) for i, s in enumerate(SOURCES)]
    given = {"name": "numbers", "to": "dagster", "parameters": ("names",)} | options
    return compile_cells(cells, (2, 3, 4, 5), CompileOptions(**given))


def test_the_files_are_steps_and_definitions(capsys: pytest.CaptureFixture[str]) -> None:
    made = rendered(requirements="tabulate==0.9\n")
    assert list(made.files) == ["steps.py", "definitions.py", "requirements.lock"]
    assert made.entrypoint == "definitions.py:definitions"
    assert made.files["steps.py"] == rendered(to="prefect").files["steps.py"]
    assert any("--timeout of the step report is ignored" in note for note in made.notes)
    reporter = Reporter(sys.stdout, sys.stdout)
    assert check(made.files["definitions.py"], "definitions.py", reporter) == 0, capsys.readouterr().out


def test_steps_with_names_of_dagster_get_others(capsys: pytest.CaptureFixture[str]) -> None:
    sources = ["%%step op\nx, y = [1], [2]", "%%step steps\nz = x + y", "%%step parameters\nresult = z"]
    cells = [Cell(index=i, source=s) for i, s in enumerate(sources)]
    text = compile_cells(cells, (0, 1, 2), CompileOptions(name="p", to="dagster")).files["definitions.py"]
    assert "def op_op():" in text
    assert "steps_result = steps_op(x, y)" in text
    assert check(text, "definitions.py", Reporter(sys.stdout, sys.stdout)) == 0, capsys.readouterr().out


@pytest.mark.parametrize(
    ("schedule", "cron"),
    [
        (Schedule(cron="0 6 * * 1-5"), "0 6 * * 1-5"),
        (Schedule(every=900.0), "*/15 * * * *"),
        (Schedule(every=3600.0), "0 */1 * * *"),
        (Schedule(every=86400.0), "0 0 * * *"),
    ],
)
def test_schedules_become_cron(schedule: Schedule, cron: str) -> None:
    text = rendered(schedules=(schedule,)).files["definitions.py"]
    assert f'cron_schedule="{cron}"' in text


def test_a_cron_expression_with_seconds_is_refused() -> None:
    with pytest.raises(UsageError, match="have no seconds"):
        rendered(schedules=(Schedule(cron="0 6 * * * 30"),))


@pytest.mark.parametrize("schedule", [Schedule(every=420.0), Schedule(rrule="RRULE:FREQ=DAILY")])
def test_a_schedule_that_is_no_cron_is_refused(schedule: Schedule) -> None:
    with pytest.raises(UsageError, match="give --cron"):
        rendered(schedules=(schedule,))


RUN = """
import warnings
from definitions import definitions
from dagster import Definitions

Definitions.validate_loadable(definitions)
job = definitions.resolve_job_def("numbers")
schedule = definitions.resolve_schedule_def("numbers_schedule_1")
done = job.execute_in_process()
print(done.output_for_node("report"))
config = {"resources": {"parameters": {"config": {"rows": 1, "day": "2026-02-01"}}}}
print(job.execute_in_process(config).output_for_node("report"))
config = {"resources": {"parameters": {"config": {"rows": 0}}}}
failed = job.execute_in_process(config, raise_on_error=False)
events = failed.all_events
print([e.step_key for e in events if e.is_step_failure], [e.step_key for e in events if e.is_step_success])
print(schedule.cron_schedule)
"""


@pytest.mark.slow
def test_dagster_loads_and_runs_the_definitions(tmp_path: Path) -> None:
    pytest.importorskip("dagster")
    made = rendered(schedules=(Schedule(cron="0 6 * * *", parameters={"rows": 5}),))
    for name, text in made.files.items():
        (tmp_path / name).write_text(text)
    command = [sys.executable, "-c", RUN]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    assert done.stdout.splitlines() == [
        "2026-01-31: sum 3 ['aaa', 'bbb']",
        "2026-02-01: sum 0 ['a', 'b']",
        "['some'] ['load', 'sized']",
        "0 6 * * *",
    ]


WINDOWS = {"since": "start", "until": "end"}
WINDOW_SOURCES = [
    "import dask\nfrom datetime import date\nfrom distributed import get_client",
    "since = date(2026, 1, 1)\nuntil = '2026-01-02 00:00'",
    "%%step load\ntotal = sum(dask.compute(*[dask.delayed(abs)(-i) for i in range(3)]))",
    "%%step report\nline = f'{since} {until} {total} {len(get_client().scheduler_info()[\"workers\"]) > 0}'\nline",
]


def windowed(*schedules: Schedule, **options: Any) -> Compilation:
    cells = [Cell(index=i, id=f"c{i}", source=s) for i, s in enumerate(WINDOW_SOURCES)]
    given = {"name": "daily", "to": "dagster", "windows": WINDOWS, "schedules": schedules} | options
    return compile_cells(cells, (2, 3), CompileOptions(**given))


@pytest.mark.parametrize(
    ("schedules", "reason"),
    [
        ((), "There are no schedules: give one"),
        ((Schedule(cron="0 6 * * *"), Schedule(cron="0 7 * * *")), "There are 2 schedules: give one"),
        ((Schedule(cron="0 6 * * *", parameters={"since": "2026-01-01"}),), "cannot set parameters"),
        ((Schedule(every=900.0),), "more partitions than Dagster handles well"),
        ((Schedule(rrule="RRULE:FREQ=DAILY"),), "give --cron"),
    ],
)
def test_a_window_needs_one_schedule_that_dagster_can_divide(schedules: tuple[Schedule, ...], reason: str) -> None:
    with pytest.raises(UsageError, match=reason):
        windowed(*schedules)


def test_keys_have_the_offset_if_a_date_is_not_unique() -> None:
    made = windowed(Schedule(every=7200.0, timezone="Europe/Berlin"))
    assert 'fmt="%Y-%m-%dT%H:%M%z"' in made.files["definitions.py"]
    assert any("The partitions begin on 2020-01-01" in note for note in made.notes)


RUN_PARTITION = """
import datetime as dt
from dagster import Definitions, build_schedule_context
from definitions import definitions
from jupyter_pipeline.clusters import registry

Definitions.validate_loadable(definitions)
job, schedule = definitions.resolve_job_def("daily"), definitions.resolve_schedule_def("daily_schedule_1")
print(*job.partitions_def.get_partition_keys())
tick = build_schedule_context(scheduled_execution_time=dt.datetime(2026, 1, 3, 5, tzinfo=dt.UTC))
(request,) = schedule.evaluate_tick(tick).run_requests
print(request.partition_key, schedule.cron_schedule, schedule.execution_timezone)
print(job.execute_in_process(partition_key=request.partition_key).output_for_node("report"))
print([record.state.value for record in registry.list_records()])
"""


@pytest.mark.slow
def test_dagster_runs_a_partition_on_the_cluster_of_the_profile(tmp_path: Path) -> None:
    pytest.importorskip("dagster")
    first, last = (dt.datetime(2026, 1, day, 5, tzinfo=dt.UTC).timestamp() for day in (1, 4))
    schedule = Schedule(cron="0 6 * * *", timezone="Europe/Berlin", start=first, end=last)
    for name, text in windowed(schedule, profile="local").files.items():
        (tmp_path / name).write_text(text)
    command = [sys.executable, "-c", RUN_PARTITION]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    *lines, states = done.stdout.splitlines()
    assert lines == [
        "2026-01-01 2026-01-02 2026-01-03",
        "2026-01-02 0 6 * * * Europe/Berlin",
        "2026-01-02 2026-01-03 06:00 3 True",
    ]
    assert states in ("['stopped']", "[]")
