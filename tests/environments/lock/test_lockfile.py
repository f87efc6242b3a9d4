from __future__ import annotations

from jupyter_pipeline.environments.lock.lockfile import parse_lock
from jupyter_pipeline.environments.lock.pinning import lock_environment
from jupyter_pipeline.models import Distribution, Environment

ENVIRONMENT = Environment(
    python="3.11.7",
    platform="linux-x86_64",
    prefix="/p",
    distributions=(
        Distribution(name="archive", version="1", source="url", url="https://h/archive-1.tar.gz#sha256=ab"),
        Distribution(name="edited", version="1", source="editable", url="file:///src/edited"),
        Distribution(name="fast", version="3.1", source="conda"),
        Distribution(name="numpy", version="2.1.0", extras=("a", "b")),
        Distribution(name="private", version="1", source="vcs", url="git+https://${TOKEN}@h/private@abc"),
    ),
)


def test_every_source_has_its_line() -> None:
    assert lock_environment(ENVIRONMENT).splitlines() == [
        "# Python 3.11.7, linux-x86_64",
        "archive @ https://h/archive-1.tar.gz#sha256=ab  # archive==1",
        "-e file:///src/edited  # edited==1",
        "fast==3.1",
        "numpy[a,b]==2.1.0",
        "private @ git+https://${TOKEN}@h/private@abc  # private==1",
    ]


def test_a_lock_is_read_as_it_was_written() -> None:
    read = parse_lock(lock_environment(ENVIRONMENT))
    index = Distribution(name="fast", version="3.1")  # a lock does not list conda packages
    assert read.distributions == tuple(index if d.name == "fast" else d for d in ENVIRONMENT.distributions)
    assert (read.python, read.platform, read.others) == ("3.11.7", "linux-x86_64", ())


def test_a_lock_of_another_tool_is_read_as_far_as_it_pins() -> None:
    read = parse_lock("""
--index-url https://h/simple
numpy==2.1.0 \\
    --hash=sha256:ab \\
    --hash=sha256:cd
    # via pandas
Some_Thing [extra] == 1.0 ; python_version >= "3.0"
never==1.0 ; python_version < "3.0"
loose>=2
""")
    assert [(d.name, d.version) for d in read.distributions] == [("numpy", "2.1.0"), ("some-thing", "1.0")]
    assert read.hashes == {"numpy": ("sha256:ab", "sha256:cd")}
    assert read.others == ("--index-url https://h/simple", "loose>=2")
