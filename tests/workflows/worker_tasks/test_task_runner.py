"""A compiled pipeline on the workers of a real cluster, with a real Prefect server."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from jupyter_pipeline.compiler import Cell, CompileOptions, compile_cells
from jupyter_pipeline.orchestration import runs
from jupyter_pipeline.orchestration.prefect_api import endpoint

SECRETS = """def look():
    import psutil
    from prefect.variables import Variable
    found = Variable.get('of-the-api', default='reached')
    tag, parts = os.environ['JUPYTER_PIPELINE_CLUSTER'], []
    for each in psutil.process_iter():
        try:
            if each.environ().get('JUPYTER_PIPELINE_CLUSTER') == tag:
                parts.append(each.environ())
        except psutil.Error:
            pass
    names = {name for part in [*parts, os.environ] for name in part if 'AUTH_STRING' in name}
    import socket
    return f'{found}, {len(parts)} processes, secrets {names}, checked by {socket.create_connection.__module__}'
"""
"""Function that uses the API on a worker, and searches the environments of the cluster for its password."""
CELLS = (
    "import os\nimport sys\nimport logging\nimport pandas as pd\npd.set_option('display.max_rows', 4)",
    "%%step load\nprint('loading in', os.getpid())\ntable = pd.DataFrame({'day': range(8)})\ndays = list(range(8))",
    "def window(day):\n    print('window', day, os.getpid(), 'prefect' in sys.modules, table)\n    return day",
    "%%step windows --map\nsums = [window(day) for day in days]",
    "%%check positive --profile one\nprint('checked', os.getpid())\nsum(sums) > 0",
    SECRETS,
    "%%step mean --cache 1h --profile one\nprint('mean', os.getpid())\nprint(look())\nmean = sum(sums) / len(table)",
    "%%step report --retries 1\nlogging.warning('mean %s', mean)\nif mean == 3.5:\n    raise ValueError(f'bad {mean}')",
)
PROFILE = """
profiles:
  two:
    cluster_class: distributed.LocalCluster
    workers: 2
    cluster_kwargs: {threads_per_worker: 1}
"""


@pytest.mark.timeout(240)
def test_steps_run_on_workers_with_their_output_retries_and_failures_in_the_run(live: Path, tmp_path: Path) -> None:
    cells = [Cell(index=index, source=source) for index, source in enumerate(CELLS)]
    marked = [index for index, source in enumerate(CELLS) if source.startswith("%%")]
    options = CompileOptions(name="on-workers", profile="two", tasks_on="workers")
    for name, text in compile_cells(cells, marked, options).files.items():
        (tmp_path / name).write_text(text)
    (tmp_path / "two.yaml").write_text(PROFILE)
    (tmp_path / "profiles").mkdir()
    (tmp_path / "profiles" / "one.yaml").write_text(PROFILE.replace("two:", "one:").replace("2", "1"))
    with subprocess.Popen(
        [sys.executable, "flow.py"],
        cwd=tmp_path,
        env={**os.environ, **endpoint.variables(""), "PREFECT_HOME": str(tmp_path / "prefect")},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as flow:
        _, output = flow.communicate()
    name = re.search(r"Flow run '([\w-]+)'", output)
    assert name, output
    log = runs.read_log(name[1])
    assert re.search(r"\[load-\w+\] loading in \d+", log), log
    windows = re.findall(r"\[windows-\w+\] window (\d) (\d+) (True|False)", log)
    assert sorted(day for day, _, _ in windows) == [str(day) for day in range(8)]
    assert {imported for _, _, imported in windows} == {"False"}
    assert str(flow.pid) not in {process for _, process, _ in windows}
    processes = {process for _, process, _ in windows}
    checked, averaged = (re.search(rf"\[{name}-\w+\] \w+ (\d+)", log) for name in ("positive", "mean"))
    assert checked
    assert averaged
    assert checked[1] == averaged[1] not in {*processes, str(flow.pid)}, log
    known = re.search(r"reached, (\d+) processes, secrets set\(\), checked by \S+\.peer_check\b", log)
    assert known, log
    assert int(known[1]) >= 3  # keeper, fork server and worker
    assert "Brought 'table'" in log
    assert log.count("[8 rows x 1 columns]") == 8  # the setting is on all workers
    assert re.search(r"\[positive-\w+\] Finished in state Completed", log)
    assert log.count("ValueError('bad 3.5') - Retry 1/1") == 1
    assert output.count("root - mean 3.5") == 2
    line = (tmp_path / "steps.py").read_text().split("raise ValueError")[0].count("\n") + 1
    assert f'File "{tmp_path}/steps.py", line {line}, in report' in log
    run = runs.find(name[1])
    assert (run.state, "ValueError: bad 3.5" in run.message) == ("Failed", True)
