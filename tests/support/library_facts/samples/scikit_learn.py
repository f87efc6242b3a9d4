"""scikit-learn."""

from __future__ import annotations

from library_facts.sample import Sample

__all__ = ["SAMPLES"]

_SETUP = """
import warnings
warnings.simplefilter("ignore")
import numpy as np
from sklearn.cluster import KMeans
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression, SGDClassifier
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
X = np.arange(40.0).reshape(20, 2) % 7
y = np.arange(20) % 2
model = {model}
model.fit(X, y)
"""
_CALLS = """
fit: X, y
partial_fit: X, y
fit_transform: X, y
fit_predict: X, y
transform: X
inverse_transform: X
predict: X
predict_proba: X
predict_log_proba: X
decision_function: X
apply: X
decision_path: X
score: X, y
staged_predict: X
get_feature_names_out:
"""
_MODELS = {
    "RandomForestClassifier": "RandomForestClassifier(n_estimators=3, random_state=0)",
    "LogisticRegression": "LogisticRegression()",
    "SGDClassifier": "SGDClassifier()",
    "KMeans": "KMeans(2, n_init=1)",
    "StandardScaler": "StandardScaler()",
    "Pipeline": "make_pipeline(StandardScaler(), LogisticRegression())",
    "GridSearchCV": "GridSearchCV(LogisticRegression(), {'C': [1.0]}, cv=2)",
}

SAMPLES = tuple(
    Sample(f"sklearn.{name}", "model", _SETUP.replace("{model}", model), calls=_CALLS)
    for name, model in _MODELS.items()
)
