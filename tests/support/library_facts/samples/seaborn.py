"""seaborn."""

from __future__ import annotations

from library_facts.sample import Sample

__all__ = ["SAMPLES"]

_SETUP = """
import matplotlib
matplotlib.use("agg")
import matplotlib.pyplot as plt
import pandas as pd
import seaborn as sns
plt.close("all")
frame = pd.DataFrame({"a": [1.0, 2.0, 4.0, 3.0], "b": [2.0, 1.0, 3.0, 4.0], "c": list("xyxy")})
numbers = frame[["a", "b"]]
fig, ax = plt.subplots()
"""
_BY_CATEGORY = "barplot boxenplot boxplot pointplot stripplot swarmplot violinplot"
_BY_NUMBER = "lineplot scatterplot regplot residplot kdeplot histplot"

SAMPLES = (
    Sample(
        "seaborn",
        "sns",
        _SETUP,
        calls="\n".join(
            [
                *(f"{n}: data=frame, x='c', y='a', ax=ax ;; data=frame, x='c', y='a'" for n in _BY_CATEGORY.split()),
                *(f"{n}: data=frame, x='a', y='b', ax=ax ;; data=frame, x='a', y='b'" for n in _BY_NUMBER.split()),
                "catplot: data=frame, x='c', y='a'",
                "relplot: data=frame, x='a', y='b'",
                "lmplot: data=frame, x='a', y='b'",
                "jointplot: data=frame, x='a', y='b'",
                "displot: data=frame, x='a'",
                "pairplot: frame",
                "clustermap: numbers",
                "heatmap: numbers, ax=ax ;; numbers",
                "countplot: data=frame, x='c'",
                "ecdfplot: data=frame, x='a'",
                "rugplot: data=frame, x='a'",
                "FacetGrid: frame",
                "PairGrid: frame",
                "JointGrid: data=frame, x='a', y='b'",
                "blend_palette: ['r', 'b']",
                "crayon_palette: ['Red']",
                "xkcd_palette: ['red']",
                "dark_palette: 'red'",
                "light_palette: 'red'",
                "diverging_palette: 10, 200",
                "mpl_palette: 'viridis'",
                "desaturate: 'r', 0.5",
                "saturate: 'r'",
                "set_hls_values: 'r'",
                "set_context: 'talk'",
                "set_palette: 'muted'",
                "set_style: 'dark'",
                "set_color_codes: 'muted'",
                "palplot: ['r']",
            ]
        ),
        skipped="load_dataset get_dataset_names dogplot distplot",
    ),
)
