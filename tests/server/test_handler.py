from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from jupyter_pipeline import exceptions
from jupyter_pipeline.server.handler import STATUS, status_of

Call = Callable[..., Awaitable[tuple[int, Any]]]


@pytest.mark.parametrize("name", exceptions.__all__)
def test_every_error_has_a_status_code_that_says_error(name: str) -> None:
    assert 400 <= status_of(getattr(exceptions, name)) < 600


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        (exceptions.NotFoundError, 404),
        (exceptions.UsageError, 400),
        (exceptions.ClusterConflictError, 409),
        (exceptions.ClusterStartError, 500),
        (exceptions.CompileRefusedError, 422),
        (exceptions.ApiUnreachableError, 503),
        (RuntimeError, 500),
    ],
)
def test_an_error_has_the_code_of_its_nearest_base(kind: type[BaseException], code: int) -> None:
    assert status_of(kind) == code


def test_the_table_names_only_errors_of_ours() -> None:
    assert {kind.__name__ for kind in STATUS} <= set(exceptions.__all__)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("{", "not JSON"),
        ("[]", "must be a JSON object"),
        ('{"crom": "0 6 * * *"}', "unknown key 'crom'"),
        ('{"cron": 5}', "wrong type (int)"),
        (b"\xff\xfe", "not JSON"),
        ('{"cron": ' + "[" * 100_000 + "]" * 100_000 + "}", "nested more than"),
        ('{"cron": ' + "[" * 60 + "]" * 60 + "}", "nested more than"),
    ],
)
async def test_a_request_that_is_wrong_is_refused_with_its_fault(call: Call, body: str | bytes, words: str) -> None:
    code, answer = await call("POST", "schedule", body=body)
    assert code == 400
    assert answer["error"] == "UsageError"
    assert words in answer["message"]


async def test_true_is_no_number(call: Call) -> None:
    code, answer = await call("POST", "clusters", body={"profile": "local", "workers": True})
    assert code == 400
    assert "wrong type (bool)" in answer["message"]


async def test_a_key_that_is_missing_is_named(call: Call) -> None:
    assert await call("POST", "clusters", body={"workers": 2}) == (
        400,
        {"error": "UsageError", "message": "The request has no 'profile'."},
    )
