"""Number the changes of records, so that a client gets only those since its last request; pure."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from jupyter_pipeline.models import to_plain

__all__ = ["Revisions"]

_MOST_REMOVALS = 2000
"""Number of removed records that are remembered. A client with an older revision gets all records."""


class Revisions:
    """Records of one kind, each with the number of its last change."""

    def __init__(self) -> None:
        self._epoch = secrets.token_hex(4)
        self._number = 0
        self._records: dict[str, Any] = {}
        self._changes: dict[str, int] = {}
        self._removals: dict[str, int] = {}
        self._oldest = 0
        """Revision since which all removals are known."""

    @property
    def revision(self) -> str:
        """Revision of the records. It names the server process, whose numbers start at zero."""
        return f"{self._epoch}.{self._number}"

    def update(self, records: Mapping[str, Any]) -> bool:
        """Replace the records, and return True if any differs.

        Parameters
        ----------
        records : mapping
            Records by id.
        """
        before, number = self._records, self._number + 1
        changed = [key for key, record in records.items() if key not in before or not _is_equal(record, before[key])]
        removed = [key for key in before if key not in records]
        if not changed and not removed:
            return False
        self._number = number
        self._records = dict(records)
        for key in changed:
            self._changes[key] = number
            self._removals.pop(key, None)
        for key in removed:
            self._removals[key] = number
            del self._changes[key]
        while len(self._removals) > _MOST_REMOVALS:
            self._oldest = self._removals.pop(next(iter(self._removals)))
        return True

    def changes_since(self, revision: str) -> dict[str, Any]:
        """Return the changes since a revision; all records if it is too old or of another process.

        Parameters
        ----------
        revision : str
            Revision that the client has; empty for none.
        """
        epoch, _, number = revision.partition(".")
        is_known = epoch == self._epoch and number.isdecimal() and self._oldest <= int(number) <= self._number
        last = int(number) if is_known else -1
        return {
            "revision": self.revision,
            "complete": not is_known,
            "changed": [to_plain(self._records[key]) for key, changed in self._changes.items() if changed > last],
            "removed": [key for key, removed in self._removals.items() if removed > last] if is_known else [],
        }


def _is_equal(one: Any, other: Any) -> bool:
    return one is other or bool(one == other)
