from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit

from prometheus_client.parser import text_string_to_metric_families

from jupyter_pipeline.models import ClusterRecord


async def test_metrics_are_text_of_prometheus(jp_fetch: Any, add_cluster: Callable[..., ClusterRecord]) -> None:
    add_cluster("one", workers=3)
    answer = await jp_fetch("jupyter-pipeline", "metrics")
    assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    found = {family.name: family.samples for family in text_string_to_metric_families(answer.body.decode())}
    [workers] = found["jupyter_pipeline_cluster_workers"]
    assert (workers.labels, workers.value) == ({"cluster": "one"}, 3.0)
    [up] = found["jupyter_pipeline_api_up"]
    assert up.value == 0.0


async def test_targets_lead_to_this_server(
    call: Callable[..., Awaitable[tuple[int, Any]]],
    jp_serverapp: Any,
    jp_base_url: str,
    add_cluster: Callable[..., ClusterRecord],
) -> None:
    add_cluster("one", dashboard_link="http://127.0.0.1:8787/status")
    code, [target] = await call("GET", "metrics", "targets")
    assert code == 200
    assert target["targets"] == [urlsplit(jp_serverapp.connection_url).netloc.replace("localhost", "127.0.0.1")]
    assert target["labels"]["__metrics_path__"] == f"{jp_base_url}jupyter-pipeline/clusters/one/dashboard/metrics"
