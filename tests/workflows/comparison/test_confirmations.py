from __future__ import annotations

import pytest

from jupyter_pipeline.compiler.frontend.ipython import to_python
from jupyter_pipeline.workflows.comparison.confirmations import (
    find_confirmations,
    remove_confirmations,
    shows_value_of_magic,
)


@pytest.mark.parametrize(
    ("source", "text", "expected"),
    [
        ("%%writefile data/conf.json\n{}", "Writing data/conf.json\n", ""),
        ("%%writefile -a conf.json\n{}", "Appending to conf.json\n", ""),
        ("%%writefile conf.json\n{}", "Writing other.json\n", "Writing other.json\n"),
        ("%cd sub\nprint(1)", "/home/ada/sub\n1\n", "1\n"),
        ("%cd sub\nprint(1)", "/home/ada/other\n1\n", "/home/ada/other\n1\n"),
        ("%cd -q sub\nprint('/home/ada/sub')", "/home/ada/sub\n", "/home/ada/sub\n"),
        ("%cd ..\nprint('/home/ada')", "/home/ada\n/home/ada\n", "/home/ada\n"),
        ("cd sub", "/home/ada/sub\n", ""),
        ("get_ipython().run_line_magic('cd', 'sub')", "/home/ada/sub\n", ""),
        ("for name in ['a', 'b']:\n    %cd {name}", "/home/ada/a\n/home/ada/b\n", ""),
        ("%env MODE=fast\n%set_env LEVEL 3\nprint('env: x')", "env: MODE=fast\nenv: LEVEL=3\nenv: x\n", "env: x\n"),
        ("%pushd sub", "/home/ada/sub\n", ""),
        ("%pushd sub\n%popd", "/home/ada/sub\n/home/ada\npopd -> /home/ada\n", ""),
        ("!rm old.csv", "rm: cannot remove 'old.csv': No such file or directory\n", ""),
        ("text = '''\n%cd sub\n'''", "/home/ada/sub\n", "/home/ada/sub\n"),
    ],
)
def test_only_the_confirmation_of_a_line_is_removed(source: str, text: str, expected: str) -> None:
    confirmations = find_confirmations(source, to_python(source).source)
    assert remove_confirmations(text, confirmations) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [("%pushd sub", True), ("x = 1\n%env HOME", True), ("%time x", False), ("%cd sub\nx", False), ("x", False)],
)
def test_the_value_of_a_magic_is_found(source: str, expected: bool) -> None:
    assert shows_value_of_magic(source, to_python(source).source) == expected
