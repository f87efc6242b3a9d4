from __future__ import annotations

import os
from pathlib import Path

from jupyter_pipeline.workflows.log_search.files import LONGEST, LineReader


def test_a_file_that_grows_and_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    reader = LineReader(path)
    assert list(reader.read()) == []
    path.write_bytes(b"one\ntw")
    assert list(reader.read(is_last=False)) == [b"one"]
    with path.open("ab") as file:
        file.write(b"o\n\xff\x00three")
    assert list(reader.read(is_last=False)) == [b"two"]
    assert list(reader.read()) == [b"\xff\x00three"]
    assert list(reader.read()) == []
    path.rename(tmp_path / "a.log.1")
    path.write_bytes(b"four\n")
    assert list(reader.read()) == [b"four"]
    path.write_bytes(b"5\n")  # truncated
    assert list(reader.read()) == [b"5"]


def test_a_long_line_is_cut(tmp_path: Path) -> None:
    path = tmp_path / "large.log"
    with path.open("wb") as file:
        file.write(b"begin\n")
        file.truncate(2**25)  # a sparse file: zeros without an end of line
        file.seek(0, os.SEEK_END)
        file.write(b"\nend\n")
    first, large, last = LineReader(path).read()
    assert (first, last) == (b"begin", b"end")
    assert large[LONGEST:].decode() == f"… [{2**25 - 6 - LONGEST:,} more bytes]"


def test_pipes_and_folders_have_no_lines(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert list(LineReader(tmp_path / "pipe").read()) == []
    assert list(LineReader(tmp_path).read()) == []
