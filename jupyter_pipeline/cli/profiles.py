"""``jupyter pipeline profiles``: list, show, check and write cluster profiles."""

from __future__ import annotations

from typing import Any, ClassVar

from traitlets import Bool

from jupyter_pipeline import tables
from jupyter_pipeline.cli.base import Command, Group, note
from jupyter_pipeline.clusters import profiles
from jupyter_pipeline.models import Profile
from jupyter_pipeline.workflows.profiles import check_profile, list_profiles, profile_settings

__all__ = ["ProfilesGroup"]


class List(Command):
    """List the profiles."""

    name = "jupyter-pipeline profiles list"
    description = "List the cluster profiles that apply in this folder."
    examples = "jupyter pipeline profiles list"

    def work(self) -> list[Profile]:
        for problem in profiles.list_problems():
            note(f"skipped: {problem}")
        found, refused = list_profiles()
        for name, reason in refused.items():
            note(f"refused by the administrator's policy: {name}: {reason}")
        return found

    def show(self, answer: list[Profile]) -> str:
        return str(tables.profiles(answer))


class Show(Command):
    """Show one profile."""

    name = "jupyter-pipeline profiles show"
    description = "Show the settings of a profile after extends and layers; with --resolved, the defaults too."
    examples = "jupyter pipeline profiles show slurm --resolved"
    positional = ("NAME",)
    values = "profiles"
    resolved = Bool(False, help="Include the defaults.").tag(config=True)
    flags: ClassVar[dict[str, Any]] = {
        **Command.flags,
        "resolved": ({"Show": {"resolved": True}}, "Include the defaults."),
    }

    def work(self, name: str) -> dict[str, Any]:
        return profile_settings(name, resolved=self.resolved)

    def show(self, answer: dict[str, Any]) -> str:
        return tables.profile(answer)


class Check(Command):
    """Check one profile."""

    name = "jupyter-pipeline profiles check"
    description = "Check that a profile can start here, without starting anything."
    examples = "jupyter pipeline profiles check slurm"
    positional = ("NAME",)
    values = "profiles"

    def work(self, name: str) -> dict[str, Any]:
        return check_profile(name)

    def show(self, answer: dict[str, Any]) -> str:
        return tables.profile_check(answer)


class New(Command):
    """Print a new profile."""

    name = "jupyter-pipeline profiles new"
    description = "Print a commented profile of a kind, to edit and save in jupyter-pipeline.yaml."
    examples = "jupyter pipeline profiles new slurm"
    positional = ("KIND",)
    values = "kinds"

    def work(self, kind: str) -> str:
        return profiles.render_template(kind)


class ProfilesGroup(Group):
    """Cluster profiles."""

    name = "jupyter-pipeline profiles"
    description = "List, show, check and write cluster profiles."
    subcommands: ClassVar[dict[str, Any]] = {
        "list": (List, "List the profiles."),
        "show": (Show, "Show the settings of a profile."),
        "check": (Check, "Check that a profile can start here."),
        "new": (New, "Print a commented profile of a kind."),
    }
