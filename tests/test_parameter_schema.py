"""Values of parameters and their schemas."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from jupyter_pipeline.exceptions import UsageError
from jupyter_pipeline.parameter_schema import check_parameters, convert_value
from jupyter_pipeline.workflows.deploy_options import assignments

TEXT = {"type": "string"}
OPTIONAL = {"anyOf": [{"type": "integer"}, {"type": "null"}]}


@pytest.mark.parametrize(
    ("schema", "value", "expected"),
    [
        ({"type": "integer"}, "3", 3),
        ({"type": "integer"}, 3.0, 3),
        ({"type": "integer", "minimum": 1, "maximum": 9}, "9", 9),
        ({**TEXT, "maxLength": 2}, "ab", "ab"),
        ({"type": "number"}, "1.5", 1.5),
        ({"type": "boolean"}, "no", False),
        (TEXT, 3, "3"),
        ({"type": "array"}, "[1, 2]", [1, 2]),
        ({"type": "array", "items": {"type": "integer"}}, ["1"], [1]),
        ({"type": "object"}, '{"a": 1}', {"a": 1}),
        ({**TEXT, "format": "date"}, "2026-01-31", "2026-01-31"),
        ({**TEXT, "format": "duration"}, "P1DT2H", "P1DT2H"),
        ({**TEXT, "format": "zoneinfo"}, "UTC", "UTC"),
        ({"enum": ["a", 1]}, "1", 1),
        (OPTIONAL, None, None),
        (OPTIONAL, "3", 3),
        ({}, "text", "text"),
    ],
)
def test_a_value_gets_the_type_of_the_parameter(schema: dict[str, Any], value: Any, expected: Any) -> None:
    found = convert_value("p", schema, value)
    assert found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize(
    ("schema", "value", "allowed"),
    [
        ({"type": "integer"}, "many", "a whole number"),
        ({"type": "integer"}, 1.5, "a whole number"),
        ({"type": "integer"}, True, "a whole number"),
        ({"type": "number"}, "nan", "a number"),
        ({"type": "boolean"}, "maybe", "true or false"),
        ({"type": "array"}, "{}", "a list"),
        ({"type": "array", "items": {"type": "integer"}}, ["a"], "where each element is a whole number"),
        ({**TEXT, "format": "date"}, "notadate", "a date such as 2026-01-31"),
        ({**TEXT, "format": "zoneinfo"}, "Mars/Olympus", "a time zone"),
        ({**TEXT, "format": "duration"}, "P", "a duration"),
        ({"enum": ["a", "b"]}, "zzz", "one of 'a' and 'b'"),
        (OPTIONAL, "x", "a whole number, or null"),
        ({"type": "integer", "minimum": 1, "maximum": 9}, "10", "a whole number from 1 to 9"),
        ({"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1}, 1.0, "a number above 0 and below 1"),
        ({"type": "integer", "multipleOf": 5}, 7, "a whole number that is a multiple of 5"),
        ({**TEXT, "minLength": 2}, "a", "text with a length of at least 2"),
        ({"type": "array", "maxItems": 1}, [1, 2], "a list with a length of at most 1"),
        ({"anyOf": [{"type": "integer", "minimum": 1}, {"type": "null"}]}, 0, "a whole number from 1, or null"),
    ],
)
def test_a_value_of_another_type_is_refused(schema: dict[str, Any], value: Any, allowed: str) -> None:
    with pytest.raises(UsageError, match="cannot be the value of the parameter day") as caught:
        check_parameters({"properties": {"day": schema}}, {"day": value})
    assert allowed in str(caught.value)
    assert repr(value) in str(caught.value)


@pytest.mark.parametrize(
    ("schema", "text", "expected"),
    [
        (TEXT, "007", "007"),
        (TEXT, "1.10", "1.10"),
        (TEXT, "no", "no"),
        (TEXT, "True", "True"),
        (TEXT, "true", "true"),
        (TEXT, "'007'", "007"),
        ({**TEXT, "format": "path"}, "1_000", "1_000"),
        ({"type": "array", "items": TEXT}, "[no, 1.10, 3]", ["no", "1.10", "3"]),
        ({"type": "object", "additionalProperties": TEXT}, "{a: off}", {"a": "off"}),
        ({"enum": ["yes", "no"]}, "no", "no"),
        ({"anyOf": [TEXT, {"type": "null"}]}, "on", "on"),
        ({"anyOf": [TEXT, {"type": "null"}]}, "null", None),
        ({"type": "integer"}, "010", 10),
        ({"type": "integer"}, "0x10", 16),
        ({"type": "number"}, "1.10", 1.1),
        ({"type": "boolean"}, "off", False),
        ({}, "1.10", 1.1),
        ({}, "[yes]", [True]),
    ],
)
def test_a_value_of_a_command_line_keeps_its_text(schema: dict[str, Any], text: str, expected: Any) -> None:
    values = assignments("--param", [f"p={text}"])
    found = check_parameters({"properties": {"p": schema}}, copy.deepcopy(values))["p"]
    assert found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize(
    ("form", "value", "accepted"),
    [
        ("date", "2026-01-31", True),
        ("date", "20260131", False),
        ("date-time", "2026-01-31 06:00", True),
        ("date-time", "2026-01-31T06:00:00Z", True),
        ("date-time", "2026-01-31", True),
        ("date-time", "20260131", False),
        ("time", "06:30", True),
        ("time", "0630", False),
    ],
)
def test_a_schedule_has_dates_that_prefect_reads_alike(form: str, value: str, accepted: bool) -> None:
    for schema, each in (
        ({**TEXT, "format": form}, value),
        ({"type": "array", "items": {"format": form, **TEXT}}, [value]),
    ):
        if accepted:
            convert_value("day", schema, each, exact=True)
        else:
            with pytest.raises(UsageError, match="cannot be the value"):
                convert_value("day", schema, each, exact=True)
