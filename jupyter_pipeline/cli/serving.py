"""``jupyter pipeline serve``: serve a deployed pipeline without the service."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from jupyter_pipeline.cli.base import note
from jupyter_pipeline.cli.traits import with_options
from jupyter_pipeline.exceptions import UsageError
from jupyter_pipeline.workflows import serving
from jupyter_pipeline.workflows.deploy_options import Option

__all__ = ["Serve"]

_Options: Any = with_options(
    (
        Option("dry-run", "show the pipeline that would be served"),
        Option("coiled", "serve from a machine of Coiled, by coiled prefect serve"),
        Option("cluster-name", "with --coiled: name of the machine's cluster", "NAME"),
        Option("workspace", "with --coiled: workspace", "NAME"),
        Option("region", "with --coiled: region of the machine", "REGION"),
        Option("vm-type", "with --coiled: type of the machine", "TYPE", repeat=True),
        Option("gpu", "with --coiled: a machine with a GPU"),
        Option("disk-size", "with --coiled: size of the disk in GiB", "GIB"),
        Option("software", "with --coiled: software environment; by default the packages of this one", "NAME"),
        Option("container", "with --coiled: container image", "IMAGE"),
    ),
    name="ServeOptions",
)


class Serve(_Options):
    """Serve a pipeline."""

    name = "jupyter-pipeline serve"
    description = (
        "Serve a pipeline of pipelines/ from this process until Ctrl-C: its schedules and requested runs start here. "
        "It needs a Prefect server, but not the service of this package."
    )
    examples = """
        jupyter pipeline serve daily --coiled --region eu-central-1
        PREFECT_API_URL=https://prefect.example.org/api jupyter pipeline serve daily
    """
    positional = ("NAME",)

    def work(self, name: str) -> serving.ServedPipeline:
        options = self.options()
        more = {key: value for key, value in options.items() if key not in ("dry_run", "coiled") and value}
        if more and not options["coiled"]:
            raise UsageError(f"--{next(iter(more)).replace('_', '-')} needs --coiled.")
        pipeline = serving.find_pipeline(Path.cwd(), name)
        if options["dry_run"]:
            return pipeline
        note(serving.describe(pipeline, on_coiled=bool(options["coiled"])))
        if options["coiled"]:
            serving.serve_on_coiled(pipeline, list(_coiled_options(more)), progress=note)
            return pipeline
        self.exit_code = serving.serve(pipeline, progress=note)
        return pipeline

    def show(self, answer: serving.ServedPipeline) -> str:
        options = self.options()
        if options["dry_run"]:
            return serving.describe(answer, on_coiled=bool(options["coiled"]))
        if options["coiled"]:
            return f"A machine of Coiled serves {answer.name}."
        return f"Serving {answer.name} has ended."


def _coiled_options(values: Mapping[str, Any]) -> Iterator[str]:
    """Yield the options of ``coiled prefect serve``, which have the same names."""
    for key, value in values.items():
        name = f"--{key.replace('_', '-')}"
        for each in value if isinstance(value, list) else [value]:
            yield from [name] if each is True else [name, str(each)]
