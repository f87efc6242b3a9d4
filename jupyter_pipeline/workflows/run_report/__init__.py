"""Record the outputs of a run by cell, and show them as an executed notebook and as HTML.

1. `recording` runs in the process of a run. It uses `rehearsal_recorder` and writes each output to a journal.
2. `journal` is the format of the journal: one JSON object on each line, so that a killed run leaves a readable file.
3. `store` finds the journals of runs and removes old ones.
4. `notebook` builds the executed notebook from a journal, and `page` the HTML report from the notebook.

The process of a run imports `recording`, `journal` and `store`. Only front doors import nbformat and nbconvert.
"""
