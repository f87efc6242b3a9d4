"""``method: dask``: distributed's own plugins, with the options that they take."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from distributed import Client

from jupyter_pipeline.environments.sync.synchronize import sync_environment
from jupyter_pipeline.exceptions import SyncError, UsageError

Write = Callable[[str, str], Path]
Value = Callable[[str], list[object]]


@pytest.mark.parametrize(
    ("options", "arrives", "stays"),
    [
        ({}, "plain", "tests.hidden"),
        ({"skip_words": ["plain"]}, "tests.hidden", "plain"),
        ({"skip_words": ("tests", "docs"), "update_path": True, "restart_workers": False}, "plain", "tests.hidden"),
    ],
)
def test_the_options_of_upload_directory_reach_it(
    options: dict[str, Any], arrives: str, stays: str, write: Write, client: Client, module: str, value: Value
) -> None:
    package = write(f"{module}/__init__.py", "") / module
    for name in ("plain", "tests/hidden"):
        write(f"{module}/{name}/__init__.py", "x = 1")
    chosen = {"method": "dask", "upload_directory": {"path": str(package), **options}}
    report = sync_environment(client, options=chosen, packages=False)
    assert report.uploaded[0]["directory"] == str(package)
    assert value(f"{module}.{arrives}.x") == [1, 1]
    assert value(f"{module}.{stays}.x") == ["absent", "absent"]


def test_an_error_of_the_plugin_is_reported_with_its_name(write: Write, client: Client, module: str) -> None:
    project = write(f"{module}.py", "")
    with pytest.raises(SyncError, match=r"UploadDirectory failed: mode=.nowhere. not supported"):
        sync_environment(
            client, options={"method": "dask", "upload_directory": {"path": str(project), "mode": "nowhere"}}
        )


def test_folders_that_must_not_be_sent_are_refused_here_too(client: Client) -> None:
    with pytest.raises(UsageError, match="root of the file system"):
        sync_environment(client, options={"method": "dask", "upload_directory": "/"})
