"""Prefect's use of SQLite, corrected in the process of the embedded server.

Prefect begins every transaction as a reader that becomes a writer with its first change. SQLite refuses that at once
when another has written meanwhile; Prefect answers with 503, or goes on with the broken transaction, whose lock then
keeps all others waiting for a minute. A transaction that says at its beginning that it will write waits for its turn.
"""

from __future__ import annotations

from typing import Any

__all__ = ["write_in_turn"]


def write_in_turn() -> None:
    """Let each transaction of the Prefect server on SQLite take the write lock at its beginning."""
    from prefect.server.database.configurations import AioSqliteConfiguration

    begin = AioSqliteConfiguration.begin_transaction

    def begin_immediately(self: Any, session: Any, with_for_update: bool = False) -> Any:
        return begin(self, session, with_for_update=True)

    AioSqliteConfiguration.begin_transaction = begin_immediately
