"""Ends of log files."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from jupyter_pipeline.clusters.log_files import LogTail, format_tail, read_last_lines, read_tail


def test_a_large_log_is_read_from_its_end(tmp_path: Path) -> None:
    log = tmp_path / "17.err"
    with log.open("wb") as file:
        file.truncate(2**30)  # takes no space
        file.seek(0, os.SEEK_END)
        file.write(b"\nlast but one\nlast\n")
    tail = read_tail(log, max_bytes=1000)
    assert tail == LogTail("last but one\nlast\n", 2**30 + 1)
    first, *lines = format_tail(tail, str(log)).splitlines()
    assert first == f"[the first 1.0 GiB are omitted; the whole log is {log}]"
    assert lines == ["last but one", "last"]
    assert format_tail(tail, str(log), 1).splitlines() == [first, "last"]


def test_one_long_line_is_cut(tmp_path: Path) -> None:
    log = tmp_path / "17.err"
    log.write_bytes(b"x" * 5000)
    assert read_tail(log, max_bytes=100) == LogTail("x" * 100, 4900)


def test_a_path_that_is_no_file_is_an_error_and_does_not_block(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", tmp_path, tmp_path / "absent"):
        with pytest.raises(OSError, match=r"regular file|directory"):
            read_tail(path)
        assert read_last_lines(path) == ""


def test_the_last_lines_with_text_count(tmp_path: Path) -> None:
    (tmp_path / "17.err").write_text("a\nTraceback\n\n  File x\nImportError: no numpy\n\n")
    assert read_last_lines(tmp_path / "17.err") == "Traceback | File x | ImportError: no numpy"
