"""What batch systems print about jobs, as `Job` records (pure).

Each function takes the whole output of the listing command and raises `ValueError` on output that it does not
understand: a job that is not told of is unknown then, not gone.
"""

from __future__ import annotations

import json
import re
from xml.etree import ElementTree

from jupyter_pipeline.clusters.backends.batch.job import Job

__all__ = ["bjobs", "condor_q", "oarstat", "qstat_full", "qstat_xml", "showq_xml", "squeue"]


def _states(**states: str) -> dict[str, str]:
    return {word: state for state, words in states.items() for word in words.split()}


_SLURM = _states(
    pending="PENDING CONFIGURING REQUEUED REQUEUE_HOLD REQUEUE_FED SPECIAL_EXIT RESV_DEL_HOLD",
    running="RUNNING SUSPENDED STOPPED RESIZING SIGNALING STAGE_OUT",
    ending="COMPLETING",
)
_PBS = _states(pending="Q H W T M", running="R S U B", ending="E")
_LSF = _states(pending="PEND PSUSP WAIT PROV", running="RUN USUSP SSUSP UNKWN", ending="ZOMBI")
_OAR = _states(
    pending="Waiting Hold toLaunch toAckReservation Launching",
    running="Running Suspended Resuming",
    ending="Finishing toError",
)
_CONDOR = _states(pending="1 5", running="2 6 7")
_MOAB = _states(
    pending="Idle Deferred Hold BatchHold UserHold SystemHold Starting", running="Running Suspended", ending="Removed"
)


def squeue(text: str) -> list[Job]:
    """Read ``squeue --noheader --format='%i|%T|%B|%j|%r'``; the reason, last, may hold anything."""
    jobs = []
    for line in text.splitlines():
        if not line.strip():
            continue
        fields = line.split("|", 4)
        if len(fields) != 5 or not re.match(r"\d+", fields[0]):
            raise ValueError(f"squeue: {line[:80]!r}")
        number, state, host, name, reason = (f.strip() for f in fields)
        jobs.append(
            _job("slurm", number, name, _SLURM.get(state, "ended"), "" if reason == "None" else reason, _host(host))
        )
    return jobs


def qstat_xml(text: str) -> list[Job]:
    """Read Grid Engine's ``qstat -xml``."""
    try:
        root = ElementTree.fromstring(text)  # noqa: S314 - the batch system's own answer
    except ElementTree.ParseError as error:
        raise ValueError(f"qstat: {error}") from error
    if root.tag != "job_info":
        raise ValueError(f"qstat: <{root.tag}> instead of <job_info>")
    jobs = []
    for item in root.iter("job_list"):
        state = item.findtext("state", "")
        kind = "ending" if "d" in state else "running" if "r" in state or "t" in state else "pending"
        reason = "in an error state (see qstat -j)" if "E" in state else "on hold" if "h" in state else ""
        host = item.findtext("queue_name", "").partition("@")[2]
        jobs.append(_job("sge", item.findtext("JB_job_number", ""), item.findtext("JB_name", ""), kind, reason, host))
    return jobs


def qstat_full(text: str) -> list[Job]:
    """Read ``qstat -f`` of PBS Pro, OpenPBS and Torque, where long values go on in lines that begin with a tab.

    Slurm's imitation begins every line with one.
    """
    text = re.sub(r"\n\t(?![\w.]+ = )", "", text)
    if text.strip() and not re.search(r"^Job Id:\s*\S", text, re.MULTILINE):
        raise ValueError(f"qstat: {text.strip()[:80]!r}")
    jobs = []
    for block in re.split(r"^Job Id:\s*", text, flags=re.MULTILINE)[1:]:
        first, _, rest = block.partition("\n")
        values = dict(re.findall(r"^\s+([\w.]+) = ?(.*)$", rest, re.MULTILINE))
        host = values.get("exec_host", "").partition("/")[0]
        state = _PBS.get(values.get("job_state", "").strip(), "ended")
        jobs.append(
            _job("pbs", first.strip(), values.get("Job_Name", "").strip(), state, values.get("comment", ""), host)
        )
    return jobs


def bjobs(text: str) -> list[Job]:
    """Read LSF's ``bjobs -noheader -o "jobid stat exec_host name pend_reason delimiter='|'"``."""
    jobs = []
    for line in text.splitlines():
        if not line.strip() or line.startswith("No unfinished job"):
            continue
        fields = line.split("|", 4)
        if len(fields) != 5 or not fields[0].strip().isdigit():
            raise ValueError(f"bjobs: {line[:80]!r}")
        number, state, host, name, reason = ("" if f.strip() == "-" else f.strip() for f in fields)
        jobs.append(_job("lsf", number, name, _LSF.get(state, "ended"), reason, host.rpartition("*")[2]))
    return jobs


def oarstat(text: str) -> list[Job]:
    """Read OAR's ``oarstat -J``, one JSON object with the jobs by number; nothing at all where there is none."""
    if not text.strip():
        return []
    content = json.loads(text)
    if not isinstance(content, dict):
        raise ValueError("oarstat: no object")
    return [
        _job(
            "oar",
            str(job.get("Job_Id", number)),
            str(job.get("name") or ""),
            _OAR.get(str(job.get("state")), "ended"),
            str(job.get("message") or ""),
            next(iter(job.get("assigned_network_address") or []), ""),
        )
        for number, job in content.items()
    ]


def condor_q(text: str) -> list[Job]:
    """Read ``condor_q -af:V, ClusterId ProcId JobStatus JupyterPipelineJob RemoteHost HoldReason``."""
    jobs = []
    for line in text.splitlines():
        if not line.strip():
            continue
        fields = [f.strip().strip('"') for f in line.split(",", 5)]
        if len(fields) != 6 or not fields[0].isdigit():
            raise ValueError(f"condor_q: {line[:80]!r}")
        cluster, process, state, name, host, reason = ("" if f == "undefined" else f for f in fields)
        jobs.append(
            _job("htcondor", f"{cluster}.{process}", name, _CONDOR.get(state, "ended"), reason, host.rpartition("@")[2])
        )
    return jobs


def showq_xml(text: str) -> list[Job]:
    """Read Moab's ``showq --xml``."""
    try:
        root = ElementTree.fromstring(text)  # noqa: S314 - the batch system's own answer
    except ElementTree.ParseError as error:
        raise ValueError(f"showq: {error}") from error
    return [
        _job(
            "moab",
            item.get("JobID", ""),
            item.get("JobName", ""),
            _MOAB.get(item.get("State", ""), "ended"),
            item.get("BlockReason", ""),
            item.get("MasterHost", ""),
        )
        for item in root.iter("job")
    ]


def _host(text: str) -> str:
    return "" if text in ("n/a", "N/A") else text


def _job(backend: str, number: str, name: str, state: str, reason: str, host: str) -> Job:
    return Job(
        id=number, name=name, tag=name.partition(".")[0], state=state, reason=reason.strip(), host=host, backend=backend
    )
