"""Build traitlets options from a table of options."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Any

from traitlets import Bool, Unicode
from traitlets import List as ListTrait

from jupyter_pipeline.cli.base import Command
from jupyter_pipeline.workflows import name_completion
from jupyter_pipeline.workflows.deploy_options import Option

__all__ = ["with_options"]


def _complete(option: Option, prefix: str, **details: object) -> list[str]:
    """Return the completions of an option's value for argcomplete."""
    return [choice for choice in option.choices if choice] or name_completion.list_values(option.values)


def with_options(options: Iterable[Option], *, name: str) -> Any:
    """Return a subclass of `Command` with a trait, and an alias or a flag, for each option.

    Its method ``options()`` returns the values by `Option.attribute`.

    Parameters
    ----------
    options : iterable of Option
        Table of options.
    name : str
        Name of the class; configuration files use it to set the options.
    """
    traits: dict[str, Any] = {}
    aliases: dict[str, Any] = dict(Command.aliases)
    flags: dict[str, Any] = dict(Command.flags)
    for option in options:
        trait = f"option_{option.attribute}"  # an application has traits named "config" and "name"
        if not option.metavar:
            traits[trait] = Bool(None, allow_none=True, help=option.help).tag(config=True)
            flags[option.name] = ({name: {trait: True}}, option.help)
            if option.negatable:
                flags[f"no-{option.name}"] = ({name: {trait: False}}, f"opposite of --{option.name}")
            continue
        traits[trait] = (ListTrait(Unicode()) if option.repeat else Unicode("")).tag(
            config=True, metavar=option.metavar
        )
        traits[trait].help = option.help
        traits[trait].tag(argcompleter=partial(_complete, option))
        aliases[option.name] = (f"{name}.{trait}", option.help)

    def values(self: Any) -> dict[str, Any]:
        """Return the values by `Option.attribute`."""
        return {trait.removeprefix("option_"): getattr(self, trait) for trait in traits}

    return type(name, (Command,), {**traits, "aliases": aliases, "flags": flags, "options": values})
