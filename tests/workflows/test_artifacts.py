from __future__ import annotations

from pathlib import Path

import pytest

from jupyter_pipeline.exceptions import NotFoundError
from jupyter_pipeline.workflows.artifacts import find_profile_files, note_local_packages

FLOW = """
with run_on("local", __file__), StepCluster("big", __file__, memory="1GiB") as big_cluster:
    other("ignored", __file__)
"""


def test_packages_of_this_host_are_noted() -> None:
    lock = (
        "# Python 3.11.7, linux-x86_64\nnumpy==2.0\n-e file:///home/me/tools  # my-tools==1.0\n"
        "other @ file:///home/me/other-1.0-py3-none-any.whl\nthird @ git+https://example.org/third@abc\n"
    )
    editable, wheel = note_local_packages(lock)
    assert editable.startswith(
        "requirements.lock installs my-tools from file:///home/me/tools. A clone on another host"
    )
    assert "installs other from" in wheel
    assert note_local_packages("") == []


def test_the_profiles_of_a_flow_are_where_its_runs_look_for_them(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="big"):
        find_profile_files({"flow.py": FLOW}, cwd=tmp_path)
    (tmp_path / "jupyter-pipeline.yaml").write_text("profiles: {big: {extends: local, workers: 7}}\n")
    found = find_profile_files({"flow.py": FLOW, "note.txt": "run_on('x')"}, cwd=tmp_path)
    assert found.keys() == {"local.yaml", "profiles/big.yaml"}
    assert "workers: 7" in found["profiles/big.yaml"]
    replaced = find_profile_files({"flow.py": FLOW}, cwd=tmp_path, replacement="local")
    assert replaced == {"local.yaml": found["local.yaml"], "profiles/big.yaml": found["local.yaml"]}
