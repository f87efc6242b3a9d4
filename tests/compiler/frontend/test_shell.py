from __future__ import annotations

import pytest

from jupyter_pipeline.compiler.frontend.ipython import to_python
from jupyter_pipeline.compiler.frontend.names import NotebookNames

NAMES = NotebookNames(["url = 'a'\nn = 3\nname = f(n)\nflags = '-a -b'\nfiles = glob()"])


@pytest.mark.parametrize(
    ("command", "call"),
    [
        ("wget {url} -O y.csv", 'subprocess.run(["wget", url, "-O", "y.csv"], check=True)'),
        ("wget $name", 'subprocess.run(["wget", str(name)], check=True)'),
        ("cp 'a b' \"data/{n}.csv\"", 'subprocess.run(["cp", "a b", f"data/{n}.csv"], check=True)'),
        ("cp {flags} x y", 'subprocess.run(["cp", *shlex.split(flags), "x", "y"], check=True)'),
        ("cp {' '.join(files)} y", "subprocess.run([\"cp\", *shlex.split(str(' '.join(files))), \"y\"], check=True)"),
        ("python train.py", 'subprocess.run([sys.executable, "train.py"], check=True)'),
        ("mkdir data", 'subprocess.run(["mkdir", "-p", "data"], check=True)'),
        ("rm a.csv", 'subprocess.run(["rm", "-f", "a.csv"], check=True)'),
        ("touch a && touch b", 'subprocess.run(["bash", "-c", "touch a && touch b"], check=True)'),
        ("cat *.csv > all.csv", 'subprocess.run(["bash", "-c", "cat *.csv > all.csv"], check=True)'),
        ("echo $HOME > home", 'subprocess.run(["bash", "-c", "echo $HOME > home"], check=True)'),
        ("awk '{print $1}' a > b", "subprocess.run([\"bash\", \"-c\", \"awk '{print $1}' a > b\"], check=True)"),
        ("find . -exec rm {} \\;", 'subprocess.run(["find", ".", "-exec", "rm", "{}", ";"], check=True)'),
        ("echo {n} > f", 'subprocess.run(["bash", "-c", f"echo {shlex.quote(str(n))} > f"], check=True)'),
        ("echo $$n {{x}} {n} > f", '"bash", "-c", f"echo $n {{x}} {shlex.quote(str(n))} > f"]'),
        ("date +{n} > $(echo {n})", 'f"date +{shlex.quote(str(n))} > $(echo {shlex.quote(str(n))})"'),
        ("pip install polars && touch x", 'subprocess.run(["touch", "x"], check=True)'),
        ("curl -d '{\"a\": 1}' {url}", "subprocess.run([\"curl\", \"-d\", '{\"a\": 1}', \"{url}\"], check=True)"),
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
    assert plain.source.endswith('subprocess.run(["cp", str(p), str(q), str(r)], check=True)')


def test_the_note_names_an_expansion_that_ipython_does_not_make() -> None:
    plain = to_python("!echo $HOME {n} > x", NAMES)
    assert any("HOME has no value" in note for note in plain.notes)
    assert 'echo $HOME {n} > x"' in plain.source


def test_the_note_says_how_values_and_failures_differ() -> None:
    assert any("a value of Python is literal text" in note for note in to_python("!wget $name", NAMES).notes)
    assert any("stops the run" in note for note in to_python("!wget x", NAMES).notes)


def test_a_name_of_the_notebook_does_not_hide_the_module() -> None:
    names = NotebookNames(["from asyncio import subprocess"])
    plain = to_python("!touch x", names)
    assert plain.prelude == ["import subprocess as subprocess_module"]
    assert plain.source == 'subprocess_module.run(["touch", "x"], check=True)'
