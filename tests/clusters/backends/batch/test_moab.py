# ruff: noqa: E501 - program output is not wrapped
"""Backend of Moab."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from jupyter_pipeline.clusters.backends.batch.moab import MoabBackend

TAG = "jp-0a1b2c-0123456789"
LISTING = f"""\
<Data><Object>queue</Object>
 <queue count="1" option="active"><job JobID="61" JobName="{TAG}.0" State="Running" MasterHost="node1"/></queue>
 <queue count="1" option="eligible"><job JobID="62" JobName="{TAG}.1" State="Idle"/></queue>
 <queue count="1" option="blocked"><job JobID="63" JobName="{TAG}.2" State="BatchHold" BlockReason="NoResources"/></queue>
</Data>
"""


def test_a_listing_is_read(read_listing: Callable[..., Any]) -> None:
    assert read_listing(MoabBackend, LISTING) == [
        ("61", "running", "", "node1"),
        ("62", "pending", "", ""),
        ("63", "pending", "NoResources", ""),
    ]


def test_no_jobs_are_no_jobs() -> None:
    assert MoabBackend.parse_listing("<Data/>") == []


def test_the_job_script_is_the_golden_one(check_job_script: Callable[..., str]) -> None:
    check_job_script(
        "moab", {"cluster_kwargs.queue": "batch", "cluster_kwargs.resource_spec": "nodes=1:ppn=8,mem=32gb"}
    )
