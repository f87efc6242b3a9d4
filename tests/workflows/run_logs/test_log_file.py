from __future__ import annotations

import json
from pathlib import Path

import pytest

from jupyter_pipeline.workflows.run_logs import log_file
from jupyter_pipeline.workflows.run_logs.log_file import LogFile, clean, list_files, make_line


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b]8;;http://evil\x07link\x1b]8;;\x07", "link"),
        ("\x1b]0;title\x1b\\text", "text"),
        ("bell\x07 \x9b2J", "bell\\x07 \\x9b2J"),
        ("\u202etxt.exe", "\\u202etxt.exe"),
        ("two\n\tlines", "two\n\tlines"),
        ("naïve 数据 😀", "naïve 数据 😀"),
    ],
)
def test_clean(text: str, cleaned: str) -> None:
    assert clean(text) == cleaned


def test_a_log_keeps_its_begin_and_its_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_file, "SEGMENT", 2000)
    monkeypatch.setattr(log_file, "SEGMENTS", 3)
    file = LogFile(tmp_path, "run")
    for number in range(100):
        file.write([make_line(f"line {number}", source="stdout")])
    file.close()
    files = list_files(tmp_path)
    assert len(files) == 3
    assert {path.stat().st_mode & 0o777 for path in files} == {0o600}
    assert all(path.stat().st_size <= 2000 for path in files)
    lines = [json.loads(line)["message"] for path in files for line in path.read_text("utf-8").splitlines()]
    assert (lines[0], lines[-1]) == ("line 0", "line 99")
    assert sum(line.startswith("[0 MiB of this log were removed here") for line in lines) == 2


def test_a_second_process_of_a_run_continues_in_a_new_file(tmp_path: Path) -> None:
    for number in range(2):
        file = LogFile(tmp_path, "run")
        file.write([make_line(f"attempt {number}", source="stdout", step="", cluster="c")])
        file.close()
    assert [path.name for path in list_files(tmp_path)] == ["run.000000.jsonl", "run.000001.jsonl"]
    line = json.loads(list_files(tmp_path)[1].read_text("utf-8"))
    assert line.keys() == {"format", "time", "level", "source", "message", "host", "pid", "cluster"}


def test_a_long_message_is_cut() -> None:
    message = make_line("y" * 100_000, source="log")["message"]
    assert message == "y" * 65_536 + "… [34,464 more characters]"
