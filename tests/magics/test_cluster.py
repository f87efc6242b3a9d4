from __future__ import annotations

import os
import signal
import threading
from pathlib import Path

import pytest
from IPython.core.completer import provisionalcompleter
from IPython.core.interactiveshell import InteractiveShell

from jupyter_pipeline.clusters import registry
from jupyter_pipeline.exceptions import ClusterError, NotFoundError, PipelineError, SyncError, UsageError


def test_a_cluster_from_start_to_stop(
    shell: InteractiveShell, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shell.config.JupyterPipeline.default_profile = "local"
    table = shell.run_line_magic("cluster", "start -n 1 --name mine")
    assert "mine" in str(table)
    client, cluster = shell.user_ns["client"], shell.user_ns["cluster"]
    assert cluster.name == "mine"
    assert client.submit(sum, [1, 2]).result(timeout=60) == 3
    import distributed

    assert distributed.default_client() is client

    assert "mine" in str(shell.run_line_magic("cluster", "list"))
    shell.run_line_magic("cluster", "scale 2")
    client.wait_for_workers(2, timeout=60)
    shell.run_cell_magic("on_workers", "", "number = 6\nnumber * 7")
    shell.run_cell_magic("on_workers", "mine", "print('kept', number)")
    shown = capsys.readouterr().out
    assert shown.count("== 2 workers: ") == 2
    assert "\n42\n" in shown
    assert "\nkept 6\n" in shown
    shell.run_cell_magic("on_workers", "", "import asyncio\nawait asyncio.sleep(0, 'awaited')")
    assert "\n'awaited'\n" in capsys.readouterr().out
    with pytest.raises(ClusterError, match="failed on 2 of 2 workers"):
        shell.run_cell_magic("on_workers", "", "import os\nnumber / 0")
    assert "line 2, in <module>\n    number / 0" in capsys.readouterr().out
    assert str(shell.run_line_magic("cluster", "dashboard")) == cluster.record().dashboard_link
    shell.run_line_magic("cluster", "sync")
    assert "In sync" in str(shell.run_line_magic("cluster", "sync"))
    (tmp_path / "table.csv").write_text("a,b")
    where = shell.run_line_magic("cluster", f"upload {tmp_path / 'table.csv'}")
    assert client.submit(lambda path: Path(path).read_text(), where).result(timeout=60) == "a,b"
    assert "same packages" in str(shell.run_line_magic("cluster", "diff"))
    from jupyter_pipeline.environments.sync.session import get_session

    code = tmp_path / "code"
    code.mkdir()
    for number in range(8):
        (code / f"part_{number}.bin").write_bytes(os.urandom(12 * 2**20))

    def interrupt() -> None:
        if get_session(client).lock.locked():
            signal.raise_signal(signal.SIGINT)
        else:
            threading.Timer(0.02, interrupt).start()

    threading.Timer(0.02, interrupt).start()
    with pytest.raises(SyncError, match=r"interrupted\. The packages and files on the cluster are intact"):
        shell.run_line_magic("cluster", f"sync --no-packages --directory {code}")
    assert cluster.record().last_sync["result"] == "interrupted"
    assert client.submit(sum, [1, 2], pure=False).result(timeout=60) == 3
    capsys.readouterr()
    shell.run_line_magic("cluster", "logs --tail 1")
    shown = capsys.readouterr().out
    assert "== keeper ==" in shown
    assert max(len(part.splitlines()) for part in shown.split("\n\n")) <= 2  # a title and a line
    assert "stopped" in str(shell.run_line_magic("cluster", "stop"))
    assert "client" not in shell.user_ns
    assert registry.list_records() == []


def test_a_later_session_lists_the_cluster_and_attaches(
    shell: InteractiveShell, capsys: pytest.CaptureFixture[str]
) -> None:
    shell.run_line_magic("cluster", "start local --workers 1 --name left")
    shell.user_ns.pop("client").close()
    shell.user_ns.pop("cluster")
    later = InteractiveShell()
    later.run_line_magic("load_ext", "jupyter_pipeline")
    capsys.readouterr()
    with pytest.raises(NotFoundError):
        later.run_line_magic("cluster", "start no-such-profile")
    assert (
        "left of another notebook or an earlier session is running: %cluster attach or stop left"
        in capsys.readouterr().out
    )
    later.run_line_magic("cluster", "status")
    assert "earlier session" not in capsys.readouterr().out  # shown once
    later.run_line_magic("cluster", "attach left")
    client = later.user_ns["client"]
    assert client.submit(sum, [1, 2]).result(timeout=60) == 3
    client.close()


@pytest.mark.parametrize(
    ("line", "error", "message"),
    [
        ("strat local", NotFoundError, "Did you mean start"),
        ("start lokal", NotFoundError, "Did you mean local"),
        ("start", UsageError, r"Name the profile of the cluster\. There are:\n(.*\n)* +local +Workers on this machine"),
        ("close", NotFoundError, "Did you mean stop"),
        ("rm x", NotFoundError, "Did you mean stop"),
        ("ls", NotFoundError, "Did you mean list"),
        ("info", NotFoundError, "Did you mean status"),
        ("dashboard nobody", NotFoundError, "No cluster is called 'nobody'"),
        ("scale one -2", UsageError, "'-2' is not a number of workers"),
        ("scale 3 local-1", UsageError, r"'local-1' is not a number of workers.*Write %cluster scale local-1 3$"),
        ("extend 2h local-1", UsageError, r"Write %cluster extend local-1 2h$"),
        ("adapt 1 2", UsageError, r"'2' is not a range of workers.*Write 1:2$"),
        ("adapt local-1 1 2", UsageError, r"Write 1:2$"),
        ("start local 4", UsageError, r"Write --workers 4$"),
        ("start --profile local", UsageError, r"Write %cluster start local$"),
        ("scale local-1 --workers 4", UsageError, r"Usage: %cluster scale \[-h\] \[NAME\] N$"),
        ("scale local-1", UsageError, r"Usage: %cluster scale \[NAME\] N$"),
        ("start local --workers two", UsageError, "'two' is not a number of workers"),
        ("start local --workers 1 --adapt 1:2", UsageError, "exclude each other"),
        ("start local --name ../x", UsageError, "cannot be the name"),
        ("start local --name 'x", UsageError, "Close the quotation"),
        ("attach nobody", NotFoundError, "No cluster is called 'nobody'"),
        ("scale 3", UsageError, "No cluster is running"),
        ("stop a --all", UsageError, "exclude each other"),
    ],
)
def test_a_wrong_call_starts_nothing(shell: InteractiveShell, line: str, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        shell.run_line_magic("cluster", line)
    assert registry.list_records(include_ended=True) == []


@pytest.mark.parametrize("line", ["start --help", "help start"])
def test_help_starts_nothing(shell: InteractiveShell, capsys: pytest.CaptureFixture[str], line: str) -> None:
    assert shell.run_line_magic("cluster", line) is None
    assert "--adapt" in capsys.readouterr().out


def test_the_docstring_lists_the_subcommands(shell: InteractiveShell) -> None:
    text = shell.find_line_magic("cluster").__doc__
    assert "%cluster scale [NAME] N " in text
    assert "set a fixed number of workers" in text


@pytest.mark.parametrize(
    ("text", "offered"),
    [
        ("%cluster st", ["start", "status", "stop"]),
        ("%cluster stop ", ["--all"]),
        ("%cluster logs --", ["--tail"]),
        ("%cluster diff --", ["--"]),
        ("%cluster start local --workers 1", ["1"]),
        ("%cluster sync --directory fol", ["folder/"]),
        ("%cluster upload one fol", ["folder/"]),
        ("x = %cluster st", ["start", "status", "stop"]),
        ("%%on_workers -", ["-"]),
        ("%cluster start lo", ["local"]),
        ("%cluster start -n 2 lo", ["local"]),
        ("%cluster start local --w", ["--workers", "--wait"]),
        ("%cluster sync --", ["--directory", "--no-packages", "--watch"]),
        ("%pipeline u", ["up"]),
        ("%pipeline up --po", ["--port", "--postgres"]),
        ("%deployments pa", ["pause"]),
        ("%deployments promote x --r", ["--required-runs"]),
        ("%%deploy x --profile lo", ["local"]),
        ("%%deploy x --ret", ["--retries", "--retry-delay"]),
        ("%%deploy x --overlap q", ["queue"]),
        ("%%step x --re", ["--retries", "--retry-delay", "--region"]),
        ("%%step x --profile lo", ["local"]),
        ("%%check x --re", ["--retries", "--retry-delay"]),
        ("%steps sta", ["sta"]),
        ("%%deploy x --target prod", ["production"]),
        ("%deploy no", ["notebook"]),
        ("%deploy notebook --profile lo", ["local"]),
        ("%runs re", ["rerun"]),
        ("%profiles sh", ["show"]),
        ("%profiles new lo", ["local"]),
    ],
)
def test_tab_completes_in_the_declared_order_without_python_names(
    shell: InteractiveShell, text: str, offered: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "folder").mkdir()
    monkeypatch.chdir(tmp_path)
    shell.user_ns["star"] = shell.user_ns["local_name"] = 1
    with provisionalcompleter():
        assert [found.text for found in shell.Completer.completions(text, len(text))] == offered


@pytest.mark.parametrize("text", ["%%deploy x\nsta", "star = 5; %cluster st", "%cluster start local --workers=l"])
def test_other_text_keeps_the_completion_of_python(shell: InteractiveShell, text: str) -> None:
    shell.user_ns["star"] = 1
    with provisionalcompleter():
        found = {each.text for each in shell.Completer.completions(text, len(text))}
    assert not found & {"start", "local"}


def test_an_interrupted_start_leaves_nothing_and_says_so_in_a_line(shell: InteractiveShell) -> None:
    def interrupt() -> None:
        if registry.list_records():
            signal.raise_signal(signal.SIGINT)
        else:
            threading.Timer(0.02, interrupt).start()

    threading.Timer(0.02, interrupt).start()
    with pytest.raises(PipelineError, match="%cluster start was interrupted"):
        shell.run_line_magic("cluster", "start local --workers 1 --name cut")
    assert registry.list_records() == []
    assert "client" not in shell.user_ns


@pytest.mark.parametrize("magic", ["on_workers", "deploy", "step", "check"])
def test_a_cell_magic_shows_its_help_without_a_cell(
    shell: InteractiveShell, capsys: pytest.CaptureFixture[str], magic: str
) -> None:
    assert shell.run_cell(f"%%{magic} --help").success
    assert f"usage: %%{magic} [-h]" in capsys.readouterr().out
    assert not shell.run_cell(f"%%{magic} x").success  # a line without a cell
