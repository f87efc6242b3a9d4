"""Describe in one sentence why a run ended, in lists, on the page of a run and in alerts (pure).

Alerts are sent by the server, which can only replace parts of a text. So the sentence is the message of the run's state
without the beginnings that Prefect adds.
"""

from __future__ import annotations

__all__ = ["MESSAGE_TEMPLATE", "describe_end", "has_cause"]

_EXIT_CODES = (1, 2, -2, -6, -9, -11, -15, 125, 126, 127, 137, 143, 247)
_BEGINNINGS = (
    "Flow run encountered an exception: ",
    "Task run encountered an exception: ",
    "Task run encountered an exception ",
    "ClusterEndedError: ",
    "ClusterStartError: ",
    *(f"Flow run infrastructure exited with non-zero status code {code}. " for code in _EXIT_CODES),
    *(f"Process exited with status code: {code}. " for code in _EXIT_CODES),
)
"""Beginnings of messages that name no cause."""

MESSAGE_TEMPLATE = (
    "{{ (flow_run.state.message or '')" + "".join(f" | replace({beginning!r}, '')" for beginning in _BEGINNINGS) + " }}"
)
"""Jinja template of the sentence for Prefect's automations."""

_PLAIN = {
    "COMPLETED": "It completed.",
    "FAILED": "It failed without a message. Read its log.",
    "CRASHED": "Its process ended without a message. Read its log.",
    "CANCELLED": "It was cancelled by an unknown program, such as Prefect's interface.",
}
_EMPTY = ("", "Flow run was cancelled successfully.", "All states completed.")
"""Messages of final states without a cause."""


def has_cause(message: str) -> bool:
    """Return True if the message of a final state names a cause."""
    text = message.strip()
    for beginning in _BEGINNINGS:
        text = text.replace(beginning, "")
    return text not in _EMPTY


def describe_end(state_type: str, message: str, *, cancellation: str = "") -> str:
    """Return one sentence; empty for a run that has not ended.

    Parameters
    ----------
    state_type : str
        Type of the run's state.
    message : str
        Message of this state.
    cancellation : str
        Message of the request to cancel the run, if one is known.
    """
    if state_type not in _PLAIN:
        return ""
    text = message.strip()
    for beginning in _BEGINNINGS:
        text = text.replace(beginning, "")
    if not has_cause(text):
        text = cancellation.strip() if state_type == "CANCELLED" else ""
    return text.strip() or _PLAIN[state_type]
