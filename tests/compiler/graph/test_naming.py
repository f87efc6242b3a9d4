"""Names and summaries of steps."""

from __future__ import annotations

import pytest

from jupyter_pipeline.compiler.frontend.directives import Directive
from jupyter_pipeline.compiler.graph.naming import name_function, name_functions, to_identifier, unused_name
from jupyter_pipeline.compiler.graph.subjects import Subject


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
    subjects = dict.fromkeys(directives, Subject("", ""))
    names = name_functions(directives, subjects, "pipe", {"check_3"})
    assert names == {1: "clean", 2: "clean_step", 3: "check_3_step"}


@pytest.mark.parametrize(
    ("subject", "taken", "expected"),
    [("daily sales", (), "daily_sales"), ("", (), "pipe"), ("sum", (), "sum_step"), ("x", ("x",), "x_step")],
)
def test_a_single_step_is_named_after_its_subject(subject: str, taken: tuple[str, ...], expected: str) -> None:
    names = name_functions({1: Directive(name="other")}, {1: Subject(subject, "")}, "pipe", taken)
    assert names == {1: expected}


def test_a_function_with_a_local_variable_of_its_name_gets_a_verb() -> None:
    assert name_function("orders", {"orders"}, (), "load") == "load_orders"
    assert name_function("orders", {"orders"}, {"load_orders"}, "load") == "load_orders_2"
    assert name_function("orders", {"day"}, (), "load") == "orders"
