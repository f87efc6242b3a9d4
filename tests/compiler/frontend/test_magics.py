from __future__ import annotations

import re
from pathlib import Path

import pytest

from jupyter_pipeline import magics
from jupyter_pipeline.compiler.analysis.slicer import slice_cells
from jupyter_pipeline.compiler.frontend.ipython import to_python
from jupyter_pipeline.compiler.frontend.magics import strip_options
from jupyter_pipeline.compiler.frontend.names import NotebookNames, find_bound_names
from jupyter_pipeline.exceptions import CompileRefusedError

AWK = """\
print(subprocess.run(["awk", "-f", "-"], check=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, \
input=\"\"\"\\
END {}\\n\"\"\").stdout, end="")"""


@pytest.mark.parametrize(
    ("source", "python"),
    [
        ("%lprun -f f -T out.txt f()", "f()"),
        ("%prun -l 4 -q x = f(-1)", "x = f(-1)"),
        ("%time %cd data", 'os.chdir("data")'),
        ("%time !touch a", 'run_shell(["touch", "a"])'),
        ("%cd ~", 'os.chdir(os.path.expanduser("~"))'),
        ("%cd 'a b'", 'os.chdir("a b")'),
        ("%env A=b c", 'os.environ["A"] = "b c"'),
        ("%set_env A b", 'os.environ["A"] = "b"'),
        ("x = %env HOME", 'x = os.environ["HOME"]'),
        ("x = %pwd", "x = os.getcwd()"),
        ("%aimport numpy", "import numpy"),
        ("cd data", 'os.chdir("data")'),
        ("%pushd data", 'pushed_folders.append(os.getcwd()); os.chdir("data")'),
        ("%popd", "os.chdir(pushed_folders.pop())"),
        ("%%bash\ntouch a\n\n", 'run_shell(["bash", "-c", """\\\ntouch a"""])\n\n'),
        ('%%sh\ntouch "a"', 'run_shell(["sh", "-c", """\\\ntouch "a"\\n"""])'),
        ("%%bash -e -s b\ntouch $1", 'run_shell(["bash", "-e", "-c", """\\\ntouch $1""", "bash", "b"])'),
        ("%%python3\nprint(1)", 'run_shell([sys.executable, "-c", """\\\nprint(1)"""])'),
        ("%%script awk -f -\nEND {}", AWK),
        (
            "%%bash --no-raise-error\nfalse",
            'with contextlib.suppress(subprocess.CalledProcessError): run_shell(["bash", "-c", """\\\nfalse"""])',
        ),
        ("ls -l", ""),
        ("pip install x", ""),
        ("%timeit f(\n    1,\n)\nx = 1", "\n\n\nx = 1"),
        ("%time x = f(\n    1,\n)", "x = f(\n    1,\n)"),
        ("%matplotlib \\\n  inline\nx = 1", "\n\nx = 1"),
        ("%%time\n%%capture\nx = 1", "\n\nx = 1"),
        ("%%px --local\nx = 1", "\nx = 1"),
        ("  x = 1\n  y = 2\n%matplotlib inline", "x = 1\ny = 2\n"),
        (">>> x = 1\n>>> y = 2", "x = 1\ny = 2"),
        ("get_ipython().system('touch a')", 'run_shell(["touch", "a"])'),
        ("get_ipython().run_line_magic('matplotlib', 'inline')", ""),
        ("%%R -i df -o res\nres <- 1", "res = __not_python__(1)\n"),
        ("%%bigquery frame --project p\nselect 1", "frame = __not_python__(1)\n"),
        ("%store -r a b", "a = b = __not_python__(1)"),
        ("%sql rows << select 1", "rows = __not_python__(1)"),
        ("if in_colab:\n    %sql x", 'if in_colab:\n    raise RuntimeError("%sql runs only inside a notebook.")'),
    ],
)
def test_magics_become_python_with_as_many_lines(source: str, python: str) -> None:
    plain = to_python(source)
    assert plain.source == python
    assert plain.source.count("\n") == source.count("\n")


def test_a_call_of_the_shell_by_a_name_becomes_its_line() -> None:
    names = NotebookNames(["shell = get_ipython()", "shell.system('touch a')", "other.system('touch a')"])
    assert to_python(names.sources[1], names).source == 'run_shell(["touch", "a"])'
    assert to_python(names.sources[2], names).source == names.sources[2]
    rebound = NotebookNames(["shell = get_ipython()", "shell.system('touch a')", "shell = None"])
    assert to_python(rebound.sources[1], rebound).source == rebound.sources[1]


def test_the_output_of_a_captured_cell_is_an_object_if_it_is_used() -> None:
    names = NotebookNames(["%%capture out\nprint('''a\nb''')", "print(out.stdout)"])
    assert to_python(names.sources[0], names).source == "with capture_output() as out:\n    print('''a\nb''')"
    assert to_python(names.sources[0]).source == "\nprint('''a\nb''')"


def test_options_of_magics_are_removed() -> None:
    assert strip_options("prun", "-s cumulative -l4 f(a, -b)") == "f(a, -b)"
    assert strip_options("time", "-x") == ""


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("x = (", ["x"]),
        ("a, *b = (\nc: int = 1\nd += 1", ["a", "b", "c", "d"]),
        ("def f(:\nclass C(\nasync def g()", ["f", "C", "g"]),
        ("from a import (b, c as d)\nimport e.f, g as h", ["b", "d", "e", "h"]),
        ("for i, (j, k) in x\nwith open() as f\nif (n := 1", ["n", "i", "j", "k", "f"]),
        ("x == 1\nf(a=1)\nprint x", []),
    ],
)
def test_names_are_found_in_text_that_is_not_python(source: str, names: list[str]) -> None:
    assert set(find_bound_names(source)) == set(names)


@pytest.mark.parametrize(
    "obstacle", ["x = (", "print x", "%run script.py", "%%cython\ndef f(): pass", "%sql a", "%%px\nx = 1"]
)
def test_an_obstacle_that_is_not_needed_is_noted(obstacle: str) -> None:
    found = slice_cells([obstacle, "y = 1"], 1)
    assert found.source == "y = 1\n"
    assert any("is left out" in note for note in found.notes)


@pytest.mark.parametrize(
    ("obstacle", "use"), [("x = (", "y = x"), ("%%cython\ndef f(): pass", "y = f()"), ("%%R -o x\nx<-1", "y = x")]
)
def test_an_obstacle_that_binds_a_needed_name_is_refused(obstacle: str, use: str) -> None:
    with pytest.raises(CompileRefusedError):
        slice_cells(["x = 1\ndef f(): pass", obstacle, use], 2)


def test_effects_of_shell_lines_and_magics_are_kept() -> None:
    cells = [
        "!wget http://example.org/y.csv",
        "%cd data",
        "%env KEY=1",
        "%%writefile module.py\nz = 1",
        "unused = 1",
        "import pandas as pd\nimport module\ny = pd.read_csv('y.csv')",
    ]
    source = slice_cells(cells, 5).source
    for text in ("wget", "os.chdir", "os.environ", "write_text"):
        assert text in source
    assert "unused" not in source


@pytest.mark.parametrize(
    "first", ["%%bash --bg", "%%script --bg bash", "%%script bash --proc p", "%%script --bg --out o bash"]
)
def test_a_script_in_the_background_is_an_obstacle(first: str) -> None:
    plain = to_python(f"{first}\ntouch a")
    assert "background" in plain.obstacles[1].reason


def test_a_script_that_binds_its_error_output_keeps_both() -> None:
    found = to_python("%%bash --err failed\nls").source
    assert found.startswith(
        'completed = subprocess.run(["bash"], check=True, capture_output=True, text=True, input="""'
    )
    assert found.endswith('; print(completed.stdout, end=""); failed = completed.stderr')


@pytest.mark.parametrize(
    "magic",
    sorted(
        name
        for file in Path(magics.__file__).parent.glob("*.py")
        for name in re.findall(r"@line_(?:cell_)?magic\n(?:    @[^\n]*\n)*    def (\w+)", file.read_text())
    ),
)
def test_magics_of_this_package_do_not_block_a_notebook(magic: str) -> None:
    plain = to_python(f"%{magic}")
    assert not plain.obstacles
    assert not plain.source.strip()


@pytest.mark.parametrize(
    ("line", "fix"),
    [
        ("%run other.ipynb", "Copy the cells of other.ipynb into this notebook"),
        ("%run -i 'my notes.ipynb'", "Copy the cells of 'my notes.ipynb' into this notebook"),
        ("%run script.py a.ipynb.txt", "Put the script beside the notebook"),
    ],
)
def test_the_next_step_for_a_run_of_a_notebook_names_its_cells(line: str, fix: str) -> None:
    plain = to_python(line, NotebookNames([line]))
    assert fix in plain.obstacles[1].fix
