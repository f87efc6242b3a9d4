from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest

from jupyter_pipeline.workflows.comparison.files import OmittedLine, compare_files, find_read_files, scan_folder
from jupyter_pipeline.workflows.comparison.text import Noise, Window


def find_noise(_cell: int) -> Noise:
    return Noise(window=Window(days=(), start=0.0, end=1.0))


def write(folder: Path, before: str, after: str, **state: Any) -> tuple[dict[str, Any], dict[str, tuple[int, int]]]:
    """Return the recording of a run that replaced the text of a file, and the folder before it."""
    path = folder / "out.csv"
    path.write_text(before)
    found = scan_folder(folder)
    path.write_text(after)
    digest = hashlib.sha256(before.encode()).hexdigest()
    return {"writes": {str(path): {"cell": 1, "size": len(before), "digest": digest, "text": before, **state}}}, found


@pytest.mark.parametrize(
    ("after", "state", "status", "reason"),
    [
        ("a,b\n1,2\n", {}, "same", ""),
        ("a,b\n1,2\n", {"text": "a,b\n1,2"}, "same", ""),
        ("day\n2021-01-01\n", {"text": "day\n2020-01-01\n"}, "differs", "the text differs"),
        ("a,b\n1,3\n", {}, "differs", "the text differs; compared with the file before"),
        ("a,b\n1,3\n", {"appends": True}, "cannot be compared", "the run appends to it"),
        ("a,b\n1,3\n", {"text": None}, "cannot be compared", "its bytes differ"),
        ("", {}, "differs", "the run wrote an empty file"),
    ],
)
def test_text_files_are_compared_by_content(
    tmp_path: Path, after: str, state: dict[str, Any], status: str, reason: str
) -> None:
    recording, before = write(tmp_path, "a,b\n1,2\n", after, **state)
    [item] = compare_files(recording, before, folder=tmp_path, excuses={}, noise=find_noise)
    assert (item.name, item.status.value) == ("out.csv", status)
    assert reason in item.reason


@pytest.mark.parametrize(
    ("elsewhere", "excuses", "reason"),
    [
        (["df.to_csv('out.csv')"], {}, "a cell that is not in the pipeline writes it, too"),
        ([], {1: {"text": "it depends on the time"}}, "it depends on the time"),
    ],
)
def test_a_reason_excuses_other_content(
    tmp_path: Path, elsewhere: list[str], excuses: dict[int, dict[str, str]], reason: str
) -> None:
    recording, before = write(tmp_path, "1", "2")
    [item] = compare_files(recording, before, folder=tmp_path, elsewhere=elsewhere, excuses=excuses, noise=find_noise)
    assert (item.status.value, item.reason) == ("cannot be compared", reason)


def test_an_earlier_rehearsals_file_is_not_the_notebooks(tmp_path: Path) -> None:
    recording, before = write(tmp_path, "1", "2")
    rehearsed = [str(tmp_path / "out.csv")]
    [item] = compare_files(recording, before, folder=tmp_path, excuses={}, noise=find_noise, rehearsed=rehearsed)
    assert item.status.value == "cannot be compared"
    assert "the file before is an earlier rehearsal's" in item.reason


def test_a_file_that_python_did_not_open_is_compared_with_its_copy(tmp_path: Path) -> None:
    _, before = write(tmp_path, "1", "2")
    copy = tmp_path / "copies" / "x.copy"
    copy.parent.mkdir()
    copy.write_text("1")
    items = compare_files(
        {},
        before,
        folder=tmp_path,
        excuses={},
        noise=find_noise,
        find_copy=lambda path: copy if "out" in path else None,
    )
    assert [item.status.value for item in items if item.name == "out.csv"] == ["differs"]


@pytest.mark.parametrize(
    ("name", "code", "line", "reason"),
    [
        ("y.csv", "read('y.csv')", "!wget http://x/y.csv", "line 3 of cell 1, which names it, is not in the pipeline"),
        ("y.csv", "read('y.csv')", "print('y.csv')", None),
        ("y.csv", "read(path)", "", "neither the pipeline nor git"),
        ("helper.py", "import helper", "", None),
        ("helper.py", "import helper", "%%writefile helper.py", "which names it, is not in the pipeline"),
    ],
)
def test_a_read_file_without_a_source_is_listed(
    tmp_path: Path, name: str, code: str, line: str, reason: str | None
) -> None:
    omitted = [OmittedLine(cell=0, line=3, text=line, label="cell 1")] if line else []
    recording = {"reads": {str(tmp_path / name): 1}}
    found = find_read_files(recording, folder=tmp_path, code=code, values=[], omitted=omitted)
    assert [item.reason for item in found if reason and reason in item.reason] or (found == [] and reason is None)


@pytest.mark.parametrize(
    ("color", "status"), [("red", "same"), ("blue", "cannot be compared")], ids=["other identifiers", "other content"]
)
def test_svg_files_are_compared_without_identifiers_and_date(tmp_path: Path, color: str, status: str) -> None:
    text = "<svg><dc:date>{0}</dc:date><g id='{0}' clip-path='url(#{0})' style='fill: {1}'/></svg>"
    before, after = text.format("p1", "red"), text.format("p2", color)
    path = tmp_path / "plot.svg"
    path.write_text(before)
    found = scan_folder(tmp_path)
    path.write_text(after)
    state = {"cell": 1, "size": len(before), "digest": hashlib.sha256(before.encode()).hexdigest(), "text": before}
    recording = {"writes": {str(path): state}}
    (item,) = compare_files(recording, found, folder=tmp_path, expected=[], omitted=[], excuses={}, noise=find_noise)
    assert item.status.value == status
