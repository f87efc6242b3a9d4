"""Records of a running step and of the outputs of a cell."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

__all__ = ["MOST_TEXT", "CellRecord", "RunningStep", "passed_on"]

MOST_TEXT = 5_000_000
"""Characters that are stored for each stream and cell."""


@dataclass(slots=True)
class RunningStep:
    """A running step."""

    step: str
    cell: int = -1
    draws: tuple[Any, ...] = ()
    """Positions of the global random generators at the start of the cell."""
    outer: bool = False
    """True while text is passed on that is already recorded."""
    begun: float = field(default_factory=time.monotonic)
    """Time of the start of the step."""
    entered: float = 0.0
    """Time of the start of the cell."""


@dataclass(slots=True)
class CellRecord:
    """Outputs of one cell."""

    outputs: list[dict[str, Any]] = field(default_factory=list)
    calls: dict[str, int] = field(default_factory=dict)
    """Number of calls by step; a mapped step is called for each element."""
    draws: bool = False
    """True if the cell drew from a global random generator."""
    from_process: bool = False
    """True if text came from a child process, so that the order of lines may change."""
    has_value: bool = False
    """True if the last expression of the cell was evaluated."""
    skipped: list[str] = field(default_factory=list)
    """Reasons for outputs that are not recorded."""
    lengths: dict[str, int] = field(default_factory=dict)
    """Characters written to each stream."""
    most_text: int = MOST_TEXT
    """Characters that are stored for each stream."""

    def add_text(self, stream: str, text: str) -> None:
        """Add text of a stream, up to the limit."""
        length = self.lengths.get(stream, 0)
        self.lengths[stream] = length + len(text)
        text = text[: max(0, self.most_text - length)]
        if not text:
            return
        last = self.outputs[-1] if self.outputs else None
        if last is not None and last.get("name") == stream:
            last["parts"].append(text)
        else:
            self.outputs.append({"output_type": "stream", "name": stream, "parts": [text]})

    def to_dict(self) -> dict[str, Any]:
        """Return the record as JSON data."""
        outputs = [
            {"output_type": "stream", "name": each["name"], "text": "".join(each["parts"])} if "parts" in each else each
            for each in self.outputs
        ]
        return {
            "outputs": outputs,
            "calls": max((n for step, n in self.calls.items() if step), default=1),
            "draws": self.draws,
            "has_value": self.has_value,
            "from_process": self.from_process,
            "skipped": sorted(set(self.skipped)),
            "truncated": any(length > self.most_text for length in self.lengths.values()),
        }


@contextlib.contextmanager
def passed_on(running: RunningStep | None) -> Iterator[None]:
    """Record nothing in the block, which shows what is already recorded."""
    if running is None:
        yield
        return
    before, running.outer = running.outer, True
    try:
        yield
    finally:
        running.outer = before
