from __future__ import annotations

import inspect
import re

import pytest
from IPython.core.interactiveshell import InteractiveShell

from jupyter_pipeline import exceptions
from jupyter_pipeline.exceptions import NotFoundError, PipelineError
from jupyter_pipeline.models import Refusal


def classes() -> dict[str, type]:
    found = inspect.getmembers(exceptions, inspect.isclass)
    return {n: c for n, c in found if issubclass(c, PipelineError)}


def test_the_drawn_tree_is_the_real_one() -> None:
    drawn: dict[str, str] = {}
    stack: list[tuple[int, str]] = []
    for line in (exceptions.__doc__ or "").splitlines():
        name = next((w for w in line.split() if w in classes()), None)
        if name is None or not re.match(r"    (PipelineError|[├└│ ])", line):
            continue
        depth = line.index(name)
        while stack and stack[-1][0] >= depth:
            stack.pop()
        drawn[name] = stack[-1][1] if stack else "Exception"
        stack.append((depth, name))
    assert drawn == {n: c.__bases__[0].__name__ for n, c in classes().items()}


def test_every_class_is_public() -> None:
    assert sorted(exceptions.__all__) == sorted(classes())


@pytest.mark.parametrize(
    ("name", "known", "text"),
    [
        ("lokal", ["local", "slurm"], "Did you mean local?"),
        ("xyz", ["local"], "There is: local."),
        ("xyz", ["a1", "b2"], "There are: a1, b2."),
        ("xyz", [], "There is no profile."),
    ],
)
def test_an_unknown_name_offers_the_nearest(name: str, known: list[str], text: str) -> None:
    assert str(NotFoundError("profile", name, known)).endswith(text)


@pytest.mark.parametrize(
    ("kind", "name", "known", "text"),
    [
        ("subcommand of %cluster", "restart", ["start", "status", "stop"], "Did you mean stop and start?"),
        ("subcommand of %cluster", "up", ["start", "status", "stop"], "Did you mean start?"),
        ("subcommand of %deployments", "rm", ["delete", "list"], "Did you mean delete?"),
        ("subcommand of %cluster", "kill", ["start", "status", "stop"], "Did you mean stop?"),
        ("subcommand of %cluster", "dashboard", ["start", "status", "stop"], "Did you mean status?"),
        ("subcommand of %cluster", "local", ["start", "status", "stop"], "Did you mean start local?"),
        ("subcommand of %cluster", "help", ["start", "status", "stop"], "Did you mean --help?"),
        ("subcommand of %cluster", "exit", ["extend", "stop"], "Did you mean stop?"),
        ("subcommand of %cluster", "delete", ["adapt", "stop"], "Did you mean stop?"),
        ("subcommand of %cluster", "watch", ["attach", "sync"], "Did you mean sync --watch?"),
        ("subcommand of %cluster", "reload", ["sync", "upload"], "Did you mean sync?"),
        ("subcommand of %cluster", "detach", ["attach", "stop"], "There are: attach, stop."),
        ("subcommand of %deployments", "close", ["delete", "pause"], "Did you mean pause?"),
        ("subcommand of %deployments", "start", ["pause", "run"], "Did you mean run?"),
        ("subcommand of %deployments", "history", ["list", "versions"], "Did you mean versions?"),
        ("subcommand of %pipeline", "start", ["up", "down", "status"], "Did you mean up?"),
        ("subcommand", "start", ["up", "down", "status", "cluster"], "Did you mean cluster start?"),
        ("cluster", "local", ["start"], "There is: start."),
    ],
)
def test_synonyms_of_other_tools_are_known(kind: str, name: str, known: list[str], text: str) -> None:
    assert str(NotFoundError(kind, name, known)).endswith(text)


def test_refusals_are_plain_data() -> None:
    refusal = Refusal(cell=2, line=3, name="!ls", reason="a shell command", fix="Use subprocess.run.")
    error = exceptions.CompileRefusedError([refusal])
    assert error.to_dict() == {"refused": [refusal.to_dict()]}
    assert str(error) == "Cell 3, line 3: !ls: a shell command. Use subprocess.run."


def test_ipython_shows_the_message_without_a_traceback(capsys: pytest.CaptureFixture[str]) -> None:
    shell = InteractiveShell()
    shell.run_cell("from jupyter_pipeline.exceptions import UsageError\nraise UsageError('say what')")
    shown = capsys.readouterr().out
    assert "UsageError: say what" in shown
    assert "Traceback" not in shown
