"""Translate shell commands to calls of ``subprocess``.

1. A command is divided into simple commands at ``&&``, ``||``, ``;`` and ``|``.
2. Installers become requirements. Commands that only show something are dropped, and so are commands that affect only
   their own shell, such as ``!cd``.
3. A command without shell syntax becomes a list of arguments. Others run in ``bash``. A value of a Python expression is
   always one word: it is quoted, so that it cannot change the command.
4. A failing command stops the run, whereas IPython ignores its exit status.
"""

from __future__ import annotations

import ast
import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass, field

from jupyter_pipeline.compiler.frontend.expansion import (
    Field,
    Part,
    expand,
    quote,
    render_formatted,
    render_text,
)
from jupyter_pipeline.compiler.frontend.names import NotebookNames, parse

__all__ = [
    "INSTALLERS",
    "Command",
    "UntranslatableError",
    "is_answer",
    "read_command",
    "read_requirements",
    "translate_script",
]

INSTALLERS = frozenset({"pip", "pip3", "conda", "mamba", "micromamba", "uv"})
_SYSTEM_INSTALLERS = frozenset({"apt", "apt-get", "yum", "dnf", "apk", "brew", "dpkg", "snap", "npm", "gem"})
_SHOWING = frozenset({
    ":", "[", "basename", "cal", "cat", "cmp", "column", "cut", "date", "df", "diff", "dirname", "du", "echo",
    "egrep", "fgrep", "file", "free", "grep", "groups", "head", "hexdump", "hostname", "id", "jq", "jupyter",
    "less", "ll", "locale", "ls", "lsb_release", "lscpu", "lsof", "man", "md5sum", "more", "nl", "nproc",
    "nvcc", "nvidia-smi", "od", "paste", "pgrep", "printenv", "printf", "ps", "pwd", "rev", "sha1sum",
    "sha256sum", "sort", "stat", "strings", "tac", "tail", "test", "top", "tr", "tree", "true", "type", "uname",
    "uniq", "uptime", "wc", "whereis", "which", "whoami", "xxd",
})  # fmt: skip
"""Programs that write nothing but their output."""
_SHELL_STATE = frozenset(
    {"cd", "export", "source", ".", "alias", "unalias", "set", "unset", "umask", "ulimit", "shopt"}
)
_SHELL_STATE_USES = frozenset({"conda activate", "conda deactivate", "mamba activate", "deactivate"})
_STATUS_IS_ANSWER = frozenset({"grep", "egrep", "fgrep", "diff", "cmp", "which", "pgrep", "test", "["})
"""Programs whose exit status 1 is an answer, not a failure."""
_GIT_SHOWING = frozenset({"status", "log", "diff", "show", "branch", "--version", "rev-parse", "describe", "remote"})
_OPTIONS_WITH_VALUE = frozenset({
    "-c", "-f", "-i", "-n", "-r", "-t", "--channel", "--constraint", "--extra-index-url", "--find-links", "--index-url",
    "--name", "--prefix", "--python", "--requirement", "--target", "--upgrade-strategy",
})  # fmt: skip
"""Options of installers that have a value."""
_BUILTIN = frozenset(
    {"read", "eval", "exec", "if", "for", "while", "case", "function", "time", "type", "wait", "{", "("}
)
_PYTHON = re.compile(r"python[\d.]*")
_OPERATORS = ("&&", "||", ";", "|", "&")
_UNQUOTABLE = ("`...`", "$((...))", "${...}")
_FIRST_FIELD = "\ue000"
"""Characters from here on stand for the fields of a command while it is divided into words."""


class UntranslatableError(Exception):
    """A command that cannot become Python, with the reason and the fix."""

    def __init__(self, reason: str, fix: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.fix = fix


@dataclass(slots=True)
class Command:
    """A shell command, divided and classified."""

    text: str = ""
    """Command to run, with one character for each field; empty if nothing is left to run."""
    fields: list[Field] = field(default_factory=list)
    requirements: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    modules: set[str] = field(default_factory=set)
    """Modules that the Python text needs."""
    program: str = ""
    """First word, for messages."""

    def render(self, names: NotebookNames) -> str:
        """Return the source of the command as an argument of ``subprocess.run``.

        Raises
        ------
        UntranslatableError
            If a value stands where it cannot be quoted.
        """
        if _needs_shell(self.text):
            return f'["bash", "-c", {self._render_shell_text()}]'
        return f"[{', '.join(self._render_words(names))}]"

    def _render_words(self, names: NotebookNames) -> list[str]:
        try:
            words = shlex.split(self.text)
        except ValueError as error:
            raise UntranslatableError(f"its quotation is not closed ({error})", "Close the quotation.") from None
        shown: list[str] = []
        for position, word in enumerate(words):
            parts = self._parts(word)
            if position == 0 and _PYTHON.fullmatch(word):
                self.modules.add("sys")
                shown.append("sys.executable")
            elif len(parts) == 1 and isinstance(parts[0], Field) and self._is_unquoted(word):
                only = parts[0]
                if _has_several_words(only, names):
                    self.modules.add("shlex")
                    shown.append(f"*shlex.split({render_text(parts, names)})")
                else:
                    shown.append(render_text(parts, names))
            else:
                shown.append(render_text(parts, names))
        return shown

    def _is_unquoted(self, word: str) -> bool:
        return bool(re.search(rf"(?:^|\s){word}(?:\s|$)", self.text))

    def _parts(self, text: str) -> list[Part]:
        parts: list[Part] = []
        for piece in re.split(f"([{_FIRST_FIELD}-\uf8ff])", text):
            if len(piece) == 1 and _is_mark(piece):
                parts.append(self.field_of(piece))
            elif piece:
                parts.append(piece)
        return parts or [""]

    def field_of(self, mark: str) -> Field:
        """Return the field for which a character of `text` stands."""
        return self.fields[ord(mark) - ord(_FIRST_FIELD)]

    def _render_shell_text(self) -> str:
        parts: list[str | tuple[str, str]] = []
        for piece, context in _scan(self.text):
            if len(piece) == 1 and _is_mark(piece):
                one = self.field_of(piece)
                if context not in ("", "'", '"'):
                    raise UntranslatableError(
                        f"the value of {one.expression} stands inside {context}, where it cannot be quoted",
                        "Assign the command to parts of a list, and call subprocess.run with it.",
                    )
                self.modules.add("shlex")
                parts += [context, (f"shlex.quote({one.text})", ""), context]
            else:
                parts.append(piece)
        merged: list[str | tuple[str, str]] = []
        for part in parts:
            if isinstance(part, str) and merged and isinstance(merged[-1], str):
                merged[-1] += part
            elif part:
                merged.append(part)
        if all(isinstance(part, str) for part in merged):
            return quote("".join(str(part) for part in merged))
        return render_formatted(merged)


def read_command(command: str, names: NotebookNames) -> Command:
    """Divide and classify the text behind ``!``.

    Parameters
    ----------
    command : str
        The command as typed, without ``!``.
    names : NotebookNames
        Names that its fields may read.

    Raises
    ------
    UntranslatableError
        If IPython itself refuses it.
    """
    if command.rstrip().endswith("&") and not command.rstrip().endswith("&&"):
        raise UntranslatableError(
            "IPython runs no command in the background", "Call subprocess.Popen([...]), or remove the &."
        )
    expansion = expand(command, names)
    found = Command()
    text = ""
    for part in expansion.parts:
        if isinstance(part, Field):
            text += chr(ord(_FIRST_FIELD) + len(found.fields))
            found.fields.append(part)
        else:
            text += part
    if expansion.unresolved:
        found.notes.append(
            f"IPython passes the braces of the command to the shell, because {expansion.unresolved} has no value"
        )
    simple = _divide(text.strip())
    found.program = _program(simple[0][1]) if simple else ""
    remaining = [(operator, part) for operator, part in simple if not _take(part, found)]
    if all(_only_shows(_as_shown(part, found)) or _is_shell_state(part) for _, part in remaining):
        for _, part in remaining:
            if _is_shell_state(part):
                found.notes.append(f"!{_program(part)} is left out: it has an effect on its own shell only")
            else:
                found.notes.append(f"!{_program(part)} is left out: it only shows something")
        found.notes = list(dict.fromkeys(found.notes))
        return found
    found.text = "".join(
        (f" {operator} " if operator and i else "") + part for i, (operator, part) in enumerate(remaining)
    )
    found.text = found.text.replace(" ; ", "; ")
    return found


def _as_shown(part: str, command: Command) -> str:
    """Return a simple command with ``python`` for ``{sys.executable}``."""
    if part and _is_mark(part[0]) and command.field_of(part[0]).expression == "sys.executable":
        return "python" + part[1:]
    return part


def _divide(text: str) -> list[tuple[str, str]]:
    """Return the simple commands of `text`, each with the operator before it."""
    found: list[tuple[str, str]] = []
    current, operator, position, depth = "", "", 0, 0
    contexts = list(_scan(text))
    while position < len(contexts):
        piece, context = contexts[position]
        depth += (piece == "(") - (piece == ")") if not context else 0
        two = piece + (contexts[position + 1][0] if position + 1 < len(contexts) else "")
        symbol = next((o for o in _OPERATORS if two == o or piece == o), "") if not context and not depth else ""
        before = current[-1:]
        if symbol == "&" and (before in "><" or two == "&>"):
            symbol = ""
        if symbol == "|" and before == ">":
            symbol = ""
        if symbol:
            found.append((operator, current.strip()))
            current, operator = "", symbol
            position += len(symbol)
        else:
            current += piece
            position += 1
    found.append((operator, current.strip()))
    return [(o, c) for o, c in found if c]


def _scan(text: str) -> list[tuple[str, str]]:
    """Return each character of `text` with its context.

    The context is empty, a quotation mark, ``$(...)``, or a construct in which a value cannot be quoted. For a field,
    it is the context for the quotation of its value.
    """
    found: list[tuple[str, str]] = []
    stack: list[str] = []
    position = 0
    while position < len(text):
        character, top = text[position], stack[-1] if stack else ""
        quotes = top if top in ("'", '"') else ""
        hard = next((s for s in stack if s in _UNQUOTABLE), "")
        context = hard or ("$(...)" if "$(...)" in stack else quotes)
        if _is_mark(character):
            context = hard or quotes
        if character == "\\" and top != "'" and position + 1 < len(text):
            found += [(character, context or '"'), (text[position + 1], context or '"')]
            position += 2
            continue
        found.append((character, context))
        width = 1
        if top == "'":
            if character == "'":
                stack.pop()
        elif character == "'" and top != '"':
            stack.append("'")
        elif character in '"`':
            name = '"' if character == '"' else "`...`"
            if top == name:
                stack.pop()
            else:
                stack.append(name)
        elif text.startswith("$((", position):
            stack.append("$((...))")
            width = 3
        elif text.startswith(("$(", "${"), position):
            stack.append("$(...)" if text[position + 1] == "(" else "${...}")
            width = 2
        elif character == "}" and top == "${...}":
            stack.pop()
        elif top == "$((...))" and text.startswith("))", position):
            stack.pop()
            width = 2
        elif character == "(" and top in ("$(...)", "("):
            stack.append("(")
        elif character == ")" and top in ("$(...)", "("):
            stack.pop()
        found += [
            (c, stack[-1] if stack and stack[-1] in _UNQUOTABLE else context or "$(...)")
            for c in text[position + 1 : position + width]
        ]
        position += width
    return found


def _is_mark(character: str) -> bool:
    return _FIRST_FIELD <= character <= "\uf8ff"


def _needs_shell(text: str) -> bool:
    scanned = _scan(text)
    word = ""
    for character, context in scanned:
        if context in ("$(...)", "`...`", "$((...))", "${...}"):
            return True
        if context == '"' and character in "$`":
            return True
        if not context:
            if character.isspace():
                word = ""
                continue
            if character in "|&;<>()$`*[\n" or (character in "~#" and not word):
                return True
            if character == "?" and not word.startswith(("http", "'http", '"http')):
                return True
            if character == "{" and re.search(r"\{[^\s{}]*(?:,|\.\.)[^\s{}]*\}", text):
                return True
        word += character
    first = text.split(maxsplit=1)[0] if text.split() else ""
    return "=" in first or first in _BUILTIN or first in _SHELL_STATE


def _program(part: str) -> str:
    words = part.split()
    return words[0] if words and not _is_mark(words[0][0]) else "python" if words else ""


def _take(part: str, command: Command) -> bool:
    """Return True if a simple command installs something; its requirements are collected."""
    text = _as_shown(_without(r"\s*(?:\d?>>?(?!=)|&>)\s*(?:&\d|\S+)", part), command)
    words = text.split()
    while words and (
        words[0] in ("sudo", "yes", "env")
        or (words[0].startswith("-") and len(words[0]) <= 3)
        or re.match(r"\w+=\S*$", words[0])
    ):
        words = words[1:]
    if not words:
        return bool(text.split() and text.split()[0] == "yes")
    if _PYTHON.fullmatch(words[0].rpartition("/")[2]) and words[1:3] == ["-m", "pip"]:
        words = words[2:]
    program = words[0].rpartition("/")[2]
    rest = " ".join(words[1:])
    if program in _SYSTEM_INSTALLERS:
        if not command.notes or command.notes[-1] != _system_note(program):
            command.notes.append(_system_note(program))
        return True
    if program in INSTALLERS:
        rest = "".join(f"{{{command.field_of(c).expression}}}" if _is_mark(c) else c for c in rest)
        return read_requirements(program, rest, command)
    return False


def _without(pattern: str, text: str) -> str:
    """Return `text` without the matches of `pattern` outside quotations."""
    unquoted = "".join(character if not context else "_" for character, context in _scan(text))
    for match in reversed(list(re.finditer(pattern, unquoted))):
        text = text[: match.start()] + text[match.end() :]
    return text


def _system_note(program: str) -> str:
    return f"!{program} is left out: install its packages on the hosts of the runs"


def read_requirements(program: str, arguments: str, command: Command) -> bool:
    """Collect the requirements of an installer. Return True if its line is not needed in a run.

    Parameters
    ----------
    program : str
        ``pip``, ``conda`` or another installer.
    arguments : str
        Its arguments.
    command : Command
        Gets the requirements and notes.
    """
    try:
        words = shlex.split(arguments, comments=True)
    except ValueError:
        words = arguments.split()
    if "install" not in words and "add" not in words:
        if program in ("conda", "mamba", "micromamba") and words[:1] in (["activate"], ["deactivate"]):
            return False
        command.notes.append(f"{program} {' '.join(words[:1])} is left out: the pipeline has an environment of its own")
        return True
    verb = "install" if "install" in words else "add"
    words = words[words.index(verb) + 1 :]
    with_value = _OPTIONS_WITH_VALUE | ({"-p"} if program not in ("pip", "pip3", "uv") else set())
    wanted: list[str] = []
    previous = ""
    for word in words:
        if previous in ("-r", "--requirement"):
            command.notes.append(f"the pipeline requires the packages in {word}; nothing is installed when it runs")
        elif previous in ("-e", "--editable") and program != "conda":
            wanted.append(word)
        elif previous == "-c" and program in ("conda", "mamba", "micromamba"):
            pass
        elif not word.startswith("-") and previous not in with_value and word not in ("|", "&&", ";"):
            wanted.append(word)
        previous = word
    command.requirements += [w for w in wanted if not set(w) & set("{$")]
    if wanted:
        command.notes.append(f"the pipeline requires {', '.join(wanted)}; nothing is installed when it runs")
    return True


def _is_shell_state(part: str) -> bool:
    words = part.split()
    if not words:
        return True
    return (
        words[0] in _SHELL_STATE
        or " ".join(words[:2]) in _SHELL_STATE_USES
        or words[0] in _SHELL_STATE_USES
        or (len(words) == 1 and bool(re.fullmatch(r"[A-Za-z_]\w*=.*", words[0])))
        or words[0].startswith("#")
    )


def _only_shows(part: str) -> bool:
    """Return True if a simple command writes nothing but its output."""
    text = _without(r"\d?>\s*(?:&\d|/dev/null)|&>\s*/dev/null", part)
    if any(context in ("$(...)", "`...`") or (not context and c == ">") for c, context in _scan(text)):
        return False
    words = text.split()
    if not words:
        return True
    program, rest = words[0].rpartition("/")[2], words[1:]
    if program in _SHOWING or program.startswith("#"):
        return not (program == "date" and any(w in ("-s", "--set") for w in rest)) and not (
            program == "sort" and any(w.startswith("-o") for w in rest)
        )
    if program == "git":
        return bool(rest) and rest[0] in _GIT_SHOWING and not (rest[0] in ("branch", "remote") and len(rest) > 2)
    if program == "find":
        return not any(w.startswith(("-exec", "-delete", "-ok", "-fprint", "-fls")) for w in rest)
    if program in ("sed", "awk"):
        return not any(w.startswith(("-i", "--in-place")) for w in rest) and (program == "sed" or "|" not in text)
    if program == "env":
        return not rest
    return bool(rest) and all(w in ("--version", "-V", "-version", "--help", "-h") for w in rest)


def _has_several_words(one: Field, names: NotebookNames) -> bool:
    """Return True if the value of a field seems to be several words, such as options or joined names."""
    tree = parse(one.expression)
    node: ast.AST | None = tree
    if tree and len(tree.body) == 1 and isinstance(tree.body[0], ast.Expr):
        value = tree.body[0].value
        node = names.value_of(value.id) if isinstance(value, ast.Name) else value
    if node is None:
        return False
    return any(isinstance(n, ast.Constant) and isinstance(n.value, str) and " " in n.value for n in ast.walk(node))


def is_answer(command: Command) -> bool:
    """Return True if a failing exit status of `command` may be an answer, such as no match of ``grep``."""
    simple = _divide(command.text)
    return bool(simple) and _program(simple[-1][1]) in _STATUS_IS_ANSWER


def translate_script(lines: Sequence[str]) -> Command | None:
    """Return the requirements and notes of a script that only installs or shows something; None for another one."""
    found = Command()
    text = "\n".join(lines).replace("\\\n", " ")
    for line in text.split("\n"):
        stripped = line.strip()
        if not stripped or stripped.startswith(("#", "set ")):
            continue
        if "<<" in stripped:
            return None
        simple = _divide(stripped)
        for _, part in simple:
            if not _take(part, found) and not _only_shows(part):
                return None
    return found
