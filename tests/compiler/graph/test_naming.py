"""Names and summaries of steps."""

from __future__ import annotations

import pytest

from jupyter_pipeline.compiler import Cell
from jupyter_pipeline.compiler.frontend.directives import Directive
from jupyter_pipeline.compiler.graph.naming import name_functions, summarize_step, to_identifier, unused_name


@pytest.mark.parametrize(
    ("name", "expected"),
    [("Daily report", "daily_report"), ("2nd", "step_2nd"), ("class", "class_"), ("match", "match_"), ("--", "step")],
)
def test_a_name_becomes_an_identifier(name: str, expected: str) -> None:
    assert to_identifier(name) == expected


@pytest.mark.parametrize(("taken", "expected"), [((), "run"), (("run",), "run_2"), (("run", "run_2"), "run_3")])
def test_a_taken_name_gets_a_number(taken: tuple[str, ...], expected: str) -> None:
    assert unused_name("run", taken) == expected


def test_function_names_differ_from_each_other_and_from_module_names() -> None:
    directives = {1: Directive(name="clean"), 2: Directive(name="Clean"), 3: Directive(kind="check")}
    assert name_functions(directives, "pipe", {"check_3"}) == {1: "clean", 2: "clean_step", 3: "check_3_step"}
    assert name_functions({1: Directive(name="clean")}, "pipe", set()) == {1: "pipe"}


@pytest.mark.parametrize(
    ("markdown", "name", "expected"),
    [
        ("# Data\n\n## Delay of *each* carrier", "", "Delay of each carrier."),
        ("text without a heading", "", ""),
        ("text without a heading", "by_key", "By key."),
        ("# Why?", "by_key", "Why?"),
    ],
)
def test_the_heading_above_summarizes_a_step(markdown: str, name: str, expected: str) -> None:
    cells = [Cell(index=0, source=markdown, kind="markdown"), Cell(index=1, source="x = 1")]
    assert summarize_step(cells, 1, name) == expected
