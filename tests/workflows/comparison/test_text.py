from __future__ import annotations

import dataclasses
from datetime import datetime

import pytest

from jupyter_pipeline.workflows.comparison import text
from jupyter_pipeline.workflows.comparison.text import Noise, Window, are_equal, find_noise, normalize

START = datetime(2026, 11, 27, 10, 0).timestamp()
STRICT = Noise(window=Window(days=("2026-11-27", "2026-11-28"), start=START, end=START + 60))
CLOCK, IDENTIFIERS, PATHS = (
    dataclasses.replace(STRICT, **{name: True}) for name in ("moments", "identifiers", "paths")
)


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


@pytest.mark.parametrize(
    ("first", "second", "noise", "expected"),
    [
        ("<f at 0x7f0011aa>", "<f at 0x7f0011aa>", STRICT, []),
        ("<f at 0x7f0011aa>", "<f at 0x7f0022bb>", STRICT, ["addresses"]),
        ("\x1b[1m<f at 0x7f0011aa>", "\x1b[1m<f at 0x7f0022bb>", STRICT, ["addresses"]),
        ("<cdata 'int *' 0x7f0011aa>", "<cdata 'int *' 0x7f0022bb>", STRICT, ["addresses"]),
        ("flags 0x7f0011aa", "flags 0x7f0022bb", STRICT, None),
        ("run 6f1c0000-1111-4222-8333-000000000001", "run 6f1c0000-1111-4222-8333-000000000002", STRICT, None),
        ("6f1c0000-1111-4222-8333-000000000001", "6f1c0000-1111-4222-8333-000000000002", IDENTIFIERS, ["identifiers"]),
        ("/tmp/abc/file.csv", "/tmp/xyz/file.csv", STRICT, None),
        ("/tmp/abc/file.csv", "/tmp/xyz/file.csv", PATHS, ["temporary paths"]),
        ("/tmp/tmpab12cd34/file.csv", "/tmp/tmpxy12cd34/file.csv", STRICT, ["temporary paths"]),
        ("12:00:01", "15:30:01", STRICT, None),
        ("12:00:01", "15:30:01", CLOCK, ["times"]),
        ("12:00:01 epoch 1", "10:00:30 epoch 1", STRICT, ["times"]),
        ("2026-11-20 12:00:01 2020-01-01", "2026-11-27 10:00:30 2020-01-01", STRICT, ["times"]),
        ("2026-11-20 12:00:01", "2026-11-27 12:00:01", STRICT, None),
        ("2026-11-20", "2026-11-27", STRICT, None),
        ("2026-11-20", "2026-11-27", CLOCK, ["times"]),
        ("2020-01-01", "2021-01-01", CLOCK, None),
        ("Date: Fri, 20 Nov 2026", "Date: Fri, 27 Nov 2026", STRICT, ["times"]),
        ("Fri Nov 20 12:00:00 2026", "Fri Nov 27 10:00:00 2026", STRICT, ["times"]),
        ("12:00:01 loss 1", "10:00:30 loss 2", CLOCK, None),
    ],
)
def test_noise_is_named_and_data_is_exact(first: str, second: str, noise: Noise, expected: list[str] | None) -> None:
    assert find_noise(first, second, noise) == expected


def test_an_excerpt_begins_before_the_first_difference() -> None:
    lines = [str(i) for i in range(100)]
    shown = text.excerpt("\n".join(lines), "\n".join([*lines[:50], "x", *lines[51:]]))
    assert shown.startswith("… 48 equal lines\n48\n49\n50")
