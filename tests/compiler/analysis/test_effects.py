from __future__ import annotations

import pytest

from jupyter_pipeline.compiler.analysis.dependencies import analyze
from jupyter_pipeline.compiler.analysis.effects import Effects
from jupyter_pipeline.compiler.analysis.heap import Heap, bits
from jupyter_pipeline.compiler.analysis.locations import (
    FIGURE,
    PROCESS,
    RANDOM_STATE,
    SETTINGS,
    Access,
    Location,
    file_location,
)
from jupyter_pipeline.compiler.analysis.state import State
from jupyter_pipeline.compiler.analysis.statements import parse_cells
from jupyter_pipeline.compiler.analysis.values import FunctionSummary


@pytest.mark.parametrize(
    ("written", "read", "depends"),
    [("a.csv", "a.csv", True), ("a.csv", "b.csv", False), ("*", "b.csv", True), ("a.csv", "*", True)],
)
def test_a_read_of_a_file_depends_on_its_writers(written: str, read: str, depends: bool) -> None:
    state = State(Heap())
    effects = Effects(state)
    state.heap.enter(0)
    effects.write_file(written)
    state.heap.enter(1)
    effects.read_file(read)
    assert bool(state.record.needs & 1) is depends


def test_random_numbers_depend_on_draws_only_after_a_seed() -> None:
    state = State(Heap())
    effects = Effects(state)
    assert effects.touch(RANDOM_STATE) == 0
    state.heap.enter(1)
    effects.touch(RANDOM_STATE, create=True)
    state.heap.enter(2)
    effects.touch(RANDOM_STATE)
    assert state.record.needs == 1 << 1


def test_effects_in_a_function_become_part_of_its_summary() -> None:
    summary = FunctionSummary("f")
    effects = Effects(State(Heap(), State(Heap()), summary))
    effects.write_file("a")
    effects.touch(FIGURE)
    effects.change_process()
    assert set(summary.locations) == {file_location("a"), FIGURE, PROCESS}
    assert summary.locations[file_location("a")] & Access.WRITE


@pytest.mark.parametrize(
    ("cells", "always"),
    [
        (["import os", "os.chdir('x')"], [1]),
        (["import os", "os.environ['A'] = 'b'"], [1]),
        (["import os", "a = os.environ.get('A')"], []),
        (["import sys", "sys.path.append('x')"], [1]),
        (["x = 1", "globals()['y'] = 2"], [1]),
    ],
)
def test_changes_of_the_process_are_always_kept(cells: list[str], always: list[int]) -> None:
    assert list(bits(analyze(parse_cells(list(enumerate(cells)))).always_kept)) == always


@pytest.mark.parametrize(
    ("source", "location", "access"),
    [
        ("import random\nrandom.random()", RANDOM_STATE, Access.WRITE),
        ("import random\ndef draw():\n    return random.random()\ndraw()", RANDOM_STATE, Access.WRITE),
        ("import matplotlib.pyplot as plt\nplt.plot([1])", FIGURE, Access.WRITE),
        ("import os\nopen('a.txt').read()", file_location("a.txt"), Access.READ),
        ("import os\nos.chdir('x')", PROCESS, Access.WRITE),
        ("import pandas as pd\npd.set_option('display.width', 5)", SETTINGS, Access.WRITE),
    ],
)
def test_a_statement_records_its_uses_of_locations(source: str, location: Location, access: Access) -> None:
    program = parse_cells([(0, source)])
    analyze(program)
    assert program.statements[-1].effects[location] & ~Access.CREATE == access
    assert not program.statements[0].effects


@pytest.mark.parametrize(
    ("cells", "empty"),
    [
        (["plt.plot([1])", "plt.savefig('a.png')"], True),
        (["plt.plot([1])\nplt.savefig('a.png')"], False),
        (["def save(name):\n    plt.tight_layout()\n    plt.savefig(name)", "plt.plot([1])", "save('a.png')"], True),
        (["def save(name):\n    plt.tight_layout()\n    plt.savefig(name)", "plt.plot([1])\nsave('a.png')"], False),
        (["def save(name):\n    plt.plot([1])\n    plt.savefig(name)", "plt.plot([1])", "save('a.png')"], False),
        (["plt.plot([1])\nplt.show()\nplt.savefig('a.png')"], True),
        (["%matplotlib widget", "plt.plot([1])", "plt.savefig('a.png')"], False),
        (["fig = plt.figure()", "fig.savefig('a.png')"], False),
    ],
)
def test_a_saved_figure_that_is_empty_has_a_note(cells: list[str], empty: bool) -> None:
    program = parse_cells(list(enumerate(["import matplotlib.pyplot as plt", *cells])))
    analyze(program)
    notes = [note.text for note in program.statements[-1].notes]
    assert any("figure that is saved is empty" in note for note in notes) is empty


@pytest.mark.parametrize(
    "configure",
    ["def style():\n    pd.set_option('display.width', 5)\n", "style = lambda: pd.set_option('display.width', 5)\n"],
)
def test_settings_change_where_a_function_is_called(configure: str) -> None:
    cells = ["import pandas as pd", configure, "style()", "pd.DataFrame()"]
    program = parse_cells(list(enumerate(cells)))
    assert [configuring for _, configuring in analyze(program).settings] == [1 << 2]


@pytest.mark.parametrize(
    ("source", "word"),
    [
        ("try:\n    get_ipython()\nexcept NameError:\n    pass", "get_ipython"),
        ("try:\n    here = __file__\nexcept NameError:\n    here = '.'", "__file__"),
        ("import sys\nn = len(sys.argv)", "sys.argv"),
        ("from dotenv import load_dotenv\nload_dotenv()", "load_dotenv"),
        ("import inspect\ndef f():\n    return inspect.stack()", "frames"),
        ("class P: ...\nname = P.__module__", "__module__"),
        ("import sys\nx = sys.modules['__main__']", "__main__"),
        ("import __main__", "__main__"),
        ("import torch\nx = torch.cuda.memory_allocated()", "memory_allocated"),
        ("import sys\nx = sys.getrefcount(sys)", "getrefcount"),
        ("import pickle\nclass P: ...\nx = pickle.dumps(P())", "pickled"),
    ],
)
def test_a_difference_between_notebook_and_run_has_a_note(source: str, word: str) -> None:
    program = parse_cells([(0, source)])
    analyze(program)
    assert any(word in note.text for s in program.statements for note in s.notes)


def test_a_search_from_a_path_has_no_note() -> None:
    program = parse_cells([(0, "from dotenv import load_dotenv\nload_dotenv('.env')")])
    analyze(program)
    assert not any("searches" in note.text for s in program.statements for note in s.notes)
