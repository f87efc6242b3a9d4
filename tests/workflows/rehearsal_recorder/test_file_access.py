from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from jupyter_pipeline.workflows import rehearsal_recorder

SCRIPT = """
import json, os, sys, tempfile
sys.path.insert(0, sys.argv[1])
from rehearsal_recorder.file_access import FileAccess
access = FileAccess(sys.argv[2], lambda: 3)
access.start()
{body}
access.stop()
print(json.dumps([sorted(map(os.path.basename, access.reads)), sorted(map(os.path.basename, access.writes))]))
"""


def record(body: str, folder: Path) -> str:
    """Return the names of the files that a script reads and writes; an audit hook stays in its process."""
    home = folder / "home"
    work = home / ".hidden" / "work"
    for each in (work, home / ".cache", home / "scikit_learn_data", folder / "code"):
        each.mkdir(parents=True)
        (each / "data.csv").write_text("1")
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT.format(body=body), str(Path(rehearsal_recorder.__file__).parents[1]), "code"],
        cwd=work,
        env={"HOME": str(home), "TMPDIR": str(folder)},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("open('data.csv').read()", '[["data.csv"], []]'),
        ("os.open('data.csv', os.O_RDONLY)", '[["data.csv"], []]'),
        ("open('new.txt', 'w').close(); open('new.txt').read()", '[[], ["new.txt"]]'),
        ("import sqlite3; sqlite3.connect('data.csv')", '[["data.csv"], []]'),
        ("open(os.path.expanduser('~/.cache/data.csv'))", "[[], []]"),
        ("open(os.path.expanduser('~/scikit_learn_data/data.csv'))", "[[], []]"),
        ("open('/etc/passwd'); open('/proc/self/stat'); open(os.__file__)", "[[], []]"),
        ("import decimal, xml.dom.minidom, zoneinfo; zoneinfo.ZoneInfo('Europe/Berlin')", "[[], []]"),
        ("file = tempfile.NamedTemporaryFile(); file.write(b'1'); open(file.name).read()", "[[], []]"),
        ("open('missing.csv') if os.path.exists('missing.csv') else None", "[[], []]"),
    ],
)
def test_only_data_of_the_notebook_is_recorded(tmp_path: Path, body: str, expected: str) -> None:
    assert record(body, tmp_path) == expected
