from __future__ import annotations

import importlib
import sysconfig
from pathlib import Path
from types import ModuleType

import pytest

from jupyter_pipeline.environments.capture.local_code import LocalCode, find_local_code, resolve_folder


@pytest.fixture
def modules() -> dict[str, ModuleType]:
    return {}


def load(folder: Path, name: str, modules: dict[str, ModuleType], *, package: bool = False) -> None:
    file = folder / name / "__init__.py" if package else folder / f"{name}.py"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("")
    module = ModuleType(name)
    module.__file__ = str(file)
    if package:
        module.__path__ = [str(file.parent)]
    modules[name] = module


def test_a_module_on_the_path_is_sent_with_its_siblings(tmp_path: Path, modules: dict[str, ModuleType]) -> None:
    load(tmp_path / "src", "package", modules, package=True)
    (tmp_path / "src" / "other.py").write_text("")
    (tmp_path / "src" / "data").mkdir()
    (tmp_path / "src" / "data" / "big.bin").write_text("")
    code = find_local_code(modules, [str(tmp_path / "src")], tmp_path)
    [folder] = code.folders
    assert (folder.source, folder.only, folder.named) == (tmp_path / "src", ("other.py", "package"), False)
    folder.refresh()
    assert sorted(folder.files) == ["other.py", "package/__init__.py"]
    assert code.left_out == {}


def test_an_editable_install_off_the_path_goes_with_its_package_alone(
    tmp_path: Path, modules: dict[str, ModuleType]
) -> None:
    load(tmp_path, "package", modules, package=True)
    (tmp_path / "setup.py").write_text("")
    [folder] = find_local_code(modules, [], tmp_path / "elsewhere").folders
    assert folder.only == ("package",)


def test_modules_beside_the_notebook_go_although_nothing_imported_them(tmp_path: Path) -> None:
    (tmp_path / "helpers.py").write_text("")
    (tmp_path / "not-a-module.py").write_text("")
    [folder] = find_local_code({}, [""], tmp_path).folders
    assert folder.only == ("helpers.py",)


def test_plain_folders_are_sent_once_they_are_imported_or_code_imports_them_by_name(
    tmp_path: Path, modules: dict[str, ModuleType]
) -> None:
    load(tmp_path, "helpers", modules)
    for file in ("plugins/p1.py", "deep/inside/module.py", "package/__init__.py", "data/table.csv", "docs/conf.py"):
        (tmp_path / file).parent.mkdir(parents=True)
        (tmp_path / file).write_text("")

    def names() -> tuple[str, ...]:
        return find_local_code(modules, [""], tmp_path).folders[0].only

    assert names() == ("helpers.py", "package")
    modules["plugins"] = ModuleType("plugins")
    modules["plugins"].__path__ = [str(tmp_path / "plugins")]
    assert names() == ("helpers.py", "package", "plugins")
    del modules["plugins"]
    (tmp_path / "package" / "work.py").write_text("def work():\n    from plugins import p1\n")
    (tmp_path / "plugins" / "p1.py").write_text("import deep.inside.module, data\n")
    assert names() == ("deep", "helpers.py", "package", "plugins")
    modules["__main__"] = ModuleType("__main__")
    modules["__main__"].__dict__["_ih"] = ["", "def load():\n    %time import docs.conf\n    import docs.conf"]
    assert names() == ("deep", "docs", "helpers.py", "package", "plugins")


@pytest.mark.parametrize("call", ["import_module(name)", "__import__(f'{name}.part')", "run_module(names[0])"])
def test_plain_folders_are_listed_if_code_imports_computed_names(
    tmp_path: Path, modules: dict[str, ModuleType], call: str
) -> None:
    load(tmp_path, "helpers", modules)
    for file in ("plugins/p1.py", "data/table.csv", "package/__init__.py", "tools/build.py"):
        (tmp_path / file).parent.mkdir(parents=True)
        (tmp_path / file).write_text("")
    (tmp_path / "package" / "work.py").write_text("import tools.build")
    assert find_local_code(modules, [""], tmp_path).unnamed == ()
    (tmp_path / "package" / "own.py").write_text(f"def load(name):\n    return {call}\n")
    assert find_local_code(modules, [""], tmp_path).unnamed == (), "the names are mostly modules of the package"
    (tmp_path / "helpers.py").write_text(f"def load(name):\n    return {call}\n")
    code = find_local_code(modules, [""], tmp_path)
    assert code.unnamed == (str(tmp_path / "plugins"),)
    assert code.folders[0].only == ("helpers.py", "package", "tools")


def test_a_plain_folder_beside_a_module_of_its_name_is_not_sent(tmp_path: Path, modules: dict[str, ModuleType]) -> None:
    """Such as a clone of the repository of an installed package."""
    (tmp_path / "site" / "clone").mkdir(parents=True)
    (tmp_path / "site" / "clone" / "__init__.py").write_text("")
    (tmp_path / "clone" / "tools").mkdir(parents=True)
    (tmp_path / "clone" / "tools" / "build.py").write_text("")
    load(tmp_path, "helpers", modules)
    (tmp_path / "helpers.py").write_text("def work():\n    import clone\n")
    code = find_local_code(modules, [str(tmp_path), str(tmp_path / "site")], tmp_path)
    assert code.folders[0].only == ("helpers.py",)


def test_a_module_that_raises_at_a_look_is_passed_over(tmp_path: Path, modules: dict[str, ModuleType]) -> None:
    class Lazy(ModuleType):
        def __getattr__(self, name: str) -> object:
            raise ImportError("not installed")

    load(tmp_path, "helpers", modules)
    modules["lazy"] = Lazy("lazy")
    [folder] = find_local_code(modules, [], tmp_path / "elsewhere").folders
    assert folder.only == ("helpers.py",)


def test_installed_packages_and_the_standard_library_stay() -> None:
    names = ("json", "distributed", "pathspec", "jupyter_pipeline")
    modules = {name: importlib.import_module(name) for name in names}
    path = [str(p) for p in (*sysconfig.get_paths().values(), "/nowhere", "")]
    assert find_local_code(modules, path, Path("/")) == LocalCode([])


def test_the_home_is_never_sent_and_that_is_reported(
    tmp_path: Path, modules: dict[str, ModuleType], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    load(tmp_path, "helpers", modules)
    code = find_local_code(modules, [""], tmp_path)
    assert code.folders == []
    assert "your home" in code.left_out[str(tmp_path)]
    assert "helpers.py" in code.left_out[str(tmp_path)]


def test_the_order_is_that_of_the_path(tmp_path: Path, modules: dict[str, ModuleType]) -> None:
    for name in ("b", "a"):
        load(tmp_path / name, f"module_{name}", modules)
    folders = find_local_code(modules, [str(tmp_path / "b"), str(tmp_path / "a")], tmp_path / "nowhere").folders
    assert [f.name for f in folders] == ["b", "a"]


def test_folders_of_one_name_have_keys_of_their_own(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name / "lib").mkdir(parents=True)
    one, two = resolve_folder(tmp_path / "a" / "lib"), resolve_folder(f"{tmp_path}/b/lib/")
    assert one.key != two.key
    assert one.key.endswith("/lib")
