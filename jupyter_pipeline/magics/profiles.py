"""``%profiles``: list, show, check and write cluster profiles."""

from __future__ import annotations

from typing import Any

from IPython.core.magic import Magics, line_magic, magics_class

from jupyter_pipeline.magics.arguments import Subcommand, argument, documents, parse_subcommand

__all__ = ["SUBCOMMANDS", "ProfilesMagics"]

SUBCOMMANDS = {
    "list": Subcommand("list the profiles"),
    "show": Subcommand(
        "show the settings of a profile",
        (argument("name", values="profiles"), argument("--resolved", action="store_true", help="include the defaults")),
    ),
    "check": Subcommand("check that a profile can start here", (argument("name", values="profiles"),)),
    "new": Subcommand("print a commented profile of a kind", (argument("kind", values="kinds"),)),
}


@magics_class
class ProfilesMagics(Magics):
    """Cluster profiles."""

    @line_magic
    @documents(SUBCOMMANDS, "%profiles")
    def profiles(self, line: str) -> Any:
        """List, show, check and write cluster profiles."""
        parsed = parse_subcommand("%profiles", line, SUBCOMMANDS, default="list")
        if parsed is None:
            return None
        from jupyter_pipeline import tables
        from jupyter_pipeline.clusters import profiles
        from jupyter_pipeline.workflows.profiles import check_profile, list_profiles, profile_settings

        command, options = parsed
        if command == "list":
            for problem in profiles.list_problems():
                print(f"skipped: {problem}")
            found, refused = list_profiles()
            for name, reason in refused.items():
                print(f"refused by the administrator's policy: {name}: {reason}")
            return tables.profiles(found)
        if command == "show":
            print(tables.profile(profile_settings(options.name, resolved=options.resolved)))
        elif command == "check":
            print(tables.profile_check(check_profile(options.name)))
        else:
            print(profiles.render_template(options.kind))
        return None
