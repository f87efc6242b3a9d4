"""The extension is light: the Jupyter server may live where neither Dask nor Prefect is installed."""

from __future__ import annotations

import json
import subprocess
import sys

HEAVY = ("dask", "distributed", "prefect", "pandas", "numpy", "nbformat.v4", "ipywidgets")

PROGRAM = """
import json, sys
from jupyter_events import EventLogger
from tornado.web import Application
from traitlets.config import Config

before = set(sys.modules)

class Server:
    web_app = Application(base_url="/")
    config = Config()
    event_logger = EventLogger()

import jupyter_pipeline
jupyter_pipeline._load_jupyter_server_extension(Server)
from jupyter_pipeline.clusters import profiles
from jupyter_pipeline.clusters import registry
profiles.load_profiles()
registry.list_records()
from jupyter_pipeline.orchestration import schedules
from jupyter_pipeline.orchestration import service
service.status()
schedules.next_runs(schedules.parse_schedule(cron="0 6 * * *"), 5)
from jupyter_pipeline import compiler
from jupyter_pipeline.workflows import deploy_options, deploy_plan
cell = {"cell_type": "code", "id": "a", "metadata": {}, "source": "x = 1", "outputs": [], "execution_count": None}
cells = compiler.read_notebook({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [cell]})
asked, here = deploy_options.parse_options({}, name="x"), __import__("pathlib").Path(".")
deploy_plan.plan(cells, 0, asked, folder=here, dry_run=True, packages=False).preview()
print(json.dumps(sorted(set(sys.modules) - before)))
"""


def test_panel_lists_and_previews_import_no_heavy_package() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, timeout=60, check=True)
    loaded = set(json.loads(done.stdout))
    assert "jupyter_pipeline.server.routes" in loaded
    assert not loaded.intersection(HEAVY)


WITHOUT_PROXY = """
import sys
sys.modules["jupyter_server_proxy"] = None
from jupyter_pipeline.server.routes import ROUTES
print(dict(ROUTES)["clusters/([^/]+)/dashboard/(.*)"].__doc__)
"""


def test_without_the_proxy_everything_but_the_dashboards_is_there() -> None:
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_PROXY], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.stdout == "Handler of dashboards without jupyter-server-proxy.\n", done.stderr
