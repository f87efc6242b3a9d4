"""Parse the selection and the filters of a search."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import regex

from jupyter_pipeline import arguments
from jupyter_pipeline.exceptions import UsageError
from jupyter_pipeline.models import LogEntry
from jupyter_pipeline.workflows.log_search.options import LEVELS, OPTIONS, TAIL

__all__ = ["Query", "compile_pattern", "parse_query"]

_RECENT = 3600.0
"""Seconds before now that a search of everything covers by default."""
_PATIENCE = 0.5
"""Seconds in which an expression must match or fail on one entry."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """Selection and filters."""

    run: str = ""
    cluster: str = ""
    deployment: str = ""
    since: float = 0.0
    until: float = 0.0
    """End; 0 for none."""
    level: int = 0
    """Index in `LEVELS`."""
    tail: int = TAIL
    matches: Callable[[str], bool] | None = None
    literal: bytes = b""
    """Bytes that each matching line of a JSON log contains; empty if unknown."""

    @property
    def covers_all(self) -> bool:
        """True for the logs of everything."""
        return not (self.run or self.cluster or self.deployment)

    def accepts(self, entry: LogEntry) -> bool:
        """Return True if an entry passes the filters.

        Raises
        ------
        UsageError
            If the expression takes too long.
        """
        if entry.time < self.since or (self.until and entry.time > self.until):
            return False
        if self.level and LEVELS.index(entry.level) < self.level:
            return False
        return self.matches is None or self.matches(entry.message)


def parse_query(values: dict[str, Any], *, now: float | None = None) -> Query:
    """Return the query of the values of `OPTIONS` and `FLAGS`.

    Parameters
    ----------
    values : dict
        Text by option; absent, empty or ``None`` for the default.
    now : float, optional
        Time to which durations refer; by default the current time.

    Raises
    ------
    UsageError
        If the values contradict each other, or one is not valid.
    """
    now = time.time() if now is None else now
    text = {name: str(values.get(name) if values.get(name) is not None else "").strip() for name in OPTIONS}
    chosen = [f"--{name}" for name in ("run", "cluster", "deployment") if text[name]]
    chosen += ["--all"] if values.get("all") else []
    if len(chosen) > 1:
        raise UsageError(f"{' and '.join(chosen)} exclude each other. Choose one of them.")
    if not chosen:
        raise UsageError("logs needs --run RUN, --cluster CLUSTER, --deployment DEPLOYMENT or --all.")
    since = arguments.moment("--since", text["since"], now=now) if text["since"] else 0.0
    until = arguments.moment("--until", text["until"], now=now) if text["until"] else 0.0
    if values.get("all") and not since:
        since = (until or now) - _RECENT
    if until and since > until:
        raise UsageError(f"--until {text['until']} is before --since. Exchange them.")
    level = LEVELS.index(arguments.choice("--level", text["level"].lower(), LEVELS)) if text["level"] else 0
    pattern = str(values.get("grep") or "")
    return Query(
        run=text["run"],
        cluster=text["cluster"],
        deployment=text["deployment"],
        since=since,
        until=until,
        level=level,
        tail=arguments.whole_number("--tail", text["tail"], 0, 100_000_000) if text["tail"] else TAIL,
        matches=compile_pattern(pattern) if pattern else None,
        literal=pattern.encode() if regex.fullmatch(r"[\w ,;@%&-]+", pattern, regex.ASCII) else b"",
    )


def compile_pattern(pattern: str) -> Callable[[str], bool]:
    """Return the function that searches a text for an expression.

    Parameters
    ----------
    pattern : str
        Expression in the syntax of `re`.

    Raises
    ------
    UsageError
        If it is not valid. The function raises it if the search in one text takes too long.
    """
    try:
        compiled = regex.compile(pattern)
    except (regex.error, RecursionError, OverflowError, MemoryError) as error:
        raise UsageError(f"--grep {pattern!r} is not a regular expression: {error}.") from error

    def matches(text: str) -> bool:
        try:
            return compiled.search(text, timeout=_PATIENCE) is not None
        except TimeoutError as error:
            raise UsageError(
                f"--grep {pattern!r} takes more than {_PATIENCE} s on an entry of {len(text):,} characters. Remove "
                "nested repetitions such as (a+)+."
            ) from error

    return matches
