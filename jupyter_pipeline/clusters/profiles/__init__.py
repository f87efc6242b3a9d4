"""Profiles: named descriptions of clusters, merged from configuration layers and validated.

Nothing of Dask is imported. `layers` finds the sources, `merging` merges them, `schema` declares the keys, and
`validation` checks the result. The backend of the class declares its arguments.
"""

from __future__ import annotations

from jupyter_pipeline.clusters.profiles.loading import (
    get_default_name,
    get_profile,
    is_path,
    list_kinds,
    list_names,
    list_problems,
    load_profiles,
    render_profile,
    render_template,
    stored_file_name,
)

__all__ = [
    "get_default_name",
    "get_profile",
    "is_path",
    "list_kinds",
    "list_names",
    "list_problems",
    "load_profiles",
    "render_profile",
    "render_template",
    "stored_file_name",
]
