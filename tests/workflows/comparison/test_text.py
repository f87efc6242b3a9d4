from __future__ import annotations

import pytest

from jupyter_pipeline.workflows.comparison import text
from jupyter_pipeline.workflows.comparison.text import Window, are_equal, normalize


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("<f at 0x7f0011aa>", "<f at 0x55d0bb11>"),
        ("\x1b[31mred\x1b[0m", "red"),
        ("10%|#         | 1/10 [00:00<00:01]\rdone", "done"),
        ("memory usage: 1.2+ KB", "memory usage: 900 bytes"),
        ("0.30000000000000004", "0.3"),
        ("1.234567", "1.234568"),
        ("{'a', 'b'}", "{'b', 'a'}"),
        ("{'k': {'a', 'b'}, 'j': {frozenset({1, 2}), 3}}", "{'k': {'b', 'a'}, 'j': {3, frozenset({2, 1})}}"),
        ("<function f.<locals>.<lambda> at 0x7f0011aa>", "<function <lambda> at 0x7f0011bb>"),
        (
            "/tmp/ipykernel_1/2.py:3: FutureWarning: old.\nSee the page.\n  f(x)\nafter",
            "/code/steps.py:9: FutureWarning: old.\nSee the page.\n    f(x)\nafter",
        ),
        ("<__main__.A object at 0x7f0011aa>", "<steps.A object at 0x7f0011bb>"),
    ],
)
def test_noise_is_no_difference(first: str, second: str) -> None:
    assert are_equal(normalize(first)[0], normalize(second)[0])


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("3", "3.0"),
        ("0.5", "0.4"),
        ("1.2345", "1.2346"),
        ("a\nb", "a"),
        ("{'a': 1}", "{'a': 2}"),
        ("{1, 2}", "{1, 3}"),
        ("nan", "1.0"),
    ],
)
def test_a_changed_value_is_a_difference(first: str, second: str) -> None:
    assert not are_equal(normalize(first)[0], normalize(second)[0])


def test_only_moments_of_the_rehearsal_are_ignored() -> None:
    window = Window(days=("2026-11-27",), start=1795772000.0, end=1795773000.0)
    assert text.without_moments("at 2026-11-27 10:00:00", window) == "at <time>"
    assert text.without_moments("at 2020-01-01", window) == "at 2020-01-01"


def test_an_excerpt_begins_before_the_first_difference() -> None:
    lines = [str(i) for i in range(100)]
    shown = text.excerpt("\n".join(lines), "\n".join([*lines[:50], "x", *lines[51:]]))
    assert shown.startswith("… 48 equal lines\n48\n49\n50")
