from __future__ import annotations

import ast

import pytest

from jupyter_pipeline.compiler.analysis.statements import first_line, parse_cells


@pytest.mark.parametrize(
    ("cell", "texts"),
    [
        ("a = 1\nb = 2", ["a = 1", "b = 2"]),
        ("# first\n# second\na = 1", ["# first\n# second\na = 1"]),
        ("# apart\n\na = 1", ["a = 1"]),
        ("a = 1  # beside", ["a = 1  # beside"]),
        ("a = 1;", ["a = 1"]),
        ("a = 1; b = 2  # beside", ["a = 1", "b = 2  # beside"]),
        ("a = '''\n  # text\n'''", ["a = '''\n  # text\n'''"]),
        ("# above\n@d\ndef f():\n    pass", ["# above\n@d\ndef f():\n    pass"]),
        ("f(\n    1,\n)\nb = 2", ["f(\n    1,\n)", "b = 2"]),
        ("ü = 'é'; b = 2", ["ü = 'é'", "b = 2"]),
        ("# only a comment", []),
    ],
)
def test_statements_have_their_text_and_comments(cell: str, texts: list[str]) -> None:
    program = parse_cells([(0, cell)])
    assert [program.text(statement) for statement in program.statements] == texts


@pytest.mark.parametrize(
    ("cell", "lines"),
    [
        ("a = 1\n\nb = 2", [1, 3]),
        ("@d\n@e\ndef f():\n    pass", [1]),
        ("# above\n@d\nclass C:\n    pass", [2]),
        ("a = 1; b = 2", [1, 1]),
    ],
)
def test_the_first_line_includes_decorators(cell: str, lines: list[int]) -> None:
    assert [first_line(statement.node) for statement in parse_cells([(0, cell)]).statements] == lines


def test_statements_are_numbered_across_cells() -> None:
    program = parse_cells([(1, "a = 1\nb = 2"), (4, ""), (6, "c = 3")])
    assert [(s.number, s.cell) for s in program.statements] == [(0, 1), (1, 1), (2, 6)]
    assert [s.number for s in program.of_cell(1)] == [0, 1]
    assert program.of_cell(4) == []
    assert set(program.plain) == {1, 4, 6}


def test_a_cell_with_a_syntax_error_becomes_a_placeholder_for_its_names() -> None:
    program = parse_cells([(0, "a = 1"), (2, "a = b = ("), (3, "import numpy as np, os\nc d"), (4, "c d")])
    assert [ast.unparse(s.node) for s in program.statements] == [
        "a = 1",
        "a = b = __not_python__(1)",
        "np = os = __not_python__(2)",
        "__not_python__(1)",
    ]
    assert {o.rule for p in program.plain.values() for o in p.obstacles.values()} == {"syntax-error"}


def test_imports_for_translated_lines_stand_before_the_cell() -> None:
    program = parse_cells([(0, "x = 1\n!wget y"), (1, "!wget z")])
    assert [program.text(s).partition("\n")[0] for s in program.statements] == [
        "import subprocess",
        "def run_shell(command: list[str]) -> None:",
        "x = 1",
        'run_shell(["wget", "y"])',
        "import subprocess",
        'run_shell(["wget", "z"])',
    ]
