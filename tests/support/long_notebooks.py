"""Notebooks of realistic shape with any number of cells."""

from __future__ import annotations

__all__ = ["long_notebook"]

_FIRST = '''\
import pandas as pd
import numpy as np
import matplotlib.pyplot as plt
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import train_test_split
from ourcompany import Client, Tracker

THRESHOLD, TOP = 15, 10
results, scores, notes = {}, {}, []
tracker = Tracker("run")
client = Client(tracker)


def save_figure(name):
    plt.tight_layout()
    plt.savefig(f"figures/{name}.png")


def summarize(frame, by="carrier"):
    """Return the worst by mean delay."""
    grouped = frame.groupby(by).agg(delay=("delay", "mean"))
    results["last"] = by
    return grouped.sort_values("delay").head(TOP)
'''
_SECTION = (
    """\
# Part {i}
path_{i} = f"data/part_{i}.csv"
raw_{i} = pd.read_csv(path_{i}, parse_dates=["day"])
raw_{i}.head()""",
    """\
df_{i} = raw_{i}.dropna().copy()
df_{i}["ratio"] = df_{i}["a"] / df_{i}["b"]
df_{i}["late"] = df_{i}["delay"] > THRESHOLD
df_{i}.describe()""",
    """\
table_{i} = summarize(df_{i})
results["{i}"] = table_{i}""",
    """\
fig, ax = plt.subplots(figsize=(6, 4))
ax.hist(df_{i}["delay"], bins=30)
ax.set_title("Part {i}")
save_figure("part_{i}")""",
    """\
def scale_{i}(frame, factor={i}):
    return (frame - frame.mean()) / frame.std() * factor

X_{i} = scale_{i}(df_{i}[["a", "b", "ratio"]])
X_train, X_test, y_train, y_test = train_test_split(X_{i}, df_{i}["late"], random_state=42)
model_{i} = RandomForestClassifier(n_estimators=100, random_state=42)
model_{i}.fit(X_train, y_train)
scores["{i}"] = model_{i}.score(X_test, y_test)""",
    """\
tracker.log({{"score": scores["{i}"], "part": {i}}})
report_{i} = tracker.summary(table_{i})
client.send(report_{i})""",
    """\
for row in table_{i}.itertuples():
    if row.delay > THRESHOLD:
        print(f"{{row.Index}}: {{row.delay:.1f}} minutes")
        notes.append(row)""",
)


def long_notebook(cells: int) -> list[str]:
    """Return sections that read, clean, plot and model a file, with shared helpers and unknown libraries."""
    kinds = len(_SECTION)
    return [_FIRST, *(_SECTION[i % kinds].format(i=i // kinds) for i in range(cells - 1))]
