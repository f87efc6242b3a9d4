"""Registry of clusters on disk: one folder per cluster with its record, name, events and markers.

The functions of `records` are exported here. Only the standard library is imported, so that the Jupyter server
may use it.
"""

from __future__ import annotations

from jupyter_pipeline.clusters.registry.records import (
    cluster_dir,
    create_record,
    find_record,
    id_prefix,
    is_on_this_host,
    list_records,
    lock_path,
    new_id,
    read_record,
    read_request,
    refresh_record,
    resolve_state,
    write_keeper_file,
    write_record,
)

__all__ = [
    "cluster_dir",
    "create_record",
    "find_record",
    "id_prefix",
    "is_on_this_host",
    "list_records",
    "lock_path",
    "new_id",
    "read_record",
    "read_request",
    "refresh_record",
    "resolve_state",
    "write_keeper_file",
    "write_record",
]
