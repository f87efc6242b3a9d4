"""Backend of HTCondor."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from jupyter_pipeline.clusters.backends.batch.htcondor import HTCondorBackend

TAG = "jp-0a1b2c-0123456789"
LISTING = f"""\
51, 0, 2, "{TAG}.0", "slot1@host", ada, 1795814489, undefined
52, 0, 1, "{TAG}.1", undefined, ada, 1795814489, undefined
53, 0, 5, "{TAG}.2", undefined, ada, 1795814489, "Cannot access initial working directory, it is gone"
"""


def test_a_listing_is_read(read_listing: Callable[..., Any]) -> None:
    assert read_listing(HTCondorBackend, LISTING) == [
        ("51.0", "running", "", "host"),
        ("52.0", "pending", "", ""),
        ("53.0", "pending", "Cannot access initial working directory, it is gone", ""),
    ]


def test_no_jobs_are_no_jobs() -> None:
    assert HTCondorBackend.parse_listing("") == []


def test_the_job_script_is_the_golden_one(check_job_script: Callable[..., str]) -> None:
    check_job_script("htcondor", {"cluster_kwargs.job_extra_directives": {"requirements": "(OpSysMajorVer >= 8)"}})
