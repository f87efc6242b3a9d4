"""All routes: the pattern of the address below ``jupyter-pipeline/``, and its handler."""

from __future__ import annotations

from tornado.web import RequestHandler

from jupyter_pipeline.server import clusters, dashboard, deployments, promotion, service

__all__ = ["ROUTES"]

ROUTES: list[tuple[str, type[RequestHandler]]] = [
    (r"profiles", clusters.ProfilesHandler),
    (r"clusters", clusters.ClustersHandler),
    (r"clusters/([^/]+)", clusters.ClusterHandler),
    (r"clusters/([^/]+)/logs", clusters.ClusterLogsHandler),
    (r"clusters/([^/]+)/dashboard/(.*)", dashboard.DashboardHandler),
    (r"deployments", deployments.DeploymentsHandler),
    (r"deployments/([^/]+)", deployments.DeploymentHandler),
    (r"deployments/([^/]+)/runs", deployments.DeploymentRunsHandler),
    (r"runs/([^/]+)", deployments.RunHandler),
    (r"schedule", deployments.ScheduleHandler),
    (r"promotion/preview", promotion.PreviewHandler),
    (r"promotion", promotion.PromotionHandler),
    (r"service", service.ServiceHandler),
]
