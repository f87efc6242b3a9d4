"""Create Prefect's tables and block types: ``python -m jupyter_pipeline.orchestration.service.database_setup``.

A single server does so itself. Several processes would do it at the same time, and some would fail.
"""

from __future__ import annotations

import asyncio
import sys

__all__ = ["main"]


def main() -> None:
    """Prepare the database of Prefect's environment; on failure, print the reason and exit with code 1."""
    try:
        asyncio.run(_prepare())
    except Exception as error:  # noqa: BLE001 - the supervisor shows the reason
        sys.stdout.write(f"{type(error).__name__}: {str(error).partition(chr(10))[0][:300]}\n")
        sys.exit(1)


async def _prepare() -> None:
    from prefect.server.database import provide_database_interface
    from prefect.server.models.block_registration import run_block_auto_registration

    db = provide_database_interface()
    await db.create_db()
    async with await db.session() as session:
        await run_block_auto_registration(session=session)


if __name__ == "__main__":
    main()
