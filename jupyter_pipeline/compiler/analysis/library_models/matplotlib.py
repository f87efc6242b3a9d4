"""matplotlib and seaborn, which draw on the current figure."""

from __future__ import annotations

from jupyter_pipeline.compiler.analysis.library_models.model import (
    NOTHING,
    LibraryModel,
    Methods,
    Names,
    reading,
    words,
    writing,
)
from jupyter_pipeline.compiler.analysis.values import OBJECT

__all__ = ["MODELS"]

_SETTINGS = Names("**.use **.rc **.rcdefaults **.context **.set*")

MODELS = (
    LibraryModel(
        library="matplotlib",
        uses_figure=True,
        settings=_SETTINGS,
        statement_settings=NOTHING,
        files={**reading("pyplot.imread"), **writing("pyplot.savefig pyplot.imsave")},
        file_methods=writing("savefig"),
        methods={OBJECT: Methods(mutating=words("bar barh plot scatter hist imshow set_title set_xlabel set_ylabel"))},
    ),
    LibraryModel(library="seaborn", uses_figure=True, settings=_SETTINGS, statement_settings=NOTHING),
)
