"""Decide which files of a folder are sent.

Ignored files and files that look like secrets are not sent. ``.gitignore`` files are read in the folder and in its
subfolders, ``.dockerignore`` only in the folder. Ignore files above the folder are not read. Patterns that the user
includes take precedence over all others.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from pathlib import Path

import pathspec

__all__ = ["IGNORE_FILES", "IgnoreRules", "has_private_key"]

IGNORE_FILES = (".gitignore", ".dockerignore")

_DEFAULT = [
    ".git/",
    ".hg/",
    ".svn/",
    "__pycache__/",
    "*.pyc",
    "*.pyo",
    ".ipynb_checkpoints/",
    ".mypy_cache/",
    ".pytest_cache/",
    ".ruff_cache/",
    ".tox/",
    ".nox/",
    ".venv/",
    "node_modules/",
    "dask-scratch-space/",
    "dask-worker-space/",
    ".DS_Store",
]

_SECRET = [
    ".env",
    ".env.*",
    "!.env.example",
    "!.env.sample",
    "!.env.template",
    ".netrc",
    "_netrc",
    ".pypirc",
    ".pgpass",
    ".npmrc",
    ".htpasswd",
    ".git-credentials",
    ".dockercfg",
    ".aws/",
    ".ssh/",
    ".gnupg/",
    ".kube/",
    "id_rsa",
    "id_dsa",
    "id_ecdsa",
    "id_ed25519",
    "*.p12",
    "*.pfx",
    "*.jks",
    "*.kdbx",
    "*.ppk",
    "credentials.json",
    "client_secret*.json",
    "service-account*.json",
    "secrets.toml",
    "secrets.yaml",
    "secrets.yml",
    "secrets.json",
]


class IgnoreRules:
    """Rules that classify the paths of one folder.

    Parameters
    ----------
    include : sequence of str
        Patterns of files that are always sent, in the syntax of ``.gitignore``.
    exclude : sequence of str
        Patterns of files that are not sent, in addition to the ignore files.
    """

    def __init__(self, include: Sequence[str] = (), exclude: Sequence[str] = ()) -> None:
        self._include = _spec(*include)
        self._secret = _spec(*_SECRET)
        self._exclude = _spec(*exclude)
        self._default = _spec(*_DEFAULT)
        self._below: dict[str, pathspec.GitIgnoreSpec] = {}
        self._open: set[str] = set()

    def read(self, folder: str, files: Sequence[Path]) -> None:
        """Read the ignore files of a folder, replacing the rules that were read from it before.

        Parameters
        ----------
        folder : str
            Folder relative to the root: ``""`` or ``"a/b/"``.
        files : sequence of Path
            Ignore files; later ones take precedence.

        Raises
        ------
        OSError
            A file cannot be read.
        """
        lines: list[str] = []
        for file in files:
            text = file.read_text(encoding="utf-8", errors="replace").splitlines()
            lines += [_from_docker(line) for line in text] if file.name == ".dockerignore" else text
        self._below.pop(folder, None)
        if lines:
            self._below[folder] = pathspec.GitIgnoreSpec.from_lines(lines)

    def open_folder(self, folder: str) -> None:
        """Disregard the ignore files above `folder` for the files in it. Its path ends with a slash."""
        self._open.add(folder)

    def close_folders(self) -> None:
        """Regard all ignore files again."""
        self._open.clear()

    def includes(self, path: str) -> bool:
        """Return True if the user included `path`."""
        return self._include.match_file(path)

    def classify(self, path: str) -> str:
        """Return the verdict on `path`. Paths of folders end with a slash.

        Returns
        -------
        str
            ``send``, ``secret``, ``excluded`` (by the user), ``ignored`` (by an ignore file) or ``cache`` (a cache).
        """
        if self.includes(path):
            return "send"
        if self._secret.match_file(path):
            return "secret"
        folder = path.rstrip("/")
        while True:
            folder = folder.rpartition("/")[0]
            spec = self._below.get(f"{folder}/" if folder else "")
            if spec is not None:
                ignored = spec.check_file(path[len(folder) + 1 :] if folder else path).include
                if ignored is not None:
                    return "ignored" if ignored else "send"
            if not folder or f"{folder}/" in self._open:
                if self._exclude.match_file(path):
                    return "excluded"
                return "cache" if self._default.match_file(path) else "send"


@functools.lru_cache(maxsize=64)  # compiling the default patterns takes as long as a scan of 200 files
def _spec(*lines: str) -> pathspec.GitIgnoreSpec:
    return pathspec.GitIgnoreSpec.from_lines(lines)


def has_private_key(content: bytes) -> bool:
    """Return True if `content` is a PEM file with a private key."""
    return content.lstrip()[:11] == b"-----BEGIN " and b"PRIVATE KEY-----" in content[:8192]


def _from_docker(line: str) -> str:
    """Convert a pattern of ``.dockerignore``, which is relative to the root, to one of ``.gitignore``."""
    text = line.strip()
    if not text or text.startswith("#"):
        return ""
    negated = text.startswith("!")
    text = text.removeprefix("!").removeprefix("./").lstrip("/")
    return ("!" if negated else "") + (text if text.startswith("**") else f"/{text}")
