from __future__ import annotations

import pytest

from jupyter_pipeline import arguments
from jupyter_pipeline.exceptions import UsageError


@pytest.mark.parametrize(("text", "value"), [("0", 0), ("4", 4), ("100000", 100_000)])
def test_workers_reads_whole_numbers(text: str, value: int) -> None:
    assert arguments.workers(text) == value


@pytest.mark.parametrize("text", ["", "-1", "1e9", "ten", "2.5", "100001", "٣", "true", " 4"])
def test_workers_refuses_everything_else(text: str) -> None:
    with pytest.raises(UsageError, match="is not a number of workers"):
        arguments.workers(text)


@pytest.mark.parametrize(("text", "value"), [("0:8", (0, 8)), ("2:2", (2, 2))])
def test_size_range_reads_both_ends(text: str, value: tuple[int, int]) -> None:
    assert arguments.size_range(text) == value


@pytest.mark.parametrize("text", ["8", "8:2", "0:0", "a:b", ":", "1:2:3", "-1:4"])
def test_size_range_refuses_everything_else(text: str) -> None:
    with pytest.raises(UsageError):
        arguments.size_range(text)


@pytest.mark.parametrize(("text", "value"), [("90", 90), ("45s", 45), ("10m", 600), ("1.5h", 5400), ("2d", 172_800)])
def test_duration_accepts_units(text: str, value: float) -> None:
    assert arguments.duration(text) == value


@pytest.mark.parametrize("text", ["", "0", "-5m", "m", "inf", "nan", "1 month"])
def test_duration_refuses_other_text(text: str) -> None:
    with pytest.raises(UsageError, match=r"is not a (positive )?duration"):
        arguments.duration(text)


def test_overrides_split_at_the_first_equals_sign() -> None:
    assert arguments.overrides(["a.b=4", "e=x=y", "f="]) == {"a.b": "4", "e": "x=y", "f": ""}


@pytest.mark.parametrize("pair", ["a", "=3", ""])
def test_overrides_refuse_what_sets_nothing(pair: str) -> None:
    with pytest.raises(UsageError):
        arguments.overrides([pair])
