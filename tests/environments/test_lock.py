from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from jupyter_pipeline.environments import lock
from jupyter_pipeline.models import Distribution, Environment

ENVIRONMENT = Environment(
    python="3.11.7",
    platform="linux-x86_64",
    prefix="/p",
    distributions=(
        Distribution(name="archive", version="1", source="url", url="https://h/archive-1.tar.gz#sha256=ab"),
        Distribution(name="edited", version="1", source="editable", url="file:///src/edited"),
        Distribution(name="fast", version="3.1", source="conda"),
        Distribution(name="numpy", version="2.1.0"),
        Distribution(name="private", version="1", source="vcs", url="git+https://${TOKEN}@h/private@abc"),
    ),
)


def test_every_source_has_its_line() -> None:
    assert lock.requirements(ENVIRONMENT).splitlines() == [
        "# Python 3.11.7, linux-x86_64",
        "archive @ https://h/archive-1.tar.gz#sha256=ab",
        "-e file:///src/edited",
        "fast==3.1",
        "numpy==2.1.0",
        "private @ git+https://${TOKEN}@h/private@abc",
    ]


def test_the_conda_file_keeps_what_conda_installed_apart() -> None:
    told = yaml.safe_load(lock.conda(ENVIRONMENT))["dependencies"]
    assert told[:3] == ["python=3.11.7", "fast=3.1", "pip"]
    assert "numpy==2.1.0" in told[3]["pip"]


@pytest.mark.slow
def test_uv_and_pip_both_install_from_the_lock(tmp_path: Path, make_wheel: Callable[..., Path]) -> None:
    wheel = make_wheel(tmp_path, "1.0")
    make_wheel(tmp_path, "2.0", name="jpother")
    environment = Environment(
        python="3.11.7",
        platform="",
        prefix="",
        distributions=(
            Distribution(name="jpother", version="2.0"),
            Distribution(name="jpsample", version="1.0", source="path", url=wheel.as_uri()),
        ),
    )
    file = tmp_path / "requirements.lock"
    file.write_text(lock.requirements(environment))
    uv = str(Path(sys.executable).with_name("uv"))
    for tool in ([uv, "pip"], [sys.executable, "-m", "pip"]):
        target = tmp_path / Path(tool[-1] if tool[0] != uv else "uv").name
        command = [*tool, "install", "-q", "--no-index", "--find-links", tmp_path, "--target", target, "-r", file]
        subprocess.run(command, check=True)
        assert {p.name for p in target.glob("jp*[a-z]")} >= {"jpother", "jpsample"}
