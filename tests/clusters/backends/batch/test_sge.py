"""Backend of Grid Engine."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from jupyter_pipeline.clusters.backends.batch.sge import SGEBackend, parse_qacct

TAG = "jp-0a1b2c-0123456789"
LISTING = f"""\
<?xml version='1.0'?>
<job_info xmlns:xsd="http://example.org">
  <queue_info>
    <job_list state="running"><JB_job_number>7</JB_job_number><JB_name>{TAG}.0</JB_name><state>r</state>
      <queue_name>main.q@host1</queue_name></job_list>
    <job_list state="running"><JB_job_number>8</JB_job_number><JB_name>{TAG}.1</JB_name><state>dr</state>
      <queue_name>main.q@host1</queue_name></job_list>
  </queue_info>
  <job_info>
    <job_list state="pending"><JB_job_number>9</JB_job_number><JB_name>{TAG}.2</JB_name><state>Eqw</state>
      <queue_name></queue_name></job_list>
    <job_list state="pending"><JB_job_number>10</JB_job_number><JB_name>{TAG}.3</JB_name><state>hqw</state></job_list>
  </job_info>
</job_info>
"""


def test_a_listing_is_read(read_listing: Callable[..., Any]) -> None:
    assert read_listing(SGEBackend, LISTING) == [
        ("7", "running", "", "host1"),
        ("8", "ending", "", "host1"),
        ("9", "pending", "in an error state (see qstat -j)", ""),
        ("10", "pending", "on hold", ""),
    ]


def test_no_jobs_are_no_jobs() -> None:
    assert SGEBackend.parse_listing("<job_info><queue_info/><job_info/></job_info>") == []


def test_the_job_script_is_the_golden_one(check_job_script: Callable[..., str]) -> None:
    check_job_script("sge", {"cluster_kwargs.queue": "main.q", "cluster_kwargs.job_extra_directives": ["-pe smp 4"]})


@pytest.mark.parametrize(("value", "seconds"), [(90, 90)])
def test_a_walltime_has_the_units_of_the_system(value: object, seconds: float) -> None:
    assert SGEBackend.parse_walltime(value) == seconds


ACCOUNTING = """\
==============================================================
qname        main.q
hostname     n1
jobnumber    1
failed       0
exit_status  3
==============================================================
hostname     n1
jobnumber    2
failed       0
exit_status  0
==============================================================
hostname     n1
jobnumber    3
failed       37  : qmaster enforced h_rt, h_cpu, or h_vmem limit
exit_status  137                  (Killed)
"""


def test_the_accounting_has_the_ends_of_jobs() -> None:
    assert parse_qacct(ACCOUNTING) == {
        "1": "it failed (exit code 3 on n1)",
        "2": "it completed",
        "3": "it failed (exit code 137 on n1, qmaster enforced h_rt, h_cpu, or h_vmem limit)",
    }
    assert parse_qacct("error: job id 99 not found\n") == {}
