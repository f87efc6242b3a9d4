from __future__ import annotations

import ast
from dataclasses import dataclass

import pytest

from jupyter_pipeline.compiler.analysis.effects import Effects
from jupyter_pipeline.compiler.analysis.functions import Functions
from jupyter_pipeline.compiler.analysis.heap import Heap
from jupyter_pipeline.compiler.analysis.library_calls import Call, LibraryCalls
from jupyter_pipeline.compiler.analysis.locations import FIGURE, RANDOM_STATE, Location, file_location
from jupyter_pipeline.compiler.analysis.state import State
from jupyter_pipeline.compiler.analysis.values import (
    CONSTANT,
    CONTAINER,
    IMMUTABLE,
    OBJECT,
    TABLE,
    UNKNOWN,
    Imported,
    Value,
    ValueType,
)


@dataclass
class Program:
    """Calls of library functions, one a statement, with the values of the names in their arguments."""

    calls: LibraryCalls
    number: int = 0

    @property
    def state(self) -> State:
        return self.calls.state

    def call(self, source: str, *, discarded: bool = False) -> Value:
        """Return the result of a call, as the next statement."""
        self.number += 1
        self.state.heap.enter(self.number)
        node = ast.parse(source, mode="eval").body
        assert isinstance(node, ast.Call)
        path = ast.unparse(node.func)
        args = [self.value(one) for one in node.args]
        keywords = {k.arg or "**": self.value(k.value) for k in node.keywords}
        callee = Value(self.state.heap.library(path.partition(".")[0]), 0, False, Imported(path))
        return self.calls.call(Call(node, args, keywords, discarded), path, callee)

    def value(self, node: ast.expr) -> Value:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            return CONSTANT._replace(texts=frozenset({node.value}))
        if not isinstance(node, ast.Name):
            return CONSTANT
        binding = self.state.bindings[node.id]
        return Value(binding.objects, 0, False, binding.type)

    def names_of(self, objects: int) -> set[str]:
        return {name for name, binding in self.state.bindings.items() if binding.objects & objects}


@pytest.fixture
def program() -> Program:
    """Return a program whose first statement binds a container and a table."""
    state = State(Heap())
    for name, type_ in {"items": CONTAINER, "table": TABLE}.items():
        state.bind(name, Value(state.heap.allocate(0), 0, False, type_))
    effects = Effects(state)
    return Program(LibraryCalls(state, effects, Functions(state, effects)))


@pytest.mark.parametrize(
    ("source", "type_", "objects"),
    [
        ("json.dumps(items)", IMMUTABLE, set()),
        ("pandas.DataFrame(items)", TABLE, {"items"}),
        ("pandas.concat(items)", TABLE, set()),
        ("numpy.asarray(table)", TABLE, {"table"}),
        ("copy.copy(items)", CONTAINER, set()),
        ("copy.deepcopy(items)", CONTAINER, set()),
        ("collections.defaultdict(list)", CONTAINER, set()),
        ("pathlib.Path('a')", IMMUTABLE, set()),
        ("unmodeled.f(items)", UNKNOWN, {"items"}),
    ],
)
def test_a_result_has_the_type_and_aliases_of_the_model(
    program: Program, source: str, type_: ValueType, objects: set[str]
) -> None:
    program.state.bind("list", CONSTANT)
    value = program.call(source)
    assert value.kind == type_
    assert program.names_of(value.objects) == objects


def test_a_shallow_copy_shares_the_elements_and_a_deep_copy_does_not(program: Program) -> None:
    assert program.names_of(program.call("copy.copy(items)").contents) == {"items"}
    assert program.names_of(program.call("copy.deepcopy(items)").contents) == set()


@pytest.mark.parametrize(
    ("source", "written"),
    [
        ("random.shuffle(items)", {"items"}),
        ("heapq.heappush(items, 1)", {"items"}),
        ("numpy.add(table, 1, out=table)", {"table"}),
        ("numpy.add(table, 1)", set()),
        ("json.dumps(items)", set()),
        ("unmodeled.f(items)", {"items"}),
        ("unmodeled.f(1)", set()),
    ],
)
def test_a_call_changes_the_arguments_that_the_model_lists(program: Program, source: str, written: set[str]) -> None:
    program.call(source)
    assert program.names_of(program.state.heap.written) == written


@pytest.mark.parametrize(
    ("first", "second", "location", "depends"),
    [
        ("numpy.random.seed(1)", "numpy.random.rand()", RANDOM_STATE, True),
        ("random.seed(1)", "random.random()", RANDOM_STATE, True),
        ("random.random()", "random.random()", RANDOM_STATE, False),
        ("random.seed(1)", "json.dumps(items)", RANDOM_STATE, False),
        ("random.seed(1)", "unmodeled.f()", RANDOM_STATE, True),
        ("matplotlib.pyplot.plot(items)", "matplotlib.pyplot.title('a')", FIGURE, True),
        ("matplotlib.pyplot.plot(items)", "json.dumps(items)", FIGURE, False),
        ("numpy.save('a.npy', table)", "numpy.load('a.npy')", file_location("a.npy"), True),
        ("numpy.save('a.npy', table)", "numpy.load('b.npy')", file_location("a.npy"), False),
        ("numpy.load('a.npy')", "numpy.load('a.npy')", file_location("a.npy"), False),
        ("shutil.copy('a', 'dir/b')", "numpy.load('dir/b')", file_location("dir/b"), True),
    ],
)
def test_a_call_depends_on_earlier_uses_of_its_locations(
    program: Program, first: str, second: str, location: Location, depends: bool
) -> None:
    program.call(first)
    exists = location in program.state.locations
    program.call(second)
    assert bool(program.state.record.needs & 1 << 1) is depends
    assert exists or not depends


@pytest.mark.parametrize(
    ("source", "discarded", "configured"),
    [
        ("pandas.set_option('a', 1)", True, {"pandas"}),
        ("numpy.set_printoptions(1)", True, {"numpy"}),
        ("numpy.arange(1)", True, set()),
        ("dask.config.set(items)", True, {"dask", "distributed"}),
        ("dask.config.set(items)", False, {"dask", "distributed"}),
    ],
)
def test_settings_belong_to_a_library(program: Program, source: str, discarded: bool, configured: set[str]) -> None:
    program.call(source, discarded=discarded)
    assert set(program.state.heap.configured_by) == configured


@pytest.mark.parametrize(("source", "changes"), [("os.chdir('a')", True), ("os.getcwd()", False)])
def test_changes_of_the_process_are_always_kept(program: Program, source: str, changes: bool) -> None:
    program.call(source)
    assert (program.state.always_kept == 1 << 1) is changes


@pytest.mark.parametrize(
    ("source", "name", "writes"),
    [
        ("open('a/x.txt')", "a/x.txt", False),
        ("open('a/x.txt', 'rb')", "a/x.txt", False),
        ("open('a/x.txt', 'w')", "a/x.txt", True),
        ("open('a/x.txt', mode='a')", "a/x.txt", True),
        ("open('a/x.txt', 'r+')", "a/x.txt", True),
        ("open('a/x.txt', items)", "a/x.txt", True),
        ("open(items, 'w')", "*", True),
    ],
)
def test_an_open_file_is_written_in_modes_that_write(program: Program, source: str, name: str, writes: bool) -> None:
    node = ast.parse(source, mode="eval").body
    assert isinstance(node, ast.Call)
    path, *rest = (program.value(one) for one in node.args)
    keywords = {k.arg or "**": program.value(k.value) for k in node.keywords}
    value = program.calls.open_file(Call(node, [path, *rest], keywords), path, rest)
    assert (file_location(name) in program.state.locations) is writes
    assert value.kind is OBJECT
    assert value.objects & program.state.heap.iterators


@pytest.mark.parametrize(
    ("text", "prefix", "read", "missing"),
    [
        ("'a > @items'", "@", {"items"}, []),
        ("'items > @absent'", "@", {"absent"}, ["absent"]),
        ("'select * from table'", "", {"table"}, []),
        ("'select * from absent'", "", set(), []),
        ("text", "@", {"items", "table"}, []),
    ],
)
def test_names_in_text_are_read(program: Program, text: str, prefix: str, read: set[str], missing: list[str]) -> None:
    node = ast.parse(f"query({text})", mode="eval").body
    assert isinstance(node, ast.Call)
    program.calls.read_names_in_text(node, prefix)
    assert set(program.state.record.sources) == read
    assert [u.name for u in program.state.unresolved] == missing
