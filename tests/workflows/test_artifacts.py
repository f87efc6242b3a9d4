from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import pytest

from jupyter_pipeline.compiler import Compilation
from jupyter_pipeline.exceptions import NotFoundError
from jupyter_pipeline.workflows.artifacts import LOCK, add_lock, find_profile_files, note_local_packages
from jupyter_pipeline.workflows.run_context import find_stored_profile

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


def test_the_profile_of_a_path_is_beside_the_flow(tmp_path: Path) -> None:
    path = tmp_path / "ours.yaml"
    path.write_text("extends: local\nworkers: 7\n")
    (home := tmp_path / "home").mkdir()
    code = {"flow.py": f"run_on({str(path)!r}, __file__)"}
    [(name, text)] = find_profile_files(code, cwd=home).items()
    assert name == "ours.yaml"
    (home / name).write_text(text)
    assert find_stored_profile(home, str(path)) == str(home / "ours.yaml")


def lock(*texts: str) -> Compilation:
    files = {f"m{number}.py": text for number, text in enumerate(texts)}
    made = Compilation(
        name="p",
        flow_name="p",
        files=files,
        entrypoint="",
        parameters={},
        parameter_schema={},
        version="1",
        notes=("n",),
    )
    return add_lock(made, {})


def test_the_lock_has_the_packages_that_a_library_imports_for_a_function() -> None:
    made = lock("import pandas as pd\ndef f(p):\n    pd.read_excel('a.xlsx').to_parquet(p)\n    pd.read_html(p)")
    optional = {name for name in ("openpyxl", "pyarrow", "lxml") if importlib.util.find_spec(name)}
    assert {"pandas", "pyarrow", *optional} <= set(re.findall(r"^([\w-]+)==", made.files[LOCK], re.MULTILINE))
    assert made.notes == ("n",)
    bare = lock("import pandas as pd\ndef f(p):\n    return pd.read_csv(p)").files[LOCK]
    assert "openpyxl" not in bare
    assert "lxml" not in bare


def test_packages_that_are_not_installed_are_noted_without_a_rehearsal() -> None:
    made = lock(
        "import absent_one\nimport pandas as pd\ntry:\n    import absent_two\nexcept ImportError:\n    pass\n"
        "def f():\n    import absent_three\n    return pd.read_excel('a.xlsb')"
    )
    first, absent, optional = made.notes
    assert first == "n"
    assert absent == (
        "absent_one, absent_three are imported but not installed, so requirements.lock does not have them: "
        "install them, and deploy again."
    )
    assert optional == "read_excel needs pyxlsb, which is not installed: install it, and deploy again."
