from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from jupyter_pipeline import paths

CHOOSE = """
import os
from jupyter_pipeline.clusters.keeper import fork_server
fork_server._choose_folder()
folder = fork_server._configuration()["tempdir"]
print(folder)
os.rmdir(folder)
"""


def test_the_socket_of_the_fork_server_fits_also_if_the_temporary_folder_has_a_long_path(tmp_path: Path) -> None:
    long = tmp_path / ("x" * 120)
    long.mkdir()
    done = subprocess.run(
        [sys.executable, "-c", CHOOSE],
        env={**os.environ, "TMPDIR": str(long)},
        capture_output=True,
        text=True,
        check=True,
    )
    folder = Path(done.stdout.strip())
    assert not folder.is_relative_to(long)
    assert paths.fits_socket(folder / "listener-12345678")
    assert not list(long.iterdir())
