"""Translate IPython syntax to plain Python, line by line, so that line numbers do not change.

1. A cell that parses as Python is left unchanged, without importing IPython.
2. A cell magic on the first line is removed if its body is Python: ``%%time``, ``%%deploy``, ``%%step``, ``%%check``.
   ``%%bash`` and similar magics run the interpreter, ``%%writefile`` writes the file, and ``%%capture``
   becomes a ``with`` statement if its output is used. A cell that only displays something becomes empty.
3. Line magics and shell lines are translated by `magics` and `shell`, or removed with a note.
4. All others become a call of `PLACEHOLDER`, which binds the names that the line may bind. A placeholder in a slice is
   refused with the reason and the fix of its line.

The syntax is defined by ``IPython.core.inputtransformer2``.
"""

from __future__ import annotations

import ast
import io
import re
import shlex
import textwrap
import tokenize
from collections.abc import Iterator

from jupyter_pipeline.compiler.frontend.expansion import expand, quote, render_text
from jupyter_pipeline.compiler.frontend.magics import (
    FIXES,
    LINE,
    LineTranslator,
    find_output_names,
    read_call,
    strip_options,
)
from jupyter_pipeline.compiler.frontend.names import NotebookNames, find_bound_names, parse
from jupyter_pipeline.compiler.frontend.plain import PLACEHOLDER, Obstacle, PlainCell
from jupyter_pipeline.compiler.frontend.shell import UntranslatableError, translate_script

__all__ = ["PLACEHOLDER", "Obstacle", "PlainCell", "replace_unparsable", "to_python"]

_UNWRAPPED = frozenset({
    "check", "deploy", "heat", "local", "lprun", "memit", "mprun", "prun", "pyinstrument", "python3kernel",
    "scalene", "snakeviz", "step", "time", "wandb",
})  # fmt: skip
_SHOWN = frozenset({
    "HTML", "SVG", "css", "debug", "html", "javascript", "js", "latex", "markdown", "md", "mermaid", "svg",
    "timeit",
})  # fmt: skip
_SCRIPTS = {
    **dict.fromkeys(("bash", "system", "sx", "shell", "!"), "bash"),
    **dict.fromkeys(("python", "python3"), ""),
    **{name: name for name in ("sh", "perl", "ruby", "python2", "pypy", "script")},
}
"""Interpreter of each magic that runs its body; empty for the interpreter of the run."""
_SHELLS = ("bash", "sh", "zsh")
_SCRIPT_OPTIONS = {
    **dict.fromkeys((*_SHELLS, "", "python", "python2", "python3", "pypy"), "-c"),
    "perl": "-e",
    "ruby": "-e",
}
"""Option of an interpreter with the script as its value. Others read it from the standard input."""
_OTHER_LANGUAGES = frozenset({
    "R", "bigquery", "cpp", "julia", "kql", "matlab", "octave", "sas", "scala", "spark", "sparksql", "sql",
    "stata",
})  # fmt: skip
_BARE = re.compile(r"^(ls|ll|pwd|cd|who|whos|who_ls|history)(?:[ \t]+-\w.*)?[ \t]*;?[ \t]*$", re.MULTILINE)
"""Automagic that is valid Python, too."""
_SUSPECT = re.compile(
    r"install|get_ipython|\.(?:system|getoutput|magic|run_line_magic)\(|^(?:ls|cd|pwd|who|ll|hist|cat|mkdir|rm|cp|mv)\b",
    re.MULTILINE,
)
"""Cells without a mark of IPython that may contain automagic, or calls of IPython."""
_GUARD = re.compile(r"^\s*(?:el)?(?:if|try|except|else)\b.*", re.DOTALL)
_HOSTED = re.compile(r"colab|kaggle", re.IGNORECASE)


def to_python(source: str, names: NotebookNames | None = None) -> PlainCell:
    """Return `source` in plain Python, with as many lines.

    Parameters
    ----------
    source : str
        A code cell as typed.
    names : NotebookNames, optional
        Names in the whole notebook; by default the names in the cell.
    """
    plain = PlainCell(_remove_prompts(source))
    if not any(mark in source for mark in "%!?") and not _SUSPECT.search(source):
        _note_hosted_imports(plain)
        return plain
    names = names or NotebookNames([source])
    if _translate_cell_magics(plain, names):
        return plain
    _replace_calls(plain, names)
    if parse(plain.source) is None or _has_bare_automagic(plain.source, names):
        _translate_lines(plain, names)
    _note_hosted_imports(plain)
    return plain


def replace_unparsable(plain: PlainCell, source: str, error: Exception) -> PlainCell:
    """Return a cell that is not valid Python as a placeholder that binds the names which its text seems to bind.

    Parameters
    ----------
    plain : PlainCell
        The translation of the cell.
    source : str
        The cell as typed.
    error : Exception
        Error of the parser.
    """
    count = source.count("\n") + 1
    line = min(max(getattr(error, "lineno", None) or 1, 1), count)
    text = (getattr(error, "text", None) or "").strip()
    reason = getattr(error, "msg", None) or str(error)
    obstacle = Obstacle(text[:60] or "syntax", reason, "", rule="syntax-error")
    targets = "".join(f"{name} = " for name in find_bound_names(source))
    lines = [""] * count
    lines[line - 1] = f"{targets}{PLACEHOLDER}({line})"
    return PlainCell(
        "\n".join(lines),
        requirements=plain.requirements,
        installs=plain.installs,
        obstacles={line: obstacle},
        directives=plain.directives,
    )


def _remove_prompts(source: str) -> str:
    """Return a cell without the indentation of its first line and without prompts, as IPython reads it."""
    first = re.search(r"^[ \t]*\S.*", source, re.MULTILINE)
    if first is None:
        return source
    if first[0].startswith(">>> "):
        return re.sub(r"(?m)^(?:>>>|\.\.\.)(?: |$)", "", source)
    width = len(first[0]) - len(first[0].lstrip())
    return (
        re.sub(rf"(?m)^[ \t]{{1,{width}}}", "", source) if width and not first[0].lstrip().startswith("#") else source
    )


# Cell magics


def _translate_cell_magics(plain: PlainCell, names: NotebookNames) -> bool:
    """Translate the cell magics. Return True if the cell needs no further translation."""
    lines = plain.source.split("\n")
    first = next((i for i, line in enumerate(lines) if line.strip() and not line.startswith("#")), 0)
    while first < len(lines) and lines[first].startswith("%%"):
        name, _, rest = _join_continued(lines, first)[2:].strip().partition(" ")
        rest = rest.strip()
        if name == "capture":
            output = next((word for word in rest.split() if not word.startswith("-")), "")
            lines[first] = ""
            if output and names.is_used(output):
                _capture(plain, lines, first, output, names)
                return True
        elif name in _UNWRAPPED or (name == "px" and "--local" in rest):
            lines[first] = ""
            if name in ("step", "check"):
                plain.directives[name] = rest
            elif name == "px":
                plain.note("the engines of ipyparallel are not used: the cell runs in the pipeline's process")
        else:
            _translate_body(plain, lines, first, name, rest, names)
            return True
        first = next((i for i in range(first + 1, len(lines)) if lines[i].strip()), len(lines))
    plain.source = "\n".join(lines)
    return False


def _translate_body(plain: PlainCell, lines: list[str], first: int, name: str, rest: str, names: NotebookNames) -> None:
    """Replace a cell magic and its body, which is not Python."""
    body = lines[first + 1 :]
    line = LineTranslator(plain, names)
    line.number = first + 1
    if name in _SHOWN:
        plain.note(f"the %%{name} cell is ignored: it only displays something")
        if name == "timeit":
            plain.omitted.append(("%%timeit", "\n".join([strip_options(name, rest), *body])))
        replaced: list[str] = []
    else:
        try:
            if name in _SCRIPTS:
                replaced = _run_script(line, name, rest, body)
            elif name in ("writefile", "file"):
                replaced = _write_file(line, rest, body)
            else:
                replaced = [_refuse_cell(plain, first + 1, name, rest, body)]
        except UntranslatableError as error:
            plain.obstacles[first + 1] = Obstacle(f"%%{name}", error.reason, error.fix)
            bound = [*find_output_names(rest), f"{PLACEHOLDER}({first + 1})"]
            replaced = [" = ".join(bound)]
    plain.commands |= set(range(first + 1, len(lines) + 1))
    found = [""] * first + replaced
    plain.source = "\n".join(found + [""] * (len(lines) - len(found)))


def _refuse_cell(plain: PlainCell, number: int, name: str, rest: str, body: list[str]) -> str:
    fix = FIXES.get(name, "Write the cell in Python")
    plain.obstacles[number] = Obstacle(f"%%{name}", "this cell magic runs only inside Jupyter", f"{fix}.")
    bound = find_output_names(rest)
    words = rest.split()
    bound += [w for i, w in enumerate(words) if w.isidentifier() and not words[i - 1].startswith("-")]
    if name not in _OTHER_LANGUAGES:
        bound += find_bound_names("\n".join(body))
    return " = ".join([*dict.fromkeys(bound), f"{PLACEHOLDER}({number})"])


def _run_script(line: LineTranslator, name: str, rest: str, body: list[str]) -> list[str]:
    """Return the lines of a call that runs the body with an interpreter."""
    plain, names = line.plain, line.names
    words = _words(rest)
    captures = bool({"--out", "--err"} & {word.partition("=")[0] for word in words})
    is_shell = name in ("bash", "sh", "system", "sx", "shell", "!")
    if is_shell and not captures and (shown := translate_script(body)) is not None:
        plain.requirements += shown.requirements
        for text in shown.notes:
            plain.note_install(text)
        if not shown.requirements and not shown.notes:
            plain.note(f"the %%{name} cell is ignored: it only shows something")
        return []
    output, error_output, check = "", "", "True"
    arguments: list[str] = []
    program = _SCRIPTS[name]
    while words:
        word = words.pop(0)
        option, _, value = word.partition("=")
        if option in ("--out", "--err"):
            value = value or (words.pop(0) if words else "")
            output, error_output = (value, error_output) if option == "--out" else (output, value)
        elif word == "--no-raise-error":
            check = "False"
        elif word.partition("=")[0] in ("--bg", "--proc"):
            raise UntranslatableError("a pipeline runs no command in the background", "Call subprocess.Popen.")
        elif word == "--raise-error":
            continue
        elif program == "script":
            program = word
        else:
            arguments.append(render_text(expand(word, names).parts, names))
    plain.note("its script runs as a subprocess; a script that fails stops the run")
    command = quote(program) if program else f"{line.module('sys')}.executable"
    option = _SCRIPT_OPTIONS.get(program.rpartition("/")[2], "")
    if error_output:
        subprocess = line.module("subprocess")
        name = "completed" if not names.binds("completed") else "completed_process"
        printed = f"{output} = {name}.stdout" if output else f'print({name}.stdout, end="")'
        head = f"{name} = {subprocess}.run([{', '.join([command, *arguments])}], check={check}, capture_output=True, "
        end = f'"""); {printed}; {error_output} = {name}.stderr'
        return [f'{head}text=True, input="""\\', *_string_lines(body, end)]
    if not option or output:
        subprocess = line.module("subprocess")
        call = f"{subprocess}.run([{', '.join([command, *arguments])}], check={check}, stdout={subprocess}.PIPE, "
        end = ").stdout" if output else ').stdout, end="")'
        head = f"{output} = {call}" if output else f"print({call}stderr={subprocess}.STDOUT, "
        return [f'{head}text=True, input="""\\', *_string_lines(body, f'"""{end}')]
    options = [argument for argument in arguments if argument.startswith('"-') and argument != '"-s"']
    values = [argument for argument in arguments if argument not in options and argument != '"-s"']
    if values and program in _SHELLS:
        values.insert(0, command)  # the value of $0
    start = f'{line.run_shell()}([{", ".join([command, *options, quote(option)])}, """\\'
    if check == "False":
        plain.need("import contextlib")
        start = f"with contextlib.suppress({line.module('subprocess')}.CalledProcessError): {start}"
    while body and not body[-1].strip():
        body.pop()
    is_closed = bool(body) and not body[-1].endswith(('"', "\\"))
    return [start, *_string_lines(body, f'"""{"".join(f", {value}" for value in values)}])', is_closed=is_closed)]


def _words(rest: str) -> list[str]:
    try:
        return shlex.split(rest)
    except ValueError:
        return rest.split()


def _string_lines(body: list[str], end: str, *, is_closed: bool = False) -> list[str]:
    """Return the body as the lines of a string literal, with a final line break unless it is closed on its line."""
    escaped = [text.replace("\\", "\\\\").replace('"""', '\\"\\"\\"') for text in body]
    if not escaped:
        return [end]
    last = escaped[-1] if is_closed else f"{escaped[-1]}\\n"
    return [*escaped[:-1], f"{last}{end}"]


def _write_file(line: LineTranslator, rest: str, body: list[str]) -> list[str]:
    """Return the lines that write the body to a file."""
    words = _words(rest)
    append = "-a" in words or "--append" in words
    target = next((word for word in words if not word.startswith("-")), "")
    if not target:
        raise UntranslatableError("it has no file name", "Write %%writefile FILE.")
    shown = line.text(target)
    module = target.removesuffix(".py").partition("/")[0]
    if target.endswith(".py") and module.isidentifier() and line.names.imports(module):
        sys, os = line.module("sys"), line.module("os")
        line.plain.need(f"{sys}.path.insert(0, {os}.getcwd())")
        line.plain.note(f"its file {target} is written and imported in the folder of the notebook")
    if append and body:
        name = "file" if not line.names.binds("file") else "written_file"
        opened = f"{line.module('os')}.path.expanduser({shown})" if target.startswith("~") else shown
        first, *others = _string_lines(body, '""")')
        return [f'with open({opened}, "a", encoding="utf-8") as {name}:', f'    {name}.write("""{first}', *others]
    path = f"{line.module('pathlib')}.Path({shown})" + (".expanduser()" if target.startswith("~") else "")
    if not body:
        return [f'{path}.write_text("", encoding="utf-8");']  # a semicolon: the magic has no value
    return [f'{path}.write_text(encoding="utf-8", data="""\\', *_string_lines(body, '""");')]


def _capture(plain: PlainCell, lines: list[str], first: int, output: str, names: NotebookNames) -> None:
    """Replace ``%%capture`` by a ``with`` statement around the body."""
    body = to_python("\n".join(lines[first + 1 :]), names)
    shift = first + 1
    plain.notes += body.notes
    plain.installs += body.installs
    plain.omitted += body.omitted
    plain.requirements += body.requirements
    plain.prelude += body.prelude
    plain.helpers += body.helpers
    plain.obstacles |= {number + shift: obstacle for number, obstacle in body.obstacles.items()}
    plain.commands |= {number + shift for number in body.commands}
    plain.need("from IPython.utils.capture import capture_output")
    text = re.sub(rf"\b{PLACEHOLDER}\((\d+)\)", lambda m: f"{PLACEHOLDER}({int(m[1]) + shift})", body.source)
    inner = _indent(text)
    if not text.strip() or (text.lstrip().startswith("#") and parse(text) is not None and not ast.parse(text).body):
        inner = "    pass" + text
    plain.source = "\n".join([*lines[:first], f"with capture_output() as {output}:", inner])


def _indent(source: str) -> str:
    """Indent `source`, except for lines that start inside a string."""
    inside: set[int] = set()
    try:
        for token in tokenize.generate_tokens(io.StringIO(source + "\n").readline):
            if token.type == tokenize.STRING or "FSTRING_MIDDLE" in tokenize.tok_name[token.type]:
                inside.update(range(token.start[0] + 1, token.end[0] + 1))
    except (tokenize.TokenError, SyntaxError):
        return textwrap.indent(source, "    ")
    return "\n".join(
        text if number in inside or not text.strip() else f"    {text}"
        for number, text in enumerate(source.split("\n"), 1)
    )


# Lines


def _translate_lines(plain: PlainCell, names: NotebookNames) -> None:
    lines = plain.source.split("\n")
    line = LineTranslator(plain, names)
    for number, text in _logical_lines(lines):
        match = LINE.match(text)
        if match and line.is_line(match) and _complete("\n".join(lines[: number - 1])):
            _blank_continuation(lines, number - 1)
            lines[number - 1] = line.translate(number, match, is_guarded=_is_guarded(lines, number - 1))
            if lines[number - 1].strip() in ("", "pass"):
                _blank_open_brackets(lines, number, text)
    plain.source = "\n".join(lines)


def _logical_lines(lines: list[str]) -> Iterator[tuple[int, str]]:
    """Yield number and text of each line, joined with its continuation; earlier lines are already replaced."""
    for number, text in enumerate(lines, 1):
        if (
            text.lstrip().startswith(("!", "%"))
            or re.match(r"\s*[\w., ]+=\s*[!%]", text)
            or text.lstrip()[:4] == "pip "
        ):
            yield number, _joined(lines, number - 1)
        elif text.strip():
            yield number, text


def _joined(lines: list[str], index: int) -> str:
    text = lines[index].rstrip()
    while text.endswith("\\"):
        index += 1
        following = lines[index].rstrip() if index < len(lines) else ""
        text = f"{text[:-1]} {following.strip()}"
    return text


def _join_continued(lines: list[str], index: int) -> str:
    """Return a line with its continuation, whose lines become empty."""
    text = _joined(lines, index)
    _blank_continuation(lines, index)
    lines[index] = text
    return text


def _blank_continuation(lines: list[str], index: int) -> None:
    while index < len(lines) and lines[index].rstrip().endswith("\\"):
        lines[index] = lines[index].rstrip()[:-1]
        index += 1
        if index < len(lines):
            continued = lines[index].rstrip().endswith("\\")
            lines[index] = "\\" if continued else ""


def _blank_open_brackets(lines: list[str], index: int, text: str) -> None:
    """Remove the lines that close the brackets of a magic that was left out."""
    argument = text.lstrip().lstrip("%")
    while argument.count("(") > argument.count(")") and index < len(lines) and not _complete(argument):
        argument += "\n" + lines[index]
        lines[index] = ""
        index += 1


def _is_guarded(lines: list[str], index: int) -> bool:
    """Return True if a line is in a branch that only a hosted notebook service takes."""
    width = len(lines[index]) - len(lines[index].lstrip())
    for above in reversed(range(index)):
        text = lines[above]
        here = len(text) - len(text.lstrip())
        if text.strip() and here < width:
            width = here
            if _GUARD.match(text) and _HOSTED.search("\n".join(lines[above:index])):
                return True
            if not here:
                return False
    return False


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


def _has_bare_automagic(source: str, names: NotebookNames) -> bool:
    return any(not names.binds(match[1]) for match in _BARE.finditer(source))


def _replace_calls(plain: PlainCell, names: NotebookNames) -> None:
    """Write calls such as ``get_ipython().system("ls")`` as the lines from which they were exported."""
    shells = names.find_shells()
    if not any(f"{text}." in plain.source for text in ("get_ipython()", *shells)):
        return
    if (tree := parse(plain.source)) is None:
        return
    lines = plain.source.split("\n")
    for node in ast.walk(tree):
        call = getattr(node, "value", None)
        if (
            not isinstance(node, ast.Expr | ast.Assign)
            or not isinstance(call, ast.Call)
            or (found := read_call(call, shells)) is None
        ):
            continue
        if node.lineno == node.end_lineno and "\n" not in found[1]:
            text = lines[node.lineno - 1].encode()[node.col_offset : call.col_offset].decode()
            head = lines[node.lineno - 1].encode()[: node.col_offset].decode()
            if not head.strip():
                lines[node.lineno - 1] = f"{head}{text}{found[0]}{found[1]}"
    plain.source = "\n".join(lines)


def _note_hosted_imports(plain: PlainCell) -> None:
    if "google.colab" in plain.source and re.search(r"(?m)^(?:from|import) google\.colab", plain.source):
        plain.note("google.colab exists only in Colab; elsewhere its import fails")
