from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from jupyter_pipeline.environments.capture.wheels import pack_installed
from jupyter_pipeline.exceptions import SyncError


@pytest.mark.parametrize("name", ["filelock", "psutil", "uv"])
def test_a_packed_wheel_installs_the_same_files(name: str, tmp_path: Path) -> None:
    """A pure one, one with extensions, and one whose command is a file of the wheel itself."""
    file, data, _ = pack_installed(name)
    (tmp_path / file).write_bytes(data)
    uv = Path(sys.executable).with_name("uv")
    command = [uv, "pip", "install", "-q", "--no-deps", "--no-index", "--target", tmp_path / "t", tmp_path / file]
    subprocess.run(command, check=True)
    [here] = (tmp_path / "t").glob(f"{name}-*.dist-info")
    assert (here / "RECORD").exists()
    if name == "uv":
        assert (tmp_path / "t" / "bin" / "uv").stat().st_mode & 0o100
    else:
        module = f"{name}/__init__.py"
        original = Path(__import__(name).__file__ or "").read_bytes()
        assert (tmp_path / "t" / module).read_bytes() == original


def test_packing_twice_gives_the_same_bytes() -> None:
    assert pack_installed("filelock") == pack_installed("filelock")


def test_the_source_of_a_package_is_reported(
    kernel_site: Callable[..., Path], make_wheel: Callable[..., Path], tmp_path: Path
) -> None:
    kernel_site(make_wheel(tmp_path, "1.0"))
    file, _, origin = pack_installed("jpsample")
    assert file == "jpsample-1.0-py3-none-any.whl"
    assert "file://" in origin


def test_a_package_that_is_not_installed_is_refused() -> None:
    with pytest.raises(SyncError, match="not installed"):
        pack_installed("jpabsent")
