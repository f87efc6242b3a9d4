"""Describe how jobs ended (pure)."""

from __future__ import annotations

__all__ = ["describe_exit"]


def describe_exit(code: str, *, host: str = "", cause: str = "") -> str:
    """Return the end of a job as text.

    Parameters
    ----------
    code : str
        Exit code in the notation of the batch system, empty if it is unknown.
    host : str
        Host of the job.
    cause : str
        Reason in the words of the batch system. A job with the exit code 0 and no cause has completed.

    Examples
    --------
    >>> describe_exit("0"), describe_exit("1", host="n2", cause="TERM_RUNLIMIT: job killed.")
    ('it completed', 'it failed (exit code 1 on n2, TERM_RUNLIMIT: job killed)')
    """
    if code == "0" and not cause:
        return "it completed"
    known = " ".join(filter(None, (f"exit code {code}" if code else "", f"on {host}" if host else "")))
    details = ", ".join(filter(None, (known, cause.strip().rstrip("."))))
    return f"it failed ({details})" if details else "it failed"
