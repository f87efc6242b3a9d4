from __future__ import annotations

import pytest

from jupyter_pipeline.clusters.backends.batch.slurm_accounting import parse_usage
from jupyter_pipeline.models import JobUsage

GIB = 2**30


@pytest.mark.parametrize(
    ("text", "usage"),
    [
        pytest.param(
            "17|600|01:00:00|32G|8|1|\n17.batch|600|01:00:00||8|1|3145728K\n17.extern|600|00:00.002||8|1|0\n",
            JobUsage(memory=32 * GIB, peak_memory=3 * GIB, mean_cores=6.0),
            id="a job with its steps",
        ),
        pytest.param(
            "17|100|03:20.000|4G|2|1|\n17.batch|100|03:20.000||2|1|1G\n18|100|00:10.500|8G|2|1|\n18.batch|100|00:10.500||2|1|2G\n",
            JobUsage(memory=8 * GIB, peak_memory=2 * GIB, mean_cores=2.0),
            id="the largest of two jobs",
        ),
        pytest.param(
            "17|86400|2-00:00:00|4Gc|8|1|\n17.batch|86400|2-00:00:00||8|1|1024M\n",
            JobUsage(memory=32 * GIB, peak_memory=GIB, mean_cores=2.0),
            id="memory by CPU, days",
        ),
        pytest.param(
            "17|10|00:05|2Gn|8|2|\n17.batch|10|00:05||8|2|512K\n",
            JobUsage(memory=4 * GIB, peak_memory=2**19, mean_cores=0.5),
            id="memory by node",
        ),
        pytest.param(
            "17|10|00:05|500M|1|1|\n17.batch|10|00:05||1|1|\n",
            JobUsage(memory=500 * 2**20, mean_cores=0.5),
            id="memory was not gathered",
        ),
        pytest.param("17|0|00:00:00|4G|0|1|\n", None, id="pending"),
        pytest.param("", None, id="no answer"),
        pytest.param("Slurm accounting storage is disabled\n", None, id="no accounting"),
        pytest.param("17|x|y|z|?|1|w\n17.batch|1|2|3\n", None, id="other text"),
    ],
)
def test_usage_is_read(text: str, usage: JobUsage | None) -> None:
    assert parse_usage(text) == usage
