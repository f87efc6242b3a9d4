"""Write the table of the options of a deploy, for the reference pages to include."""

from __future__ import annotations

from jupyter_pipeline.workflows.deploy_options import OPTIONS, Option

__all__ = ["option_table"]


def option_table() -> str:
    """Return the options of a deploy as a Markdown table."""
    return "\n".join(["| Option | Description |", "|---|---|", *(_row(option) for option in OPTIONS), ""])


def _row(option: Option) -> str:
    flag = f"`--{option.name} {option.metavar}`".replace(" `", "`")
    names = f"{flag}, `--no-{option.name}`" if option.negatable else flag
    return f"| {names} | {option.help}{'; repeatable' if option.repeat else ''} |"
