"""``jupyter pipeline profile``: list, show, check and write cluster profiles."""

from __future__ import annotations

from typing import Any, ClassVar

import yaml
from traitlets import Bool

from jupyter_pipeline import tables
from jupyter_pipeline.cli.base import Command, Group, note
from jupyter_pipeline.clusters import profiles
from jupyter_pipeline.exceptions import PreflightError
from jupyter_pipeline.models import Profile

__all__ = ["Check", "List", "New", "ProfileGroup", "Show"]


class List(Command):
    """List the profiles."""

    name = "jupyter-pipeline profile list"
    description = "List the cluster profiles that are found from this folder."

    def work(self) -> list[Profile]:
        for problem in profiles.profile_problems():
            note(f"left out: {problem}")
        return list(profiles.load_profiles().values())

    def show(self, answer: list[Profile]) -> str:
        return str(tables.profiles(answer))


class Show(Command):
    """Show one profile."""

    name = "jupyter-pipeline profile show"
    description = "Show what a profile says; with --resolved, after extends, layers and defaults."
    positional = ("NAME",)
    resolved = Bool(False, help="Show every key, defaults too.").tag(config=True)
    flags: ClassVar[dict[str, Any]] = {**Command.flags, "resolved": ({"Show": {"resolved": True}}, "Show every key.")}

    def work(self, name: str) -> dict[str, Any]:
        found = profiles.get_profile(name).to_dict()
        default = Profile(name="", cluster_class="").to_dict()
        return found if self.resolved else {k: v for k, v in found.items() if v != default[k]}

    def show(self, answer: dict[str, Any]) -> str:
        return yaml.safe_dump(answer, sort_keys=False, allow_unicode=True)


class Check(Command):
    """Check one profile."""

    name = "jupyter-pipeline profile check"
    description = "Check whether a profile can start here, without starting anything."
    positional = ("NAME",)

    def work(self, name: str) -> dict[str, Any]:
        from jupyter_pipeline.clusters import preflight

        profile = profiles.get_profile(name)
        problems = preflight.check(profile)
        if problems:
            raise PreflightError(profile.name, problems, profile.source)
        return {"profile": name, "problems": [], "doubts": preflight.doubts(profile)}

    def show(self, answer: dict[str, Any]) -> str:
        return "\n".join([f"Profile {answer['profile']!r} can start here.", *answer["doubts"]])


class New(Command):
    """Write a new profile."""

    name = "jupyter-pipeline profile new"
    description = "Print a commented profile of a kind, to edit and to keep in jupyter-pipeline.yaml."
    positional = ("KIND",)

    def work(self, kind: str) -> str:
        return profiles.render_template(kind)


class ProfileGroup(Group):
    """Cluster profiles."""

    name = "jupyter-pipeline profile"
    description = "List, show, check and write cluster profiles."
    subcommands: ClassVar[dict[str, Any]] = {
        "list": (List, "List the profiles."),
        "show": (Show, "Show one profile."),
        "check": (Check, "Check whether a profile can start here."),
        "new": (New, "Print a new profile of a kind."),
    }
