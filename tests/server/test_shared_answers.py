"""Requests that come at once cause few reads, and none of them gets an answer that is too old."""

from __future__ import annotations

import asyncio
import json
import threading

import pytest

from jupyter_pipeline.exceptions import PipelineError
from jupyter_pipeline.server.shared_answers import SharedAnswers


def run_reads(count: int, **options: float) -> tuple[list[int], int]:
    """Return the answers to requests that come at once, and the number of reads."""
    reads: list[int] = []
    parallel = threading.Lock()

    def read() -> int:
        assert parallel.acquire(blocking=False)
        reads.append(1)
        parallel.release()
        return len(reads)

    async def request_all() -> list[bytes]:
        answers = SharedAnswers()
        return [
            *(await asyncio.gather(*(answers.get("a", read, **options) for _ in range(count)))),
            await answers.get("a", read, **options),
        ]

    return [json.loads(answer) for answer in asyncio.run(request_all())], len(reads)


def test_requests_during_a_read_share_the_next_one() -> None:
    answers, reads = run_reads(50)
    assert answers == [1, *[2] * 49, 3]
    assert reads == 3


def test_a_recent_answer_is_used() -> None:
    answers, reads = run_reads(50, max_age=60.0)
    assert answers == [1] * 51
    assert reads == 1


def test_changes_and_other_stamps_cause_a_new_read() -> None:
    async def check() -> None:
        answers, content = SharedAnswers(), ["old"]
        assert await answers.get("a", lambda: content[-1], max_age=60, stamp=1) == b'"old"'
        content.append("new")
        assert await answers.get("a", lambda: content[-1], max_age=60, stamp=1) == b'"old"'
        assert await answers.get("a", lambda: content[-1], max_age=60, stamp=2) == b'"new"'
        content.append("newest")
        answers.forget()
        assert await answers.get("a", lambda: content[-1], max_age=60, stamp=2) == b'"newest"'

    asyncio.run(check())


def test_an_error_reaches_each_request_and_is_not_stored() -> None:
    async def check() -> None:
        answers = SharedAnswers()

        def fail() -> None:
            raise PipelineError("no")

        found = await asyncio.gather(*(answers.get("a", fail, max_age=60) for _ in range(3)), return_exceptions=True)
        assert [type(each) for each in found] == [PipelineError] * 3
        assert await answers.get("a", lambda: 1, max_age=60) == b"1"

    asyncio.run(check())


@pytest.mark.parametrize("cancelled", [0, 1])
def test_a_client_that_disconnects_ends_no_read_of_others(cancelled: int) -> None:
    async def check() -> None:
        answers = SharedAnswers()
        requests = [asyncio.ensure_future(answers.get("a", lambda: 1, max_age=60)) for _ in range(2)]
        await asyncio.sleep(0)
        requests[cancelled].cancel()
        assert await requests[1 - cancelled] == b"1"

    asyncio.run(check())
