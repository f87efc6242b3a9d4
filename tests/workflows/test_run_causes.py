from __future__ import annotations

from typing import Any

import pytest

from jupyter_pipeline.models import ClusterEnd, RunRecord
from jupyter_pipeline.workflows.run_causes import complete_cause


def end(**changes: Any) -> ClusterEnd:
    values: dict[str, Any] = {"cluster": "1", "name": "team-1", "profile": "team", "state": "stopped", "reason": ""}
    return ClusterEnd(**{**values, "start": 1.0, "end": 2.0, **changes})


@pytest.mark.parametrize(
    ("state", "cause", "cluster", "expected"),
    [
        ("COMPLETED", "It completed.", end(state="failed", reason="Lost"), "It completed."),
        ("CRASHED", "It was killed.", end(reason="Its owner process exited"), "It was killed."),
        (
            "FAILED",
            "OSError: closed",
            end(reason="Its budget of 1.00 EUR is spent"),
            "OSError: closed The cluster team-1 is stopped: Its budget of 1.00 EUR is spent.",
        ),
        (
            "CRASHED",
            "The run ended early.",
            end(state="lost", reason="Its keeper died."),
            "The run ended early. The cluster team-1 is lost: Its keeper died.",
        ),
        ("FAILED", "Its keeper died.", end(state="lost", reason="Its keeper died"), "Its keeper died."),
        (
            "FAILED",
            "KilledWorker: x",
            end(job_ends=("job 1: it failed (TIMEOUT)", "job 2: it failed (NODE_FAIL)")),
            "KilledWorker: x job 2: it failed (NODE_FAIL).",
        ),
        ("RUNNING", "", end(state="lost", reason="Its keeper died"), ""),
    ],
)
def test_facts_of_clusters_complete_the_cause(state: str, cause: str, cluster: ClusterEnd, expected: str) -> None:
    run = RunRecord(id="1", name="calm-otter", deployment="daily", state="", state_type=state, cause=cause)
    assert complete_cause(run, [cluster]) == expected
