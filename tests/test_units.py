from __future__ import annotations

import pytest

from jupyter_pipeline import units


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("90", 90), (90, 90), ("1h30m", 5400), ("90 min", 5400), ("2 days", 172800), ("1.5 h", 5400), ("1w", 604800)],
)
def test_durations(value: object, seconds: float) -> None:
    assert units.parse_duration(value) == seconds


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 s"),
        (59.6, "59.6 s"),
        (90, "90 s"),
        (720, "12 min"),
        (5400, "1 h 30 min"),
        (90061, "1 d 1 h"),
        (86400, "1 d"),
    ],
)
def test_durations_in_words(seconds: float, text: str) -> None:
    assert units.format_duration(seconds) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 seconds"),
        (3600, "1 hour"),
        (5400, "1 hour 30 minutes"),
        (90.5, "1 minute 30.5 seconds"),
        (604800, "1 week"),
    ],
)
def test_long_durations(seconds: float, text: str) -> None:
    assert units.format_duration(seconds, long=True) == text


@pytest.mark.parametrize(("count", "text"), [(0, "0 B"), (1023, "1023 B"), (1536, "1.5 KiB"), (2**50, "1024.0 TiB")])
def test_sizes_as_text(count: float, text: str) -> None:
    assert units.format_bytes(count) == text
