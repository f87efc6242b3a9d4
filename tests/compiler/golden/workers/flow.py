"""Flow revenue.

Generated from tpch.ipynb by Jupyter Pipeline.
"""

import datetime
import os
import pathlib

from dask import is_dask_collection
from prefect import flow, task
from prefect.artifacts import create_markdown_artifact
from prefect.cache_policies import INPUTS, CacheKeyFnPolicy
from prefect.tasks import exponential_backoff
from prefect.utilities.hashing import hash_objects

# isort: off
from jupyter_pipeline.runtime import TableSerializer, run_on, tasks_on
import steps


def code(context, arguments):
    """Return a cache key of the task and of all code in this folder."""
    files = sorted(pathlib.Path(__file__).parent.rglob("*.py"))
    return hash_objects(context.task.name, *(file.read_text() for file in files))


CACHED = INPUTS + CacheKeyFnPolicy(cache_key_fn=code)


def check(function, workers, **settings):
    """Return a task that publishes why `function` raised or returned False."""

    @task(name=function.__name__, **settings)
    def run(*args):
        try:
            returned = workers.call(function, *args)
            result = workers.fetch(returned)
            verdict = result
            if is_dask_collection(result):  # lazy: compute the verdict
                rows = getattr(type(result), "ndim", 0) and result.ndim
                verdict = len(result) if rows else result.compute()
            if str(verdict) == "False":  # Python's or NumPy's
                raise AssertionError(f"{function.__name__} returned False")
        except Exception as error:
            reason = str(error) or type(error).__name__
            if (cases := getattr(error, "failure_cases", None)) is not None:
                reason += f"\n\n```\n{cases}\n```"
            create_markdown_artifact(f"**{function.__name__}** did not pass: {reason}")
            raise
        return returned

    return run


@flow(name="revenue", log_prints=True)
def revenue(
    day: datetime.date = datetime.date(2026, 1, 31),
    region: str = "eu",
    paths: list[str] | None = None,
):
    """Run revenue."""
    # Relative paths start in the folder of the notebook. A deployment sets it.
    if pathlib.Path(__file__).parent.parent.name == "pipelines":
        os.chdir(pathlib.Path(__file__).parent.parent.parent)
    if paths is None:
        paths = ["a.json", "b.json"]
    with (
        run_on("slurm", __file__, cpus=4, memory="8GiB") as run_client,
        tasks_on(run_client, steps) as task_runner,
    ):
        converted = task(
            steps.converted,
            retries=3,
            retry_delay_seconds=exponential_backoff(30),
            retry_jitter_factor=0.5,
        ).map(list(paths))
        orders = task(
            steps.compute_orders,
            name="orders",
            timeout_seconds=600,
            cache_policy=CACHED,
            cache_expiration=datetime.timedelta(hours=1),
            persist_result=True,
            result_serializer=TableSerializer(),
        ).submit(converted, day, region)
        sound = check(steps.sound, task_runner).submit(orders)
        revenue = task(steps.revenue).submit(orders, wait_for=[sound])
        task_runner.wait(converted, orders, sound)
        return revenue.result()


if __name__ == "__main__":
    revenue()
