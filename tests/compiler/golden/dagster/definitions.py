"""Definitions of revenue.

Generated from tpch.ipynb by Jupyter Pipeline.
"""

import datetime
import os
import pathlib
from typing import Any

from dagster import (
    Backoff,
    ConfigurableResource,
    Definitions,
    In,
    InMemoryIOManager,
    Jitter,
    Nothing,
    ResourceParam,
    RetryPolicy,
    ScheduleDefinition,
    in_process_executor,
    io_manager,
    job,
    op,
    resource,
)
from dask import is_dask_collection
from pydantic import Field

# isort: off
from jupyter_pipeline.runtime import run_on
import steps


class Parameters(ConfigurableResource):
    """Parameters of a run."""

    day: str = "2026-01-31"
    region: str = "eu"
    paths: list[str] = Field(default_factory=lambda: ["a.json", "b.json"])


@io_manager
def results(context):
    """Keep results in memory."""
    # Relative paths start in the folder of the notebook. A deployment sets it.
    if pathlib.Path(__file__).parent.parent.name == "pipelines":
        os.chdir(pathlib.Path(__file__).parent.parent.parent)
    return InMemoryIOManager()


@resource
def cluster(context):
    """The cluster of a run."""
    with run_on("slurm", __file__, cpus=4, memory="8GiB") as client:
        yield client


@op(
    retry_policy=RetryPolicy(
        max_retries=3, delay=30, backoff=Backoff.EXPONENTIAL, jitter=Jitter.PLUS_MINUS
    ),
)
def converted(cluster: ResourceParam[Any], parameters: Parameters):
    """Compute `converted`."""
    return [steps.converted(path) for path in parameters.paths]


@op
def orders(converted, cluster: ResourceParam[Any], parameters: Parameters):
    """Compute `orders`."""
    return steps.compute_orders(
        converted, datetime.date.fromisoformat(parameters.day), parameters.region
    )


@op
def sound(orders, cluster: ResourceParam[Any]):
    """Check sound."""
    result = steps.sound(orders)
    verdict = result
    if is_dask_collection(result):  # lazy: compute the verdict
        rows = getattr(type(result), "ndim", 0) and result.ndim
        verdict = len(result) if rows else result.compute()
    if str(verdict) == "False":  # Python's or NumPy's
        raise AssertionError("sound returned False")
    return result


@op(ins={"after_sound": In(Nothing)})
def revenue(orders, cluster: ResourceParam[Any]):
    """Compute `revenue`."""
    return steps.revenue(orders)


@job(name="revenue")
def revenue_job():
    """Run revenue."""
    converted_result = converted()
    orders_result = orders(converted_result)
    sound_result = sound(orders_result)
    revenue(orders_result, after_sound=sound_result)


definitions = Definitions(
    jobs=[revenue_job],
    schedules=[
        ScheduleDefinition(
            name="revenue_schedule_1",
            job=revenue_job,
            cron_schedule="0 6 * * *",
            execution_timezone="UTC",
            run_config={"resources": {"parameters": {"config": {"region": "us"}}}},
        ),
    ],
    resources={"io_manager": results, "parameters": Parameters(), "cluster": cluster},
    executor=in_process_executor,
)
