from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from jupyter_pipeline.workflows import rehearsal_recorder
from jupyter_pipeline.workflows.rehearsal_recorder import Backup

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


@pytest.mark.parametrize(
    "body",
    [
        "open('data.csv', 'w').write('2')",
        "open('data.csv', 'a').write('2')",
        "os.remove('data.csv')",
        "open('new', 'w').close(); os.replace('new', 'data.csv')",
        "os.truncate('data.csv', 0)",
        "import shutil; os.mkdir('d'); os.rename('data.csv', 'd/data.csv'); shutil.rmtree('d')",
        "import sqlite3; c = sqlite3.connect('new'); c.execute('create table t(x)'); os.replace('new', 'data.csv')",
    ],
)
def test_a_file_is_copied_before_each_kind_of_change(tmp_path: Path, body: str) -> None:
    script = SCRIPT.replace("lambda: 3)", "lambda: 3, backup)").replace(
        "access = ",
        "from rehearsal_recorder.backup import Backup\nbackup = Backup(__import__('pathlib').Path(sys.argv[3]))\n"
        "backup.open()\naccess = ",
    )
    file = tmp_path / "work" / "data.csv"
    file.parent.mkdir()
    file.write_text("before")
    package = str(Path(rehearsal_recorder.__file__).parents[1])
    command = [sys.executable, "-c", script.format(body=body), package, "code", str(tmp_path / "b")]
    subprocess.run(command, cwd=file.parent, check=True, env={"TMPDIR": str(tmp_path / "tmp")})
    assert not file.exists() or file.read_bytes() != b"before"
    Backup(tmp_path / "b").restore()
    assert file.read_text() == "before"
