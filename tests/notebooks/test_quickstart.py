from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_the_demo_takes_a_cell_to_a_run_that_its_schedule_fired(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    done = subprocess.run(
        [sys.executable, NOTEBOOKS / "demo.py", folder], capture_output=True, text=True, check=False, timeout=580
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"scheduled run \S+ completed", done.stdout)
    assert (folder / "work" / "results" / "delays.csv").read_text().count("\n") > 10
    assert {"steps.py", "flow.py", "prefect.yaml"} <= {p.name for p in (folder / "work/pipelines/delays").iterdir()}
    assert "prefect" not in (folder / "work/pipelines/delays/steps.py").read_text()
    left = [p for p in psutil.process_iter(["cmdline"]) if str(folder) in " ".join(p.info["cmdline"] or ())]
    assert left == []
