from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from IPython.core.interactiveshell import InteractiveShell
from waiting import wait_until

from jupyter_pipeline.exceptions import (
    ApiUnreachableError,
    CompileError,
    CompileRefusedError,
    NotFoundError,
    PipelineError,
    UsageError,
)
from jupyter_pipeline.models import RunRecord
from jupyter_pipeline.orchestration import runs, service


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def api(isolated_state: Path) -> Iterator[None]:
    service.up()
    yield
    service.down()


def cells(shell: InteractiveShell, *sources: str) -> list[BaseException | None]:
    """Run cells as a notebook does and return what each raised."""
    return [shell.run_cell(source, store_history=True).error_in_exec for source in sources]


@pytest.mark.slow
def test_a_cell_becomes_files_and_a_deployment_that_runs(
    shell: InteractiveShell, folder: Path, api: None, capsys: pytest.CaptureFixture[str]
) -> None:
    errors = cells(
        shell,
        "from pathlib import Path\nunused = 1",
        "factor = 3",
        "%%deploy triple --cron '0 0 29 2 *'\nanswer = factor * 14\nPath('answer.txt').write_text(str(answer))",
    )
    assert errors == [None, None, None]
    assert shell.user_ns["answer"] == 42
    assert (folder / "answer.txt").read_text() == "42"
    steps = (folder / "pipelines" / "triple" / "steps.py").read_text()
    assert "unused" not in steps
    assert "prefect" not in steps
    assert {"steps.py", "flow.py", "prefect.yaml"} <= {p.name for p in (folder / "pipelines" / "triple").iterdir()}
    assert "triple" in str(shell.run_line_magic("deployments", "list"))

    (folder / "answer.txt").unlink()

    def by_hand() -> RunRecord:
        return next(r for r in runs.list_runs("triple") if not r.auto_scheduled)

    shell.run_line_magic("deployments", "run triple")
    wait_until(lambda: by_hand().state in ("Completed", "Failed", "Crashed"), 90, "the run ends", 0.5)
    last = by_hand()
    assert last.state == "Completed", runs.read_log(last.id)
    assert (folder / "answer.txt").read_text() == "42"
    assert "Completed" in str(shell.run_line_magic("runs", "list triple"))

    (failed,) = cells(shell, "%%deploy other\n1 / 0")
    assert "The cell failed here" in str(failed)
    assert not (folder / "pipelines" / "other").exists()

    assert cells(shell, "%%deploy triple --cron '0 0 29 2 *'\nanswer = factor * 15\nanswer") == [None]
    assert len(shell.run_line_magic("deployments", "list").rows) == 1
    assert [row[0] for row in shell.run_line_magic("deployments", "versions triple").rows] == ["2", "1"]
    shell.run_line_magic("deployments", "compare triple")
    assert "+    answer = factor * 15" in capsys.readouterr().out
    shell.run_line_magic("deployments", "rollback triple")
    assert "now runs version" in capsys.readouterr().out

    def log() -> str:
        shell.run_line_magic("runs", f"logs {last.name}")
        return capsys.readouterr().out

    wait_until(lambda: "Completed" in log(), 90, "Prefect stores the last lines of the log", 0.5)
    assert cells(shell, "%%step first\nn = 1", "%%step second\nm = n + 1", "%deploy both --no-rehearse") == [
        None,
        None,
        None,
    ]
    assert "second" in (folder / "pipelines" / "both" / "flow.py").read_text()
    shell.run_line_magic("deployments", "delete both")
    shell.run_line_magic("deployments", "pause triple")
    assert "paused" in str(shell.run_line_magic("deployments", "list"))
    shell.run_line_magic("deployments", "delete triple")
    assert "There are no deployments" in str(shell.run_line_magic("deployments", "list"))


@pytest.mark.parametrize(
    ("cell", "error", "message"),
    [
        ("%%deploy x\nprint(nobody)", CompileRefusedError, "line 2: nobody"),
        ("%%deploy x\n%sql select 1", CompileRefusedError, "line 2"),
        ("%%deploy x\ny = input()", CompileRefusedError, "input"),
        ("%%deploy x\ndef f(:", CompileRefusedError, "line 2"),
        ("%%deploy ../x\n1", UsageError, "cannot be the name of a deployment"),
        ("%%deploy x --cron '0 0 31 2 *'\n1", UsageError, "never fires"),
        ("%%deploy x --cron 'daily at six'\n1", UsageError, "cron"),
        ("%%deploy x --every 0s\n1", UsageError, "0s"),
        ("%%deploy x --every 1h --timezone Mars/Olympus\n1", UsageError, "Mars/Olympus"),
        ("%%deploy x --retries many\n1", UsageError, "many"),
        ("%%deploy x --profile nobody\n1", NotFoundError, "No profile is called 'nobody'"),
        ("%%deploy x --croon 1\n1", UsageError, "Did you mean --cron?"),
        ("%%deploy x --cron\n1", UsageError, "%%deploy NAME [OPTIONS]; %%deploy --help lists them"),
    ],
)
def test_an_invalid_promotion_is_refused_before_anything_is_written(
    shell: InteractiveShell, folder: Path, cell: str, error: type[Exception], message: str
) -> None:
    (raised,) = cells(shell, cell)
    assert isinstance(raised, error), raised
    assert message in str(raised)
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize(
    ("line", "error", "message"),
    [
        ("deploy x", UsageError, "No cell is a step"),
        ("deploy x --cron", UsageError, "--cron"),
        ("deploy --all", UsageError, "%deploy notebook deploys all cells."),
        ("deploy notebook --all", UsageError, "It deploys all cells without it."),
        ("steps --write", UsageError, "save the notebook, then: !jupyter pipeline steps"),
        ("deployments backfil x", NotFoundError, "Did you mean backfill?"),
        ("deployments backfill x someday 2027-01-01", UsageError, "someday"),
        ("deployments promote x --required-runs few", UsageError, "--required-runs"),
        ("deployments run x --param rows", UsageError, "NAME=VALUE"),
    ],
)
def test_a_wrong_line_is_refused_with_the_right_form(
    shell: InteractiveShell, folder: Path, line: str, error: type[Exception], message: str
) -> None:
    shell.run_cell("x = 1", store_history=True)
    with pytest.raises(error) as refused:
        shell.run_line_magic(*line.split(" ", 1))
    assert message in str(refused.value)


def test_without_a_server_nothing_is_written(shell: InteractiveShell, folder: Path) -> None:
    (raised,) = cells(shell, "%%deploy x --no-run\n1 + 1")
    assert isinstance(raised, ApiUnreachableError)
    assert "up" in str(raised)
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("options", ["--unknown", "--no-run", "--dry-run", "--help"])
def test_the_body_of_a_deploy_that_did_not_run_is_no_part_of_the_next(
    shell: InteractiveShell, folder: Path, capsys: pytest.CaptureFixture[str], options: str
) -> None:
    cells(shell, "rows = 1", f"%%deploy first {options}\nrows += 41", "rows *= 2")
    capsys.readouterr()
    assert cells(shell, "%%deploy second --dry-run\nprint(rows)") == [None]
    output = capsys.readouterr().out
    assert "rows *= 2" in output
    assert "41" not in output
    assert shell.user_ns["rows"] == 2


def test_a_dry_run_needs_no_server_and_writes_nothing(
    shell: InteractiveShell, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cells(shell, "%%deploy x --dry-run\nz = 1 + 1") == [None]
    output = capsys.readouterr().out
    assert "steps.py" in output
    assert "Not compared with the deployment" in output
    assert "The deployment would not change" not in output
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("cell", ["%%deploy x --dry-run {}\nz = since", "%deploy x --cell 1 --dry-run {}"])
def test_braces_are_the_deploy_s_own(
    shell: InteractiveShell, folder: Path, capsys: pytest.CaptureFixture[str], cell: str
) -> None:
    options = '--cron "0 6 * * *" --param "since={{ window.start }}" --schedule "{cron: 0 7 * * *, slug: seven}"'
    ran = cells(shell, "seven = 8; since = '2026-01-01'", "z = since", cell.replace("{}", options))
    assert ran == [None, None, None]
    output = capsys.readouterr().out
    assert "At 07:00" in output
    assert "run_window" in output


def test_an_interrupted_deploy_prints_the_live_version_in_a_line(
    shell: InteractiveShell, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("jupyter_pipeline.magics.deploy.split", interrupt)
    (raised,) = cells(shell, "%deploy daily")
    assert isinstance(raised, PipelineError)
    assert "%deploy was interrupted; either the old or the new version is live" in str(raised)


def test_marked_cells_run_as_they_are(shell: InteractiveShell) -> None:
    assert cells(shell, "%%step load\nx = 1", "%%check positive\nassert x > 0") == [None, None]
    assert shell.user_ns["x"] == 1
    (raised,) = cells(shell, "%%check negative\nassert x < 0")
    assert isinstance(raised, CompileError)


def test_the_steps_of_the_notebook_are_proposed(shell: InteractiveShell, folder: Path) -> None:
    assert (
        cells(shell, "%%step load\nrows = list('ab')", "total = len(rows) + len(rows)\nprint(total)", "asks = 1")
        == [None] * 3
    )
    proposal = shell.run_line_magic("steps", "")
    names = {name for step in proposal.proposal.steps for name in step.inputs}
    assert proposal.proposal.steps[0].name == "load"
    assert names == {"rows"}
    assert "rows of load" in str(proposal)
    assert "<td>load" in proposal._repr_html_()
    with pytest.raises(UsageError, match="%steps"):
        shell.run_line_magic("steps", "load")
