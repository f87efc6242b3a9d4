"""Copy deployments from SQLite to PostgreSQL: ``python -m jupyter_pipeline.orchestration.service.migration FILE``.

The target is the database in Prefect's environment. Copied are flows, deployments with their schedules and pauses, work
pools, blocks, variables, limits and automations. Runs, logs and events stay in SQLite. Prefect's own models read and
write the rows, in one transaction. The last line of output is the result.
"""

from __future__ import annotations

import asyncio
import os
import sys
from typing import Any

__all__ = ["main"]

_TABLES = (
    "flow",
    "block_type",
    "block_schema",
    "block_schema_reference",
    "block_document",
    "block_document_reference",
    "concurrency_limit",
    "concurrency_limit_v2",
    "work_pool",
    "work_queue",
    "deployment",
    "deployment_schedule",
    "variable",
    "automation",
    "automation_related_resource",
)
"""Tables in the order of their references."""
_LATER = {"work_pool": "default_queue_id", "deployment": "storage_document_id"}


def main() -> None:
    """Copy the rows, and print what was copied or why not; the exit code is 1 then."""
    try:
        result = asyncio.run(_migrate(sys.argv[1]))
    except Exception as error:  # noqa: BLE001 - the supervisor shows the reason
        sys.stdout.write(f"{type(error).__name__}: {str(error).partition(chr(10))[0][:300]}\n")
        sys.exit(1)
    sys.stdout.write(f"{result}\n")


async def _migrate(source: str) -> str:
    import sqlalchemy as sa
    from prefect.server.database import provide_database_interface
    from prefect.server.database.configurations import AioSqliteConfiguration

    db = provide_database_interface()
    await db.create_db()
    tables = {name: db.Base.metadata.tables[name] for name in _TABLES if name in db.Base.metadata.tables}
    target = await db.engine()
    rows: dict[str, list[dict[str, Any]]] = {}
    configuration = AioSqliteConfiguration(connection_url=f"sqlite+aiosqlite:///{source}")
    origin = await configuration.engine()
    async with origin.connect() as connection:
        for name, table in tables.items():
            there = await connection.run_sync(lambda c, n=name: {i["name"] for i in sa.inspect(c).get_columns(n)})
            columns = [column for column in table.columns if column.name in there and column.computed is None]
            found = await connection.execute(sa.select(*columns))
            rows[name] = [dict(row) for row in found.mappings().all()]
    await origin.dispose()
    async with target.begin() as connection:
        if (await connection.execute(sa.select(sa.func.count()).select_from(tables["deployment"]))).scalar():
            raise ValueError("the PostgreSQL database already has deployments")
        for table in reversed(tables.values()):
            await connection.execute(sa.delete(table))
        for name, table in tables.items():
            later = _LATER.get(name)
            first = [{**row, later: None} if later in row else row for row in rows[name]]
            for begin in range(0, len(first), 500):
                await connection.execute(sa.insert(table), first[begin : begin + 500])
        pools = tables["work_pool"]
        for row in rows["work_pool"]:
            changed = sa.update(pools).where(pools.c.id == row["id"]).values(default_queue_id=row["default_queue_id"])
            await connection.execute(changed)
    await target.dispose()
    counts = {name: len(rows[name]) for name in ("deployment", "block_document", "automation")}
    return "Copied {deployment} deployments, {block_document} blocks and {automation} automations".format(**counts)


if __name__ == "__main__":
    os.umask(0o077)
    main()
