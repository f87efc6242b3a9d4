from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from jupyter_pipeline.server.deploy import _arguments
from jupyter_pipeline.workflows import deploy_options

Call = Callable[..., Awaitable[tuple[int, Any]]]


def notebook(*sources: str) -> dict[str, Any]:
    cells = [
        {"cell_type": "code", "id": f"c{i}", "metadata": {}, "source": s, "outputs": [], "execution_count": None}
        for i, s in enumerate(sources)
    ]
    return {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells}


def ask(*sources: str, **values: Any) -> dict[str, Any]:
    content = notebook(*sources)
    return {"notebook": content, "path": "work/nb.ipynb", "cell": len(sources) - 1, "name": "daily", **values}


async def test_the_preview_shows_the_files_of_a_notebook_that_was_never_saved(call: Call, jp_root_dir: Path) -> None:
    body = ask("n = 3", "print('other')", "n * 2", cron="0 6 * * *", retries=2)
    code, answer = await call("POST", "deploy", "preview", body=body)
    assert code == 200, answer
    assert list(answer["files"]) == ["steps.py", "flow.py", "prefect.yaml"]
    assert "n: int = 3" in answer["files"]["steps.py"]
    assert "other" not in answer["files"]["steps.py"]
    assert answer["folder"] == str(jp_root_dir / "work" / "pipelines" / "daily")
    assert len(answer["next_runs"]) == 5
    assert answer["deployment"] is None
    assert list(jp_root_dir.iterdir()) == []


async def test_the_preview_finds_the_profiles_of_the_notebook_s_folder(call: Call, jp_root_dir: Path) -> None:
    (jp_root_dir / "work").mkdir()
    text = "profiles: {ours: {cluster_class: dask.distributed.LocalCluster}}"
    (jp_root_dir / "work" / "jupyter-pipeline.yaml").write_text(text)
    code, answer = await call("POST", "deploy", "preview", body=ask("1 + 1", profile="ours"))
    assert code == 200, answer
    assert 'run_on("ours", __file__)' in answer["files"]["flow.py"]


async def test_a_refusal_names_cell_line_and_way_out(call: Call) -> None:
    code, answer = await call("POST", "deploy", "preview", body=ask("x = 1", "y = 2\n%sql select 1"))
    assert (code, answer["error"]) == (422, "CompileRefusedError")
    assert [(r["cell"], r["line"]) for r in answer["refused"]] == [(1, 2)]
    assert all(r["reason"] and r["fix"] for r in answer["refused"])


@pytest.mark.parametrize(
    ("values", "code", "words"),
    [
        ({"path": "../../etc/nb.ipynb"}, 400, "not below the folder"),
        ({"name": "../x"}, 400, "cannot be the name"),
        ({"cell": 7}, 400, "no cell with index 7"),
        ({"cell": "nope"}, 404, "nope"),
        ({"cron": "0 0 31 2 *"}, 400, "never fires"),
        ({"profile": "nope"}, 404, "No profile is called 'nope'"),
        ({"retries": -1}, 400, "-1"),
        ({"notebook": {}}, None, ""),
        ({"notebook": {"nbformat": 3, "worksheets": []}}, None, ""),
        ({"surprise": 1}, 400, "unknown key"),
    ],
)
async def test_an_invalid_preview_is_refused(
    call: Call, values: dict[str, Any], code: int | None, words: str, jp_root_dir: Path
) -> None:
    got, answer = await call("POST", "deploy", "preview", body=ask("1 + 1", **values))
    assert got in ((400, 422) if code is None else (code,)), answer
    assert words in answer["message"]
    assert list(jp_root_dir.iterdir()) == []


async def test_a_deploy_without_a_server_is_503_and_writes_nothing(call: Call, jp_root_dir: Path) -> None:
    (jp_root_dir / "work").mkdir()
    code, answer = await call("POST", "deploy", body=ask("1 + 1"), request_timeout=60)
    assert (code, answer["error"]) == (503, "ApiUnreachableError"), answer
    assert list((jp_root_dir / "work").iterdir()) == []


async def test_a_deploy_is_refused_by_the_kernels_compiler_too(call: Call, jp_root_dir: Path) -> None:
    (jp_root_dir / "work").mkdir()
    code, answer = await call("POST", "deploy", body=ask("input()"), request_timeout=60)
    assert code == 422, answer
    assert answer["refused"][0]["name"] == "input()"


def test_no_value_can_pass_for_an_option() -> None:
    asked = ask("1", name="--overwrite", profile="--help", param=["--dry-run"], tag=["-x"], overwrite=False)
    arguments = _arguments(asked, "/nb.ipynb")
    assert arguments[:2] == ["deploy", "-"]
    assert all("=" in argument for argument in arguments[2:])
    assert _arguments({**asked, "overwrite": True}, "/nb.ipynb")[-1] == "--overwrite"


async def test_the_options_come_as_a_schema_with_the_keys_of_a_deploy(call: Call) -> None:
    code, answer = await call("GET", "options")
    assert code == 200
    assert set(answer["properties"]) == set(deploy_options.json_types())


async def test_a_notebook_without_deployments_has_no_options(call: Call) -> None:
    body = {"notebook": notebook("1 + 1"), "path": "work/nb.ipynb", "cell": 0, "name": "daily"}
    assert await call("POST", "deploy", "deployed", body=body) == (200, [])
    code, answer = await call("POST", "deploy", "deployed", body={**body, "path": "../../nb.ipynb"})
    assert (code, "not below the folder" in answer["message"]) == (400, True)
