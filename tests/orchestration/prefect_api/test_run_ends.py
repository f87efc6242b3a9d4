from __future__ import annotations

from types import SimpleNamespace

import jinja2
import pytest

from jupyter_pipeline.orchestration.prefect_api.run_ends import MESSAGE_TEMPLATE, describe_end

KILLED = "Process exited due to a SIGKILL signal."


@pytest.mark.parametrize(
    ("state_type", "message", "expected"),
    [
        ("RUNNING", "", ""),
        ("SCHEDULED", "Late", ""),
        ("COMPLETED", "", "It completed."),
        ("COMPLETED", "All states completed.", "It completed."),
        ("FAILED", "Flow run encountered an exception: ValueError: boom", "ValueError: boom"),
        (
            "FAILED",
            "Flow run encountered an exception: ClusterEndedError: The cluster a ended: Its budget is spent.",
            "The cluster a ended: Its budget is spent.",
        ),
        ("FAILED", "", "It failed without a message. Read its log."),
        ("CRASHED", f"Flow run infrastructure exited with non-zero status code -9. {KILLED}", KILLED),
        ("CRASHED", "The run ended early: its process is gone.", "The run ended early: its process is gone."),
        ("CRASHED", "", "Its process ended without a message. Read its log."),
        ("CANCELLED", "This time was missed.", "This time was missed."),
    ],
)
def test_every_end_has_one_sentence(state_type: str, message: str, expected: str) -> None:
    assert describe_end(state_type, message) == expected


def test_a_cancelled_run_names_the_person() -> None:
    message = "Flow run was cancelled successfully."
    assert describe_end("CANCELLED", message, cancellation="Cancelled by ada on h.") == "Cancelled by ada on h."
    assert "unknown program" in describe_end("CANCELLED", message)


@pytest.mark.parametrize("message", ["Flow run encountered an exception: ValueError: it's {{ 1 }}", None, "Late"])
def test_alerts_have_the_same_sentence(message: str | None) -> None:
    run = SimpleNamespace(state=SimpleNamespace(message=message))
    expected = describe_end("FAILED", message) if message else ""
    assert jinja2.Template(MESSAGE_TEMPLATE).render(flow_run=run) == expected
