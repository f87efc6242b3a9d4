"""Steps with --function that use a client or a cluster are refused."""

from __future__ import annotations

from typing import Any

import pytest

from jupyter_pipeline.compiler import Cell, CompileOptions, compile_cells
from jupyter_pipeline.exceptions import CompileRefusedError, UsageError


def compiled(*sources: str, **options: Any) -> None:
    cells = [Cell(index=i, source=source) for i, source in enumerate(sources)]
    marked = [i for i, source in enumerate(sources) if source.startswith("%%")]
    compile_cells(cells, marked, CompileOptions(name="p", **options))


@pytest.mark.parametrize(
    ("sources", "name"),
    [
        (
            ("%%step t --function\nfrom distributed import get_client\nn = get_client().submit(len, [1]).result()",),
            "get",
        ),
        (("import dask.distributed as dd", "%%step t --function\nn = dd.Client().ncores()"), "dd.Client"),
        (("from dask_jobqueue import SLURMCluster", "%%step t --function\nn = SLURMCluster(cores=1)"), "SLURMCluster"),
        (
            ("from distributed import Client", "client = Client()", "%%step t --function\nn = client.ncores()"),
            "Client",
        ),
        (
            (
                "from distributed import Client",
                "def count():\n    return Client().ncores()",
                "%%step t --function\nn = count()",
            ),
            "count",
        ),
        (("%cluster start local", "%%step t --function\nn = client.ncores()"), "client"),
        (
            (
                "from distributed import Client",
                "%%step connect\nclient = Client()",
                "%%step t --function\nn = client.ncores()",
            ),
            "client",
        ),
    ],
)
def test_a_function_with_a_client_is_refused(sources: tuple[str, ...], name: str) -> None:
    with pytest.raises(CompileRefusedError, match="the machine of a --function cannot reach") as refused:
        compiled(*sources)
    assert name in refused.value.refusals[0].name


def test_a_function_beside_a_step_with_a_client_is_accepted() -> None:
    compiled(
        "from distributed import get_client",
        "%%step a\nx = get_client().submit(sum, [1]).result()",
        "%%step b --function\ny = x + 1",
        profile="local",
    )


def test_a_function_that_awaits_is_refused() -> None:
    with pytest.raises(CompileRefusedError, match="the step awaits something"):
        compiled("import asyncio", "%%step a\nx = 1", "%%step b --function\nawait asyncio.sleep(x)\ny = x")


@pytest.mark.parametrize(
    ("sources", "message"),
    [
        (("import numpy as np", "%%step a\nnp.random.seed(1)\nx = 1", "%%step b --function\ny = x + np.random.rand()"),
         "the random state"),
        (("%%step a\nf = open('a.txt')", "%%step b --function\ny = f.read()"), "it is an open file, which --function"),
        (("%%step a\nxs = [1]", "%%step b --function\nxs.append(2)\nn = len(xs)", "%%step c\nm = sum(xs) + n"), ""),
    ],
)  # fmt: skip
def test_a_function_that_shares_state_with_a_step_is_refused(sources: tuple[str, ...], message: str) -> None:
    if not message:
        compiled(*sources)  # the changed list is a result of the function
        return
    with pytest.raises(CompileRefusedError, match=message):
        compiled(*sources)


@pytest.mark.parametrize("options", [{"to": "dagster"}, {"standalone": True}])
def test_a_function_needs_prefect_and_this_package(options: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match="The step b has machines of its own, --function"):
        compiled("%%step a\nx = [1]", "%%step b --function\ny = sum(x)", **options)
