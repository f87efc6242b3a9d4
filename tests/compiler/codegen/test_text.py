"""Formatting of generated source."""

from __future__ import annotations

import ast

import pytest

from jupyter_pipeline.compiler.codegen.text import (
    escape_docstring,
    indent,
    render_arguments,
    render_signature,
    render_text,
    wrap_call,
)


def test_indentation_leaves_the_lines_of_strings() -> None:
    assert indent('x = """a\nb"""\n\ny = 1') == '    x = """a\nb"""\n\n    y = 1'


@pytest.mark.parametrize("text", ['ends with "', 'a """ b', "back\\slash", 'all \\ """ of it"'])
def test_an_escaped_docstring_has_the_value_of_the_text(text: str) -> None:
    assert ast.literal_eval(f'"""{escape_docstring(text)}"""') == text


@pytest.mark.parametrize("text", ["a", "it's", 'a "b"', "back\\slash", "line\nbreak", "ü\u2028🙂", ""])
def test_a_literal_has_the_value_of_the_text(text: str) -> None:
    assert ast.literal_eval(render_text(text)) == text
    call = ast.parse(f"f(0{render_arguments({'a': text, 'n': 2})})", mode="eval").body
    assert isinstance(call, ast.Call)
    assert {k.arg: ast.literal_eval(k.value) for k in call.keywords} == {"a": text, "n": 2}


def test_long_calls_have_one_argument_on_each_line() -> None:
    assert wrap_call("f", ["a", "b=1"]) == "f(a, b=1)"
    assert wrap_call("f", ["a", "b=1"], room=5) == "f(\n    a,\n    b=1,\n)"
    assert render_signature("f", ["a: int = 1"], asynchronous=True) == "async def f(a: int = 1):"
    assert render_signature("f", [], returns="int") == "def f() -> int:"
