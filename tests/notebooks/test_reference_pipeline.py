"""The reference pipeline, as a user runs it: in a kernel, and then by its deployments."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pandas as pd
import pytest
from nbclient import NotebookClient

from jupyter_pipeline.orchestration import deployments, runs, service

NOTEBOOK = Path(__file__).parents[2] / "notebooks" / "reference_pipeline.ipynb"
PIPELINES = ("generate", "convert", "compact", "reduce", "report")
CONSUMED = {"convert": "raw", "compact": "parquet"}
"""Folders of which a pipeline leaves nothing."""


@pytest.fixture
def stopped() -> Iterator[None]:
    yield
    service.down()


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.usefixtures("stopped")
def test_the_notebook_deploys_its_pipelines_and_each_of_them_runs(tmp_path: Path) -> None:
    notebook = Path(shutil.copy(NOTEBOOK, tmp_path))
    content = nbformat.read(notebook, as_version=4)
    client = NotebookClient(content, timeout=300, resources={"metadata": {"path": tmp_path}})
    client.execute(env={**os.environ, "JPY_SESSION_NAME": str(notebook)})
    data = tmp_path / "tpch"
    report = data / "reports" / "unshipped.html"
    arrived = len(list((data / "arrived").iterdir()))
    assert arrived >= 2, "the cell and the rehearsal bring one batch each"
    report.unlink()

    assert sorted(d.name for d in deployments.list_deployments()) == sorted(f"tpch-{name}" for name in PIPELINES)
    for name in PIPELINES:
        deployments.pause(f"tpch-{name}")  # what a schedule brings meanwhile would be counted too
    for name in PIPELINES:
        consumed = list((data / CONSUMED[name]).glob("*/*")) if name in CONSUMED else []
        done = runs.wait(deployments.run_now(f"tpch-{name}").id, timeout=180)
        assert done.state == "Completed", f"{name}: {done.message}\n{runs.read_log(done.id)}"
        assert not [path for path in consumed if path.exists()]

    assert len(list((data / "arrived").iterdir())) > arrived
    assert "<h1>Unshipped on 1995-03-15</h1>" in report.read_text()
    worst = pd.read_csv(data / "reports" / "unshipped.csv")
    assert list(worst.revenue) == sorted(worst.revenue, reverse=True)
    pd.testing.assert_series_equal(worst.revenue, expected(data / "tables"), check_names=False)


def expected(tables: Path) -> pd.Series[float]:
    """Return the ten highest revenues of unshipped orders, as pandas finds them."""
    orders, lines = pd.read_parquet(tables / "orders"), pd.read_parquet(tables / "lineitem")
    joined = orders.merge(lines, left_on="o_orderkey", right_on="l_orderkey")
    joined = joined[(joined.o_orderdate < "1995-03-15") & (joined.l_shipdate > "1995-03-15")]
    revenue = (joined.l_extendedprice * (1 - joined.l_discount)).groupby(joined.o_orderkey).sum()
    return revenue.nlargest(10).reset_index(drop=True)
