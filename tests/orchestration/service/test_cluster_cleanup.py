from __future__ import annotations

import asyncio
import logging
import shutil
import sys

import pytest

from jupyter_pipeline.orchestration.service import cluster_cleanup


@pytest.mark.parametrize(
    ("program", "expected"),
    [
        ("false", "cannot look for orphans of lost clusters"),
        ("echo", "cannot read the output of"),
        ("/no/such/python", "cannot look for orphans of lost clusters"),
    ],
)
def test_a_collection_that_fails_is_logged_and_ends_nothing(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, program: str, expected: str
) -> None:
    monkeypatch.setattr(sys, "executable", shutil.which(program) or program)
    with caplog.at_level(logging.INFO):
        asyncio.run(cluster_cleanup.remove_orphans())
    assert expected in caplog.text
