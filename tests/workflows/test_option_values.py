"""Texts of options have the values that they look like."""

from __future__ import annotations

from typing import Any

import pytest

from jupyter_pipeline.workflows.option_values import assignments


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("3", 3),
        ("0.5", 0.5),
        ("true", True),
        ("null", None),
        ("[1, a]", [1, "a"]),
        ("2026-01-31", "2026-01-31"),
        ("[", "["),
    ],
)
def test_values_are_what_they_look_like_and_dates_are_text(text: str, value: Any) -> None:
    assert assignments("--sample", [f"x={text}"]) == {"x": value}
