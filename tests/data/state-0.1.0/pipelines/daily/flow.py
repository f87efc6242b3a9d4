"""Flow daily.

Generated from report.ipynb by Jupyter Pipeline.
"""

import os
import pathlib

from prefect import flow, task

# isort: off
from jupyter_pipeline.runtime import run_on
import steps


@flow(name="daily", log_prints=True)
def daily() -> None:
    """Run daily."""
    # Relative paths start in the folder of the notebook. A deployment sets it.
    if pathlib.Path(__file__).parent.parent.name == "pipelines":
        os.chdir(pathlib.Path(__file__).parent.parent.parent)
    with run_on("local", __file__):
        task(steps.daily)()


if __name__ == "__main__":
    daily()
