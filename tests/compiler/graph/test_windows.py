from __future__ import annotations

import datetime as dt
import zoneinfo
from typing import Any

import pytest
from pyflakes.api import check
from pyflakes.reporter import Reporter

from jupyter_pipeline.compiler import Cell, Compilation, CompileOptions, compile_cells
from jupyter_pipeline.compiler.graph.windows import format_like
from jupyter_pipeline.exceptions import CompileRefusedError, UsageError

TIME = dt.datetime(2026, 7, 14, 6, 30, tzinfo=zoneinfo.ZoneInfo("Europe/Berlin"))


def compiled(value: str, **options: Any) -> Compilation:
    cells = [
        Cell(index=0, source="import datetime as dt\nfrom datetime import date"),
        Cell(index=1, source=f"day = {value}\nregion = 'eu'"),
        Cell(index=2, source="text = f'{day} {region}'\ntext"),
    ]
    return compile_cells(cells, 2, CompileOptions(name="daily", **options))


@pytest.mark.parametrize(
    ("example", "written"),
    [
        (dt.date(2026, 1, 1), dt.date(2026, 7, 14)),
        (dt.datetime(2026, 1, 1), dt.datetime(2026, 7, 14, 6, 30)),
        (dt.datetime(2026, 1, 1, tzinfo=dt.UTC), TIME),
        ("2026-01-01", "2026-07-14"),
        ("20260101", "20260714"),
        ("2026-01", "2026-07"),
        ("2026-01-01T00:00:00", "2026-07-14T06:30:00"),
        ("2026-01-01 00:00", "2026-07-14 06:30"),
        ("2026-01-01T00:00:00+01:00", "2026-07-14T06:30:00+02:00"),
    ],
)
def test_an_edge_is_written_like_the_value_of_the_notebook(example: Any, written: Any) -> None:
    assert format_like(TIME, example) == written
    assert type(format_like(TIME, example)) is type(written)


@pytest.mark.parametrize(
    ("value", "annotation", "default", "kind"),
    [
        ("date(2026, 1, 31)", "datetime.date", "datetime.date(2026, 1, 31)", {"type": "string", "format": "date"}),
        (
            "dt.datetime(2026, 1, 31, 6)",
            "datetime.datetime",
            "datetime.datetime(2026, 1, 31, 6, 0)",
            {"type": "string", "format": "date-time"},
        ),
        ("'2026-01-31'", "str", '"2026-01-31"', {"type": "string"}),
    ],
)
def test_a_bound_parameter_is_the_edge_unless_it_is_given(
    value: str, annotation: str, default: str, kind: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    made = compiled(value, windows={"day": "start"})
    flow = made.files["flow.py"]
    assert f"day: {annotation} | None = None" in flow
    assert f'day = run_window("start", value=day, default={default})' in flow
    assert made.parameters == {"region": "eu"}
    schema = made.parameter_schema["properties"]["day"]
    assert schema["anyOf"] == [kind, {"type": "null"}]
    assert schema["default"] is None
    for name in ("flow.py", "steps.py"):
        assert check(made.files[name], name, Reporter(*[__import__("sys").stdout] * 2)) == 0, capsys.readouterr().out


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"windows": {"region": "start"}}, CompileRefusedError, "'eu' is neither a date nor a time"),
        ({"windows": {"week": "start"}}, CompileRefusedError, "no statement that this cell needs binds"),
        ({"windows": {"day": "middle"}}, UsageError, "a window has a start and an end"),
        ({"windows": {"day": "end"}, "standalone": True}, UsageError, "leave out --standalone"),
        ({"windows": {"day": "end"}, "to": "dagster"}, UsageError, "There are no schedules: give one"),
        ({"windows": {"day": "end"}, "defaults": {"day": "2026-01-01"}}, UsageError, "set one of them"),
    ],
)
def test_a_value_that_cannot_be_bound_is_refused(options: dict[str, Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        compiled("date(2026, 1, 31)", **options)


@pytest.mark.parametrize(
    ("value", "given", "parameters"),
    [
        ("date(2026, 1, 31)", {"day": "2026-02-01"}, {"day": "2026-02-01", "region": "eu"}),
        ("7", {"day": "8"}, {"day": 8, "region": "eu"}),
        ("True", {"day": "no"}, {"day": False, "region": "eu"}),
        ("1.5", {"day": 2}, {"day": 2.0, "region": "eu"}),
        ("[1]", {"day": "[2, 3]"}, {"day": [2, 3], "region": "eu"}),
    ],
)
def test_values_given_to_a_deployment_are_of_the_type_of_the_notebook(
    value: str, given: dict[str, Any], parameters: dict[str, Any]
) -> None:
    made = compiled(value, defaults=given)
    assert made.parameters == parameters
    assert made.files["steps.py"] == compiled(value, parameters=("day",)).files["steps.py"]


@pytest.mark.parametrize(("value", "given"), [("7", "seven"), ("7", 7.5), ("True", "perhaps"), ("[1]", "{}")])
def test_a_value_of_another_type_is_refused(value: str, given: Any) -> None:
    with pytest.raises(UsageError, match="cannot be the value of the parameter day"):
        compiled(value, defaults={"day": given})
