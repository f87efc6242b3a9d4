"""Compare a rehearsal with the notebook: outputs, names and files.

`cells` joins the parts; `outputs` compares text and displays by `text`, `tables` and `pictures`; `names` compares the
kernel's values; `files` compares written and read files; `stability` finds results that change from run to run.
"""
