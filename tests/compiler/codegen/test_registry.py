"""Targets of code generation, built-in and of other packages."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from jupyter_pipeline.compiler import Cell, CompileOptions, compile_cells
from jupyter_pipeline.compiler.codegen import registry
from jupyter_pipeline.compiler.codegen.base import CodeGenerator
from jupyter_pipeline.exceptions import ConfigurationError, NotFoundError, UsageError

MODULE = '''
from jupyter_pipeline.compiler.codegen.base import CodeGenerator


class ScriptGenerator(CodeGenerator):
    """Generate a plain script."""

    name = "script"

    def entrypoint(self, graph, options):
        return "main.py:main"

    def render(self, graph, options):
        calls = "".join(f"    steps.{step.name}()\\n" for step in graph.steps)
        return {"main.py": f"import steps\\n\\n\\ndef main():\\n{calls}"}
'''
CELLS = [Cell(index=0, source="values = [1]\nvalues")]


@pytest.fixture
def third_party(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Install a package that registers one target that works and one that does not."""
    (tmp_path / "script_generator.py").write_text(MODULE)
    info = tmp_path / "script_generator-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: script-generator\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(
        f"[{registry.GROUP}]\nscript = script_generator:ScriptGenerator\nbroken = script_generator:Missing\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    importlib.invalidate_caches()
    registry._installed.cache_clear()
    yield
    registry._installed.cache_clear()


@pytest.mark.parametrize("name", registry.list_code_generators())
def test_each_registered_target_has_the_name_of_its_choice(name: str) -> None:
    generator = registry.get_code_generator(name)
    assert isinstance(generator, CodeGenerator)
    assert generator.name == name


def test_prefect_is_the_default_and_the_only_deployable_target() -> None:
    assert registry.list_code_generators()[0] == CompileOptions(name="p").to == "prefect"
    assert [n for n in registry.list_code_generators() if registry.get_code_generator(n).deployable] == ["prefect"]


@pytest.mark.usefixtures("third_party")
def test_a_package_adds_a_target_by_an_entry_point() -> None:
    assert registry.list_code_generators() == ("prefect", "dagster", "broken", "script")
    compilation = compile_cells(CELLS, 0, CompileOptions(name="p", to="script"))
    assert compilation.entrypoint == "main.py:main"
    assert compilation.files["main.py"] == "import steps\n\n\ndef main():\n    steps.compute_values()\n"
    assert "steps.py" in compilation.files


@pytest.mark.usefixtures("third_party")
def test_a_target_that_cannot_be_loaded_is_named_with_its_package() -> None:
    with pytest.raises(ConfigurationError, match=r"broken: it cannot be loaded .* uninstall script-generator"):
        compile_cells(CELLS, 0, CompileOptions(name="p", to="broken"))


@pytest.mark.usefixtures("third_party")
def test_a_target_without_time_windows_refuses_them() -> None:
    with pytest.raises(UsageError, match="leave out --to script"):
        compile_cells(CELLS, 0, CompileOptions(name="p", to="script", windows={"day": "start"}))


def test_an_unknown_target_is_refused_with_the_known_ones() -> None:
    with pytest.raises(NotFoundError, match="Did you mean dagster"):
        compile_cells(CELLS, 0, CompileOptions(name="p", to="dagter"))
