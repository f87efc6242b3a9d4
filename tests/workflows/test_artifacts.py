from __future__ import annotations

from jupyter_pipeline.workflows.artifacts import note_local_packages


def test_packages_of_this_host_are_noted() -> None:
    lock = (
        "# Python 3.11.7, linux-x86_64\nnumpy==2.0\n-e file:///home/me/tools  # my-tools==1.0\n"
        "other @ file:///home/me/other-1.0-py3-none-any.whl\nthird @ git+https://example.org/third@abc\n"
    )
    editable, wheel = note_local_packages(lock)
    assert editable.startswith(
        "requirements.lock installs my-tools from file:///home/me/tools. A clone on another host"
    )
    assert "installs other from" in wheel
    assert note_local_packages("") == []
