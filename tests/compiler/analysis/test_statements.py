from __future__ import annotations

import pytest

from jupyter_pipeline.compiler.analysis.statements import first_line, parse_cells
from jupyter_pipeline.exceptions import CompileRefusedError


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


def test_syntax_errors_of_all_cells_are_refused_together() -> None:
    with pytest.raises(CompileRefusedError) as error:
        parse_cells([(0, "a = 1"), (2, "a = ("), (3, "b = 1\nc d")])
    assert [(r.rule, r.cell, r.line) for r in error.value.refusals] == [("syntax-error", 2, 1), ("syntax-error", 3, 2)]
