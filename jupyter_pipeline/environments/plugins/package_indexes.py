"""Where an install gets its packages from: addresses with references to credentials, and pip's settings for uv.

Arguments of a process can be read by every user of its host. So addresses go into the requirements file, which both
installers read with ``${NAME}`` expanded, and what Git needs goes into its environment.
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


def split(options: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return the options for the command, and the lines of a requirements file for those that name addresses."""
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


def missing(lines: Iterable[str], environ: Mapping[str, str]) -> list[str]:
    """Return the names of the variables that `lines` refer to and that are not set."""
    return sorted({name for line in lines for name in _REFERENCE.findall(line) if name not in environ})


def for_git(lines: Iterable[str], environ: Mapping[str, str]) -> tuple[list[str], dict[str, str]]:
    """Return `lines` with no credentials in the addresses of Git, and the variables by which Git gets them.

    Installers give Git the address as an argument; a header from its environment is seen by nobody.
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


def redacted(text: str) -> str:
    """Return `text` with nothing of the credentials in its addresses."""
    return _CREDENTIALS.sub("****@", text)


def for_uv(environ: Mapping[str, str], prefix: str = sys.prefix, system: Path = Path("/etc")) -> dict[str, str]:
    """Return the variables that let uv use the indexes which pip is configured for, where uv is not configured itself.

    Parameters
    ----------
    environ : mapping
        Of the process.
    prefix : str
        Whose ``pip.conf`` counts, too.
    system : Path
        Folder of the settings for all users.
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
        found["UV_INDEX_STRATEGY"] = "unsafe-best-match"  # pip looks in all of its indexes, too
    return {name: value for name, value in found.items() if value}


def _pip_settings(environ: Mapping[str, str], files: Sequence[Path], prefix: str) -> dict[str, str]:
    """Return what applies to ``pip install``; see https://pip.pypa.io/en/stable/topics/configuration/."""
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
