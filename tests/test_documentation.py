"""The documentation names everything that users can type, and nothing that there is not."""

from __future__ import annotations

import dataclasses
import importlib
import pkgutil
import re
import runpy
from collections.abc import Iterator
from pathlib import Path

import pytest
from IPython.core.interactiveshell import InteractiveShell

from jupyter_pipeline import exceptions
from jupyter_pipeline.cli import PipelineApp
from jupyter_pipeline.cli.base import Command, Group
from jupyter_pipeline.clusters.profiles import schema
from jupyter_pipeline.magics import arguments, deploy
from jupyter_pipeline.magics.completion import SUBCOMMANDS
from jupyter_pipeline.models import ClusterState, Limits
from jupyter_pipeline.server.routes import ROUTES

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
PAGES = sorted(path for path in DOCS.rglob("*.md") if "_build" not in path.parts)
BUILTIN = sorted(p.stem for p in (ROOT / "jupyter_pipeline" / "clusters" / "profiles" / "builtin").glob("*.yaml"))


INCLUDED = "```{include} ../_build/generated/deploy-options.md\n```"
DEPLOY_OPTIONS = "[deploy options](deploy-options.md)"
"""Sections with this link have the options of that page too."""
option_table = runpy.run_path(str(DOCS / "option_table.py"))["option_table"]


def page(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


def definitions(text: str) -> dict[str, str]:
    """Return the entries of definition lists by their terms."""
    found = re.findall(r"^(\S.*)\n: (.*(?:\n  .*)*)", text, re.MULTILINE)
    return {term: " ".join(body.split()) for term, body in found}


def option_terms(section: str) -> set[str]:
    """Return the options that a section defines, with the options of the linked page."""
    terms = [term for term in definitions(section) if term.startswith("`-")]
    if DEPLOY_OPTIONS in section:
        assert INCLUDED in page("reference/deploy-options.md")
        terms += re.findall(r"^\| (`-.*?) \|", option_table(), re.MULTILINE)
    return options(" ".join(terms))


def sections(text: str, level: int) -> dict[str, str]:
    """Return the text below each heading of `level` by the heading."""
    parts = re.split(rf"^{'#' * level} (.+)$", text, flags=re.MULTILINE)
    return {title.strip("`"): body for title, body in zip(parts[1::2], parts[2::2], strict=True)}


def options(text: str) -> set[str]:
    return set(re.findall(r"(?<![\w-])-{1,2}[a-z][a-z-]*", text))


def commands(group: type[Group], path: tuple[str, ...] = ()) -> Iterator[tuple[str, type[Command]]]:
    for name, (found, _) in group.subcommands.items():
        if isinstance(found, str):
            module, _, attribute = found.rpartition(".")
            found = getattr(importlib.import_module(module), attribute)
        if issubclass(found, Group):
            yield from commands(found, (*path, name))
        else:
            yield " ".join((*path, name, *found.positional)), found


COMMANDS = dict(commands(PipelineApp))
GROUPS = {
    name
    for name in PipelineApp.subcommands
    if not any(title.split()[0] == name for title in COMMANDS if COMMANDS[title].name == f"jupyter-pipeline {name}")
}


def test_every_command_and_no_other_has_a_section() -> None:
    assert set(sections(page("reference/command-line.md"), 3)) == set(COMMANDS)


@pytest.mark.parametrize("title", COMMANDS)
def test_the_section_of_a_command_has_its_options_and_no_other(title: str) -> None:
    names = [
        n for n in (*COMMANDS[title].aliases, *COMMANDS[title].flags) if n not in {*Command.aliases, *Command.flags}
    ]
    flat = [n for name in names for n in (name if isinstance(name, tuple) else (name,))]
    expected = {f"-{n}" if len(n) == 1 else f"--{n}" for n in flat}
    assert option_terms(sections(page("reference/command-line.md"), 3)[title]) == expected


@pytest.fixture(scope="module")
def shell() -> Iterator[InteractiveShell]:
    shell = InteractiveShell()
    shell.run_line_magic("load_ext", "jupyter_pipeline")
    yield shell
    shell.run_line_magic("unload_ext", "jupyter_pipeline")
    shell.history_manager.end_session()


def run_magic(shell: InteractiveShell, capsys: pytest.CaptureFixture[str], magic: str, line: str) -> str:
    capsys.readouterr()
    if magic == "%%deploy":
        shell.run_cell_magic("deploy", line, "1")
    else:
        shell.run_line_magic(magic.lstrip("%"), line)
    return capsys.readouterr().out


@pytest.mark.parametrize("magic", [f"%{name}" for name in SUBCOMMANDS])
def test_every_subcommand_and_its_options_are_documented(
    shell: InteractiveShell, capsys: pytest.CaptureFixture[str], magic: str
) -> None:
    subcommands = SUBCOMMANDS[magic[1:]]
    entries = definitions(page("reference/magics.md"))
    found = {term.strip("`").split()[1]: term for term in entries if term.startswith(f"`{magic} ")}
    assert set(found) == set(subcommands)
    for command, term in found.items():
        positionals = subcommands[command].parser(magic).positionals()
        assert term == f"`{' '.join([magic, command, *positionals])}`"
        assert options(entries[term]) == options(run_magic(shell, capsys, magic, f"{command} --help")) - {
            "-h",
            "--help",
        }, command


@pytest.mark.parametrize("magic", ["%%deploy"])
def test_the_options_of_a_magic_without_subcommands_are_documented(
    shell: InteractiveShell, capsys: pytest.CaptureFixture[str], magic: str
) -> None:
    found = next(
        body for title, body in sections(page("reference/magics.md"), 2).items() if title.startswith(f"{magic} ")
    )
    usage = run_magic(shell, capsys, magic, "--help").partition("\n\n")[0]
    assert options(usage) - {"-h", "--help"} == option_terms(found)


@pytest.mark.parametrize("name", BUILTIN)
def test_every_built_in_profile_has_a_row_and_its_text(name: str) -> None:
    assert re.search(rf"^\| `{name}` \|", page("reference/backends.md"), re.MULTILINE)
    assert f"clusters/profiles/builtin/{name}.yaml" in page("reference/backends.md")


@pytest.mark.parametrize(
    "key",
    [
        *(key for section in ("", "limits", "price", "security") for key in schema.SECTIONS[section]),
        *(field.name for field in dataclasses.fields(Limits)),
        *ClusterState,
    ],
)
def test_every_key_of_a_profile_and_every_state_is_documented(key: str) -> None:
    text = page("reference/profiles.md") + page("reference/cluster-states.md")
    assert f"`{key}`" in text or f"`{key}:" in text


def test_the_reference_of_profile_keys_is_generated_from_their_declarations() -> None:
    assert "_build/generated/profile-keys.md" in page("reference/profile-keys.md")
    assert "schema.render_reference()" in page("conf.py")


def test_every_route_and_its_methods_are_documented() -> None:
    documented: dict[str, set[str]] = {}
    route = ""
    for first, methods in re.findall(
        r"^\| (`[\w/…-]+`)? ?\| ([A-Z, ]+(?:, websocket)?) \|", page("reference/rest.md"), re.MULTILINE
    ):
        route = first.strip("`") or route
        documented.setdefault(route, set()).update(re.findall(r"[A-Z]+", methods))
    existing = {}
    for pattern, handler in ROUTES:
        name = "ID" if pattern.startswith("runs") else "NAME"
        shown = pattern.replace("([^/]+)", name).replace("(.*)", "…")
        own = {m for m in ("GET", "HEAD", "POST", "PATCH", "DELETE", "PUT") if _has(handler, m.lower())}
        existing[shown] = own if shown.count("…") == 0 else set(handler.SUPPORTED_METHODS)
    assert documented == existing


def _has(handler: type, method: str) -> bool:
    return any(method in vars(base) for base in handler.__mro__ if base.__module__.startswith("jupyter_pipeline"))


@pytest.mark.parametrize(
    "name", re.findall(r"^\.\. auto(?:function|class|module):: (\S+)$", page("reference/python.md"), re.MULTILINE)
)
def test_names_of_the_python_page_exist(name: str) -> None:
    assert pkgutil.resolve_name(name) is not None


@pytest.mark.parametrize("name", exceptions.__all__)
def test_every_error_is_explained(name: str) -> None:
    assert f"`{name}`" in definitions(page("reference/errors.md"))


def test_every_page_is_reached_from_the_index() -> None:
    listed = {
        line
        for block in re.findall(r"```{toctree}.*?\n\n(.*?)```", page("index.md"), re.DOTALL)
        for line in block.split()
    }
    assert listed == {p.relative_to(DOCS).with_suffix("").as_posix() for p in PAGES} - {"index"}


def anchors(path: Path) -> set[str]:
    titles = re.findall(r"^#+ (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).strip().replace(" ", "-") for title in titles}


@pytest.mark.parametrize("file", [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *PAGES], ids=lambda p: p.name)
def test_relative_links_lead_somewhere(file: Path) -> None:
    text = re.sub(r"```.*?```", "", file.read_text(encoding="utf-8"), flags=re.DOTALL)
    for link in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"[a-z]+:", link):
            continue
        target, _, anchor = link.partition("#")
        path = file.parent / target if target else file
        assert path.exists(), link
        assert not anchor or anchor in anchors(path), link


@pytest.mark.parametrize("file", [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *PAGES], ids=lambda p: p.name)
def test_files_that_are_included_exist(file: Path) -> None:
    for name in re.findall(r"```{literalinclude} (\S+)", file.read_text(encoding="utf-8")):
        assert "_build/generated" in name or (file.parent / name).is_file(), name


def shell_lines(file: Path) -> list[str]:
    blocks = re.findall(r"```bash\n(.*?)```", file.read_text(encoding="utf-8"), re.DOTALL)
    return [line for block in blocks for line in block.replace("\\\n", " ").splitlines()]


def test_make_targets_that_are_named_exist() -> None:
    targets = set(re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    targets |= {f"testbed-{path.stem}" for path in (ROOT / "tests" / "testbed").glob("*.py")}
    for file in (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *PAGES):
        for line in shell_lines(file):
            named = re.match(r"make ([\w-]+)", line)
            assert named is None or named[1] in targets, f"{file.name}: {line}"


def test_paths_that_contributing_names_exist() -> None:
    for line in shell_lines(ROOT / "CONTRIBUTING.md"):
        for path in re.findall(r"\b(?:tests|docs|notebooks|labextension)/[\w/.-]+", line):
            assert (ROOT / path).exists() or path.startswith("docs/_build"), line


@pytest.mark.parametrize("file", [ROOT / "README.md", *PAGES], ids=lambda p: p.name)
def test_commands_that_are_shown_exist(file: Path) -> None:
    known = {" ".join(title.split()[: 2 if " ".join(title.split()[:1]) in GROUPS else 1]) for title in COMMANDS}
    text = file.read_text(encoding="utf-8")
    for words in re.findall(r"jupyter pipeline ((?:[a-z]+ ?){1,2})", text):
        first, *rest = words.split()
        if first in GROUPS and rest:
            assert f"{first} {rest[0]}" in known, words
        else:
            assert first in known | GROUPS, words


def magic_lines(file: Path) -> list[str]:
    blocks = re.findall(r"```python\n(.*?)```", file.read_text(encoding="utf-8"), re.DOTALL)
    return [
        line
        for block in blocks
        for line in block.splitlines()
        if re.match(rf"%%?({'|'.join(SUBCOMMANDS)}|deploy)\b", line)
    ]


@pytest.mark.parametrize("line", [line for file in (ROOT / "README.md", *PAGES) for line in magic_lines(file)])
def test_magic_lines_that_are_shown_can_be_typed(line: str) -> None:
    magic, *words = arguments.split(line)
    name = magic.lstrip("%")
    if name == "deploy":
        deploy.deploy_parser(magic).parse_args(words)
    else:
        SUBCOMMANDS[name][words[0]].parser(magic).parse_args(words[1:])


@pytest.mark.parametrize("file", [ROOT / "README.md", *PAGES], ids=lambda p: p.name)
def test_lines_have_at_most_100_columns(file: Path) -> None:
    long = [line for line in file.read_text(encoding="utf-8").splitlines() if len(line) > 100]
    assert long == []


def test_the_folder_table_of_the_design_equals_the_tree() -> None:
    package = ROOT / "jupyter_pipeline"
    rows = re.findall(r"^\| (`[\w/]+`(?:, `[\w/]+`)*) \|", page("explanation/design.md"), re.MULTILINE)
    named = re.findall(r"[\w/]+", " ".join(rows))
    folders = {file.parent.relative_to(package).as_posix() for file in package.rglob("__init__.py")}
    domains = {"clusters", "environments", "compiler", "orchestration"}
    expected = {f for f in folders if "/" not in f and f not in {".", *domains}}
    expected |= {f for f in folders if f.count("/") == 1 and f.split("/")[0] in domains}
    assert sorted(named) == sorted({*expected, "labextension/src"})
    assert (ROOT / "labextension/src").is_dir()
