"""Translate lines of IPython: line magics, shell lines, help requests, automagic.

`LineTranslator` returns the Python text of one line. A table has the translation of each magic; a magic that no table
lists becomes a call of `PLACEHOLDER`.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Collection, Mapping

from jupyter_pipeline.compiler.frontend.expansion import Field, expand, quote, render_text
from jupyter_pipeline.compiler.frontend.helpers import FOLDERS, SHELL_FUNCTIONS, name_helper
from jupyter_pipeline.compiler.frontend.names import NotebookNames
from jupyter_pipeline.compiler.frontend.plain import PLACEHOLDER, Obstacle, PlainCell
from jupyter_pipeline.compiler.frontend.shell import (
    INSTALLERS,
    Command,
    UntranslatableError,
    is_answer,
    read_command,
    read_requirements,
)

__all__ = ["FIXES", "LINE", "LineTranslator", "find_output_names", "strip_options"]

FIXES = {
    "run": "Put the script beside the notebook, and import the names from it",
    "rerun": "Write the code again",
    "recall": "Write the code again",
    "macro": "Write a function",
    "sql": "Query with pandas.read_sql or the driver of the database",
    "bigquery": "Query with the google-cloud-bigquery client",
    "store": "Save and load the value as a file",
    "R": "Call R by rpy2, or write it in Python",
    "on_workers": "Write a function, and call it with `client.run`",
    "px": "Use Dask: a pipeline has no engines of ipyparallel",
    "cython": "Compile the code as a module beside the notebook, and import it",
    "script": "Call subprocess.run with a list of arguments, or do it in Python",
}
"""Next step for a magic without translation."""
_NOTEBOOK_ONLY = frozenset({
    "alias", "alias_magic", "autoawait", "autocall", "autoindent", "automagic", "autoreload", "autosave",
    "blackcellmagic", "bookmark", "clear", "cls", "cluster", "colors", "config", "debug", "deploy",
    "cost", "deployments", "dhist", "dirs", "doctest_mode", "ed", "edit", "environment", "gui", "hist", "history",
    "killbgscripts", "less", "load", "load_dotenv_magic", "load_ext", "loadpy", "logoff", "logon", "logs", "logstart",
    "logstate", "logstop", "lsmagic", "magic", "man", "matplotlib", "more", "nbagg", "notebook",
    "notebook_extensions", "page", "pastebin", "pdb", "pdef", "pdoc", "pfile", "pinfo", "pinfo2", "pipeline", "pprint",
    "precision", "profile", "profiles", "psearch", "psource", "pycat", "quickref", "rehashx", "reload_ext",
    "reload_kedro", "reset", "reset_selective", "runs", "save", "steps", "subshell", "tb", "tensorboard",
    "tensorflow_version", "timeit", "unalias", "unload_ext", "watermark", "who", "who_ls", "whos", "xmode",
})  # fmt: skip
"""Magics that affect the notebook or its display only."""
_EXTENSIONS = frozenset({
    "autoreload", "autotime", "black", "blackcellmagic", "cython", "Cython", "google.cloud.bigquery", "heat", "itikz",
    "jupyter_black", "jupyter_pipeline", "kedro.ipython", "lab_black", "line_profiler", "memory_profiler", "nb_black",
    "nb_mypy", "pycodestyle_magic", "pyinstrument", "rpy2.ipython", "ruff", "scalene", "snakeviz", "sql",
    "tensorboard", "tikzmagic", "version_information", "watermark",
})  # fmt: skip
"""Extensions that only add magics, or format and reload code."""
_NOTEBOOK = re.compile(r"""'[^']+\.ipynb'|"[^"]+\.ipynb"|\S+\.ipynb(?=\s|$)""")
"""Path of a notebook in the arguments of ``%run``."""
_TIMED = frozenset({"time", "prun", "lprun", "mprun", "memit", "snakeviz", "pyinstrument", "scalene", "heat"})
"""Magics that run a statement and show what it costs."""
_OPTIONS_WITH_VALUE = {
    "prun": "lsTD",
    "lprun": "fmTDuo",
    "mprun": "fTo",
    "memit": "rtio",
    "timeit": "nrp",
    "snakeviz": "f",
}
_SHELL_ALIASES = frozenset({
    "cat", "cp", "ldir", "lf", "lk", "ll", "ls", "lx", "mkdir", "mv", "rm", "rmdir",
})  # fmt: skip
_AUTOMAGIC = _SHELL_ALIASES | {"pip", "conda", "mamba", "cd", "pwd", "who", "whos", "matplotlib", "timeit", "time",
                               "run", "load_ext", "env", "pylab", "history", "hist", "man", "less", "more"}  # fmt: skip
LINE = re.compile(
    r"""^(?P<indent>[ \t]*)(?:
        (?P<target>[^\W\d][\w ,.*\[\]'"]*?)[ \t]*=[ \t]*(?P<assigned>%|!(?!=))(?P<assignedrest>.*)
      | (?P<help>\?.*|%{0,2}[\w.*]+(?:\[[^\]]*\]|\([^()]*\))?[\w.*]*\s*\?{1,2}\s*;?\s*)
      | %{1,2}(?P<magic>\w[\w.]*)(?P<rest>.*)
      | (?P<shell>!.*)
      | (?P<auto>[a-z_]+(?:[ \t]+(?![=,.:(\[]|[-+*/|&^%<>]+=|in\b|is\b|and\b|or\b|if\b|for\b|not\b).*)?)
    )$""",
    re.VERBOSE,
)
"""A line of IPython. The group ``auto`` matches much more; see `LineTranslator.is_line`."""


class LineTranslator:
    """Translate the lines of one cell.

    Parameters
    ----------
    plain : PlainCell
        Cell that gets notes, requirements and obstacles.
    names : NotebookNames
        Names in the notebook.
    """

    def __init__(self, plain: PlainCell, names: NotebookNames) -> None:
        self.plain = plain
        self.names = names
        self.number = 1
        self.is_guarded = False
        """True if the line is in a branch that only Colab or Kaggle takes."""

    def is_line(self, match: re.Match[str]) -> bool:
        """Return True if a match of `LINE` is a line of IPython."""
        if not match["auto"]:
            return True
        word = match["auto"].split()[0]
        return word in _AUTOMAGIC and not self.names.binds(word)

    def translate(self, number: int, match: re.Match[str], *, is_guarded: bool = False) -> str:
        """Return the Python text of a line.

        Parameters
        ----------
        number : int
            Line in the cell, from 1.
        match : re.Match
            Match of `LINE`.
        is_guarded : bool, default False
            True if the line is in a branch that only a hosted notebook service takes.
        """
        self.number, self.is_guarded = number, is_guarded
        indent = match["indent"]
        if match["target"]:
            return self._assignment(indent + match["target"], match["assigned"], match["assignedrest"].strip())
        text = self._statement(match)
        if not text:
            return f"{indent}pass" if indent else ""
        return indent + text

    def _statement(self, match: re.Match[str]) -> str:
        if match["help"]:
            self._drop(repr(match["help"].strip()), "it only shows help")
            return ""
        if match["shell"]:
            self.plain.commands.add(self.number)
            return self.shell(match["shell"].lstrip("!").strip())
        if match["auto"]:
            name, _, rest = match["auto"].partition(" ")
        else:
            name, rest = match["magic"], match["rest"]
        return self.magic(name, rest.strip())

    def _inner(self, text: str) -> str:
        """Return the Python text of a statement behind a magic such as ``%time``."""
        match = LINE.match(text)
        if match and not match["auto"] and match["target"]:
            return self._assignment(match["target"], match["assigned"], match["assignedrest"].strip())
        if match and not match["auto"] and not match["help"]:
            return self._statement(match)
        return text

    def magic(self, name: str, rest: str) -> str:
        """Return the Python text of a line magic; empty if it is left out."""
        if rest in ("?", "??"):
            self._drop(f"%{name}?", "it only shows help")
            return ""
        if name in INSTALLERS:
            self._install(name, rest)
            return ""
        if name in _TIMED:
            return self._inner(strip_options(name, rest))
        self.plain.commands.add(self.number)
        if name == "cluster" and rest.split(" ")[0] in ("start", "attach"):
            return "from distributed import get_client; client = get_client()"
        if name in ("sx", "system", "shell") or name in _SHELL_ALIASES:
            return self.shell(f"{name} {rest}".strip() if name in _SHELL_ALIASES else rest)
        if (translate := _TRANSLATED.get(name)) is not None:
            return self._try(name, lambda: translate(self, rest))
        if name in _NOTEBOOK_ONLY:
            if name == "timeit":
                self.plain.omitted.append((f"%timeit {rest}", strip_options(name, rest)))
            elif name in ("load_ext", "reload_ext") and rest not in _EXTENSIONS:
                self.plain.omitted.append((f"%{name} {rest}", ""))
            self._drop(f"%{name}", "it affects the notebook only")
            return ""
        fix = FIXES.get(name, "Write it in Python, or remove the line")
        if name == "run" and (notebook := _NOTEBOOK.search(rest)):
            fix = f"Copy the cells of {notebook[0]} into this notebook, or import its functions from a module beside it"
        return self.refuse(f"%{name}", fix, rest)

    def shell(self, command: str) -> str:
        """Return the Python text of a shell command; empty if it is left out."""
        return self._try("", lambda: self._shell(command), command)

    def _shell(self, command: str) -> str:
        found = self._read(command)
        if not found.text:
            return ""
        return f"{self.run_shell()}({self._arguments(found)})"

    def _read(self, command: str) -> Command:
        found = read_command(_make_repeatable(command), self.names)
        self.plain.requirements += found.requirements
        for text in found.notes:
            if text.startswith(("the pipeline requires", "!")) and "install" in text:
                self.plain.note_install(text)
            else:
                self.plain.note(f"line {self.number}: {text}")
        found.notes.clear()
        return found

    def _arguments(self, found: Command) -> str:
        shown = found.render(self.names)
        for module in sorted(found.modules):
            name = self.module(module)
            if name != module:
                shown = re.sub(rf"(?<![\w.]){module}\.(?=split|quote|executable)", f"{name}.", shown)
        for text in found.notes:
            self.plain.note(f"line {self.number}: {text}")
        values = ", and a value of Python is literal text, one word if it is not quoted" if found.fields else ""
        self.plain.note(f"its shell lines run as subprocesses; a command that fails stops the run{values}")
        return shown

    def run_shell(self) -> str:
        """Return the name of the function that runs a command."""
        self.module("subprocess")
        return self.helper(SHELL_FUNCTIONS[0])

    def helper(self, helper: str) -> str:
        """Define a helper before the cell, and return its name."""
        if helper not in self.plain.helpers:
            self.plain.helpers.append(helper)
        return name_helper(helper, self.names)

    def module(self, module: str) -> str:
        """Import a module before the cell, and return its name."""
        name = f"{module}_module" if self.names.is_rebound(module) else module
        return self.plain.need_module(module, name)

    def _assignment(self, target: str, mark: str, rest: str) -> str:
        name = target.strip()
        if mark == "!":
            return self._try("", lambda: self._capture(target, rest), rest, target)
        magic, _, arguments = rest.partition(" ")
        arguments = arguments.strip()
        if magic in _TIMED:
            return f"{target} = {self._inner(strip_options(magic, arguments))}"
        if magic in ("sx", "system"):
            return self._try("", lambda: self._capture(target, arguments), arguments, target)
        if magic == "pwd":
            return f"{target} = {self.module('os')}.getcwd()"
        if magic == "env" and re.fullmatch(r"\w+", arguments):
            return f"{target} = {self.module('os')}.environ[{quote(arguments)}]"
        if magic in _SHELL_ALIASES:
            command = f"{magic} {arguments}"
            return self._try("", lambda: self._capture(target, command), command, target)
        obstacle = Obstacle(
            f"%{magic}",
            "its result exists only inside Jupyter",
            f"{FIXES.get(magic, f'Assign {name} in Python')}.",
        )
        return f"{target} = {self._place(obstacle)}"

    def _capture(self, target: str, command: str) -> str:
        if command.startswith("!"):
            command = command[1:]
        found = read_command(_make_repeatable(command), self.names)
        if not found.text:  # its output is used, although it only shows something
            found = _unclassified(command, self.names)
        arguments = self._arguments(found)
        subprocess = self.module("subprocess")
        if is_answer(found):
            lines = (
                f"{subprocess}.run({arguments}, stdout={subprocess}.PIPE, stderr={subprocess}.STDOUT, text=True, "
                "check=False).stdout.splitlines()"
            )
        else:
            lines = f"{subprocess}.check_output({arguments}, stderr={subprocess}.STDOUT, text=True).splitlines()"
        if self.names.has_list_attributes(target.strip()):
            self.plain.need("from IPython.utils.text import SList")
            lines = f"SList({lines})"
        return f"{target} = {lines}"

    def _install(self, program: str, arguments: str) -> None:
        command = Command()
        read_requirements(program, arguments, command)
        self.plain.requirements += command.requirements
        for text in command.notes:
            self.plain.note_install(text)

    def _try(self, magic: str, translate: Callable[[], str], command: str = "", target: str = "") -> str:
        try:
            return translate()
        except UntranslatableError as error:
            name = f"%{magic}" if magic else f"!{command.split(' ')[0]}"
            text = self._place(Obstacle(name, error.reason, error.fix))
            return f"{target} = {text}" if target else text

    def refuse(self, name: str, fix: str, rest: str = "") -> str:
        """Return the placeholder of a magic without translation; it binds the names in its output options."""
        bound = find_output_names(rest)
        text = self._place(Obstacle(name, "this magic runs only inside Jupyter", f"{fix}."))
        return " = ".join([*bound, text]) if not text.startswith("raise") else text

    def _place(self, obstacle: Obstacle) -> str:
        if self.is_guarded:
            self.plain.note(f"line {self.number}: {obstacle.name} cannot run in a pipeline; its branch raises an error")
            return f"raise RuntimeError({quote(f'{obstacle.name} runs only inside a notebook.')})"
        self.plain.obstacles[self.number] = obstacle
        return f"{PLACEHOLDER}({self.number})"

    def _drop(self, name: str, reason: str) -> None:
        self.plain.note(f"line {self.number}, {name}, is ignored: {reason}")

    def text(self, argument: str) -> str:
        """Return the source of an expression for an argument of a magic, with its variables expanded."""
        return render_text(expand(argument, self.names).parts, self.names)


def strip_options(magic: str, text: str) -> str:
    """Return the statement of a magic such as ``%prun`` without its options.

    Examples
    --------
    >>> strip_options("prun", "-l 4 -q f(-1)")
    'f(-1)'
    """
    with_value = _OPTIONS_WITH_VALUE.get(magic, "")
    while match := re.match(r"-(?P<letter>[A-Za-z])(?P<joined>\S*)(?:\s+|$)|--?[\w-]{2,}(?:=\S+)?(?:\s+|$)", text):
        letter = match["letter"]
        text = text[match.end() :]
        if letter and letter in with_value and not match["joined"]:
            text = text.partition(" ")[2].lstrip()
    return text


def find_output_names(arguments: str) -> list[str]:
    """Return the names that the options of a magic seem to bind.

    Examples
    --------
    >>> find_output_names("-i df -o result"), find_output_names("rows << select 1")
    (['result'], ['rows'])
    """
    found = re.findall(r"(?:^|\s)(?:-o|-r|--out|--output|--save|--to)[ =]([\w,]+)", arguments)
    found += re.findall(r"^\s*(\w+)\s*<<", arguments)
    names = [name for group in found for name in group.split(",")]
    return [name for name in dict.fromkeys(names) if name.isidentifier()]


def _make_repeatable(command: str) -> str:
    """Return `command` with the options that let it run again.

    IPython ignores that ``mkdir`` fails for a folder that exists, and ``rm`` for a file that does not.
    """
    command = re.sub(r"(^|&&\s*|;\s*)mkdir\s+(?!-p\b|--parents)", r"\1mkdir -p ", command)
    return re.sub(r"(^|&&\s*|;\s*)rm\s+(?!-\w*f|--force)(?=\S)", r"\1rm -f ", command)


def _unclassified(command: str, names: NotebookNames) -> Command:
    """Return a command for which no part is left out, because its output is used."""
    marker = Command()
    text = ""
    for part in expand(command, names).parts:
        if isinstance(part, Field):
            text += chr(0xE000 + len(marker.fields))
            marker.fields.append(part)
        else:
            text += part
    marker.text = text.strip()
    return marker


# Magics with a translation


def _change_folder(line: LineTranslator, rest: str) -> str:
    target = rest.removeprefix("-q").strip()
    if target.startswith("-"):
        raise UntranslatableError("it depends on the folders of the session", "Write the folder: %cd FOLDER")
    if len(target) > 1 and target[0] == target[-1] and target[0] in "'\"":
        target = target[1:-1]
    os = line.module("os")
    if not target:
        return f'{os}.chdir({os}.path.expanduser("~"))'
    shown = line.text(target)
    return f"{os}.chdir({os}.path.expanduser({shown}))" if target.startswith("~") else f"{os}.chdir({shown})"


def _push_folder(line: LineTranslator, rest: str) -> str:
    os = line.module("os")
    return f"{line.helper(FOLDERS)}.append({os}.getcwd()); {_change_folder(line, rest)}"


def _pop_folder(line: LineTranslator, rest: str) -> str:
    return f"{line.module('os')}.chdir({line.helper(FOLDERS)}.pop())"


def _set_environment(line: LineTranslator, rest: str) -> str:
    name, separator, value = rest.partition("=" if "=" in rest else " ")
    if not separator or not value.strip():
        line._drop("%env", "it only shows something")
        return ""
    return f"{line.module('os')}.environ[{line.text(name.strip())}] = {line.text(value.strip())}"


def _import_again(line: LineTranslator, rest: str) -> str:
    modules = [word for word in re.split(r"[\s,]+", rest) if re.fullmatch(r"\w+", word)]
    return f"import {', '.join(modules)}" if modules else ""


def _delete_name(line: LineTranslator, rest: str) -> str:
    names = [word for word in rest.split() if word.isidentifier()]
    return f"del {', '.join(names)}" if names else ""


def _import_pylab(line: LineTranslator, rest: str) -> str:
    line._drop("the display of %pylab", "only its imports are included")
    imports = "import numpy; import matplotlib; from matplotlib import pylab, mlab, pyplot; np = numpy; plt = pyplot"
    return imports if "--no-import-all" in rest else f"{imports}; from pylab import *; from numpy import *"


def _store(line: LineTranslator, rest: str) -> str:
    if not rest.startswith("-r"):
        line._drop("%store", "it writes to the database of IPython")
        return ""
    names = [word for word in rest[2:].split() if word.isidentifier()]
    obstacle = Obstacle("%store", "it reads the database of IPython", f"{FIXES['store']}.")
    return " = ".join([*names, line._place(obstacle)])


def _show_folder(line: LineTranslator, rest: str) -> str:
    line._drop("%pwd", "it only shows something")
    return ""


def _write_shell(line: LineTranslator, rest: str) -> str:
    return line.shell(rest)


_TRANSLATED: Mapping[str, Callable[[LineTranslator, str], str]] = {
    "cd": _change_folder,
    "pushd": _push_folder,
    "popd": _pop_folder,
    "env": _set_environment,
    "set_env": _set_environment,
    "aimport": _import_again,
    "xdel": _delete_name,
    "pylab": _import_pylab,
    "store": _store,
    "pwd": _show_folder,
    "sh": _write_shell,
    "bash": _write_shell,
}


def read_call(node: ast.Call, shells: Collection[str] = ()) -> tuple[str, str] | None:
    """Return mark and text of a call such as ``get_ipython().system("ls")``, which exported scripts contain.

    Parameters
    ----------
    node : ast.Call
        The call.
    shells : collection of str
        Names of the result of ``get_ipython()``.
    """
    function = node.func
    if not (isinstance(function, ast.Attribute) and ast.unparse(function.value) in ("get_ipython()", *shells)):
        return None
    if not all(isinstance(a, ast.Constant) and isinstance(a.value, str) for a in node.args) or node.keywords:
        return None
    texts = [a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
    match function.attr, texts:
        case (("system" | "getoutput"), [command]):
            return "!", command
        case (("run_line_magic" | "magic"), [name, *rest]):
            return "%", " ".join([name, *rest]).lstrip("%")
    return None
