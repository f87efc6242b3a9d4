from __future__ import annotations

from pathlib import Path

import pytest

from jupyter_pipeline.workflows.name_completion import list_values


@pytest.mark.parametrize(
    ("source", "prefix", "found"),
    [
        ("files", "", ["data/", "new.csv", "notes.md"]),
        ("files", "n", ["new.csv", "notes.md"]),
        ("files", ".", [".hidden"]),
        ("files", "data/", ["data/one.csv"]),
        ("files", "./da", ["./data/"]),
        ("files", "missing/", []),
        ("files", "~nobody-here/", []),
        ("folders", "", ["data/"]),
        ("folders", "data/", []),
        ("nothing", "n", []),
    ],
)
def test_paths_and_unknown_sources(
    source: str, prefix: str, found: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("notes.md", "new.csv", ".hidden", "data/one.csv"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    monkeypatch.chdir(tmp_path)
    assert list_values(source, prefix) == found


def test_names_of_profiles_and_kinds() -> None:
    assert "local" in list_values("profiles")
    assert "slurm" in list_values("kinds")
    assert list_values("clusters") == list_values("deployments") == []


def test_a_damaged_project_file_has_no_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "jupyter-pipeline.yaml").write_text("profiles: [")
    monkeypatch.chdir(tmp_path)
    assert isinstance(list_values("profiles"), list)
