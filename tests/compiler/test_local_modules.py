from __future__ import annotations

from pathlib import Path

import pytest

from jupyter_pipeline.compiler.local_modules import find_local_modules, find_missing_data
from jupyter_pipeline.exceptions import CompileError


def write(folder: Path, **texts: str) -> None:
    for name, text in texts.items():
        path = folder / f"{name}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def test_modules_that_are_imported_travel_and_others_stay(tmp_path: Path) -> None:
    write(tmp_path, helper="import deeper", deeper="import json", unused="", steps="", flow="")
    found = find_local_modules({"steps.py": "import helper\nimport numpy", "flow.py": "import steps"}, tmp_path)
    assert found == {"helper.py": "import deeper", "deeper.py": "import json"}


def test_a_package_travels_whole(tmp_path: Path) -> None:
    write(tmp_path, **{"tools/__init__": "", "tools/a": "from . import b", "tools/b": "", "tools/sub/c": ""})
    found = find_local_modules({"steps.py": "from tools.a import x"}, tmp_path)
    assert sorted(found) == ["tools/__init__.py", "tools/a.py", "tools/b.py", "tools/sub/c.py"]


def test_hidden_folders_of_a_package_stay_but_not_those_above_it(tmp_path: Path) -> None:
    home = tmp_path / ".work" / "__pycache__"
    write(home, **{"tools/__init__": "", "tools/.git/hook": "", "tools/__pycache__/a": "", "tools/sub/.tmp/b": ""})
    assert sorted(find_local_modules({"steps.py": "import tools"}, home)) == ["tools/__init__.py"]


def test_modules_that_import_each_other_are_found_once(tmp_path: Path) -> None:
    write(tmp_path, a="import b", b="import a")
    assert sorted(find_local_modules({"steps.py": "def f():\n    import a"}, tmp_path)) == ["a.py", "b.py"]


def test_a_module_that_is_not_text_is_named(tmp_path: Path) -> None:
    (tmp_path / "helper.py").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(CompileError, match=r"helper\.py"):
        find_local_modules({"steps.py": "import helper"}, tmp_path)


def test_a_module_with_the_name_of_a_generated_file_is_refused(tmp_path: Path) -> None:
    write(tmp_path, helper="import steps", steps="")
    with pytest.raises(CompileError, match="Rename the module"):
        find_local_modules({"steps.py": "import helper"}, tmp_path)


@pytest.mark.parametrize("imports", ["import steps", "from flow import x"])
def test_a_cell_that_imports_the_name_of_a_generated_file_is_refused(tmp_path: Path, imports: str) -> None:
    write(tmp_path, steps="", flow="")
    with pytest.raises(CompileError, match="Rename the module"):
        find_local_modules({"steps.py": imports, "flow.py": "import steps"}, tmp_path)


def test_copies_beside_the_generated_files_are_not_searched_for(tmp_path: Path) -> None:
    write(tmp_path, helper="", **{"tools/__init__": ""})
    files = {"steps.py": "import helper, tools", "helper.py": "import tools", "tools/__init__.py": ""}
    assert find_local_modules(files, tmp_path) == {}


def test_a_package_without_init_travels_unless_another_one_is_installed(tmp_path: Path) -> None:
    write(tmp_path, **{"lib/a": "x = 1", "yaml/b": "", "json/c": ""})
    (tmp_path / "data").mkdir()
    found = find_local_modules({"steps.py": "import json, yaml, data\nfrom lib.a import x"}, tmp_path)
    assert found == {"lib/a.py": "x = 1"}


def test_text_files_travel_with_their_package_and_others_are_listed(tmp_path: Path) -> None:
    write(tmp_path, **{"tools/__init__": "", "tools/__pycache__/x": ""})
    (tmp_path / "tools" / "query.sql").write_text("select 1")
    (tmp_path / "tools" / "model.bin").write_bytes(b"\xff\x00")
    (tmp_path / "tools" / "large.csv").write_text("x" * 1_000_001)
    found = find_local_modules({"steps.py": "import tools"}, tmp_path)
    assert found == {"tools/__init__.py": "", "tools/query.sql": "select 1"}
    assert find_missing_data(found, tmp_path) == ["tools/large.csv", "tools/model.bin"]
