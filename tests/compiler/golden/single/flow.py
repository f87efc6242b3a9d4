"""Flow delays.

Generated from notebooks/flights.ipynb by Jupyter Pipeline.
"""

import os
import pathlib

from prefect import flow, task

# isort: off
from jupyter_pipeline.runtime import run_on
import steps


@flow(name="delays", log_prints=True)
def delays(month: int = 3):
    """Delay of each carrier."""
    # Relative paths start in the folder of the notebook. A deployment sets it.
    if pathlib.Path(__file__).parent.parent.name == "pipelines":
        os.chdir(pathlib.Path(__file__).parent.parent.parent)
    with run_on("local", __file__):
        return task(steps.delay_of_each_carrier, retries=2)(month)


if __name__ == "__main__":
    delays()
