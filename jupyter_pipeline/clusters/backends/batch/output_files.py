"""Find the files with the output of a job by the options of its script.

A submission records its names of files as the script has them, since their placeholders need the job's id. Each batch
system has its own placeholders, defaults and options: one `OutputRules` each. Placeholders without a known value, such
as the node's name, stand for any text.
"""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import zip_longest
from pathlib import Path

from jupyter_pipeline.clusters.backends.batch.identity import get_number
from jupyter_pipeline.clusters.backends.batch.options import find_option
from jupyter_pipeline.clusters.registry.submitted_jobs import SubmittedJob

__all__ = [
    "PBS_RULES",
    "OutputRules",
    "find_outputs",
    "list_output_files",
    "make_pattern",
    "read_description",
    "unescape",
]

_JOINED = {"oe": 0, "y": 0, "yes": 0, "eo": 1}
"""Stream that gets both, by the value of the option that joins them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputRules:
    """Names of output files in one batch system."""

    output: tuple[str, ...]
    """Spellings of the option with the file of the standard output."""
    error: tuple[str, ...]
    placeholder: str = r"(?!)"
    """Pattern of a placeholder with the groups ``key`` and, for a minimum of digits, ``width``."""
    values: Mapping[str, str] = field(default_factory=dict)
    """``number``, ``id``, ``name`` or ``user`` of the job, ``home``, or ``=`` and text, by key."""
    default: tuple[str, ...] = ()
    """Names of the files without these options, the second for a separate standard error."""
    join: tuple[str, ...] = ()
    """Spellings of the option that joins both."""
    folder: tuple[str, ...] = ()
    """Spellings of the option with the job's working folder."""
    here: str = ""
    """Option without which jobs work in the home folder."""
    variables: tuple[str, str] = ("", "")
    """Environment variables of the submit command that replace the script's options."""
    has_hosts: bool = False
    """True if a name may begin with a host and a colon."""


PBS_RULES = OutputRules(
    output=("-o",),
    error=("-e",),
    placeholder=r"\$\{?(?P<key>\w+)\}?",
    values={"HOME": "home", "PBS_JOBID": "id", "PBS_JOBNAME": "name", "USER": "user", "NUMBER": "number"},
    default=("$NAME.o$NUMBER", "$NAME.e$NUMBER"),  # names are shortened
    join=("-j",),
    has_hosts=True,
)
"""Rules of PBS and of Moab, which submits scripts of PBS."""


def find_outputs(
    rules: OutputRules,
    script: Iterable[tuple[str, str]],
    arguments: Iterable[tuple[str, str]],
    environment: Mapping[str, str],
    working_folder: str,
) -> tuple[str, ...]:
    """Return the names of the output files of a job as absolute paths, with their placeholders.

    Parameters
    ----------
    rules : OutputRules
        Rules of the batch system.
    script, arguments : iterable
        Options in the script and of the submit command, as `parse_options` returns them.
    environment : mapping
        Environment of the submit command.
    working_folder : str
        Folder in which it runs.
    """
    script, arguments = list(script), list(arguments)
    options = [*script, *arguments]
    streams = []
    for names, variable in zip((rules.output, rules.error), rules.variables, strict=True):
        value = find_option(arguments, *names) or environment.get(variable) or find_option(script, *names)
        streams.append(value.strip("\"'") if value else "")
    streams = [value or default for value, default in zip_longest(streams, rules.default[:2], fillvalue="")]
    joined = (find_option(options, *rules.join) or "").lower()
    if joined in _JOINED:
        streams = [streams[_JOINED[joined]]]
    folder = find_option(options, *rules.folder) or (
        os.path.expanduser("~")  # noqa: PTH111
        if rules.here and find_option(options, rules.here) is None
        else working_folder
    )
    folder = os.path.join(working_folder, folder)  # noqa: PTH118
    return tuple(dict.fromkeys(_make_absolute(rules, name, folder) for name in streams if name))


def _make_absolute(rules: OutputRules, name: str, folder: str) -> str:
    if rules.has_hosts:
        host, colon, rest = name.partition(":")
        name = rest if colon and "/" not in host else name
    if re.match(r"\$\{?HOME\b|~/", name):
        return re.sub(r"^(\$\{?HOME\}?|~)", lambda _: os.path.expanduser("~"), name)  # noqa: PTH111
    return os.path.join(folder, name)  # noqa: PTH118


def make_pattern(rules: OutputRules, name: str, job: SubmittedJob) -> str:
    """Return a pattern for `glob` that matches the output file `name` of `job`.

    Parameters
    ----------
    rules : OutputRules
        Rules of the batch system.
    name : str
        Name with placeholders, as `find_outputs` returns it.
    job : SubmittedJob
        The job, whose id is known.
    """
    known = {"number": get_number(job.id), "id": job.id, "name": job.name, "user": job.user}
    known["home"] = os.path.expanduser("~")  # noqa: PTH111
    pattern, end = "", 0
    for match in re.finditer(rules.placeholder, name):
        source = rules.values.get(match["key"], rules.values.get(match["key"].lower(), ""))
        value = source[1:] if source.startswith("=") else known.get(source, "")
        if source == "number":
            value = value.zfill(min(int(match.groupdict().get("width") or 0), 10))
        pattern += glob.escape(name[end : match.start()]) + (glob.escape(value) or "*")
        end = match.end()
    return re.sub(r"\*+", "*", pattern + glob.escape(name[end:]))


def unescape(pattern: str) -> str:
    """Return a pattern of `make_pattern` as a path for people."""
    return re.sub(r"\[([*?[])\]", r"\1", pattern)


def list_output_files(pattern: str, job: SubmittedJob) -> list[Path]:
    """Return the files of a job, its standard error first. In a folder, the names with the job's number count.

    Parameters
    ----------
    pattern : str
        Pattern of `make_pattern`.
    job : SubmittedJob
        The job.
    """
    number = get_number(job.id)
    found: list[Path] = []
    for text in glob.glob(pattern):  # noqa: PTH207 - the pattern is absolute
        path = Path(text)
        if path.is_dir():
            inside = path.glob(f"*{number}*")
            found += [file for file in inside if _has_number(file.name, number) and file.is_file()]
        elif _has_numbers_of(pattern, path, number):
            found.append(path)
    return sorted(found, key=lambda path: (re.search(r"\.(e|ER\b|stderr)", path.name) is None, path.name))


def _has_numbers_of(pattern: str, path: Path, number: str) -> bool:
    """Return True if `path` has the number in each part for which the pattern has it beside a ``*``."""
    parts = zip(Path(pattern).parts, path.parts, strict=True)
    return all("*" not in part or number not in part or _has_number(name, number) for part, name in parts)


def _has_number(name: str, number: str) -> bool:
    """Return True if a file's name contains this number, and not only a longer one."""
    return re.search(rf"(?<!\d){re.escape(number)}(?!\d)", name) is not None


def read_description(text: str) -> list[tuple[str, str]]:
    """Return the lines ``key = value`` of a submit description of HTCondor as options, with lower-case keys.

    References to other keys are replaced.
    """
    lines = [match.groups() for match in re.finditer(r"^\s*\+?([\w.]+)\s*=[ \t]*(.*?)\s*$", text, re.MULTILINE)]
    values = {key.lower(): value.strip('"') for key, value in lines}

    def replace(match: re.Match[str]) -> str:
        return values.get(match[1].lower(), match[0])

    expanded = {key: re.sub(r"\$F?\(([\w.]+)\)", replace, value) for key, value in values.items()}
    return [(key, re.sub(r"\$F?\(([\w.]+)\)", replace, value)) for key, value in expanded.items()]
