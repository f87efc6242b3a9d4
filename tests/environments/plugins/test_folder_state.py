"""Updates of one folder from several kernels."""

from __future__ import annotations

from typing import Any

import pytest

from jupyter_pipeline.environments.plugins.folder_state import (
    FolderState,
    apply_change,
    compute_change,
    is_current,
    needs_full_listing,
)

_HELPER, _PACKAGE, _DATA, _LOOSE = "helper.py", "package/__init__.py", "table.csv", "loose/module.py"
_ALL = {path: ["f", path, 1] for path in (_HELPER, _PACKAGE, _DATA, _LOOSE)}


def update(*paths: str, only: tuple[str, ...] = (), beside: bool = False, **more: Any) -> dict[str, Any]:
    """Return the update of a kernel that sees `paths`."""
    files = {path: _ALL[path] for path in paths}
    about = {"digest": repr(files), "paths": ["key"], "names": [], "only": only, "beside": beside}
    return {**about, "base": "", "put": {}, "delete": [], "files": files, **more}


def known(*paths: str) -> FolderState:
    """Return a folder that has `paths`, update by a kernel that sees all of it."""
    first = update(*paths)
    return apply_change(None, first, compute_change(None, first))


@pytest.mark.parametrize(
    ("kernel", "gone"),
    [
        (update(_PACKAGE), {_HELPER, _DATA, _LOOSE}),
        (update(_PACKAGE, only=("package",)), set()),
        (update(only=("package",)), {_PACKAGE}),
        (update(_PACKAGE, only=("package",), beside=True), {_HELPER}),
        (update(_LOOSE, only=("loose",), beside=True), {_HELPER, _PACKAGE}),
        (update(only=("package",), delete=[_DATA, "unknown"]), {_PACKAGE, _DATA}),
    ],
    ids=["whole", "one package", "deleted package", "modules beside", "deleted modules", "deleted since it was sent"],
)
def test_a_kernel_deletes_what_it_would_see(kernel: dict[str, Any], gone: set[str]) -> None:
    before = known(*_ALL)
    change = compute_change(before, kernel)
    assert change == {"put": {}, "delete": sorted(gone)}
    assert apply_change(before, kernel, change)["files"].keys() == _ALL.keys() - gone


def test_the_same_content_is_current_for_two_kernels() -> None:
    folder = known(*_ALL)
    part = update(_PACKAGE, only=("package",))
    folder = apply_change(folder, part, compute_change(folder, part))
    assert is_current(folder, part)
    assert is_current(folder, update(*_ALL))


def test_a_change_of_one_kernel_makes_the_other_send_its_full_state() -> None:
    folder = known(_HELPER, _PACKAGE)
    part = update(only=("package",))
    folder = apply_change(folder, part, compute_change(folder, part))
    other = update(_HELPER, _PACKAGE)
    edit = {key: value for key, value in other.items() if key != "files"} | {"base": other["digest"]}
    assert not is_current(folder, other)
    assert needs_full_listing(folder, edit)
    assert not needs_full_listing(folder, other)


def test_the_search_path_has_what_every_kernel_needs_and_names_go_with_their_files() -> None:
    folder = known(_HELPER, _PACKAGE) | {"names": ["helper", "package"]}
    part = update(only=("package",), paths=["above"], names=["folder"])
    folder = apply_change(folder, part, compute_change(folder, part))
    assert folder["paths"] == ["above", "key"]
    assert folder["names"] == ["folder", "helper"]
