"""List the addresses at which Prometheus scrapes schedulers, and write its configuration.

Prometheus scrapes all of them through the Jupyter server, which adds the token of each cluster. So it needs one
credential, and schedulers open no port to other hosts.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote, urlsplit

from jupyter_pipeline import safe_yaml
from jupyter_pipeline.clusters import dashboards, registry
from jupyter_pipeline.exceptions import ClusterError, UsageError
from jupyter_pipeline.models import ClusterRecord

__all__ = ["list_targets", "write_configuration"]

_INTERVAL = "15s"
_REFRESH = "10s"


def list_targets(server: str, clusters: Sequence[ClusterRecord] | None = None) -> list[dict[str, Any]]:
    """Return the schedulers of this host in the format of ``file_sd`` and ``http_sd`` of Prometheus.

    Parameters
    ----------
    server : str
        Address of the Jupyter server, with its base URL.
    clusters : sequence of ClusterRecord, optional
        Clusters, by default all of this state folder that have not ended.

    Raises
    ------
    UsageError
        If `server` is not an address.
    """
    scheme, host, base = _split_address(server)
    records = registry.list_records() if clusters is None else clusters
    return [
        {
            "targets": [host],
            "labels": {
                "__scheme__": scheme,
                "__metrics_path__": f"{base}/clusters/{quote(record.name, safe='')}/dashboard/metrics",
                "cluster": record.name,
                "profile": record.profile,
                "user": record.origin.user,
                "deployment": record.origin.deployment,
                "run": record.origin.run_name,
            },
        }
        for record in records
        if _has_dashboard(record)
    ]


def write_configuration(server: str, token_file: str) -> str:
    """Return a configuration of Prometheus that scrapes the Jupyter server and all schedulers.

    Parameters
    ----------
    server : str
        Address of the Jupyter server, with its base URL.
    token_file : str
        Path of a file with a token of the Jupyter server. Prometheus reads it for each request.

    Raises
    ------
    UsageError
        If `server` is not an address.
    """
    scheme, host, base = _split_address(server)

    def access() -> dict[str, Any]:  # one object for all would become an anchor of YAML
        return {"authorization": {"type": "token", "credentials_file": token_file}}

    jobs = [
        {
            "job_name": "jupyter-pipeline",
            "scheme": scheme,
            "metrics_path": f"{base}/metrics",
            **access(),
            "static_configs": [{"targets": [host]}],
        },
        {
            "job_name": "dask-schedulers",
            **access(),
            "http_sd_configs": [
                {"url": f"{scheme}://{host}{base}/metrics/targets", "refresh_interval": _REFRESH, **access()}
            ],
            # All schedulers have the address of the Jupyter server. The label `cluster` is the difference.
            "relabel_configs": [{"source_labels": ["cluster"], "target_label": "instance"}],
        },
    ]
    return safe_yaml.dump({"global": {"scrape_interval": _INTERVAL}, "scrape_configs": jobs})


def _split_address(server: str) -> tuple[str, str, str]:
    """Return scheme, host with port, and the path of the routes."""
    try:
        parts = urlsplit(server)
        is_valid = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        is_valid = False
    if not is_valid or parts.username or parts.password:
        raise UsageError(f"{server!r} is not the address of a Jupyter server. Give one such as http://127.0.0.1:8888.")
    if parts.query or parts.fragment:
        raise UsageError(
            "The address of a Jupyter server must end with its base URL. Remove the part from '?' or '#', such as a "
            "token. Prometheus reads the token from its file."
        )
    return parts.scheme, parts.netloc, f"{parts.path.rstrip('/')}/jupyter-pipeline"


def _has_dashboard(record: ClusterRecord) -> bool:
    """Return True if the Jupyter server of this host can reach the dashboard of a cluster."""
    try:
        dashboards.check_dashboard(record)
    except ClusterError:
        return False
    return not record.host or registry.is_on_this_host(record)
