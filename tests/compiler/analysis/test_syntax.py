from __future__ import annotations

import ast

import pytest

from jupyter_pipeline.compiler.analysis.syntax import (
    as_load,
    bound_names,
    catches_name_error,
    declared_outside,
    is_cell,
    is_future,
    last_name,
    leaves_path,
    shorten,
    shorten_statement,
)


def parse_expression(source: str) -> ast.expr:
    return ast.parse(source, mode="eval").body


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("a = b", {"a"}),
        ("a, *b = c", {"a", "b"}),
        ("a.x = a[0] = 1", set()),
        ("import a.b, c as d", {"a", "d"}),
        ("def f(p):\n    q = 1", {"f"}),
        ("class C:\n    q = 1", {"C"}),
        ("for i in x:\n    j = 1", {"i", "j"}),
        ("with x as f:\n    pass", {"f"}),
        ("try:\n    pass\nexcept E as e:\n    pass", {"e"}),
        ("match x:\n    case [a, *b]:\n        pass\n    case {'k': c, **d}:\n        pass", {"a", "b", "c", "d"}),
        ("[i for i in x]", set()),
        ("print(a := 1)", {"a"}),
    ],
)
def test_bound_names_are_those_of_the_own_scope(source: str, names: set[str]) -> None:
    assert bound_names(ast.parse(source).body) == names


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("global a, b", {"a", "b"}),
        ("if x:\n    nonlocal a", {"a"}),
        ("try:\n    pass\nexcept E:\n    global a", {"a"}),
        ("match x:\n    case 1:\n        global a", {"a"}),
        ("def f():\n    global a", set()),
        ("a = 1", set()),
    ],
)
def test_declarations_of_inner_functions_do_not_count(source: str, names: set[str]) -> None:
    assert declared_outside(ast.parse(source).body) == names


@pytest.mark.parametrize(
    ("handler", "catches"),
    [
        ("except:", True),
        ("except NameError:", True),
        ("except (KeyError, UnboundLocalError):", True),
        ("except Exception as e:", True),
        ("except KeyError:", False),
        ("except ImportError:", False),
    ],
)
def test_a_handler_catches_name_errors_by_its_type(handler: str, catches: bool) -> None:
    (node,) = ast.parse(f"try:\n    pass\n{handler}\n    pass").body
    assert isinstance(node, ast.Try)
    assert catches_name_error(node.handlers[0]) is catches


@pytest.mark.parametrize(
    ("body", "leaves"),
    [
        ("raise E", True),
        ("x = 1\nreturn", True),
        ("continue", True),
        ("break", True),
        ("return\nx = 1", False),
        ("if x:\n    return", False),
        ("", False),
    ],
)
def test_a_path_is_left_by_its_last_statement(body: str, leaves: bool) -> None:
    assert leaves_path(ast.parse(body).body) is leaves


@pytest.mark.parametrize(
    ("source", "name"), [("f", "f"), ("m.f", "f"), ("m.f(1)", "f"), ("f(1)", "f"), ("f[0]", ""), ("f()()", "")]
)
def test_last_name_skips_modules_and_one_call(source: str, name: str) -> None:
    assert last_name(parse_expression(source)) == name


@pytest.mark.parametrize(
    ("source", "expected"),
    [("from __future__ import annotations", True), ("import __future__", False), ("from .future import x", False)],
)
def test_a_future_import_is_recognized(source: str, expected: bool) -> None:
    assert is_future(ast.parse(source).body[0]) is expected


@pytest.mark.parametrize("target", ["a.b", "a[0]"])
def test_a_target_becomes_an_expression_that_reads_it(target: str) -> None:
    (node,) = ast.parse(f"{target} = 1").body
    assert isinstance(node, ast.Assign)
    assert ast.dump(as_load(node.targets[0])) == ast.dump(parse_expression(target))


@pytest.mark.parametrize(("length", "shown"), [(40, "a" * 40), (41, "a" * 39 + "…")])
def test_expressions_in_notes_have_at_most_forty_characters(length: int, shown: str) -> None:
    assert shorten(parse_expression("a" * length)) == shown


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("frame.at[0, 'tags']", True),
        ("frame['tags'][0]", True),
        ("frame['tags']", False),
        ("frame.at", False),
        ("items[0]", False),
    ],
)
def test_a_cell_of_a_table_is_recognized(source: str, expected: bool) -> None:
    assert is_cell(ast.parse(source, mode="eval").body) is expected


@pytest.mark.parametrize(
    ("source", "expected"), [("for x in y:\n    pass", "for x in y:"), ("a = " + "b" * 60, "a = " + "b" * 56)]
)
def test_statements_in_notes_have_one_line_of_at_most_sixty_characters(source: str, expected: str) -> None:
    assert shorten_statement(ast.parse(source).body[0]) == expected
