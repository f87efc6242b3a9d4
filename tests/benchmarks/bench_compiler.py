"""Slice and render against ``ast.parse`` and marimo's ``compile_cell`` of the same cells; all cells of long notebooks.

Run it with ``python tests/benchmarks/bench_compiler.py``, with marimo installed for that comparison. Ratios are of
medians of interleaved rounds in one run.
"""

from __future__ import annotations

import ast
import json
import statistics
import sys
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path

from jupyter_pipeline.compiler import Analysis, Cell, CompileOptions, compile_cells, read_notebook, slice_cells
from jupyter_pipeline.exceptions import CompileRefusedError

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))

from long_notebooks import long_notebook

_CELL = '''# Cell {i}: monthly figures
columns_{i} = ["month", "carrier", "delay", "distance"]
threshold_{i} = {i} * 2.5
frame_{i} = pd.read_csv("data/flights_{i}.csv", usecols=columns_{i}, parse_dates=["month"])
frame_{i}["late"] = frame_{i}["delay"] > threshold_{i}
def summarise_{i}(frame, by="carrier", n=10):
    """Return the worst by mean delay."""
    grouped = frame.groupby(by, as_index=False).agg(delay=("delay", "mean"), flights=("late", "size"))
    return grouped.sort_values("delay", ascending=False).head(n)
worst_{i} = summarise_{i}(frame_{i}.dropna(), n={i} + 1)
totals["{i}"] = worst_{i}["delay"].sum() + totals.get("{before}", 0)
for row in worst_{i}.itertuples():
    if row.delay > threshold_{i}:
        print(f"{{row.carrier}}: {{row.delay:.1f}} minutes, {{row.flights}} flights")
'''
_PLAIN = "figure_{i} = base * {i} + {i}\nlabel_{i} = f'{{figure_{i}:.1f}}'\nprint(label_{i})\n"


def notebook(cells: int) -> list[str]:
    """Return cells that all feed the last one, through one dictionary."""
    first = "import pandas as pd\ntotals = {}"
    return [first] + [_CELL.format(i=i, before=i - 1) for i in range(1, cells)]


def large_notebook(cells: int, size: int) -> str:
    """Return the text of a notebook of `cells` cells and about `size` bytes, most of it output."""
    output = {"output_type": "stream", "name": "stdout", "text": ["x" * (size // cells)]}
    sources = ["base = 3"] + [_PLAIN.format(i=i) for i in range(1, cells)]
    made = [
        {"cell_type": "code", "id": f"c{i}", "metadata": {}, "execution_count": i, "source": s, "outputs": [output]}
        for i, s in enumerate(sources)
    ]
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": made})


def interleaved(rounds: int, **functions: Callable[[], object]) -> dict[str, float]:
    """Return the median seconds of each function."""
    seconds: dict[str, list[float]] = {name: [] for name in functions}
    for _ in range(rounds):
        for name, function in functions.items():
            start = time.perf_counter()
            function()
            seconds[name].append(time.perf_counter() - start)
    return {name: statistics.median(values) for name, values in seconds.items()}


def marimo_compile(sources: list[str]) -> Callable[[], object] | None:
    """Return what compiles the cells with marimo, or ``None`` where it is not installed."""
    try:
        from marimo._ast.compiler import compile_cell
    except ImportError:
        return None
    return lambda: [compile_cell(s, cell_id=str(i)) for i, s in enumerate(sources)]


def slice_all(sources: list[str]) -> None:
    """Slice every cell."""
    analysis = Analysis(sources)
    for cell in range(len(sources)):
        try:
            analysis.slice(cell)
        except CompileRefusedError:
            continue


def show_all_slices() -> None:
    """Print time and memory of the slices of all cells."""
    print(f"{'all cells':<28}{'ms':>8}{'x ast.parse':>13}{'MB':>8}")
    for count in (60, 120, 245, 490):
        sources = long_notebook(count)
        found = interleaved(
            3,
            parse=lambda sources=sources: [ast.parse(s) for s in sources],
            all=lambda sources=sources: slice_all(sources),
        )
        tracemalloc.start()
        slice_all(sources)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        print(
            f"{f'{count} cells':<28}{found['all'] * 1000:>8.0f}{found['all'] / found['parse']:>13.1f}{peak / 1e6:>8.1f}"
        )


def main() -> None:
    """Print the tables."""
    show_all_slices()
    sources = notebook(200)
    cells = [Cell(index=i, source=s) for i, s in enumerate(sources)]
    peer = marimo_compile(sources)
    if peer is None:
        print("marimo is not installed: its compile_cell is not compared")
    found = interleaved(
        9,
        parse=lambda: [ast.parse(s) for s in sources],
        slice=lambda: slice_cells(sources, 199),
        compile=lambda: compile_cells(cells, 199, CompileOptions(name="bench")),
        **({"marimo compile_cell": peer} if peer else {}),
    )
    print(f"{'200 cells':<28}{'ms':>8}{'x ast.parse':>13}")
    for name, seconds in found.items():
        print(f"{name:<28}{seconds * 1000:>8.0f}{seconds / found['parse']:>13.1f}")
    text = large_notebook(5000, 50_000_000)
    start = time.perf_counter()
    compile_cells(read_notebook(text), 4999, CompileOptions(name="bench"))
    print(f"{'5,000 cells, 50 MB':<28}{(time.perf_counter() - start) * 1000:>8.0f}   read, slice, render")
    sources = notebook(5000)
    start = time.perf_counter()
    slice_cells(sources, 4999)
    print(f"{'5,000 long cells, all needed':<28}{(time.perf_counter() - start) * 1000:>8.0f}   slice")


if __name__ == "__main__":
    main()
