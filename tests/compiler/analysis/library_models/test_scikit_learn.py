from __future__ import annotations

import inspect

import pytest
from sklearn.utils import all_estimators

from jupyter_pipeline.compiler.analysis.library_models.registry import find_function
from jupyter_pipeline.compiler.analysis.slicer import slice_cells

ESTIMATORS = dict(all_estimators())
IMPORTS = """
import numpy as np
import pandas as pd
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
"""
DATA = "X = pd.read_csv('a.csv')\ny = X.pop('y')"


@pytest.mark.parametrize("name", sorted(ESTIMATORS))
def test_estimators_with_a_random_state_are_random_without_it(name: str) -> None:
    model = find_function(f"sklearn.{name}")
    assert model is not None
    assert model.makes_random is ("random_state" in inspect.signature(ESTIMATORS[name]).parameters)


@pytest.mark.parametrize(
    ("cell", "draws"),
    [
        ("m = RandomForestClassifier()\nm.fit(X, y)", True),
        ("m = RandomForestClassifier(random_state=1)\nm.fit(X, y)", False),
        ("m = RandomForestClassifier(random_state=None)\nm.fit(X, y)", True),
        ("m = RandomForestClassifier(random_state=np.random)\nm.fit(X, y)", True),
        ("m = make_pipeline(StandardScaler(), RandomForestClassifier())\nm.fit(X, y)", True),
        ("m = make_pipeline(StandardScaler(), RandomForestClassifier(random_state=1))\nm.fit(X, y)", False),
        ("m = cross_val_score(RandomForestClassifier(), X, y)", True),
        ("m = cross_val_score(RandomForestClassifier(random_state=1), X, y)", False),
    ],
)
def test_a_fit_draws_if_an_estimator_has_no_random_state(cell: str, draws: bool) -> None:
    source = slice_cells([IMPORTS, "np.random.seed(0)", DATA, cell], 3).source
    assert ("np.random.seed(0)" in source) is draws


def test_a_fit_changes_the_estimator_and_not_its_data() -> None:
    cells = [IMPORTS, DATA, "m = StandardScaler()\nm.fit(X)\nm.fit(X)", "print(X)", "print(m.transform(X))"]
    assert "StandardScaler()" not in slice_cells(cells, 3).source
    assert slice_cells(cells, 4).source.count("m.fit(X)") == 2
