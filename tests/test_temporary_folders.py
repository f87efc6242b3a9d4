from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from jupyter_pipeline import temporary_folders

CREATE = """
import os, signal
from jupyter_pipeline import temporary_folders
print(temporary_folders.create_folder("trial"), flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_folder_of_a_killed_process_is_removed_and_others_stay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    killed = subprocess.run([sys.executable, "-c", CREATE], capture_output=True, text=True, check=False).stdout.strip()
    (Path(killed) / "file").touch()
    elsewhere = tmp_path / "jupyter-pipeline-trial-00000000-4194305-1-abc"  # of another container
    elsewhere.mkdir()
    (tmp_path / "jupyter-pipeline-other").mkdir()
    with temporary_folders.temporary_folder("trial") as mine:
        assert mine.stat().st_mode & 0o777 == 0o700
        assert killed in temporary_folders.remove_abandoned()  # /tmp may have others
        assert mine.is_dir()
    assert {path.name for path in tmp_path.iterdir()} == {elsewhere.name, "jupyter-pipeline-other"}
