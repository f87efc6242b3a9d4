from __future__ import annotations

from pathlib import Path

import pytest

from jupyter_pipeline.models import RehearsalComparison
from jupyter_pipeline.workflows import rehearsed_files
from jupyter_pipeline.workflows.rehearsed_files import protect_files


def test_files_are_put_back_after_an_error_while_they_are_settled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rehearsed_files.paths, "rehearsals_dir", lambda: tmp_path / "backups")
    folder = tmp_path / "work"
    folder.mkdir()
    path = folder / "data.csv"
    path.write_text("before")
    scan, lines = rehearsed_files.scan_folder, list[str]()

    def fail(_: Path) -> None:
        raise PermissionError("folder")

    def rehearse() -> None:
        with protect_files(folder, "open('data.csv', 'w')", [], progress=lines.append) as files:
            path.write_text("of the run")
            with monkeypatch.context() as patched:
                patched.setattr(rehearsed_files, "scan_folder", fail)
                files.settle(RehearsalComparison(seconds=1.0), {})

    with pytest.raises(PermissionError):
        rehearse()
    assert rehearsed_files.scan_folder is scan
    assert path.read_text() == "before"
    assert any("data.csv" in line for line in lines)


def test_a_file_with_parentheses_that_is_not_put_back_is_named_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rehearsed_files.paths, "rehearsals_dir", lambda: tmp_path / "backups")
    monkeypatch.setattr(rehearsed_files.backups, "_MOST_BYTES", 3)
    folder = tmp_path / "work"
    folder.mkdir()
    path = folder / "data (1).csv"
    path.write_text("before")
    lines: list[str] = []

    def rehearse() -> None:
        with protect_files(folder, path.name, [], progress=lines.append):
            path.write_text("of the run")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        rehearse()
    assert lines == ["Changed by the rehearsal and not put back: data (1).csv (it was too large for a copy)."]
