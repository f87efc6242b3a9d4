"""Literals that become parameters, and values of other types."""

from __future__ import annotations

from typing import Any

import pytest

from jupyter_pipeline.compiler import Cell, CompileOptions, compile_cells
from jupyter_pipeline.exceptions import CompileRefusedError

TOO_LARGE = "from typing import Annotated\nfrom pydantic import Field\nn: Annotated[int, Field(le=9)] = 10"


def to_cells(*sources: str | Cell) -> list[Cell]:
    return [s if isinstance(s, Cell) else Cell(index=i, source=s) for i, s in enumerate(sources)]


@pytest.mark.parametrize(
    ("sources", "wanted", "parameters"),
    [
        (["n = 2\ns = 'x'\nf = 1.5\nb = True", "y = (n, s, f, b)"], (), {"n": 2, "s": "x", "f": 1.5, "b": True}),
        (["n = 2\nn = 3", "y = n"], (), {"n": 3}),
        (["n = 0\nfor i in range(3):\n    n += i", "y = n"], (), {}),
        (["LIMIT = 2", "y = LIMIT"], (), {}),
        (["LIMIT = 2", "y = LIMIT"], ("LIMIT",), {"LIMIT": 2}),
        (["items = [1, 2]", "y = items"], (), {}),
        (["items = [1, 2]", "y = items"], ("items",), {"items": [1, 2]}),
        (["x = -1", "y = x"], (), {"x": -1}),
    ],
)
def test_literals_become_parameters(sources: list[str], wanted: tuple[str, ...], parameters: dict[str, Any]) -> None:
    found = compile_cells(to_cells(*sources), len(sources) - 1, CompileOptions(name="p", parameters=wanted))
    assert found.parameters == parameters


def test_tagged_cells_make_constants_parameters() -> None:
    tagged = Cell(index=0, source="LIMIT = 2\nnames = ['a']", tags=("parameters",))
    found = compile_cells(to_cells(tagged, "y = names * LIMIT"), 1, CompileOptions(name="p"))
    assert found.parameters == {"LIMIT": 2, "names": ["a"]}


ACCOUNTS = """class Account:
    def __init__(self):
        self.balance = 0
    def deposit(self, amount):
        self.balance += amount
class Bank:
    def __init__(self):
        self.accounts = {'u': Account()}
    def pay(self, name, amount):
        self.accounts[name].deposit(amount)
bank = Bank()"""


@pytest.mark.parametrize(
    ("sources", "parameters"),
    [
        ((ACCOUNTS, "amount = 25", "bank.pay('u', amount)", "y = bank.accounts"), {"amount": 25}),
        (("from acme import Bank\nbank = Bank()", "amount = 25", "bank.pay(amount)", "y = bank"), {"amount": 25}),
        (("from acme import pay", "names = 'a'", "pay(names)", "y = names"), {"names": "a"}),
        (("import pandas as pd", "title = 'a'", "pd.Series([1]).plot(title=title)", "y = 1"), {}),
    ],
)
def test_a_literal_that_nothing_can_change_is_a_parameter_of_unknown_calls(
    sources: tuple[str, ...], parameters: dict[str, Any]
) -> None:
    assert compile_cells(to_cells(*sources), len(sources) - 1, CompileOptions(name="p")).parameters == parameters


@pytest.mark.parametrize(
    ("source", "below", "note"),
    [
        (
            "xs = ['a']",
            "xs.append('b')\ny = xs",
            "`xs` is no parameter, because a later statement may change its value",
        ),
        ("task = 2", "y = task", "`task` is no parameter, because the generated flow uses this name itself"),
        ("n = 2\nn += 1", "y = n", "`n` is no parameter, because it is assigned in several places"),
        ("pair = (1, 2)", "y = pair", "`pair` is no parameter, because its value has no form in JSON"),
    ],
)
def test_a_literal_of_a_tagged_cell_that_is_no_parameter_has_a_note(source: str, below: str, note: str) -> None:
    tagged = Cell(index=0, source=source, tags=("parameters",))
    found = compile_cells(to_cells(tagged, below), 1, CompileOptions(name="p"))
    assert not found.parameters
    assert found.notes == (f"Cell 1 of 2: {note}.",)


@pytest.mark.parametrize(
    ("annotation", "value", "signature", "documented"),
    [
        ("List[int]", "[1]", "list[int] | None = None", "list[int]"),
        ("Union[int, float]", "3", "float = 3", "float"),
        ("Optional[List[str]]", "None", "list[str] | None = None", "list[str] | None"),
        ("'int | None'", "None", "int | None = None", "int | None"),
        ("Dict[str, List[int]]", "{'a': [1]}", "dict[str, list[int]] | None = None", "dict[str, list[int]]"),
        ("Final[int]", "3", "int = 3", "int"),
    ],
)
def test_signature_and_docstring_show_the_same_type_without_imports_from_typing(
    annotation: str, value: str, signature: str, documented: str
) -> None:
    source = f"from typing import Dict, Final, List, Optional, Union\nx: {annotation} = {value}"
    tagged = Cell(index=0, source=source, tags=("parameters",))
    text = compile_cells(to_cells(tagged, "y = x"), 1, CompileOptions(name="p")).files["steps.py"]
    assert f"(x: {signature})" in text
    assert f"    x : {documented}, default {value}\n" in text
    assert "import" not in text
    assert "noqa" not in text


@pytest.mark.parametrize(
    ("sources", "name", "reason"),
    [
        (["x = 1", "y = x"], "z", "no statement that this cell needs binds"),
        (["x = open('a')", "y = x"], "x", "not a literal"),
        (["x = 1", "x += 1", "y = x"], "x", "several places"),
    ],
)
def test_a_name_that_cannot_be_a_parameter_is_refused(sources: list[str], name: str, reason: str) -> None:
    with pytest.raises(CompileRefusedError, match=reason):
        compile_cells(to_cells(*sources), len(sources) - 1, CompileOptions(name="p", parameters=(name,)))


@pytest.mark.parametrize(
    ("source", "annotation", "schema"),
    [
        ("from typing import Literal\nkind: Literal['a', 'b'] = 'a'", "Literal['a', 'b']", {"enum": ["a", "b"]}),
        (
            "from typing import Optional\nn: Optional[int] = None",
            "int | None",
            {"anyOf": [{"type": "integer"}, {"type": "null"}]},
        ),
        ("n: int | None = 3", "int | None", {"anyOf": [{"type": "integer"}, {"type": "null"}]}),
        ("from pathlib import Path\np = Path('a.csv')", "pathlib.Path", {"type": "string", "format": "path"}),
        ("from decimal import Decimal\np = Decimal('1.5')", "decimal.Decimal", {"type": "string", "format": "decimal"}),
        ("import datetime as dt\np = dt.time(6, 30)", "datetime.time", {"type": "string", "format": "time"}),
        (
            "from zoneinfo import ZoneInfo\nzone = ZoneInfo('Europe/Berlin')",
            "zoneinfo.ZoneInfo",
            {"type": "string", "format": "zoneinfo"},
        ),
        (
            "import enum\nclass Kind(enum.Enum):\n    A = 'a'\n    B = 'b'\nkind = Kind.A",
            "steps.Kind",
            {"enum": ["a", "b"]},
        ),
        (
            "from typing import Annotated\nfrom pydantic import Field\nn: Annotated[int, Field(ge=1, le=9)] = 3",
            "Annotated[int, Field(ge=1, le=9)]",
            {"type": "integer", "minimum": 1, "maximum": 9},
        ),
        (
            "from typing import Annotated\nimport annotated_types as at\nn: Annotated[float, at.Gt(0), 'share'] = 0.5",
            "Annotated[float, Field(gt=0)]",
            {"type": "number", "exclusiveMinimum": 0},
        ),
        ("from typing import Annotated\nn: Annotated[str, 'name'] = 'a'", "str", {"type": "string"}),
    ],
)
def test_annotations_and_literals_keep_their_types(source: str, annotation: str, schema: dict[str, Any]) -> None:
    name = source.rpartition("\n")[2].split("=")[0].split(":")[0].strip()
    made = compile_cells(to_cells(source, f"y = [{name}]"), 1, CompileOptions(name="p"))
    field = made.parameter_schema["properties"][name]
    assert {key: field[key] for key in schema} == schema
    assert f"{name}: {annotation.replace(chr(39), chr(34))} = " in made.files["flow.py"]
    compile(made.files["steps.py"], "steps.py", "exec")


def test_the_text_of_a_default_stays_as_it_is() -> None:
    cell = Cell(index=0, source="note = 'uses pathlib.Path'", tags=("parameters",))
    flow = compile_cells(to_cells(cell, "y = note"), 1, CompileOptions(name="p")).files["flow.py"]
    assert "uses pathlib.Path" in flow


def test_a_list_is_no_default_of_a_function() -> None:
    cells = to_cells("items: list[str] = ['a']", "y = items * 2")
    made = compile_cells(cells, 1, CompileOptions(name="p", parameters=("items",)))
    for text in (made.files["steps.py"], made.files["flow.py"]):
        assert "items: list[str] | None = None" in text
        assert 'if items is None:\n        items = ["a"]' in text
    assert made.parameters == {"items": ["a"]}


@pytest.mark.parametrize("source", ["n: int = 'a'", "n: list[int] = ['a']", "n: int = None", TOO_LARGE])
def test_a_default_that_does_not_fit_its_annotation_is_refused(source: str) -> None:
    with pytest.raises(CompileRefusedError, match="does not fit its annotation"):
        compile_cells(to_cells(source, "y = n"), 1, CompileOptions(name="p", parameters=("n",)))


def test_a_comment_describes_the_parameter() -> None:
    made = compile_cells(to_cells("n = 3  # number of rows", "y = [n]"), 1, CompileOptions(name="p"))
    assert made.parameter_schema["properties"]["n"]["description"] == "Number of rows."
    assert "n : int, default 3\n        Number of rows.\n" in made.files["steps.py"]


def test_a_name_that_only_a_plot_reads_is_no_parameter() -> None:
    cells = to_cells("import matplotlib.pyplot as plt\nbins = 3\nrows = 2", "x = [1] * rows\nplt.hist(x, bins=bins)")
    assert compile_cells(cells, 1, CompileOptions(name="p")).parameters == {"rows": 2}
