from __future__ import annotations

import pytest

from jupyter_pipeline.compiler.frontend.helpers import Helpers
from jupyter_pipeline.compiler.frontend.ipython import to_python
from jupyter_pipeline.compiler.frontend.names import NotebookNames

NAMES = NotebookNames(["url = 'a'\nn = 3\nname = f(n)\nflags = '-a -b'\nfiles = glob()"])


@pytest.mark.parametrize(
    ("command", "call"),
    [
        ("wget {url} -O y.csv", 'run_shell(["wget", url, "-O", "y.csv"])'),
        ("wget $name", 'run_shell(["wget", str(name)])'),
        ("cp 'a b' \"data/{n}.csv\"", 'run_shell(["cp", "a b", f"data/{n}.csv"])'),
        ("cp {flags} x y", 'run_shell(["cp", *shlex.split(flags), "x", "y"])'),
        ("cp {' '.join(files)} y", "run_shell([\"cp\", *shlex.split(str(' '.join(files))), \"y\"])"),
        ("python train.py", 'run_shell([sys.executable, "train.py"])'),
        ("mkdir data", 'run_shell(["mkdir", "-p", "data"])'),
        ("rm a.csv", 'run_shell(["rm", "-f", "a.csv"])'),
        ("touch a && touch b", 'run_shell(["bash", "-c", "touch a && touch b"])'),
        ("cat *.csv > all.csv", 'run_shell(["bash", "-c", "cat *.csv > all.csv"])'),
        ("echo $HOME > home", 'run_shell(["bash", "-c", "echo $HOME > home"])'),
        ("awk '{print $1}' a > b", "run_shell([\"bash\", \"-c\", \"awk '{print $1}' a > b\"])"),
        ("find . -exec rm {} \\;", 'run_shell(["find", ".", "-exec", "rm", "{}", ";"])'),
        ("echo {n} > f", 'run_shell(["bash", "-c", f"echo {shlex.quote(str(n))} > f"])'),
        ("echo $$n {{x}} {n} > f", '"bash", "-c", f"echo $n {{x}} {shlex.quote(str(n))} > f"]'),
        ("date +{n} > $(echo {n})", 'f"date +{shlex.quote(str(n))} > $(echo {shlex.quote(str(n))})"'),
        ("pip install polars && touch x", 'run_shell(["touch", "x"])'),
        ("curl -d '{\"a\": 1}' {url}", "run_shell([\"curl\", \"-d\", '{\"a\": 1}', \"{url}\"])"),
    ],
)  # fmt: skip
def test_a_command_becomes_a_checked_subprocess(command: str, call: str) -> None:
    plain = to_python(f"!{command}", NAMES)
    assert call in plain.source
    assert "import subprocess" in plain.prelude
    assert plain.obstacles == {}


@pytest.mark.parametrize(
    "command",
    [
        "ls",
        "ls -l | head -3",
        "cat a.txt",
        "nvidia-smi",
        "git log",
        "python --version",
        "grep x a.txt | wc -l",
        "cd data",
        "export X=1",
        "source activate x",
        "pip list",
        "ls 2>/dev/null",
    ],
)
def test_commands_that_only_show_something_are_left_out_with_a_note(command: str) -> None:
    plain = to_python(f"!{command}\nx = 1", NAMES)
    assert plain.source == "\nx = 1"
    assert plain.notes + plain.installs


@pytest.mark.parametrize(
    ("line", "requirements"),
    [
        ("!pip install \\\n  pandas \\\n  'numpy>2'", ["pandas", "numpy>2"]),
        ("!pip3 install -q -U polars 2>&1 | tail -1", ["polars"]),
        ("import sys\n!{sys.executable} -m pip install --upgrade polars", ["polars"]),
        ("!python -m pip install -r requirements.txt", []),
        ("!conda install -y -c conda-forge polars", ["polars"]),
        ("!sudo apt-get -qq install -y ffmpeg > /dev/null && pip install librosa", ["librosa"]),
        ("%pip install polars", ["polars"]),
        ("%%bash\n# tools\npip install polars\napt-get update", ["polars"]),
    ],
)
def test_installers_become_requirements(line: str, requirements: list[str]) -> None:
    plain = to_python(line)
    assert plain.requirements == requirements
    assert plain.installs
    assert plain.source.replace("import sys", "").strip() == ""
    assert plain.source.count("\n") == line.count("\n")


@pytest.mark.parametrize(
    ("command", "reason"),
    [
        ("sleep 9 &", "background"),
        ("echo `date {n}` > x", "cannot be quoted"),
        ("echo $(( {n} + 1 )) > x", "cannot be quoted"),
        ("touch 'a", "not closed"),
    ],
)
def test_a_command_that_cannot_run_safely_is_an_obstacle(command: str, reason: str) -> None:
    plain = to_python(f"x = 1\n!{command}", NAMES)
    assert reason in plain.obstacles[2].reason
    assert plain.obstacles[2].fix


def test_parameters_of_functions_and_loops_are_expanded() -> None:
    plain = to_python("def f(p, *, q: int = 1):\n    for r in p:\n        !cp {p} {q} {r}")
    assert plain.source.endswith('run_shell(["cp", str(p), str(q), str(r)])')


def test_the_note_names_an_expansion_that_ipython_does_not_make() -> None:
    plain = to_python("!echo $HOME {n} > x", NAMES)
    assert any("HOME has no value" in note for note in plain.notes)
    assert 'echo $HOME {n} > x"' in plain.source


def test_the_note_says_how_values_and_failures_differ() -> None:
    assert any("a value of Python is literal text" in note for note in to_python("!wget $name", NAMES).notes)
    assert any("stops the run" in note for note in to_python("!wget x", NAMES).notes)


def test_a_name_of_the_notebook_does_not_hide_the_module() -> None:
    names = NotebookNames(["from asyncio import subprocess\ndef run_shell(): ..."])
    plain = to_python("!touch x", names)
    assert plain.prelude == ["import subprocess as subprocess_module"]
    assert plain.source == 'run_shell_command(["touch", "x"])'
    ((model, text),) = Helpers(names).define(plain)
    assert model == "run_shell_command = subprocess_module.run"
    assert "with subprocess_module.Popen(" in text
