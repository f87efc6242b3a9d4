from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from jupyter_pipeline import environment_variables
from jupyter_pipeline.orchestration import run_output

PRINT = """
import subprocess, sys
from jupyter_pipeline.orchestration import run_output
run_output.redirect_output()
print("from Python")
print("an error", file=sys.stderr)
subprocess.run(["echo", "from a child"])
"""


@pytest.mark.parametrize("run", ["", "3812b66f"])
def test_a_run_of_the_service_writes_its_output_to_its_own_file(run: str, tmp_path: Path) -> None:
    environ = {**os.environ, environment_variables.SERVICE: str(tmp_path), run_output.RUN_ID: run}
    printed = subprocess.check_output([sys.executable, "-uc", PRINT], env=environ, stderr=subprocess.STDOUT, text=True)
    expected = "from Python\nan error\nfrom a child\n"
    assert printed == ("" if run else expected)
    if run:
        assert run_output.output_path(tmp_path, run).read_text() == expected


def test_old_and_long_output_is_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_output, "_LARGEST", 100)
    monkeypatch.setattr(run_output, "_TOTAL", 500)
    (tmp_path / "output").mkdir()
    sizes = {"running": 200, "new": 50, "old": 10, "large": 400, "larger": 400}
    for age, (name, size) in enumerate(sizes.items()):
        path = run_output.output_path(tmp_path, name)
        path.write_text("x" * size)
        moment = time.time() - (15 * 86400 if name == "old" else age)
        os.utime(path, (moment, moment))
    run_output.prune(tmp_path, running=["running"])
    assert {path.stem for path in (tmp_path / "output").iterdir()} == {"running", "new"}
    assert run_output.output_path(tmp_path, "running").read_text() == "200 bytes of earlier output were removed.\n"
