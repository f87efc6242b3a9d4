from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from pyflakes.api import check
from pyflakes.reporter import Reporter
from ruff import find_ruff_bin

from jupyter_pipeline.compiler import Cell, Compilation, CompileOptions, compile_cells
from jupyter_pipeline.exceptions import CompileRefusedError, UsageError
from jupyter_pipeline.models import Schedule

GOLDEN = Path(__file__).parent / "golden"


def cells(*sources: str | Cell) -> list[Cell]:
    return [s if isinstance(s, Cell) else Cell(index=i, source=s) for i, s in enumerate(sources)]


def single(**options: Any) -> Compilation:
    notebook = cells(
        Cell(index=0, source="# Flights\n\n## Delay of each carrier", kind="markdown"),
        "import pandas as pd\n%load_ext jupyter_pipeline\n%cluster start local",
        "month = 3  # March\nLIMITS = {'late': 15}",
        "# the worst\ndef worst(table, n=5):\n    '''First rows.'''\n    return table.head(n)  # sorted already",
        "flights = pd.DataFrame({'month': [1, 3, 3], 'carrier': list('aab'), 'delay': [1, 20, 30]})",
        "flights.head()",
        "%%deploy delays --every 5m\nchosen = flights[flights.month == month]\n\n# by carrier\n"
        "delays = worst(chosen[chosen.delay > LIMITS['late']].groupby('carrier').delay.mean())\ndelays",
        "delays.plot()",
    )
    given = {"name": "delays", "profile": "local", "retries": 2, "notebook": "notebooks/flights.ipynb"} | options
    return compile_cells(notebook, 6, CompileOptions(**given))


def several() -> Compilation:
    notebook = cells(
        "import pandas as pd",
        "rows = 4\nbad = False",
        "raw = pd.DataFrame({'k': list('aabb'), 'v': range(rows)})",
        "%%step clean\ntidy = raw.dropna()\ntidy['w'] = tidy.v * 2",
        "%%check positive\nassert (tidy.v >= 0).all(), 'negative values'\nassert not bad, 'bad was asked for'",
        "%%step by_key\nsums = tidy.groupby('k').w.sum()\nbiggest = sums.idxmax()",
        "size = len(raw)",
        "%%step report\nline = f'{biggest}: {sums.max()} of {size}'\nline",
    )
    return compile_cells(notebook, (3, 4, 5, 7), CompileOptions(name="multi", schedules=(Schedule(cron="0 6 * * *"),)))


def rich(*, sized: bool = True, **options: Any) -> Compilation:
    memory, cpus = (" --memory 8GiB", " --cpus 4") if sized else ("", "")
    notebook = cells(
        "from datetime import date\nimport dask.dataframe as dd\nimport pandera.pandas as pa",
        "day = date(2026, 1, 31)\nregion = 'eu'\npaths = ['a.json', 'b.json']",
        "def convert(path):\n    dd.read_json(path).to_parquet(path + '.parquet')\n    return path + '.parquet'",
        f"%%step converted --map --retries 3 --retry-delay 30 --backoff 2 --jitter 0.5{memory}\n"
        "converted = [convert(path) for path in paths]",
        f"%%step orders --cache 1h --timeout 10m{cpus}\norders = dd.read_parquet(converted)\n"
        "orders = orders[(orders.day == day) & (orders.region == region)]",
        "%%check sound\npa.DataFrameSchema({'price': pa.Column(float, pa.Check.gt(0))}).validate(orders)",
        "%%step revenue\nrevenue = orders.groupby('customer').price.sum().compute()\nrevenue",
    )
    given = {"name": "revenue", "profile": "slurm", "notebook": "tpch.ipynb", "parameters": ("paths",)} | options
    return compile_cells(notebook, (3, 4, 5, 6), CompileOptions(**given))


def clusters() -> Compilation:
    notebook = cells(
        "import dask.dataframe as dd",
        "folder = 'orders'",
        "%%step orders --profile small --cpus 2\norders = dd.read_parquet(folder)",
        "%%step features --profile big --memory 64GiB --retries 2\nfeatures = orders[orders.price > 0]",
        "%%check enough --profile big\nlen(features) > 10",
        "%%step model --profile big\nmodel = features.price.mean().compute()",
        "%%step report\nline = f'{model} in {folder}'\nline",
    )
    return compile_cells(notebook, (2, 3, 4, 5, 6), CompileOptions(name="train", profile="local"))


def clusters_of_workers() -> Compilation:
    notebook = cells(
        "folder = 'raw'",
        "%%step load\nrows = [1, 2]\nunit = 'g'",
        "%%step grams --profile big --map\ngrams = [(row, unit) for row in rows]",
        "%%check some --profile big\nlen(grams) > 0",
        "%%step priced --function --cpus 4\npriced = [(*each, 2) for each in grams]",
        "%%step report\nline = f'{priced} in {folder}'\nline",
    )
    return compile_cells(notebook, (1, 2, 3, 4, 5), CompileOptions(name="grams", profile="local", tasks_on="workers"))


def functions() -> Compilation:
    notebook = cells(
        "import pandas as pd\nfrom pathlib import Path",
        "folder = 'raw'",
        "def convert(path, folder):\n    target = f'{folder}/{path}.parquet'\n"
        "    pd.read_json(path).to_parquet(target)\n    return target",
        "%%step arrived --profile small\narrived = [str(path) for path in Path(folder).glob('*.json')]",
        "%%step converted --function --map --memory 64GiB --region us-east-2 --retries 2\n"
        "converted = [convert(path, folder) for path in arrived]",
        "%%step total --function --cpus 4\ntotal = sum(len(pd.read_parquet(path)) for path in converted)",
        "%%step report\nline = f'{total} rows'\nline",
    )
    return compile_cells(notebook, (3, 4, 5, 6), CompileOptions(name="convert", profile="local", memory="2GiB"))


PIPELINES = {
    "functions": functions,
    "clusters": clusters,
    "single": single,
    "several": several,
    "standalone": lambda: single(standalone=True),
    "rich": lambda: rich(windows={"day": "start"}, requirements="dask==2026.8.0\n"),
    "cluster": lambda: rich(
        sized=False,
        standalone=True,
        cluster={
            "class": "dask_jobqueue.SLURMCluster",
            "kwargs": {"cores": 4, "memory": "8 GiB"},
            "adapt": {"maximum": 8},
        },
    ),
    "workers": lambda: rich(tasks_on="workers"),
    "clusters_of_workers": clusters_of_workers,
    "dagster": lambda: rich(to="dagster", schedules=(Schedule(cron="0 6 * * *", parameters={"region": "us"}),)),
}


@pytest.mark.parametrize("name", PIPELINES)
def test_files_equal_the_golden_folder(name: str) -> None:
    folder = GOLDEN / name
    files = PIPELINES[name]().files
    if os.environ.get("UPDATE_GOLDEN"):
        folder.mkdir(exist_ok=True)
        for path, text in files.items():
            (folder / path).write_text(text)
    assert {p.name: p.read_text() for p in folder.iterdir()} == files


@pytest.mark.parametrize("name", PIPELINES)
def test_pyflakes_finds_nothing(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    for path, text in PIPELINES[name]().files.items():
        if path.endswith(".py"):
            assert check(text, path, Reporter(sys.stdout, sys.stdout)) == 0, capsys.readouterr().out


@pytest.mark.parametrize("rules", ["", "E,F,I,UP,B"])
def test_ruff_finds_nothing_in_the_golden_folder(rules: str) -> None:
    selected = [f"--select={rules}"] if rules else ["--extend-select=I"]
    for command in (["check", *selected], ["format", "--check"]):
        done = subprocess.run(
            [find_ruff_bin(), *command, "--isolated", "--no-cache", GOLDEN], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout


def test_same_input_gives_same_version_and_another_value_another() -> None:
    assert single().version == single().version
    assert single(retries=3).version != single().version


def test_schema_and_defaults_have_the_form_of_prefect() -> None:
    compilation = single()
    assert compilation.parameters == {"month": 3}
    assert compilation.parameter_schema == {
        "title": "Parameters",
        "type": "object",
        "properties": {
            "month": {"default": 3, "position": 0, "title": "month", "type": "integer", "description": "March."}
        },
        "required": [],
        "definitions": {},
    }
    json.dumps(compilation.to_dict())


@pytest.mark.parametrize(
    ("sources", "reason"),
    [
        ([""], "does nothing"),
        (["key = 'AKIA' 'x'", "aws = 'AKIAIOSFODNN7EXAMPLQ'\ny = aws"], "looks like a secret"),
        (["password = 'hunter2hunter2'", "y = password"], "looks like a secret"),
    ],
)
def test_constructs_that_cannot_be_compiled_are_refused(sources: list[str], reason: str) -> None:
    with pytest.raises(CompileRefusedError, match=reason):
        compile_cells(cells(*sources), len(sources) - 1, CompileOptions(name="p"))


def test_names_of_the_kernel_and_of_cells_below_make_refusals_clearer() -> None:
    options = CompileOptions(name="p", kernel_names=("ghost",))
    with pytest.raises(CompileRefusedError, match="exists in the kernel, but no cell above defines it"):
        compile_cells(cells("y = ghost"), 0, options)
    with pytest.raises(CompileRefusedError, match="defined only below, in cell 2 of 2"):
        compile_cells(cells("y = later", "later = 1"), 0, options)


@pytest.mark.parametrize("name", ["../x", "", "a/b", "x" * 64])
def test_names_that_are_no_folder_are_refused(name: str) -> None:
    with pytest.raises(UsageError):
        compile_cells(cells("x = 1"), 0, CompileOptions(name=name))


def test_paths_of_this_machine_and_clients_are_noted() -> None:
    notebook = cells("from distributed import Client", "client = Client()", "y = open('/home/me/x.csv').read(), client")
    notes = "\n".join(compile_cells(notebook, 2, CompileOptions(name="p")).notes)
    assert "'/home/me/x.csv' is a path of this machine" in notes
    assert "Client: each run starts a separate Dask client" in notes


def test_manifest_is_read_back_by_yaml() -> None:
    manifest = yaml.safe_load(several().files["prefect.yaml"])
    (deployment,) = manifest["deployments"]
    assert deployment["entrypoint"] == "flow.py:multi"
    assert deployment["schedules"][0]["cron"] == "0 6 * * *"
    assert deployment["parameters"] == {"rows": 4, "bad": False}


def test_importing_the_package_is_cheap() -> None:
    code = (
        "import sys, jupyter_pipeline.compiler as p; p.slice_cells;"
        "print({'pandas', 'prefect', 'nbformat', 'IPython', 'distributed', 'detect_secrets'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_a_long_chain_of_elif_is_no_depth() -> None:
    chain = "if x == 0:\n    y = 0\n" + "".join(f"elif x == {i}:\n    y = {i}\n" for i in range(1, 900))
    made = compile_cells(cells("x = 5", chain, "y"), 2, CompileOptions(name="deep"))
    assert "elif x == 899:" in made.files["steps.py"]
