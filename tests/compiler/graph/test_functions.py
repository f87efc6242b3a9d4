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


CONNECT = "from distributed import Client"
USE = "%%step t --function\nn = len(x)"


@pytest.mark.parametrize(
    "sources",
    [
        (CONNECT, "%%step a\nx, y = Client(), 1", USE),
        (CONNECT, "%%step a\nx: Client = Client()", USE),
        (CONNECT, "%%step a\nx = [Client()]", USE),
        (CONNECT, "%%step a\nx = {}\nx['c'] = Client()", USE),
        (CONNECT, "%%step a\nclient = Client()\nx = client", USE),
        (CONNECT, "%%step a\nclient = Client()\nx = client.cluster", USE),
        (CONNECT, "%%step a\nimport os\nx = Client() if os.environ else None", USE),
        (CONNECT, "def connect():\n    return Client()", "%%step a\nx = connect()", USE),
        (CONNECT, "def connect():\n    c = Client()\n    return c", "%%step a\nx = connect()", USE),
        (CONNECT, "connect = lambda: Client()", "%%step a\nx = connect()", USE),
        (CONNECT, "class Runner:\n    def __init__(self):\n        self.c = Client()", "%%step a\nx = Runner()", USE),
        (CONNECT, "make = Client", "%%step a\nx = make()", USE),
        ("from distributed import Client as C", "%%step a\nif True:\n    x = C()", USE),
        ("from contextlib import ExitStack\n" + CONNECT, "%%step a\nx = ExitStack().enter_context(Client())", USE),
        (CONNECT, "%%step a\nc = Client()\ndef x():\n    return c.ncores()", USE.replace("len(x)", "x()")),
        ("from distributed import Queue", "%%step t --function\nn = Queue('q').qsize()"),
    ],
)
def test_a_client_is_found_behind_other_names(sources: tuple[str, ...]) -> None:
    with pytest.raises(CompileRefusedError, match="the machine of a --function cannot reach"):
        compiled(*sources)


@pytest.mark.parametrize(
    "sources",
    [
        (CONNECT, "%%step a\nx = Client().submit(len, [1]).result()", "%%step b --function\nn = x + 1"),
        (CONNECT, "%%step a\nclient = Client()\nx = client.gather([1])", "%%step b --function\nn = len(x)"),
        (CONNECT, "%%step a\nx = Client()\nx = [1]", "%%step b --function\nn = len(x)"),
        (CONNECT, "def f(client):\n    return [client]", "%%step b --function\nn = f(1)"),
        ("from distributed.utils import format_bytes", "%%step b --function\nn = format_bytes(10)"),
        ("import distributed", "%%step b --function\nn = distributed.__version__"),
    ],
)
def test_a_function_without_a_client_is_accepted(sources: tuple[str, ...]) -> None:
    compiled(*sources, profile="local")


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


@pytest.mark.parametrize(
    ("write", "read", "path"),
    [
        ("pd.DataFrame().to_csv('a.csv')", "pd.read_csv('a.csv')", "a.csv"),
        ("pd.DataFrame().to_parquet('/data/a')", "pd.read_parquet('/data/a')", "/data/a"),
        ("pd.DataFrame().to_csv('file:///a.csv')", "pd.read_csv('file:///a.csv')", "file:///a.csv"),
        ("pd.DataFrame().to_csv('C:/a.csv')", "pd.read_csv('C:/a.csv')", "C:/a.csv"),
    ],
)
@pytest.mark.parametrize("options", [("", " --function"), (" --function", "")])
def test_a_local_file_between_a_function_and_a_step_is_refused(
    write: str, read: str, path: str, options: tuple[str, str]
) -> None:
    first, second = options
    with pytest.raises(CompileRefusedError) as refused:
        compiled("import pandas as pd", f"%%step a{first}\n{write}\nx = 1", f"%%step b{second}\ny = {read}, x")
    (refusal,) = refused.value.refusals
    assert refusal.rule == "function-files"
    assert f"b uses {path} that a writes" in refusal.reason


@pytest.mark.parametrize(
    ("write", "read", "noted"),
    [
        ("pd.DataFrame().to_csv('s3://b/a.csv')", "pd.read_csv('s3://b/a.csv')", True),
        ("import os\npd.DataFrame().to_csv(os.environ['A'] + '.csv')", "pd.read_csv('a.csv')", True),
        ("pd.DataFrame().to_csv('a.csv')", "pd.read_csv('b.csv')", False),
        ("pd.DataFrame()", "pd.read_csv('a.csv')", False),
    ],
)
def test_files_that_may_be_local_are_noted(write: str, read: str, noted: bool) -> None:
    cells = ["import pandas as pd", f"%%step a\n{write}\nx = 1", f"%%step b --function\ny = {read}, x"]
    marked = [Cell(index=i, source=source) for i, source in enumerate(cells)]
    notes = compile_cells(marked, [1, 2], CompileOptions(name="p")).notes
    assert any("b may use files of a: the machines of --function" in note for note in notes) is noted


def test_a_file_between_two_other_steps_is_accepted() -> None:
    compiled(
        "import pandas as pd",
        "%%step a\npd.DataFrame().to_csv('a.csv')",
        "%%step b\nx = len(pd.read_csv('a.csv'))",
        "%%step c --function\ny = x",
    )


@pytest.mark.parametrize("options", [{"to": "dagster"}, {"standalone": True}])
def test_a_function_needs_prefect_and_this_package(options: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match="The step b has machines of its own, --function"):
        compiled("%%step a\nx = [1]", "%%step b --function\ny = sum(x)", **options)
