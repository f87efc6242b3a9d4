from __future__ import annotations

import pytest

from jupyter_pipeline.compiler.analysis.slicer import slice_cells

FILE = "f = open('a.txt', 'w')"
TEMPORARY = "import os, tempfile\nfd, path = tempfile.mkstemp()\nd = tempfile.TemporaryDirectory()"
PATH = "from pathlib import Path\np = Path('a.txt')"
XML = "import xml.etree.ElementTree as ET\ntree = ET.ElementTree(ET.Element('a'))"
ZIP = "import zipfile\nz = zipfile.ZipFile('a.zip', 'w')"
CACHED = "import functools\nn = []\n@functools.cache\ndef f(x):\n    n.append(x)\n    return len(n)"
THREAD = "import os, threading\nt = threading.Thread(target=os.remove, args=('a.txt',))"
CALLBACK = "import glob, os, random\nrandom.seed(1)"
PATCH = "import os, random\nfrom unittest import mock\np = mock.patch('os.getlogin')"
CONFIG = "import configparser\nc = configparser.ConfigParser()"
SQLITE = "import sqlite3\ncon = sqlite3.connect('a.db')"
HEAP = "import heapq, operator\nh = []\nitem = [1]"


@pytest.mark.parametrize(
    ("setup", "statement", "last", "kept"),
    [
        (FILE, "f.close()", "open('a.txt').read()", True),
        (FILE, "print('a', file=f)", "open('a.txt').read()", True),
        (f"{FILE}\nimport csv\nw = csv.writer(f)", "w.writerow([1])", "open('a.txt').read()", True),
        (f"{FILE}\ndef put(h):\n    h.write('1')", "put(f)", "open('a.txt').read()", True),
        ("f = open('a.txt')", "open('b.txt').read()", "f.read()", False),
        (TEMPORARY, "os.write(fd, b'1')", "open(path).read()", True),
        (TEMPORARY, "with open(f'{d.name}/x', 'w') as f:\n    f.write('1')", "os.listdir(d.name)", True),
        (TEMPORARY, "d.cleanup()", "os.path.exists(d.name)", True),
        (PATH, "p.replace('b.txt')", "open('b.txt').read()", True),
        (PATH, "p.chmod(0o600)", "p.stat()", True),
        (PATH, "p.exists()", "p.read_text()", False),
        (PATH, "f = p.open('w')", "p.read_text()", True),
        (PATH, "'a,b'.replace(',', ';')", "open('b.txt').read()", False),
        (PATH, "Path('d').mkdir()", "[q.name for q in Path('d').glob('*')]", True),
        (XML, "tree.write('a.xml')", "ET.parse('a.xml')", True),
        (XML, "tree.getroot().text = 'b'", "ET.tostring(tree.getroot())", True),
        (XML, "tree.find('b')", "ET.tostring(tree.getroot())", False),
        (ZIP, "z.write('b.txt')", "zipfile.ZipFile('a.zip').namelist()", True),
        (ZIP, "z.close()", "zipfile.ZipFile('a.zip').namelist()", True),
        (ZIP, "z.namelist()", "z.close()", False),
        (CACHED, "f(1)", "f(1)", True),
        (CACHED, "f.cache_clear()", "f(1)", True),
        (THREAD, "t.start()", "os.path.exists('a.txt')", True),
        (CALLBACK, "list(map(os.remove, ['a.txt']))", "open('a.txt').read()", True),
        (CALLBACK, "sorted([1], key=lambda x: random.random())", "random.random()", True),
        (CALLBACK, "list(map(random.randint, [1], [2]))", "random.random()", True),
        (PATCH, "p.start()", "os.getlogin()", True),
        (PATCH, "random.random()", "os.getlogin()", False),
        (CONFIG, "c.read('a.ini')", "c['s']", True),
        (CONFIG, "with open('a.ini', 'w') as f:\n    c.write(f)", "open('a.ini').read()", True),
        (CONFIG, "c.sections()", "c['s']", False),
        (SQLITE, "con.cursor().execute('delete from t')", "sqlite3.connect('a.db').execute('select 1')", True),
        (SQLITE, "con.close()", "sqlite3.connect('a.db').execute('select 1')", True),
        (HEAP, "heapq.heappush(h, item)\nitem.append(2)", "h", True),
        (HEAP, "operator.setitem(item, 0, 2)", "item", True),
        ("import csv", "csv.field_size_limit(77)", "csv.field_size_limit()", True),
        ("import csv", "old = csv.field_size_limit(77)", "csv.field_size_limit()", True),
        ("import gc", "x = gc.set_threshold(500)", "gc.get_threshold()", True),
        ("import warnings", "warnings.filterwarnings('error')", "warnings.warn('a')", True),
        ("import warnings", "warnings.catch_warnings().__enter__()", "warnings.warn('a')", True),
        ("import decimal", "decimal.setcontext(decimal.Context(prec=3))", "decimal.Decimal(1) / 3", True),
        ("import hashlib\nh = hashlib.md5()", "h.update(b'a')", "h.hexdigest()", True),
        ("import hashlib\nh = hashlib.md5()", "h.digest()", "h.hexdigest()", False),
        ("import importlib", "importlib.import_module('m').x = 1", "importlib.import_module('m').x", True),
        ("import logging.config", "logging.config.dictConfig({})", "logging.getLogger().level", True),
        ("import os", "os.truncate('a.txt', 1)", "open('a.txt').read()", True),
        ("import os", "os.path.join('a.txt', 'b')", "open('a.txt').read()", False),
        ("import math, statistics", "math.sqrt(2)", "statistics.mean([1])", False),
        ("import shelve", "with shelve.open('a') as d:\n    d['k'] = 1", "open('a.db').read()", True),
        ("import shutil", "shutil.copytree(src='a/b', dst='c')", "open('c/x').read()", True),
        (
            "import urllib.request\nfrom pathlib import Path",
            "Path('a.txt').write_text('1')",
            "urllib.request.urlopen(Path('a.txt').as_uri())",
            True,
        ),
        ("import os", "os.a_new_function(x := [1])", "x", True),
    ],
)
def test_statements_of_the_standard_library(setup: str, statement: str, last: str, kept: bool) -> None:
    assert (1 in slice_cells([setup, statement, last], 2).cells) is kept


def test_a_function_that_runs_for_all_calls_is_noted() -> None:
    notes = slice_cells(["import sys", "sys.settrace(print)", "x = 1"], 2).notes
    assert any("settrace() sets runs for the calls of a slice" in note for note in notes)
