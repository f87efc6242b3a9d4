"""Pass package indexes and credentials to installers, and pip's settings to uv.

Every user of a host can read the arguments of a process. So URLs are written into the requirements file, in which both
installers expand ``${NAME}``. Credentials for Git are passed in its environment.
"""

from __future__ import annotations

import base64
import configparser
import os
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from urllib.parse import unquote

_ADDRESSES = ("-i", "--index-url", "--extra-index-url", "-f", "--find-links", "--pypi-url")
_REFERENCE = re.compile(r"\$\{([A-Z0-9_]+)\}")  # as both installers expand it
_PRIVATE_GIT = re.compile(r"git\+(?P<scheme>https?)://(?P<user>[^/\s@]+)@(?P<host>[^/\s]+)")
_CREDENTIALS = re.compile(r"(?<=://)[^/\s@]+@")


def split_options(options: Sequence[str]) -> tuple[list[str], list[str]]:
    """Split options into arguments for the command and lines for the requirements file, which have all URLs."""
    command: list[str] = []
    lines: list[str] = []
    rest = iter(options)
    for option in rest:
        name, equals, value = option.partition("=")
        if name in _ADDRESSES:
            lines.append(f"{name} {value if equals else next(rest, '')}".strip())
        elif option.startswith(tuple(f"{a} " for a in _ADDRESSES)):
            lines.append(option)
        else:
            command.append(option)
    return command, lines


def missing_variables(lines: Iterable[str], environ: Mapping[str, str]) -> list[str]:
    """Return the names of variables in `lines` that are not set."""
    return sorted({name for line in lines for name in _REFERENCE.findall(line) if name not in environ})


def git_settings(lines: Iterable[str], environ: Mapping[str, str]) -> tuple[list[str], dict[str, str]]:
    """Return `lines` without credentials in Git URLs, and the variables that pass them to Git.

    Installers pass URLs to Git as arguments. An HTTP header in Git's environment is not visible to other users.
    """
    kept, headers = [], {}
    for line in lines:
        match = _PRIVATE_GIT.search(line)
        if match:
            user = _REFERENCE.sub(lambda m: environ.get(m[1], ""), match["user"])
            name, _, password = map(unquote, user.partition(":"))
            token = base64.b64encode(f"{name}:{password}".encode()).decode()
            headers[f"http.{match['scheme']}://{match['host']}/.extraHeader"] = f"Authorization: Basic {token}"
            line = line.replace(f"{match['user']}@", "", 1)
        kept.append(line)
    first = int(environ.get("GIT_CONFIG_COUNT", "0") or 0)
    variables = {"GIT_TERMINAL_PROMPT": "0"}
    for number, (key, value) in enumerate(headers.items(), first):
        variables |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
    return kept, variables | ({"GIT_CONFIG_COUNT": str(first + len(headers))} if headers else {})


def redact_credentials(text: str) -> str:
    """Return `text` with the credentials in its URLs replaced by asterisks."""
    return _CREDENTIALS.sub("****@", text)


def uv_settings(environ: Mapping[str, str], prefix: str = sys.prefix, system: Path = Path("/etc")) -> dict[str, str]:
    """Return variables that make uv use pip's indexes; empty if uv has a configuration.

    Parameters
    ----------
    environ : mapping
        Environment variables of the process.
    prefix : str
        Prefix whose ``pip.conf`` is read.
    system : Path
        Folder of the system-wide settings.
    """
    home = Path(environ.get("HOME", "~")).expanduser()
    settings = Path(environ.get("XDG_CONFIG_HOME") or home / ".config")
    own = [settings / "uv" / "uv.toml", system / "uv/uv.toml", Path(environ.get("UV_CONFIG_FILE") or "/dev/null/-")]
    named = ("UV_INDEX", "UV_DEFAULT_INDEX", "UV_INDEX_URL", "UV_EXTRA_INDEX_URL", "UV_FIND_LINKS")
    if any(environ.get(name) for name in named) or any(file.exists() for file in own):
        return {}
    pip = _pip_settings(environ, [system / "pip.conf", home / ".pip/pip.conf", settings / "pip/pip.conf"], prefix)
    found = {
        "UV_DEFAULT_INDEX": pip.get("index-url", ""),
        "UV_INDEX": " ".join(pip.get("extra-index-url", "").split()),
        "UV_FIND_LINKS": ",".join(pip.get("find-links", "").split()),
        "UV_INSECURE_HOST": " ".join(pip.get("trusted-host", "").split()),
        "UV_KEYRING_PROVIDER": pip.get("keyring-provider", "").replace("import", "subprocess"),
        "SSL_CERT_FILE": environ.get("SSL_CERT_FILE", pip.get("cert", "")),
    }
    if found["UV_INDEX"]:
        found["UV_INDEX_STRATEGY"] = "unsafe-best-match"  # as pip, which searches all of its indexes
    return {name: value for name, value in found.items() if value}


def _pip_settings(environ: Mapping[str, str], files: Sequence[Path], prefix: str) -> dict[str, str]:
    """Return the settings of ``pip install``; see https://pip.pypa.io/en/stable/topics/configuration/."""
    read = configparser.RawConfigParser()
    chosen = environ.get("PIP_CONFIG_FILE", "")
    if chosen != os.devnull:
        try:
            read.read([*files, Path(prefix) / "pip.conf", *([chosen] if chosen else [])])
        except (configparser.Error, UnicodeDecodeError):
            return {}
    found: dict[str, str] = {}
    for section in ("global", "install"):
        if read.has_section(section):
            found |= {key.replace("_", "-"): value for key, value in read.items(section)}
    return found | {
        name[4:].lower().replace("_", "-"): value for name, value in environ.items() if name.startswith("PIP_")
    }
