"""Writing generated files, and detecting manual edits."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from jupyter_pipeline.compiler import Cell, Compilation, CompileOptions, compile_cells
from jupyter_pipeline.compiler.output import RECORD, diff_files, write_files
from jupyter_pipeline.exceptions import EditedByHandError


def compiled(**options: Any) -> Compilation:
    return compile_cells(
        [Cell(index=0, source="values = [1]\nvalues")], 0, CompileOptions(**{"name": "p", "retries": 2, **options})
    )


def test_a_second_write_changes_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "pipelines" / "delays"
    assert sorted(write_files(folder, compiled())) == ["flow.py", "prefect.yaml", "steps.py"]
    assert write_files(folder, compiled()) == []
    assert diff_files(folder, compiled()) == ""
    assert {p.name for p in folder.iterdir()} == {"flow.py", "prefect.yaml", "steps.py", RECORD}


def test_manual_edits_are_overwritten_only_with_overwrite(tmp_path: Path) -> None:
    write_files(tmp_path, compiled())
    edited = (tmp_path / "steps.py").read_text() + "# mine\n"
    (tmp_path / "steps.py").write_text(edited)
    with pytest.raises(EditedByHandError, match=r"steps\.py"):
        write_files(tmp_path, compiled(retries=5))
    assert (tmp_path / "steps.py").read_text() == edited
    assert "retries=2" in (tmp_path / "flow.py").read_text()
    assert "-# mine" in diff_files(tmp_path, compiled())
    assert write_files(tmp_path, compiled(retries=5), overwrite=True)
    assert (tmp_path / "steps.py").read_text() == compiled().files["steps.py"]


@pytest.mark.parametrize("record", ["", "[]", '{"files": []}', '{"version": "1"}'])
def test_files_with_a_damaged_record_are_manual_edits(tmp_path: Path, record: str) -> None:
    write_files(tmp_path, compiled())
    (tmp_path / RECORD).write_text(record)
    with pytest.raises(EditedByHandError):
        write_files(tmp_path, compiled(retries=5))


def test_files_without_a_record_are_manual_edits(tmp_path: Path) -> None:
    (tmp_path / "flow.py").write_text("mine")
    with pytest.raises(EditedByHandError):
        write_files(tmp_path, compiled())
    assert [p.name for p in tmp_path.iterdir()] == ["flow.py"]


def test_copies_of_modules_that_are_not_imported_any_longer_are_removed_unless_edited(tmp_path: Path) -> None:
    modules = {"helper.py": "x = 1", "tools/a.py": "y = 2", "edited.py": "z = 3"}
    with_modules = replace(compiled(), files={**compiled().files, **modules}, local_modules=tuple(modules))
    write_files(tmp_path, with_modules)
    assert (tmp_path / "tools" / "a.py").read_text() == "y = 2"
    (tmp_path / "edited.py").write_text("mine")
    (tmp_path / "test.yaml").write_text("")
    assert sorted(write_files(tmp_path, compiled())) == ["helper.py", "tools/a.py"]
    kept = {str(p.relative_to(tmp_path)) for p in tmp_path.rglob("*") if p.is_file()}
    assert kept == {"flow.py", "prefect.yaml", "steps.py", RECORD, "edited.py", "test.yaml"}
