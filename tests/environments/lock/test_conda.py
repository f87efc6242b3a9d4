"""A prefix as conda leaves it: records in the form of conda 24, written by hand, since conda is on no package index."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from jupyter_pipeline.environments.lock import conda
from jupyter_pipeline.models import Distribution, Environment


@pytest.fixture
def prefix(tmp_path: Path) -> Path:
    forge = "https://conda.anaconda.org/conda-forge/linux-64"
    private = "https://me:secret@conda.example.org/t/tk-secret/team/noarch"
    records = [
        ("python", "3.11.9", "hb806964_0_cpython", forge),
        ("libblas", "3.9.0", "25_linux64_openblas", forge),
        ("msgpack-python", "1.1.0", "py311hd18a35c_0", "conda-forge"),
        ("teamtool", "1.0", "pyhd8ed1ab_0", private),
    ]
    (tmp_path / "conda-meta").mkdir()
    for name, version, build, channel in records:
        record = {"name": name, "version": version, "build": build, "channel": channel}
        (tmp_path / "conda-meta" / f"{name}-{version}-{build}.json").write_text(json.dumps(record))
    (tmp_path / "conda-meta" / "broken-1.0-0.json").write_text("{")
    (tmp_path / "conda-meta" / "history").write_text("==> 2024-01-01 <==")
    return tmp_path


ENVIRONMENT = Environment(
    python="3.11.9",
    platform="linux-x86_64",
    prefix="/p",
    distributions=(
        Distribution(name="msgpack", version="1.1.0", source="conda"),
        Distribution(name="numpy", version="2.1.0"),
        Distribution(name="private", version="1", source="vcs", url="git+https://${TOKEN}@h/private@abc"),
    ),
)


def test_the_file_has_condas_packages_by_their_own_names_and_pips_apart(prefix: Path) -> None:
    text = conda.environment_file(ENVIRONMENT, prefix)
    assert yaml.safe_load(text) == {
        "channels": ["conda-forge", "https://conda.example.org/team"],
        "dependencies": [
            "libblas=3.9.0=25_linux64_openblas",
            "msgpack-python=1.1.0=py311hd18a35c_0",
            "python=3.11.9=hb806964_0_cpython",
            "teamtool=1.0=pyhd8ed1ab_0",
            "pip",
            {"pip": ["numpy==2.1.0", "private @ git+https://${TOKEN}@h/private@abc"]},
        ],
    }
    assert "secret" not in text


def test_a_prefix_that_is_not_condas_has_a_file_of_pips_packages(tmp_path: Path) -> None:
    reported = yaml.safe_load(conda.environment_file(ENVIRONMENT, tmp_path))
    assert reported["dependencies"][:2] == ["python=3.11.9", "pip"]
    assert conda.packages(tmp_path) == []
