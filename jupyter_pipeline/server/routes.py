"""Routes: the pattern of the address below ``jupyter-pipeline/``, and its handler."""

from __future__ import annotations

from tornado.web import RequestHandler

from jupyter_pipeline.exceptions import MissingDependencyError
from jupyter_pipeline.server import changes, clusters, costs, deploy, deployments, metrics, service
from jupyter_pipeline.server.handler import PipelineHandler, endpoint

try:
    from jupyter_pipeline.server.dashboard import DashboardHandler
except ModuleNotFoundError as missing:  # the other routes work without the proxy
    if (missing.name or "").partition(".")[0] != "jupyter_server_proxy":
        raise

    class DashboardHandler(PipelineHandler):  # type: ignore[no-redef]
        """Handler of dashboards without jupyter-server-proxy."""

        @endpoint
        async def get(self, name: str, path: str) -> None:
            """Raise the error that names the missing package."""
            raise MissingDependencyError("jupyter-server-proxy", "lab")


__all__ = ["ROUTES"]

ROUTES: list[tuple[str, type[RequestHandler]]] = [
    (r"profiles", clusters.ProfilesHandler),
    (r"profiles/([^/]+)/check", clusters.ProfileCheckHandler),
    (r"clusters", clusters.ClustersHandler),
    (r"clusters/([^/]+)", clusters.ClusterHandler),
    (r"ended-clusters", clusters.EndedClustersHandler),
    (r"clusters/([^/]+)/logs", clusters.ClusterLogsHandler),
    (r"clusters/([^/]+)/dashboard/(.*)", DashboardHandler),
    (r"changes/([^/]+)", changes.ChangesHandler),
    (r"deployments", deployments.DeploymentsHandler),
    (r"deployments/([^/]+)", deployments.DeploymentHandler),
    (r"deployments/([^/]+)/runs", deployments.DeploymentRunsHandler),
    (r"deployments/([^/]+)/versions", deployments.DeploymentVersionsHandler),
    (r"deployments/([^/]+)/promote", deployments.DeploymentPromoteHandler),
    (r"runs/([^/]+)", deployments.RunHandler),
    (r"runs/([^/]+)/report", deployments.RunReportHandler),
    (r"runs/([^/]+)/details", deployments.RunDetailsHandler),
    (r"costs", costs.CostsHandler),
    (r"metrics", metrics.MetricsHandler),
    (r"metrics/targets", metrics.MetricsTargetsHandler),
    (r"schedule", deployments.ScheduleHandler),
    (r"options", deploy.OptionsHandler),
    (r"deploy", deploy.DeployHandler),
    (r"deploy/preview", deploy.DeployPreviewHandler),
    (r"deploy/deployed", deploy.DeployDeployedHandler),
    (r"deploy/status", deploy.DeployStatusHandler),
    (r"service", service.ServiceHandler),
]
