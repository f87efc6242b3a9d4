from __future__ import annotations

import pytest

from jupyter_pipeline.compiler.analysis.slicer import slice_cells

SQLALCHEMY = (
    "import sqlalchemy as sa\nfrom sqlalchemy.orm import DeclarativeBase, MappedAsDataclass\nmd = sa.MetaData()\n"
)
BASE = "class Base(DeclarativeBase): pass"
MAPPED = "class T(Base):\n    __tablename__ = 't'\n    id = sa.Column(sa.Integer, primary_key=True)"
TYPE = "T = type('T', (Base,), {'__tablename__': 't', 'id': sa.Column(sa.Integer, primary_key=True)})"


@pytest.mark.parametrize(
    "cells",
    [
        [f"{SQLALCHEMY}{BASE}", MAPPED, "r = Base.metadata.tables"],
        [f"{SQLALCHEMY}class Base(DeclarativeBase):\n    metadata = md", MAPPED, "r = md.tables"],
        [f"{SQLALCHEMY}class Base(MappedAsDataclass, DeclarativeBase): pass", MAPPED, "r = Base.metadata.tables"],
        [f"{SQLALCHEMY}{BASE}\nclass Middle(Base): pass", MAPPED.replace("Base", "Middle"), "r = Base.metadata.tables"],
        [f"{SQLALCHEMY}{BASE}", TYPE, "r = Base.metadata.tables"],
        [f"{SQLALCHEMY}Base = sa.orm.declarative_base()", TYPE, "r = Base.metadata.tables"],
        ["import unlisted", "class P(unlisted.Base): pass", "r = unlisted.plugins()"],
        ["import unlisted", "P = type('P', (unlisted.Base,), {})", "r = unlisted.plugins()"],
        ["import types, unlisted", "P = types.new_class('P', (unlisted.Base,))", "r = unlisted.plugins()"],
        [
            "import dataclasses, unlisted",
            "P = dataclasses.make_dataclass('P', ['a'], bases=(unlisted.Base,))",
            "r = unlisted.plugins()",
        ],
        [
            "found = []\nclass Base:\n    def __init_subclass__(cls):\n        found.append(cls)",
            "P = type('P', (Base,), {})",
            "r = found",
        ],
    ],
)
def test_a_class_is_kept_where_its_bases_may_have_registered_it(cells: list[str]) -> None:
    assert slice_cells(cells, 2).cells == (0, 1, 2)


@pytest.mark.parametrize(
    "cells",
    [
        ["import torch", "class Net(torch.nn.Module): pass", "r = torch.ones(3)"],
        ["from sklearn.base import TransformerMixin, clone", "class T(TransformerMixin): pass", "r = clone(3)"],
        ["class Base: pass", "class T(Base): pass", "r = Base()"],
        ["class Base: pass", "T = type(Base())", "r = Base()"],
    ],
)
def test_a_class_that_no_base_registers_is_left_out(cells: list[str]) -> None:
    assert slice_cells(cells, 2).cells == (0, 2)
