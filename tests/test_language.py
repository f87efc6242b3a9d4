"""Docstrings, comments, messages, pages and test names are plain technical English; the public API is documented."""

from __future__ import annotations

import ast
import importlib
import inspect
import re
import tokenize
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

import jupyter_pipeline
from jupyter_pipeline.clusters.backends.base import Backend
from jupyter_pipeline.compiler.codegen.base import CodeGenerator

PACKAGE = Path(jupyter_pipeline.__file__).parent

CLAUSE = re.compile(
    r"(What|Whatever|Whether|Whoever|Who|Whom|Whose|Which|Whichever|Where|Wherever|When|How|That|Those"
    r"|(By|From|To|In|Of) (what|which|whom))\b"
)
AFTER_COLON = re.compile(r":\s*(what|who|which|whether|how|where)\b")
CONSTRUCTION = re.compile(
    r"\b(told|tells?|telling|meant|mend(s|ed|ing)?|living|lent|whoever|whatever|nobody|that of|those of|asked for"
    r"|(is|are) to (be|have))\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Docstring:
    file: Path
    line: int
    text: str

    def problem(self) -> str:
        """Return the rule that the docstring breaks, or an empty string."""
        first = self.text.strip().partition("\n")[0]
        if CLAUSE.match(first) or AFTER_COLON.search(first):
            return "opens with a relative clause"
        if match := CONSTRUCTION.search(self.text):
            return f"has {match[0]!r}"
        return ""

    def __str__(self) -> str:
        first = self.text.strip().partition("\n")[0]
        return f"{self.file.relative_to(PACKAGE.parent)}:{self.line}: {self.problem()}: {first[:90]}"


def docstrings(file: Path) -> Iterator[Docstring]:
    """Yield the docstrings of modules, classes, functions and attributes."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        if text := ast.get_docstring(node):
            yield Docstring(file, node.body[0].lineno, text)
        for before, after in zip(node.body, node.body[1:], strict=False):
            match before, after:
                case ast.Assign() | ast.AnnAssign(), ast.Expr(ast.Constant(str() as text)):
                    yield Docstring(file, after.lineno, text)


def test_no_docstring_breaks_the_rules_of_language() -> None:
    files = [file for file in sorted(PACKAGE.rglob("*.py")) if "labextension" not in file.parts]
    found = [docstring for file in files for docstring in docstrings(file)]
    offenders = [docstring for docstring in found if docstring.problem()]
    report = "\n".join(map(str, offenders))
    print(f"{len(offenders)} of {len(found)} docstrings\n{report}")
    assert not offenders, report


@pytest.mark.parametrize(
    ("text", "breaks"),
    [
        ("What is left of a cluster.", True),
        ("Return the value: what the cell shows.", True),
        ("Return a record that is told of errors.", True),
        ("Whether it runs.", True),
        ("Return True if the process runs.", False),
        ("Return the name of a given cluster.", False),
    ],
)
def test_the_rules_find_clauses_and_constructions(text: str, breaks: bool) -> None:
    assert bool(Docstring(PACKAGE, 1, text).problem()) is breaks


ROOT = Path(__file__).parent.parent
MODULES = [file for file in sorted(PACKAGE.rglob("*.py")) if "labextension" not in file.parts]
TESTS = [
    file
    for file in sorted((ROOT / "tests").rglob("*.py"))
    if not {"golden", "corpus"} & set(file.parts) and file != Path(__file__)
]
PROSE = re.compile(
    r"\b(told|tells?|telling|meant|mend(s|ed|ing)?|living|lent|whoever|whatever|that of|those of)\b", re.IGNORECASE
)
TEST_NAME = re.compile(
    r"test_(what|nothing|nobody|who|where|whatever|whoever|whose)_|_(told|tells?|telling|meant|mend|living|lent|whoever"
    r"|whatever)(_|$)"
)


def comments(file: Path) -> Iterator[tuple[int, str]]:
    """Yield the comments of a module, with their lines."""
    with tokenize.open(file) as source:
        for token in tokenize.generate_tokens(source.readline):
            if token.type == tokenize.COMMENT:
                yield token.start[0], token.string


def messages(file: Path) -> Iterator[tuple[int, str]]:
    """Yield the string literals of a module that have a space, and the fixed parts of f-strings, with their lines."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and " " in node.value:
            yield node.lineno, node.value


def translated(file: Path) -> Iterator[tuple[int, str]]:
    """Yield the strings that a TypeScript module translates, with their lines."""
    text = file.read_text(encoding="utf-8")
    for match in re.finditer(r"\b__\(\s*(['\"`])(.*?)(?<!\\)\1", text, re.DOTALL):
        yield text.count("\n", 0, match.start()) + 1, match[2]


def prose(file: Path) -> Iterator[tuple[int, str]]:
    """Yield the lines of a page."""
    yield from enumerate(file.read_text(encoding="utf-8").splitlines(), 1)


PAGES = [ROOT / "README.md", *(p for p in sorted((ROOT / "docs").rglob("*.md")) if "_build" not in p.parts)]
SCRIPTS = sorted((ROOT / "labextension" / "src").rglob("*.ts*"))
# The strings of library models are names of functions.
WITH_MESSAGES = [f for f in MODULES if f.parent.name != "library_models" or f.stem in ("model", "notation", "registry")]


@pytest.mark.parametrize(
    ("read", "files"),
    [(comments, MODULES), (messages, WITH_MESSAGES), (comments, TESTS), (translated, SCRIPTS), (prose, PAGES)],
    ids=["comments", "messages", "comments of tests", "panel", "pages"],
)
def test_other_texts_have_no_banned_words(read: Callable[[Path], Iterator[tuple[int, str]]], files: list[Path]) -> None:
    assert files
    found = [
        f"{file.relative_to(ROOT)}:{line}: has {match[0]!r}"
        for file in files
        for line, text in read(file)
        if (match := PROSE.search(text))
    ]
    assert not found, "\n".join(found)


def test_docstrings_and_names_of_tests_follow_the_rules() -> None:
    found = []
    for file in TESTS:
        found += [
            f"{file.relative_to(ROOT)}:{text.line}: has {match[0]!r}"
            for text in docstrings(file)
            if (match := PROSE.search(text.text))
        ]
        found += [
            f"{file.relative_to(ROOT)}:{node.lineno}: is named {node.name}"
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and TEST_NAME.search(node.name)
        ]
    assert not found, "\n".join(found)


def public_functions() -> Iterator[tuple[str, object]]:
    """Yield the functions of the stable API: top level, `runtime`, and the interfaces that other packages implement."""
    for module in (jupyter_pipeline, importlib.import_module("jupyter_pipeline.runtime")):
        for name in module.__all__:
            value = getattr(module, name)
            if inspect.isfunction(value):
                yield f"{module.__name__}.{name}", value
    for interface in (Backend, CodeGenerator):
        for name, value in vars(interface).items():
            if not name.startswith("_") and inspect.isfunction(value):
                yield f"{interface.__name__}.{name}", value


PUBLIC = dict(public_functions())


def sections(function: object) -> set[str]:
    return set(re.findall(r"^(\w+)\n-{3,}$", inspect.getdoc(function) or "", re.MULTILINE))


@pytest.mark.parametrize("name", [n for n in PUBLIC if n.startswith("jupyter_pipeline.")])
def test_a_public_function_documents_its_parameters(name: str) -> None:
    function = PUBLIC[name]
    parameters = inspect.signature(function).parameters  # type: ignore[arg-type]
    assert not parameters or "Parameters" in sections(function)


@pytest.mark.parametrize("name", PUBLIC)
def test_a_documented_parameter_exists(name: str) -> None:
    from numpydoc.docscrape import FunctionDoc

    function = PUBLIC[name]
    documented = {
        part.strip().lstrip("*") for entry in FunctionDoc(function)["Parameters"] for part in entry.name.split(",")
    }
    assert documented <= set(inspect.signature(function).parameters)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", PUBLIC)
def test_a_public_function_says_what_it_returns(name: str) -> None:
    function = PUBLIC[name]
    returns = inspect.signature(function).return_annotation  # type: ignore[arg-type]
    summary = (inspect.getdoc(function) or "").partition("\n\n")[0]
    described = {"Returns", "Yields"} & sections(function) or re.search(r"(?i)\b(return|yield|start|attach)", summary)
    assert returns in (None, "None") or described
