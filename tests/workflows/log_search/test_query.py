from __future__ import annotations

from datetime import datetime

import pytest

from jupyter_pipeline.exceptions import UsageError
from jupyter_pipeline.models import LogEntry
from jupyter_pipeline.workflows.log_search.query import compile_pattern, parse_query

NOW = datetime(2026, 5, 2, 12).timestamp()


def test_a_query_without_filters() -> None:
    query = parse_query({"run": "otter"}, now=NOW)
    assert (query.run, query.since, query.until, query.level, query.tail) == ("otter", 0, 0, 0, 1000)
    assert query.accepts(LogEntry(time=0, message=""))


def test_everything_is_searched_for_an_hour() -> None:
    assert parse_query({"all": True}, now=NOW).since == NOW - 3600
    assert parse_query({"all": True, "since": "2d"}, now=NOW).since == NOW - 2 * 86400


def test_filters() -> None:
    values = {
        "cluster": "team",
        "since": "2026-05-01",
        "until": "1h",
        "grep": "of (memory|space)",
        "level": "Error",
    }
    query = parse_query(values, now=NOW)
    message = "worker 3: out of memory"
    assert query.accepts(LogEntry(time=NOW - 7200, message=message, level="critical"))
    assert not query.accepts(LogEntry(time=NOW - 7200, message=message, level="warning"))
    assert not query.accepts(LogEntry(time=NOW - 60, message=message, level="error"))
    assert not query.accepts(LogEntry(time=NOW - 90000 - 86400, message=message, level="error"))
    assert not query.accepts(LogEntry(time=NOW - 7200, message="fine", level="error"))
    assert query.literal == b""
    assert parse_query({"all": True, "grep": "of memory"}, now=NOW).literal == b"of memory"


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ({}, "needs --run RUN, --cluster CLUSTER, --deployment DEPLOYMENT or --all"),
        ({"run": "a", "all": True}, "--run and --all exclude each other"),
        ({"run": "a", "since": "yesterday"}, "--since 'yesterday' is neither a duration nor a time"),
        ({"run": "a", "since": "1h", "until": "2h"}, "--until 2h is before --since"),
        ({"run": "a", "level": "loud"}, "--level"),
        ({"run": "a", "tail": "-1"}, "--tail"),
        ({"run": "a", "grep": "(a"}, "is not a regular expression: missing )"),
    ],
)
def test_values_that_are_refused(values: dict[str, object], text: str) -> None:
    with pytest.raises(UsageError) as refused:
        parse_query(values, now=NOW)
    assert text in str(refused.value)


def test_an_expression_that_backtracks_ends() -> None:
    matches = compile_pattern(r"^(?:a|aa)+$")
    with pytest.raises(UsageError, match=r"takes more than 0\.5 s on an entry of 61 characters"):
        matches("a" * 60 + "!")
