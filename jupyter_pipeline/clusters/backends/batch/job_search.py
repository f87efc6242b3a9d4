"""Find the jobs of a cluster: by the ids that were recorded at their submission, and by their label."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Mapping, Sequence

from jupyter_pipeline.clusters import registry
from jupyter_pipeline.clusters.backends.batch.commands import JobListing
from jupyter_pipeline.clusters.backends.batch.identity import get_number, is_same_job
from jupyter_pipeline.clusters.backends.job import Job
from jupyter_pipeline.clusters.registry.submitted_jobs import KEEPER_SUFFIX, SubmittedJob, read_submitted_jobs

__all__ = ["JobSearch", "group_by_environment", "read_submissions"]

_SETTLING = 5.0  # seconds in which an interrupted submission arrives at the batch system


@dataclasses.dataclass(frozen=True, slots=True)
class JobSearch:
    """Search in the listing of one batch system."""

    listing: JobListing
    queries_labels: bool
    """True if only a query by id shows the labels of jobs."""

    def find(self, tag: str | None, *, timeout: float, max_age: float) -> list[Job] | None:
        """Return the jobs of this user that have a recorded id or the label of a cluster."""
        submitted = read_submissions(tag) if tag else []
        found: list[Job] = []
        for environment, group in group_by_environment(submitted):
            jobs = self.listing.read(timeout=timeout, max_age=max_age, environment=environment)
            if jobs is not None and self.queries_labels and any(job.is_open for job in submitted):
                jobs = self._add_labels(jobs, timeout, environment)
            if jobs is None:
                return None
            found += _select_jobs(jobs, group, tag, environment)
        return found

    def find_remaining(self, tag: str, *, timeout: float) -> list[Job] | None:
        """Return the jobs of a cluster that have not ended. Recorded jobs that the listing lacks are searched by id."""
        if any(job.is_open and -_SETTLING <= time.time() - job.time <= _SETTLING for job in read_submissions(tag)):
            return None  # an interrupted submission may still arrive at the batch system
        return self.list_remaining(tag, timeout=timeout)

    def list_remaining(self, tag: str, *, timeout: float) -> list[Job] | None:
        """Return these jobs, even if a submission may still arrive at the batch system."""
        submitted = read_submissions(tag)
        jobs = self.find(tag, timeout=timeout, max_age=0.0)
        if jobs is None:
            return None
        listed = {get_number(job.id) for job in jobs}
        for environment, group in group_by_environment(submitted) if self.listing.query else ():
            ids = [job.id for job in group if job.id and not job.ended and get_number(job.id) not in listed]
            others = self.listing.read_ids(ids, timeout=timeout, environment=environment)
            if others is None:
                return None
            jobs += _select_jobs(others, group, tag, environment)
        return jobs

    def _add_labels(self, jobs: list[Job], timeout: float, environment: Mapping[str, str]) -> list[Job] | None:
        """Return `jobs` with the labels that only a query shows."""
        unlabelled = [job.id for job in jobs if not job.label]
        details = self.listing.read_ids(unlabelled, timeout=timeout, environment=environment)
        if details is None:
            return None
        labels = {job.id: job for job in details}
        return [labels.get(job.id, job) for job in jobs]


def read_submissions(tag: str) -> list[SubmittedJob]:
    """Return the recorded submissions with a tag, which is the cluster's id or begins with it."""
    folder = registry.cluster_dir(tag.removesuffix(KEEPER_SUFFIX))
    return [job for job in read_submitted_jobs(folder, tag) if not job.refused]


def group_by_environment(
    submitted: Sequence[SubmittedJob],
) -> list[tuple[Mapping[str, str], list[SubmittedJob]]]:
    """Return the submissions of each batch system of one kind, one empty group without submissions."""
    groups: dict[tuple[tuple[str, str], ...], list[SubmittedJob]] = {}
    for job in submitted:
        groups.setdefault(tuple(sorted(job.environment.items())), []).append(job)
    return [(dict(key), jobs) for key, jobs in groups.items()] or [({}, [])]


def _select_jobs(
    jobs: Sequence[Job], submitted: Sequence[SubmittedJob], tag: str | None, environment: Mapping[str, str]
) -> list[Job]:
    """Return the active jobs of one cluster, or all with a label if `tag` is ``None``.

    Parameters
    ----------
    jobs : sequence of Job
        Jobs of a listing.
    submitted : sequence of SubmittedJob
        Submissions of the cluster.
    tag : str or None
        Tag of the cluster's jobs.
    environment : mapping
        Variables that select the batch system of the listing.
    """
    by_number: dict[str, list[SubmittedJob]] = {}
    for submission in submitted:
        if submission.id:
            by_number.setdefault(get_number(submission.id), []).append(submission)
    found = []
    for job in jobs:
        if job.state == "ended":
            continue
        known = any(is_same_job(each, job) for each in by_number.get(get_number(job.id), ()))
        if known or (job.tag == tag if tag else job.tag):
            found.append(dataclasses.replace(job, tag=job.tag or tag or "", environment=environment))
    return found
