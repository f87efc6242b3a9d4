# ruff: noqa: E501 - program output is not wrapped
"""Backend of OAR."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from jupyter_pipeline.clusters.backends.batch.oar import OARBackend

TAG = "jp-0a1b2c-0123456789"
LISTING = f"""\
{{"41": {{"Job_Id": 41, "name": "{TAG}.0", "state": "Running", "message": "", "assigned_network_address": ["node1"]}},
 "42": {{"Job_Id": 42, "name": "{TAG}.1", "state": "Waiting", "message": "no resource", "assigned_network_address": []}},
 "43": {{"Job_Id": 43, "name": null, "state": "Terminated", "message": null}}}}
"""


def test_a_listing_is_read(read_listing: Callable[..., Any]) -> None:
    assert read_listing(OARBackend, LISTING) == [
        ("41", "running", "", "node1"),
        ("42", "pending", "no resource", ""),
        ("43", "ended", "", ""),
    ]


@pytest.mark.parametrize("text", ["", "{}"])
def test_no_jobs_are_no_jobs(text: str) -> None:
    assert OARBackend.parse_listing(text) == []


def test_the_job_script_is_the_golden_one(check_job_script: Callable[..., str]) -> None:
    check_job_script("oar", {"cluster_kwargs.project": "mine"})
