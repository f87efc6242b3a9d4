# ruff: noqa: E501 - what programs print is not folded

from __future__ import annotations

from collections.abc import Callable

import pytest

from jupyter_pipeline.clusters.backends.batch import listing
from jupyter_pipeline.clusters.backends.batch.commands import SYSTEMS, explain
from jupyter_pipeline.clusters.backends.batch.job import Job

TAG = "jp-0a1b2c-0123456789"

SQUEUE = f"""\
12|RUNNING|n1|{TAG}.0|None
13|PENDING|n/a|{TAG}.1|Resources
14_3|CONFIGURING|n2|someone-elses job|with|pipes
15|COMPLETING|n1|{TAG}.2|None
16|NODE_FAIL|n1|{TAG}.3|NodeDown
"""
QSTAT_XML = f"""\
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
QSTAT_FULL = f"""\
Job Id: 21.server
    Job_Name = {TAG}.0
    Job_Owner = alice@login
    job_state = R
    exec_host = node7/0*8
    Resource_List.walltime = 01:00:00

Job Id: 22.server
    Job_Name = jp-0a1b2c-01234
\t56789.1
    job_state = Q
    comment = Not Running: Insufficient amount of resource: ncpus

Job Id: 23.server
    Job_Name = old
    job_state = F
"""
BJOBS = f"""\
31|RUN|8*hostA|{TAG}.0|-
32|PEND|-|{TAG}.1|New job is waiting for scheduling;
33|EXIT|hostA|{TAG}.2|-
"""
OARSTAT = f"""\
{{"41": {{"Job_Id": 41, "name": "{TAG}.0", "state": "Running", "message": "", "assigned_network_address": ["node1"]}},
 "42": {{"Job_Id": 42, "name": "{TAG}.1", "state": "Waiting", "message": "no resource", "assigned_network_address": []}},
 "43": {{"Job_Id": 43, "name": null, "state": "Terminated", "message": null}}}}
"""
CONDOR_Q = f"""\
51, 0, 2, "{TAG}.0", "slot1@host", undefined
52, 0, 1, "{TAG}.1", undefined, undefined
53, 0, 5, "{TAG}.2", undefined, "Cannot access initial working directory, it is gone"
"""
SHOWQ = f"""\
<Data><Object>queue</Object>
 <queue count="1" option="active"><job JobID="61" JobName="{TAG}.0" State="Running" MasterHost="node1"/></queue>
 <queue count="1" option="eligible"><job JobID="62" JobName="{TAG}.1" State="Idle"/></queue>
 <queue count="1" option="blocked"><job JobID="63" JobName="{TAG}.2" State="BatchHold" BlockReason="NoResources"/></queue>
</Data>
"""


def seen(jobs: list[Job]) -> list[tuple[str, str, str, str]]:
    return [(job.id, job.state, job.reason, job.host) for job in jobs]


@pytest.mark.parametrize(
    ("parse", "text", "expected"),
    [
        (
            listing.squeue,
            SQUEUE,
            [
                ("12", "running", "", "n1"),
                ("13", "pending", "Resources", ""),
                ("14_3", "pending", "with|pipes", "n2"),
                ("15", "ending", "", "n1"),
                ("16", "ended", "NodeDown", "n1"),
            ],
        ),
        (
            listing.qstat_xml,
            QSTAT_XML,
            [
                ("7", "running", "", "host1"),
                ("8", "ending", "", "host1"),
                ("9", "pending", "in an error state (see qstat -j)", ""),
                ("10", "pending", "on hold", ""),
            ],
        ),
        (
            listing.qstat_full,
            QSTAT_FULL,
            [
                ("21.server", "running", "", "node7"),
                ("22.server", "pending", "Not Running: Insufficient amount of resource: ncpus", ""),
                ("23.server", "ended", "", ""),
            ],
        ),
        (
            listing.bjobs,
            BJOBS,
            [
                ("31", "running", "", "hostA"),
                ("32", "pending", "New job is waiting for scheduling;", ""),
                ("33", "ended", "", "hostA"),
            ],
        ),
        (
            listing.oarstat,
            OARSTAT,
            [("41", "running", "", "node1"), ("42", "pending", "no resource", ""), ("43", "ended", "", "")],
        ),
        (
            listing.condor_q,
            CONDOR_Q,
            [
                ("51.0", "running", "", "host"),
                ("52.0", "pending", "", ""),
                ("53.0", "pending", "Cannot access initial working directory, it is gone", ""),
            ],
        ),
        (
            listing.showq_xml,
            SHOWQ,
            [("61", "running", "", "node1"), ("62", "pending", "", ""), ("63", "pending", "NoResources", "")],
        ),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_a_listing_is_read(
    parse: Callable[[str], list[Job]], text: str, expected: list[tuple[str, str, str, str]]
) -> None:
    jobs = parse(text)
    assert seen(jobs) == expected
    assert jobs[0].name == f"{TAG}.0"
    assert jobs[0].tag == TAG


def test_a_name_that_is_folded_is_put_together() -> None:
    assert listing.qstat_full(QSTAT_FULL)[1].name == f"{TAG}.1"


@pytest.mark.parametrize(
    ("parse", "nothing"),
    [
        (listing.squeue, ""),
        (listing.squeue, "\n"),
        (listing.qstat_xml, "<job_info><queue_info/><job_info/></job_info>"),
        (listing.qstat_full, ""),
        (listing.bjobs, "No unfinished job found\n"),
        (listing.oarstat, ""),
        (listing.oarstat, "{}"),
        (listing.condor_q, ""),
        (listing.showq_xml, "<Data/>"),
    ],
)
def test_no_jobs_are_no_jobs(parse: Callable[[str], list[Job]], nothing: str) -> None:
    assert parse(nothing) == []


def test_an_imitation_of_qstat_is_read_too() -> None:
    text = f"Job Id:\t16\n\tJob_Name = {TAG}.0\n\tjob_state = R\n\texec_host = n1/1\n\nJob Id:\t17\n\tjob_state = C\n"
    assert seen(listing.qstat_full(text)) == [("16", "running", "", "n1"), ("17", "ended", "", "")]
    assert listing.qstat_full(text)[0].tag == TAG


@pytest.mark.parametrize("system", SYSTEMS.values(), ids=SYSTEMS)
def test_garbage_is_not_taken_for_no_jobs(system: object) -> None:
    with pytest.raises((ValueError, AttributeError)):
        system.parse("slurm_load_jobs error: Unable to contact slurm controller (connect failure)")  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (
            "sbatch: error: invalid partition specified: nope\nsbatch: error: Batch job submission failed: Invalid partition name specified\n",
            "invalid partition specified: nope; Batch job submission failed: Invalid partition name specified",
        ),
        ("qsub: Unknown queue\n", "Unknown queue"),
        ("same\nsame\n", "same"),
        ("", ""),
    ],
)
def test_a_refusal_is_told_in_one_line(said: str, reason: str) -> None:
    assert explain(said) == reason
