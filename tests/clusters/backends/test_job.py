from __future__ import annotations

from jupyter_pipeline.clusters.backends.job import Job, summarize_pending


def test_pending_jobs_are_counted_with_their_reasons() -> None:
    jobs = [
        Job(id="1", state="pending", reason="Resources"),
        Job(id="2", state="pending", reason="Priority"),
        Job(id="3", state="pending", reason="Priority"),
        Job(id="4", state="running"),
    ]
    assert summarize_pending(jobs) == "3 jobs wait: Priority; Resources"
    assert summarize_pending(jobs[3:]) == ""
    assert summarize_pending([Job(id="5", state="pending")]) == "1 job waits"
