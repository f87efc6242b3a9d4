"""A widget that shows the state of a cluster in a notebook's output, with controls to scale and stop it."""

from __future__ import annotations

import html
import json
import os
import threading
from pathlib import Path
from typing import Any

import ipywidgets
from jupyter_core.paths import jupyter_runtime_dir

from jupyter_pipeline import audit, tables
from jupyter_pipeline.clusters import manager, registry
from jupyter_pipeline.exceptions import PipelineError
from jupyter_pipeline.models import ClusterRecord, ClusterState
from jupyter_pipeline.units import format_bytes

__all__ = ["cluster_widget", "dashboard_path", "open_dashboard", "render"]

POLL_INTERVAL = 2.0  # seconds between two reads of the record, which the keeper writes about as often
_DASHBOARD = "jupyter_pipeline.dashboard"
"""Comm target that the JupyterLab extension registers."""
_COLOURS = {
    ClusterState.STARTING: "--jp-warn-color1",
    ClusterState.RUNNING: "--jp-success-color1",
    ClusterState.STOPPING: "--jp-warn-color1",
    ClusterState.STOPPED: "--jp-ui-font-color3",
    ClusterState.FAILED: "--jp-error-color1",
    ClusterState.LOST: "--jp-error-color1",
}
# JupyterLab removes the style of links in outputs.
_LINK = "color: var(--jp-content-link-color, revert); text-decoration: underline"
# Per cluster id, the event that ends the updates of its newest widget. Older widgets keep their last content.
_watching: dict[str, threading.Event] = {}


def dashboard_path(name: str) -> str:
    """Return the path of a cluster's dashboard on the Jupyter server of this kernel.

    The server proxies the dashboard for authenticated users. The dashboard itself listens on the loopback interface.
    """
    return f"{_base_url()}jupyter-pipeline/clusters/{name}/dashboard/status"


def open_dashboard(record: ClusterRecord) -> None:
    """Open the dashboard of a cluster in a tab of JupyterLab. No-op in front ends without the JupyterLab extension."""
    from comm import create_comm

    create_comm(target_name=_DASHBOARD, data={"name": record.name}).close()


def _base_url() -> str:
    """Return the base URL of the server that started this kernel, read from the server's runtime file."""
    prefix = os.environ.get("JUPYTERHUB_SERVICE_PREFIX")
    if prefix:
        return prefix
    try:
        info = json.loads((Path(jupyter_runtime_dir()) / f"jpserver-{os.getppid()}.json").read_text(encoding="utf-8"))
        return str(info["base_url"])
    except (OSError, ValueError, KeyError):
        return "/"


def render(record: ClusterRecord) -> str:
    """Return the record as HTML, with the colours of the theme."""
    safe = html.escape
    colour = f"var({_COLOURS[record.state]}, currentColor)"
    chip = f'<span style="color:{colour}">●</span> <b>{safe(record.name)}</b> {record.state.value}'
    facts = [_count(record.workers, "worker")]
    if record.adaptive:
        facts[0] += f", adapts {record.adaptive[0]} to {record.adaptive[1]}"
    elif record.workers_wanted not in (None, 0, record.workers):
        facts[0] += f" of {record.workers_wanted}"
    if record.threads:
        facts.append(_count(record.threads, "thread"))
    if record.memory_limit:
        facts.append(f"{format_bytes(record.memory_used)} of {format_bytes(record.memory_limit)}")
    if record.tls:
        facts.append("encrypted")
    lines = [f"{chip} <span style='opacity:.7'>{safe(record.profile)}</span>", safe(" · ".join(facts))]
    if record.warning:
        lines.append(f'<span style="color:var(--jp-warn-color1)">{safe(record.warning)}</span>')
    if record.state is not ClusterState.RUNNING and record.reason:
        lines.append(safe(record.reason))
    if record.state is ClusterState.RUNNING and record.dashboard_link:
        link = safe(dashboard_path(record.name), quote=True)
        lines.append(f'<a href="{link}" target="_blank" rel="noopener" style="{_LINK}">Dashboard</a>')
    return f'<div style="line-height: 1.5">{"<br>".join(lines)}</div>'


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


class _ClusterBox(ipywidgets.VBox):  # type: ignore[misc]
    """Box that a client without widgets shows as a table."""

    _record: ClusterRecord

    def _repr_mimebundle_(self, **options: Any) -> dict[str, Any]:
        table = tables.clusters([self._record])
        texts = {"text/plain": str(table), "text/html": table._repr_html_()}
        return {**super()._repr_mimebundle_(**options), **texts}


def cluster_widget(record: ClusterRecord) -> ipywidgets.Widget:
    """Return a widget that shows the cluster until it ends, with a field to scale it and a button to stop it."""
    view = ipywidgets.HTML(render(record))
    count = ipywidgets.BoundedIntText(
        value=record.workers_wanted or record.workers, min=0, max=100_000, description="Workers"
    )
    count.layout.width = "12em"
    scale = ipywidgets.Button(description="Scale", tooltip="Request this number of workers")
    stop = ipywidgets.Button(description="Stop", button_style="danger", tooltip="Stop the cluster")
    message = ipywidgets.HTML()
    controls = ipywidgets.HBox([count, scale, stop, message])

    def run_command(command: str) -> None:
        try:
            with audit.enter_front_door("widget"):
                if command == "scale":
                    manager.scale(record.name, count.value)
                else:
                    manager.stop(record.name)
            message.value = ""
        except PipelineError as error:
            message.value = html.escape(str(error))

    scale.on_click(lambda _: run_command("scale"))
    stop.on_click(lambda _: run_command("stop"))
    previous = _watching.pop(record.id, None)
    if previous is not None:
        previous.set()
    stopped = _watching[record.id] = threading.Event()
    box = _ClusterBox([view, controls])
    box._record = record

    def update_view() -> None:
        while not stopped.wait(POLL_INTERVAL):
            latest = registry.read_record(registry.cluster_dir(record.id))
            if latest is None:
                break
            view.value = render(latest)
            if not latest.state.alive:
                controls.layout.display = "none"
                break
        if _watching.get(record.id) is stopped:
            del _watching[record.id]

    # A thread rather than a task: the kernel's event loop is blocked while a cell runs.
    threading.Thread(target=update_view, name=f"cluster-{record.name}", daemon=True).start()
    return box
