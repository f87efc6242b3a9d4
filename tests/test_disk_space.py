from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from jupyter_pipeline import disk_space
from jupyter_pipeline.exceptions import DiskFullError

SCRIPT = """
mount -t tmpfs -o size=200k tmpfs {folder} && mkdir {folder}/notebooks && cp {notebook} {folder}/notebooks || exit 77
dd if=/dev/zero of={folder}/fill bs=1k 2>/dev/null
cd {folder}/notebooks
for command in 'up --port 4998' 'cluster start local --name one' 'deploy nb.ipynb --cell 0 --name one --to dagster'; do
    {python} -m jupyter_pipeline $command
    echo "exit $?"
done
find {folder} -name 'record.json' -o -name 'service.json' -o -name flow.py
"""


def test_a_full_disk_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    folder, notebook = tmp_path / "full", tmp_path / "nb.ipynb"
    folder.mkdir()
    notebook.write_text('{"cells": [{"cell_type": "code", "id": "a", "metadata": {}, "outputs": [], ')
    notebook.write_text(
        notebook.read_text() + '"execution_count": null, "source": "print(1)"}], "metadata": {}, "nbformat": 4, '
        '"nbformat_minor": 5}'
    )
    script = SCRIPT.format(folder=folder, notebook=notebook, python=sys.executable)
    done = subprocess.run(
        ["unshare", "--mount", "sh", "-c", script],
        capture_output=True,
        text=True,
        env={**os.environ, "JUPYTER_PIPELINE_STATE": str(folder / "state")},
        timeout=120,
        check=False,
    )
    if done.returncode == 77 or "unshare" in done.stderr:
        pytest.skip("file systems cannot be mounted here")
    assert done.stdout.split() == ["exit", "1"] * 3
    refusals = [line for line in done.stderr.splitlines() if "No space left on" in line and "free" in line]
    assert len(refusals) == 3, done.stderr
    assert "Traceback" not in done.stderr


def test_a_failed_write_names_the_folder_and_its_space(tmp_path: Path, isolated_state: Path) -> None:
    with pytest.raises(DiskFullError, match=r"No space left on /.* \(.* free\)"), disk_space.name_full_disk():
        Path("/dev/full").write_text("x")
    with pytest.raises(DiskFullError, match=rf"No space left on {tmp_path} \("), disk_space.name_full_disk():
        raise OSError(errno.EDQUOT, "Disk quota exceeded", str(tmp_path / "file"))
    with pytest.raises(FileNotFoundError), disk_space.name_full_disk():
        (tmp_path / "none").read_text()
    disk_space.check_space(tmp_path / "not" / "there")
    with pytest.raises(DiskFullError, match=rf"No space left on {tmp_path} \(.* free, .* needed\)") as raised:
        disk_space.check_space(tmp_path, needed=2**60)
    assert raised.value.folder == str(tmp_path)
