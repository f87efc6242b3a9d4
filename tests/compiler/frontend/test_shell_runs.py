"""A notebook with shell lines, run by Jupyter and as a pipeline, gives the same."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import nbclient
import nbformat

from jupyter_pipeline.compiler import CompileOptions, compile_cells, read_notebook
from jupyter_pipeline.compiler.frontend.helpers import Helpers
from jupyter_pipeline.compiler.frontend.ipython import to_python
from jupyter_pipeline.compiler.frontend.names import NotebookNames
from jupyter_pipeline.compiler.output import write_files

_CALL = "import steps\n[f for f in vars(steps).values() if getattr(f, '__module__', '') == 'steps'][-1]()"
CELLS = [
    "name = 'my data'\nfolder = 'out dir'",
    '!mkdir \'{folder}\'\n!echo "a,b" > "{folder}/{name}.csv" && echo 1,2 >> "{folder}/$name".csv',
    "%%bash\nset -e\nfor i in 1 2; do echo \"$i,$((i * 2))\"; done >> 'out dir/my data.csv'",
    '%%writefile written_module.py\ndef double(x):\n    """Double \\n it."""\n    return 2 * x',
    "%%writefile -a written_module.py\ndef triple(x):\n    return 3 * x",
    "from written_module import double, triple",
    "%env GREETING=hello {name}\n%cd out dir",
    "files = !ls *.csv\nheads = !head -1 *.csv | tr a-z A-Z\nmissing = !grep nothing *.csv\ncount = files.n",
    "%%capture out\nprint('captured')\n!echo 5 > five.txt && echo shown",
    '%%bash --out=shown --err failed\necho $(echo a b | wc -w) `echo "{q}"` ${HOME:+home} {1..3}; echo bad >&2',
    "%%bash --out listed\nls *.csv",
    "%pushd ..\n%pushd ..\n%popd\n%popd\n!touch back.txt",
    """\
import os
odd = "it's; touch evil & *"
!echo "{odd}" x'{count}'y > \\
    odd.txt
long = !seq 200000
rows = open(files[0]).read()
text = open("odd.txt").read()
print(rows, double(3), triple(3), os.environ["GREETING"], heads, missing, count, len(long))
print(shown, failed, listed)
print(out.stdout.replace(chr(13), ""), text)
print(sorted(os.listdir(".")))""",
]


def test_a_notebook_with_shell_lines_runs_as_a_pipeline(tmp_path: Path) -> None:
    (tmp_path / "notebook").mkdir()
    (tmp_path / "run").mkdir()
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in CELLS])
    compiled = compile_cells(read_notebook(nbformat.writes(notebook)), len(CELLS) - 1, CompileOptions(name="shell"))
    resources = {"metadata": {"path": str(tmp_path / "notebook")}}
    nbclient.NotebookClient(notebook, resources=resources, kernel_name="python3").execute()
    shown = "".join(output["text"] for output in notebook.cells[-1].outputs)

    write_files(tmp_path / "code", compiled)
    code = f"import sys\nsys.path.insert(0, {str(tmp_path / 'code')!r})\n{_CALL}"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path / "run", capture_output=True, text=True, check=False
    )
    assert done.stdout == shown, done.stderr
    assert "'evil'" not in shown


def test_a_value_cannot_change_the_command(tmp_path: Path) -> None:
    value = 'a\' "b" $(touch evil) `touch evil`; touch evil #\n*'
    sources = [
        f"value = {value!r}",
        "!printf %s {value} > 1\n!printf %s \"$value\" > 2\n!printf %s '{value}' > 3\nx = 1",
    ]
    plain = [to_python(source, NotebookNames(sources)) for source in sources]
    helpers = [text for _, text in Helpers(NotebookNames(sources)).define(plain[1])]
    code = "\n".join([*plain[1].prelude, *helpers, plain[0].source, plain[1].source])
    subprocess.run([sys.executable, "-c", code], cwd=tmp_path, check=True)
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == dict.fromkeys("123", value)


def test_a_command_that_fails_stops_the_run(tmp_path: Path) -> None:
    cells = read_notebook(
        nbformat.writes(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("!cp a b\nx = 1")]))
    )
    write_files(tmp_path, compile_cells(cells, 0, CompileOptions(name="shell")))
    done = subprocess.run([sys.executable, "-c", _CALL], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert "CalledProcessError: Command '['cp', 'a', 'b']'" in done.stderr


def test_the_output_of_a_command_is_printed_line_by_line(tmp_path: Path) -> None:
    source = "!printf 'caf\\303\\251\\nbad \\377\\n' && touch a && cp missing b"
    cells = read_notebook(nbformat.writes(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source)])))
    write_files(tmp_path, compile_cells(cells, 0, CompileOptions(name="shell")))
    code = f"import builtins\nbuiltins.print = lambda *a, **k: open('log', 'a').write(repr(a) + '\\n')\n{_CALL}"
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
    lines = (tmp_path / "log").read_text().splitlines()
    assert lines[:2] == ["('caf\xe9\\n',)", "('bad \ufffd\\n',)"]
    assert "missing" in lines[2]
    assert "CalledProcessError" in done.stderr
