from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import jupyter_pipeline


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "jupyter_pipeline", *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_version() -> None:
    assert run("--version").stdout.strip() == jupyter_pipeline.__version__


@pytest.mark.parametrize(
    ("command", "lines"),
    [
        (["runs", "list"], ["--limit N", "Number of runs; by default 20."]),
        (["deploy"], ["--concurrency-limit N", "number of runs at one time; by default 1"]),
        (["cluster", "start"], ["-n, --workers, --n-workers N", "Fixed number of workers."]),
    ],
    ids=str,
)
def test_help_shows_options_values_and_defaults_without_traits(command: list[str], lines: list[str]) -> None:
    text = run(*command, "--help").stdout
    assert set(lines) <= {line.strip() for line in text.splitlines()}
    assert "Equivalent to" not in text
    assert "Default:" not in text


def test_examples_of_the_help_have_one_indentation() -> None:
    lines = run("deploy", "--help").stdout.splitlines()
    found = [line for line in lines[lines.index("Examples") :] if "jupyter pipeline" in line]
    assert [line.index("jupyter") for line in found] == [4, 4]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["deploy", "plain.ipynb"], "No cell is a step. Deploy the whole notebook with --all"),
        (["deploy", "plain", "--all"], "Did you mean plain.ipynb?"),
        (["deploy", "plaine.ipynb", "--all"], "Did you mean plain.ipynb?"),
        (["deploy", "plain.ipynb", "--name", "x", "--one-step"], "Add --all, or remove --one-step."),
        (["steps"], "jupyter pipeline: steps needs NOTEBOOK. See --help."),
    ],
)
def test_a_wrong_call_with_a_notebook_names_the_next_step(
    arguments: list[str], message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cell = {"cell_type": "code", "id": "a", "source": "x = 1", "metadata": {}, "outputs": [], "execution_count": None}
    (tmp_path / "plain.ipynb").write_text(
        json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [cell]})
    )
    monkeypatch.setenv("PYTHONPATH", str(Path(jupyter_pipeline.__file__).parents[1]))
    monkeypatch.chdir(tmp_path)
    done = run(*arguments)
    assert message in done.stderr
    assert done.returncode == 2


def test_help_names_every_subcommand() -> None:
    text = run("--help").stdout
    for name in (
        "up",
        "down",
        "status",
        "profiles",
        "cluster",
        "deploy",
        "options",
        "slice",
        "steps",
        "deployments",
        "runs",
        "alerts",
        "test",
        "ci",
    ):
        assert f"\n{name}\n" in text


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["statsu"], "Did you mean status?"),
        (["cluster", "strat"], "Did you mean start or status?"),
        (["cluster", "close"], "Did you mean stop?"),
        (["cluster", "start", "lokal"], "Did you mean local?"),
        (["cluster", "start", "local", "--workres", "2"], "Did you mean --workers or --n-workers?"),
        (["cluster", "start", "local", "--workers", "ten"], "'ten' is not a number of workers"),
        (["cluster", "start", "local", "--workers", "-1"], "takes no negative number, but got -1"),
        (["cluster", "start", "local", "--adapt", "-1:2"], "takes no negative number, but got -1:2"),
        (["cluster", "start", "local", "--name", ""], "'' cannot be the name of a cluster"),
        (["cluster", "start", "local", "--workers", "2", "--adapt", "1:2"], "exclude each other"),
        (["cluster", "start", "local", "--name", "../x"], "cannot be the name of a cluster"),
        (["cluster", "start", "local", "4"], "Write --workers 4"),
        (["cluster", "start", "local", "--adapt", "0", "4"], "Write --adapt 0:4"),
        (["cluster", "start", "--profile", "local"], "Write jupyter pipeline cluster start local"),
        (["cluster", "scale", "3", "local-1"], "Write jupyter pipeline cluster scale local-1 3"),
        (["cluster", "adapt", "1", "2"], "Write 1:2"),
        (["cluster", "scale", "local-1", "--workers", "4"], "Usage: jupyter pipeline cluster scale NAME N"),
        (["deployments", "run", "daily", "seed=1"], "Write --param seed=1"),
        (["cluster", "stop"], "Name the cluster to stop"),
        (["cluster", "status", "nobody"], "No cluster is called 'nobody'"),
        (["up", "--port", "http"], "--port 'http' is invalid"),
        (["deploy", "absent.ipynb", "--cell", "0"], "absent.ipynb: cannot be read"),
        (["deploy", "absent.ipynb", "--sampel", "x=1"], "Did you mean --sample"),
        (["runs", "list", "--limit", "0"], "Use a whole number from 1 to 200"),
        (["alerts", "add"], "needs NAME"),
        (["deploy", "a.ipynb", "--name", "a", "--cron", "every", "day"], 'in quotes: --cron "every day"'),
        (["deploy", "a.ipynb", "--every=day", "at", "6:00", "--all"], 'in quotes: --every "day at 6:00"'),
        (["deploy", "a.ipynb", "--cron", "0", "6", "*", "*", "*"], 'in quotes: --cron "0 6 * * *"'),
        (["deploy", "a.ipynb", "--cron", "0", "6", "a.ipynb", "b"], 'such as --cron "0 6 * * *"'),
        (
            ["deploy", "a.ipynb", "--cron", "0", "6", *["/", "/tmp"] * 3],
            ": 6 / /tmp / /tmp and 2 more",
        ),
        (["deploy", "a.ipynb", "--cron", "/", "/tmp", "/", "/tmp"], "The shell replaced * by names of files. Put the"),
        (["deploy", "a.ipynb", "--name", "a", "--schedule"], "--schedule: expected one argument. See --help."),
        (["alerts", "add", "oncall"], "The address is empty"),
        (["alerts", "add", "oncall", "json://u:p@host"], "add takes NAME; the address is read from a prompt or from"),
        (["test", "nobody"], "No pipeline is called 'nobody'"),
        (["ci", "githup"], "Did you mean github?"),
        (["deployments", "status", "-"], "Give --path PATH"),
    ],
)
def test_a_wrong_call_prints_one_line_and_exits_with_2(arguments: list[str], message: str) -> None:
    done = run(*arguments)
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) <= 3
    assert done.stdout == ""
    assert done.returncode == 2
    assert "u:p@host" not in done.stderr


def test_a_program_reads_an_error_as_json() -> None:
    done = run("cluster", "status", "nobody", "--json")
    assert json.loads(done.stdout)["error"] == "NotFoundError"
    assert done.returncode == 2


def test_a_program_reads_an_empty_list_as_json() -> None:
    done = run("cluster", "list", "--json")
    assert json.loads(done.stdout) == []
    assert done.returncode == 0


def test_the_options_of_a_deploy_are_printed_as_a_schema() -> None:
    done = run("options", "--json")
    assert json.loads(done.stdout)["properties"]["overlap"]["enum"] == ["skip", "queue", "cancel"]


def test_help_starts_with_the_usage() -> None:
    assert run("cluster", "start", "--help").stdout.startswith(
        "Usage: jupyter pipeline cluster start [PROFILE] [OPTIONS]\n"
    )


def test_steps_are_printed_and_written(tmp_path: Path) -> None:
    texts = {"## Load": "markdown", "x = list('1')": "code", "## Use": "markdown", "y = x": "code"}
    cells = [{"cell_type": kind, "source": source, "metadata": {}} for source, kind in texts.items()]
    path = tmp_path / "report.ipynb"
    path.write_text(json.dumps({"nbformat": 4, "metadata": {}, "cells": cells}))
    path.chmod(0o640)
    shown = run("steps", str(path)).stdout
    assert "x of load" in shown
    assert f"jupyter pipeline steps {path} --write" in shown
    assert "step:load" not in path.read_text()
    found = json.loads(run("steps", str(path), "--write", "--json").stdout)
    assert found["written"] is True
    assert [step["name"] for step in found["steps"]] == ["load", "use"]
    assert '"step:load"' in path.read_text()
    assert path.stat().st_mode & 0o777 == 0o640
    done = subprocess.run(
        [sys.executable, "-m", "jupyter_pipeline", "steps", "-", "--write"],
        input=path.read_text(),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 2
    assert "--write needs the notebook as a file" in done.stderr


def test_all_cells_are_listed_with_the_cells_that_they_need(tmp_path: Path) -> None:
    sources = ["x = list('1')", "y = missing", "z = x", "print(z)"]
    cells = [{"cell_type": "code", "source": source, "metadata": {}} for source in sources]
    path = tmp_path / "n.ipynb"
    path.write_text(json.dumps({"nbformat": 4, "metadata": {}, "cells": cells}))
    shown = run("slice", str(path), "--all").stdout
    assert "3 of 4 cells compile" in shown
    assert "refused: Cell 2 of 4, line 1: missing" in shown
    found = json.loads(run("slice", str(path), "--all", "--json").stdout)
    assert [each["needs"] for each in found] == [[], [], [0], [0, 2]]
    assert found[1]["refusals"][0]["rule"] == "undefined-name"
    assert "--cell INDEX" in run("slice", str(path)).stderr


def test_a_start_without_a_profile_lists_the_profiles() -> None:
    done = run("cluster", "start")
    assert done.returncode == 2
    assert "There are:\n  address     A running scheduler\n" in done.stderr


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("jupyter pipeline cluster st", ["start", "status", "stop"]),
        ("jupyter pipeline cluster start lo", ["local"]),
        ("jupyter pipeline cluster start local --wo", ["--workers"]),
        ("jupyter pipeline deploy x.ipynb --overlap q", ["queue"]),
    ],
)
def test_the_shell_completes_the_command_line(tmp_path: Path, line: str, offered: list[str]) -> None:
    answer = tmp_path / "completions"
    answer.touch()
    settings = {
        "_ARGCOMPLETE": "1",
        "_ARGCOMPLETE_IFS": "\n",
        "_ARGCOMPLETE_STDOUT_FILENAME": str(answer),
        "COMP_LINE": line,
        "COMP_POINT": str(len(line)),
        "COMP_TYPE": "9",
    }
    subprocess.run(
        [sys.executable, "-m", "jupyter_core.command"],
        env={**os.environ, **settings},
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert answer.read_text().replace(" ", "").split("\n") == offered
