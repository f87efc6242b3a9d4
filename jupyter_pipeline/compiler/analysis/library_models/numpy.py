"""NumPy."""

from __future__ import annotations

from jupyter_pipeline.compiler.analysis.library_models.model import Methods, Names, reading, words, writing
from jupyter_pipeline.compiler.analysis.library_models.table_api import table_library
from jupyter_pipeline.compiler.analysis.values import OBJECT, TABLE

__all__ = ["MODELS"]

MODELS = (
    table_library(
        "numpy",
        mutates_arguments=Names("random.shuffle put copyto fill_diagonal place putmask put_along_axis nan_to_num"),
        seeds=Names("random.seed random.set_state"),
        draws=Names("random.*"),
        files={
            **reading("load loadtxt genfromtxt fromfile"),
            **writing("save savetxt savez savez_compressed"),
        },
        methods={
            TABLE: Methods(
                pure=words(
                    """
                    astype mean sum std var min max cumsum cumprod dot prod any all argmin argmax argsort clip round
                    ravel flatten reshape squeeze view swapaxes transpose take repeat searchsorted nonzero ptp trace
                    nbytes tolist sort
                    """
                ),
                mutating=words(
                    """
                    sort fill resize put partition setflags itemset setfield byteswap __setitem__ __delitem__
                    """
                ),
                views=words("reshape ravel squeeze transpose swapaxes view astype diagonal"),
            ),
            OBJECT: Methods(pure=words("tolist item"), mutating_arguments=words("shuffle")),
        },
    ),
)
