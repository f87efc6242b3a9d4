"""Translate IPython syntax to plain Python, line by line, so that line numbers do not change.

1. A cell that parses as Python is left unchanged, without importing IPython.
2. A cell magic on the first line is removed if its body is Python: ``%%time``, ``%%capture``, ``%%deploy``, ``%%step``,
   ``%%check``. A cell that only displays something (``%%html``, ``%%timeit``) becomes empty. Other languages are
   obstacles.
3. Line magics, shell lines and help requests are removed with a note or unwrapped (``%time x = f()``). The others
   become a call of `PLACEHOLDER`. A placeholder in the slice is refused with the reason and the fix of its line.

The syntax is defined by ``IPython.core.inputtransformer2``.
"""

from __future__ import annotations

import io
import re
import shlex
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass, field

__all__ = ["PLACEHOLDER", "Obstacle", "PlainCell", "to_python"]

PLACEHOLDER = "__not_python__"
"""Name of the call that replaces a line without a Python translation."""


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Line that has no Python translation."""

    name: str
    reason: str
    fix: str


@dataclass(slots=True)
class PlainCell:
    """A cell in plain Python."""

    source: str
    notes: list[str] = field(default_factory=list)
    requirements: list[str] = field(default_factory=list)
    """Requirements of ``%pip install`` and ``!pip install``."""
    obstacles: dict[int, Obstacle] = field(default_factory=dict)
    """Obstacles by line, from 1."""
    directives: dict[str, str] = field(default_factory=dict)
    """Arguments of the cell magic by ``step`` or ``check``."""


_UNWRAPPED = {"time", "capture", "deploy", "step", "check", "prun", "memit", "mprun", "lprun", "heat", "snakeviz"}
_SHOWN = {"timeit", "html", "HTML", "javascript", "js", "latex", "markdown", "svg", "SVG", "debug", "mermaid"}
_DROPPED = {
    "autoawait", "autocall", "autoindent", "automagic", "autoreload", "cluster", "colors", "conda", "config", "deploy",
    "deployments", "profiles",
    "dirs", "doctest_mode", "environment", "history", "hist", "load_ext", "lsmagic", "magic", "matplotlib", "mamba",
    "page", "pdb", "pdef", "pdoc", "pfile", "pinfo", "pinfo2", "pip", "pprint", "precision", "psearch", "psource",
    "quickref", "recall", "reload_ext", "runs", "tb", "timeit", "unload_ext", "uv", "watermark", "who", "who_ls",
    "whos", "xmode", "memit", "ls", "pwd", "man", "cat", "less", "more", "alias", "bookmark",
}  # fmt: skip
_TIMED = {"time", "prun", "mprun", "lprun"}
_INSTALLERS = {"pip", "conda", "mamba", "uv"}
_READ_ONLY = {
    "cat", "date", "df", "du", "echo", "env", "file", "find", "free", "git", "grep", "head", "hostname", "id",
    "jupyter", "less", "ls", "lscpu", "more", "nproc", "nvidia-smi", "ps", "pwd", "tail", "top", "tree", "uname", "wc",
    "which", "whoami",
}  # fmt: skip
_FIX = {
    "run": "Import what it defines: put the script beside the notebook as a module",
    "env": "Write os.environ[...] instead",
    "set_env": "Write os.environ[...] instead",
    "cd": "Use paths relative to the notebook instead",
    "writefile": "Save the file beside the notebook and import it",
    "bash": "Call subprocess.run([...]) with a list of arguments, or do it in Python",
    "sh": "Call subprocess.run([...]) with a list of arguments, or do it in Python",
    "script": "Call subprocess.run([...]) with a list of arguments, or do it in Python",
    "sql": "Query with pandas.read_sql or the database's driver",
    "store": "Save and load it as a file",
    "pylab": "Import numpy and matplotlib.pyplot by name",
}
_CANDIDATE = re.compile(
    r"""^(?P<indent>[ \t]*)(?:
        (?P<target>[A-Za-z_][\w ,.*\[\]'"]*?)[ \t]*=[ \t]*(?P<assigned>[%!])(?P<assignedrest>.*)
      | %(?P<magic>\w[\w.]*)(?P<rest>.*)
      | (?P<shell>!.*)
      | (?P<help>\?.*|%{0,2}[\w.*]+\s*\?{1,2}\s*)
      | (?P<auto>(?:pip|conda|mamba)\s+install\s.*)
    )$""",
    re.VERBOSE,
)


def to_python(source: str) -> PlainCell:
    """Return `source` in plain Python, with as many lines.

    Parameters
    ----------
    source : str
        A code cell as typed.
    """
    plain = PlainCell(source)
    if not any(mark in source for mark in "%!?") and "install" not in source:
        return plain
    if _cell_magic(plain) or _parses(plain.source):
        return plain
    lines = plain.source.split("\n")
    for number, match in _statement_starts(lines):
        lines[number - 1] = _line(plain, number, match)
    plain.source = "\n".join(lines)
    return plain


def _parses(source: str) -> bool:
    try:
        compile(source, "<cell>", "exec", 0x2400, dont_inherit=True)  # ast only, top-level await
    except (SyntaxError, ValueError):
        return False
    return True


def _cell_magic(plain: PlainCell) -> bool:
    """Remove the cell magics. Return True if the cell needs no further translation."""
    lines = plain.source.split("\n")
    first = next((i for i, line in enumerate(lines) if line.strip()), 0)
    while first < len(lines) and lines[first].startswith("%%"):
        name, _, rest = lines[first][2:].strip().partition(" ")
        if name in _UNWRAPPED:
            lines[first] = ""
            if name in ("step", "check"):
                plain.directives[name] = rest.strip()
        elif name in _SHOWN:
            plain.notes.append(f"the %%{name} cell is ignored: it only displays something")
            plain.source = "\n" * (len(lines) - 1)
            return True
        else:
            fix = _FIX.get(name, "Write the cell in Python")
            plain.obstacles[first + 1] = Obstacle(f"%%{name}", "this cell magic runs only inside Jupyter", f"{fix}.")
            plain.source = "\n" * first + f"{PLACEHOLDER}({first + 1})" + "\n" * (len(lines) - 1 - first)
            return True
        first = next((i for i in range(first + 1, len(lines)) if lines[i].strip()), len(lines))
    plain.source = "\n".join(lines)
    return False


def _statement_starts(lines: list[str]) -> Iterator[tuple[int, re.Match[str]]]:
    """Yield the candidate lines that start a statement; earlier lines are already replaced."""
    for number, line in enumerate(lines, 1):
        match = _CANDIDATE.match(line)
        if match and _complete("\n".join(lines[: number - 1])):
            yield number, match


def _complete(text: str) -> bool:
    """Return True if `text` ends outside brackets, strings and continued lines."""
    if text.endswith("\\"):
        return False
    try:
        for _ in tokenize.generate_tokens(io.StringIO(text + "\n").readline):
            pass
    except tokenize.TokenError:
        return False
    except SyntaxError:
        return True
    return True


def _line(plain: PlainCell, number: int, match: re.Match[str]) -> str:
    indent = match["indent"]
    nothing = f"{indent}pass" if indent else ""
    if match["help"]:
        plain.notes.append(f"line {number}, {match['help'].strip()!r}, is ignored: it only shows help")
        return nothing
    if match["auto"]:
        return _magic(plain, number, "pip", match["auto"].split(None, 1)[1], indent) or nothing
    if match["shell"]:
        return _shell(plain, number, match["shell"].lstrip("!").strip(), indent) or nothing
    if match["target"]:
        what = match["assigned"] + match["assignedrest"].strip()
        if match["assigned"] == "%" and match["assignedrest"].split(" ")[0] in _TIMED:
            return f"{indent}{match['target']} = {match['assignedrest'].partition(' ')[2]}"
        plain.obstacles[number] = Obstacle(
            what.split(" ")[0], "its result exists only inside Jupyter", _shell_fix(what)
        )
        return f"{indent}{match['target']} = {PLACEHOLDER}({number})"
    return _magic(plain, number, match["magic"], match["rest"].strip(), indent) or nothing


def _magic(plain: PlainCell, number: int, name: str, rest: str, indent: str) -> str:
    if name in _TIMED:
        return indent + rest
    if name in _INSTALLERS and _requirements(plain, rest):
        return ""
    if name == "cluster" and rest.split(" ")[0] in ("start", "attach"):
        return f"{indent}from distributed import get_client; client = get_client()"
    if name in _DROPPED:
        plain.notes.append(f"line {number}, %{name}, is ignored: it affects the notebook only")
        return ""
    if name in ("sx", "system", "bash"):
        return _shell(plain, number, rest, indent)
    fix = _FIX.get(name, "Write it in Python, or remove the line")
    plain.obstacles[number] = Obstacle(f"%{name}", "this magic runs only inside Jupyter", f"{fix}.")
    return f"{indent}{PLACEHOLDER}({number})"


def _shell(plain: PlainCell, number: int, command: str, indent: str) -> str:
    words = command.split()
    program = words[0] if words else ""
    if program in _INSTALLERS and _requirements(plain, command.partition(" ")[2]):
        return ""
    if program in ("python", "python3") and words[1:4] == ["-m", "pip", "install"]:
        _requirements(plain, " ".join(words[3:]))
        return ""
    name = f"!{program}"
    if program in _READ_ONLY and not set(command) & set(">|;&"):
        plain.obstacles[number] = Obstacle(name, "a shell line does not run in a pipeline", "Remove the line.")
    else:
        plain.obstacles[number] = Obstacle(name, "a shell line does not run in a pipeline", _shell_fix(command))
    return f"{indent}{PLACEHOLDER}({number})"


def _shell_fix(command: str) -> str:
    try:
        words = shlex.split(command.lstrip("!%"))
    except ValueError:
        words = []
    shown = ", ".join(repr(w) for w in words) if 0 < len(words) <= 4 else "..."
    return f"Do it in Python, or call subprocess.run([{shown}], check=True)."


def _requirements(plain: PlainCell, arguments: str) -> bool:
    """Collect the requirements of an ``install`` line. Return True if it was one."""
    words = arguments.split()
    if "install" not in words:
        return False
    words = words[words.index("install") + 1 :]
    wanted = [
        w
        for i, w in enumerate(words)
        if not w.startswith("-") and (i == 0 or words[i - 1] not in ("-r", "-c", "-i", "-e"))
    ]
    wanted = [w.strip("'\"") for w in wanted]
    plain.requirements.extend(wanted)
    if wanted:
        plain.notes.append(f"the pipeline requires {', '.join(wanted)}; nothing is installed when it runs")
    return True
