from __future__ import annotations

from jupyter_pipeline.compiler.analysis.heap import Heap
from jupyter_pipeline.compiler.analysis.state import Binding, State
from jupyter_pipeline.compiler.analysis.values import CONSTANT, CONTAINER, DELETED, IMMUTABLE, UNKNOWN, Value


def bind_at(state: State, statement: int, name: str, value: Value = CONSTANT) -> None:
    state.heap.enter(statement)
    state.bind(name, value)


def test_a_binding_is_a_strong_update() -> None:
    state = State(Heap())
    bind_at(state, 0, "x")
    bind_at(state, 1, "x")
    assert state.bindings["x"] == Binding(1 << 1, 0, IMMUTABLE)


def test_a_weak_binding_keeps_the_former_definition() -> None:
    state = State(Heap())
    bind_at(state, 0, "x")
    state.heap.enter(1)
    state.bind_weakly("x", Value(0, 0, False, CONTAINER))
    assert state.bindings["x"] == Binding(1 << 0 | 1 << 1, 0, UNKNOWN)


def test_a_read_depends_on_the_definition_and_on_writers_of_reachable_objects() -> None:
    state = State(Heap())
    a = state.heap.allocate(0)
    b = state.heap.allocate(a)
    bind_at(state, 0, "x", Value(b, 0, False, CONTAINER))
    state.heap.enter(1)
    state.heap.write(a)
    state.heap.enter(2)
    state.load("x", 1)
    assert state.record.needs == 1 << 0 | 1 << 1
    assert state.record.versions == {"x": 1 << 0}
    assert state.record.reached == a | b


def test_paths_are_joined_at_their_end() -> None:
    state = State(Heap())
    bind_at(state, 0, "x")
    bind_at(state, 0, "y")
    state.join_paths(lambda: bind_at(state, 1, "x"), lambda: bind_at(state, 2, "x"), skippable=False)
    assert state.bindings["x"].definitions == 1 << 1 | 1 << 2
    state.join_paths(lambda: bind_at(state, 3, "y"), skippable=True)
    assert state.bindings["y"].definitions == 1 << 0 | 1 << 3


def test_a_name_that_one_path_deletes_may_exist() -> None:
    state = State(Heap())
    bind_at(state, 0, "x")
    state.join_paths(lambda: state.unbind("x"), skippable=True)
    assert state.bindings["x"].type is IMMUTABLE
    state.join_paths(lambda: state.unbind("x"), skippable=False)
    assert state.bindings["x"].type is DELETED


def test_missing_names_are_unresolved_unless_a_star_import_may_bind_them() -> None:
    state = State(Heap())
    state.load("absent", 3)
    assert [(u.name, u.line, u.deleted) for u in state.unresolved] == [("absent", 3, False)]
    state.star_imports = 1
    state.load("other", 4)
    assert len(state.unresolved) == 1


def test_a_bound_name_hides_the_builtin() -> None:
    state = State(Heap())
    assert state.is_builtin("len")
    bind_at(state, 0, "len")
    assert not state.is_builtin("len")
    state.unbind("len")
    assert state.is_builtin("len")
