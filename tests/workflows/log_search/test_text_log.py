from __future__ import annotations

from datetime import datetime

import pytest

from jupyter_pipeline.workflows.log_search.text_log import parse_lines

BEGIN = datetime(2026, 5, 2, 12).timestamp()
END = BEGIN + 3600


@pytest.mark.parametrize(
    ("line", "seconds", "level", "logger", "message"),
    [
        (
            "2026-05-02 12:00:05,250 - dask.worker - WARNING - slow",
            5.25,
            "warning",
            "dask.worker",
            "slow",
        ),
        ("2026-05-02 12:00:06,000 keeper ERROR it failed", 6, "error", "keeper", "it failed"),
        ("2026-05-02 12:00:07,500 server | started", 7.5, "info", "", "server | started"),
        ("2026-05-02 12:00:08,000 worker | 12:00 | ERROR   | x", 8, "error", "", "worker | 12:00 | ERROR   | x"),
        ("\x1b[1mplain\x1b[0m \x07", 0, "info", "", "plain \\x07"),
        ("Traceback (most recent call last):", 0, "error", "", "Traceback (most recent call last):"),
        # Times of another life of the file do not count.
        ("1999-01-01 00:00:00,000 - forged - ERROR - x", 0, "info", "", "1999-01-01 00:00:00,000 - forged - ERROR - x"),
        ("2026-05-02 19:00:00,000 - forged - ERROR - x", 0, "info", "", "2026-05-02 19:00:00,000 - forged - ERROR - x"),
        ("2026-13-45 12:00:00,000 - x", 0, "info", "", "2026-13-45 12:00:00,000 - x"),
    ],
)
def test_parts_of_a_line(line: str, seconds: float, level: str, logger: str, message: str) -> None:
    (entry,) = parse_lines([line.encode()], begin=BEGIN, end=END, process="keeper")
    assert (entry.time - BEGIN, entry.level, entry.logger, entry.message) == (seconds, level, logger, message)
    assert entry.time_of == ("" if seconds else "before")


def test_a_line_without_time_takes_the_one_before() -> None:
    lines = [b"2026-05-02 12:00:05,000 - a - ERROR - x", b"  more", b"", b"2026-05-02 12:00:06,000 - a - INFO - y"]
    assert [(e.time - BEGIN, e.level) for e in parse_lines(lines, begin=BEGIN, end=END)] == [
        (5, "error"),
        (5, "error"),
        (6, "info"),
    ]
