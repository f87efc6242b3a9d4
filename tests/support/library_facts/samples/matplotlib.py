"""Matplotlib."""

from __future__ import annotations

from library_facts.sample import Sample

__all__ = ["SAMPLES"]

# figures without pyplot: a method of an artist changes no current figure
_SETUP = """
import matplotlib
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
matplotlib.use("agg")
x = np.arange(1.0, 7.0)
y = x**2
wave = np.sin(np.arange(600.0))
grid = np.outer(x, x)
"""
_AXES = """
ax = FigureCanvasAgg(Figure()).figure.subplots()
ax2 = FigureCanvasAgg(Figure()).figure.subplots()
"""
_FIGURE = """
fig = FigureCanvasAgg(Figure()).figure
fig.subplots().imshow(grid)
"""
_AXES_CALLS = """
plot: x, y
scatter: x, y
step: x, y
stem: x, y
fill: x, y
bar: x, y
barh: x, y
loglog: x, y
semilogx: x, y
semilogy: x, y
hexbin: x, y
hist2d: x, y
errorbar: x, y
fill_between: x, y
fill_betweenx: x, y
hist: x
boxplot: x
violinplot: x
ecdf: x
eventplot: x
stackplot: x, y
stairs: x
pie: x
psd: wave
specgram: wave
csd: wave, wave
cohere: wave, wave
magnitude_spectrum: wave
phase_spectrum: wave
angle_spectrum: wave
imshow: grid
matshow: grid
spy: grid
contour: grid
contourf: grid
pcolor: grid
pcolormesh: grid
pcolorfast: grid
axhline: 1
axvline: 1
axline: (0, 0), (1, 1)
axhspan: 1, 2
axvspan: 1, 2
hlines: 1, 0, 2
vlines: 1, 0, 2
annotate: 'a', (1, 1)
text: 1, 1, 'a'
arrow: 0, 0, 1, 1
barbs: x, y, x, y
quiver: x, y, x, y
streamplot: x, x, grid, grid
broken_barh: [(0, 1)], (1, 1)
tricontour: x, wave[:6], x
tricontourf: x, wave[:6], x
tripcolor: x, wave[:6], x
triplot: x, wave[:6]
table: [['a']]
bar_label: ax.bar([1], [2])
twinx:
twiny:
inset_axes: (0.5, 0.5, 0.3, 0.3)
secondary_xaxis: 'top'
secondary_yaxis: 'right'
legend:
set_title: 'q'
set_xlabel: 'q'
set_ylabel: 'q'
set_xlim: 0, 3
set_ylim: 0, 3
set_xticks: [1, 2]
set_yticks: [1, 2]
set_xscale: 'log'
set_yscale: 'log'
set_aspect: 'equal'
set_facecolor: 'r'
set_xbound: 0, 4
set_ybound: 0, 4
margins: 0.3
sharex: ax2
sharey: ax2
add_patch: Rectangle((0, 0), 1, 1)
format_coord: 1, 1
format_xdata: 1
format_ydata: 1
convert_xunits: 1
convert_yunits: 1
grid:
"""
_FIGURE_CALLS = """
savefig: 'out.png'
suptitle: 'q'
supxlabel: 'q'
supylabel: 'q'
add_axes: (0.1, 0.1, 0.2, 0.2)
add_subplot: 2, 2, 1
subplots: 2, 2
subplot_mosaic: 'AB'
colorbar: fig.axes[0].images[0]
set_size_inches: 4, 3
set_dpi: 50
set_facecolor: 'r'
subplots_adjust: 0.3
figimage: grid
sca: fig.axes[0]
delaxes: fig.axes[0]
text: 0.1, 0.1, 'a'
add_gridspec: 2, 2
"""
_WAITING = "ginput waitforbuttonpress start_pan drag_pan end_pan pick pchanged show"

SAMPLES = (
    Sample(
        "matplotlib.Axes", "ax", _SETUP + _AXES, calls=_AXES_CALLS, skipped=_WAITING, attempts=("", "1", "True", "'r'")
    ),
    Sample(
        "matplotlib.Figure",
        "fig",
        _SETUP + _FIGURE,
        calls=_FIGURE_CALLS,
        skipped=_WAITING,
        attempts=("", "1", "True", "'r'"),
    ),
)
