"""Record the output of each compiled cell during a rehearsal.

`rehearsal_child` loads this package by path in the interpreter of the runs, which may lack Jupyter Pipeline. It imports
the standard library, and other libraries only if the run uses them. Its modules import each other by relative names.

1. `recorder` joins the parts. `Recorder.install` replaces the streams, Prefect's ``print`` and IPython's ``display``.
2. `instrumentation` compiles ``steps.py`` with calls of the recorder between the statements of different cells.
3. `streams`, `displays` and `figures` record text, values and pictures. `file_access` records files, and `backup`
   copies each one before the run changes it.
4. `budget` limits the time. `records` has the outputs of a cell.

`Recorder.result` returns the outputs, names and files as JSON data.
"""

from .backup import Backup
from .instrumentation import instrument
from .recorder import Recorder

__all__ = ["Backup", "Recorder", "instrument"]
