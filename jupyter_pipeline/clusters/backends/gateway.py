"""dask-gateway: a server starts scheduler and workers and keeps the credentials.

Its cluster class differs from `distributed.deploy.Cluster`: the status is text, and TLS credentials are in memory. The
server's name of the cluster is written into the cluster's folder, so it can be found after the keeper was killed.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from jupyter_pipeline import paths
from jupyter_pipeline.clusters.backends.base import Backend, Context, import_class, read_dask_logs, run_coroutine
from jupyter_pipeline.clusters.backends.job import Job
from jupyter_pipeline.clusters.variables import expand_secrets
from jupyter_pipeline.exceptions import ClusterError, ClusterStartError
from jupyter_pipeline.models import Profile

if TYPE_CHECKING:
    from distributed.deploy.cluster import Cluster

__all__ = ["GatewayBackend"]

_FILE = "gateway.json"
_CONNECTION = ("address", "proxy_address", "public_address", "auth")
_STATES = {"PENDING": "pending", "RUNNING": "running", "STOPPING": "ending"}


class GatewayBackend(Backend):
    """A cluster of a dask-gateway server."""

    name = "gateway"
    cluster_classes = ("*.GatewayCluster",)
    extra = "gateway"
    has_jobs = True
    scheduler_is_here = False

    def prepare(self, profile: Profile, context: Context) -> dict[str, Any]:
        """Return the arguments. ``auth`` may be a mapping with ``class`` and the arguments of that class."""
        kwargs = super().prepare(profile, context)
        kwargs["auth"] = _make_auth(kwargs.get("auth"))
        return kwargs

    async def create(self, profile: Profile, context: Context) -> Cluster:
        """Start the cluster. On return its scheduler answers through the gateway's proxy."""
        cluster_class = import_class(profile.cluster_class, extra=self.extra)
        cluster = cluster_class(**self.prepare(profile, context))
        try:
            cluster.name = await cluster.gateway._submit(
                cluster_options=cluster._cluster_options, **cluster._cluster_kwargs
            )
            cluster.status = "starting"
            reference = {"name": cluster.name, "profile": profile.name}
            paths.write_object(context.directory / _FILE, reference)
            await cluster
        except (OSError, RuntimeError, ValueError, import_class("dask_gateway.GatewayClusterError")) as error:
            with contextlib.suppress(Exception):
                await cluster.close()
            raise ClusterStartError(
                f"The gateway did not start the cluster ({error}). Check cluster_kwargs.address and what it allows."
            ) from error
        cluster.security = _write_security(cluster.security, context)
        return cluster

    async def close(self, cluster: Cluster) -> None:
        """Stop the cluster. On return the server reports that it has stopped. No-op if it is already closed."""
        name = cluster.name
        await cluster.close()
        await self._stop(name)

    def find_jobs(self, tag: str | None = None, *, timeout: float = 10.0, max_age: float = 1.0) -> list[Job] | None:
        """Return the server's cluster as one job, found by the name in the cluster's folder."""
        name = _read_name(tag)
        if name is None:
            return []
        try:
            report = run_coroutine(self._report(name), timeout=timeout)
        except ValueError:  # unknown to the server: it has stopped
            return []
        except Exception:  # noqa: BLE001 - unreachable, refused, an authentication plug-in: unknown is not gone
            return None
        state = _STATES.get(report.status.name)
        return [Job(id=name, name=name, tag=str(tag), state=state, backend=self.name)] if state else []

    def cancel_jobs(self, jobs: Sequence[Job], *, timeout: float = 30.0) -> None:
        """Stop clusters of the server."""
        for job in jobs:
            try:
                run_coroutine(self._stop(job.id), timeout=timeout)
            except Exception as error:
                raise ClusterError(f"The gateway did not stop its cluster {job.id} ({error}).") from error

    async def read_logs(self, cluster: Cluster) -> Mapping[str, str]:
        """Return the logs through the gateway's proxy, since the class has no method for them."""
        return await read_dask_logs(cluster.scheduler_comm)

    def fetch_logs(self, tag: str, *, timeout: float = 15.0) -> Mapping[str, str]:
        """Return the logs of a cluster that the server still runs."""
        name = _read_name(tag)
        if name is None:
            return {}
        try:
            return run_coroutine(self._fetch_logs(name), timeout=timeout)
        except ValueError:  # unknown to the server: it has stopped
            return {}
        except Exception as error:
            cause = str(error) or type(error).__name__
            raise ClusterError(f"The gateway does not return the logs of its cluster {name}: {cause}.") from error

    async def _fetch_logs(self, name: str) -> dict[str, str]:
        async with self._gateway() as gateway:
            if (await gateway._cluster_report(name)).status.name != "RUNNING":
                return {}
            cluster = await gateway.connect(name, shutdown_on_close=False)
            try:
                return await read_dask_logs(cluster.scheduler_comm)
            finally:
                await cluster.close(shutdown=False)

    def _gateway(self) -> Any:
        if self.profile is None:
            raise RuntimeError("the address of a gateway is in a profile")
        kwargs = expand_secrets(self.profile.cluster_kwargs, os.environ)
        connection = {key: kwargs[key] for key in _CONNECTION if key in kwargs}
        if "auth" in connection:
            connection["auth"] = _make_auth(connection["auth"])
        return import_class("dask_gateway.Gateway", extra=self.extra)(**connection, asynchronous=True)

    async def _report(self, name: str) -> Any:
        async with self._gateway() as gateway:
            return await gateway._cluster_report(name)

    async def _stop(self, name: str) -> None:
        async with self._gateway() as gateway:
            with contextlib.suppress(ValueError):  # already stopped
                await gateway.stop_cluster(name)
                while (await gateway._cluster_report(name)).status.name in _STATES:
                    await asyncio.sleep(0.2)


def _read_name(tag: str | None) -> str | None:
    try:
        content = paths.read_object(paths.clusters_dir() / str(tag) / _FILE)
        return str(content["name"])
    except (OSError, ValueError, KeyError):
        return None


def _make_auth(value: object) -> Any:
    if not isinstance(value, Mapping):
        return value
    arguments = {key: item for key, item in value.items() if key != "class"}
    names = {"basic": "BasicAuth", "jupyterhub": "JupyterHubAuth", "kerberos": "KerberosAuth"}
    kind = str(value.get("class", "basic"))
    return import_class(f"dask_gateway.auth.{names.get(kind, kind)}", extra="gateway")(**arguments)


def _write_security(security: Any, context: Context) -> Any:
    """Write the credentials into files that other processes can load."""
    from jupyter_pipeline.clusters.backends.dask_classes.gateway_security import GatewaySecurity

    folder = paths.private_dir(context.directory / "tls")
    certificate, key = folder / "gateway-cert.pem", folder / "gateway-key.pem"
    paths.write_private(certificate, security.tls_cert)
    paths.write_private(key, security.tls_key)
    return GatewaySecurity(
        tls_ca_file=str(certificate),
        tls_client_cert=str(certificate),
        tls_client_key=str(key),
    )
