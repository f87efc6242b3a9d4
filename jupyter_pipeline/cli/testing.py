"""``jupyter pipeline test`` and ``jupyter pipeline ci``: test the pipelines of a repository."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

from traitlets import Bool

from jupyter_pipeline import tables
from jupyter_pipeline.cli.base import Command, Group, note
from jupyter_pipeline.models import PipelineTest
from jupyter_pipeline.workflows import ci, testing

__all__ = ["CiGroup", "Test"]


class Test(Command):
    """Run pipelines once in a separate process."""

    name = "jupyter-pipeline test"
    description = (
        "Run the pipelines in pipelines/ once, each in a separate process, with the parameters of its test.yaml."
    )
    examples = "jupyter pipeline test daily"
    positional = ("[NAME]",)
    server = Bool(False, help="Use the configured Prefect server instead of a temporary one.").tag(config=True)
    flags: ClassVar[dict[str, Any]] = {
        **Command.flags,
        "server": ({"Test": {"server": True}}, "Use the configured Prefect server instead of a temporary one."),
    }

    def work(self, name: str = "") -> list[PipelineTest]:
        outcomes = []
        for folder in testing.find_pipelines(Path.cwd(), [name] if name else []):
            note(f"Testing {folder.name}")
            outcomes.append(testing.run_test(folder, server=self.server, progress=note))
        if not all(outcome.passed for outcome in outcomes):
            self.exit_code = 1
        return outcomes

    def show(self, answer: list[PipelineTest]) -> str:
        return "\n".join([*(o.traceback for o in answer if not o.passed), str(tables.tests(answer))])


class GitHub(Command):
    """Write the workflow for GitHub."""

    name = "jupyter-pipeline ci github"
    description = "Write .github/workflows/pipelines.yml, which tests each pipeline with its locked packages."
    examples = "jupyter pipeline ci github"
    overwrite = Bool(False, help="Replace an existing workflow.").tag(config=True)
    flags: ClassVar[dict[str, Any]] = {
        **Command.flags,
        "overwrite": ({"GitHub": {"overwrite": True}}, "Replace an existing workflow."),
    }

    def work(self) -> dict[str, Any]:
        return {"written": str(ci.write_github(Path.cwd(), overwrite=self.overwrite))}

    def show(self, answer: dict[str, Any]) -> str:
        return f"Wrote {answer['written']}. Commit it."


class CiGroup(Group):
    """Continuous integration."""

    name = "jupyter-pipeline ci"
    description = "Write a CI workflow that tests pipelines."
    subcommands: ClassVar[dict[str, Any]] = {"github": (GitHub, "Write the workflow for GitHub.")}
