"""Find secrets in names, values and lines of code: the one detector of the package.

A value is a secret in three cases:

- Its name is a secret's name, such as ``DB_PASSWORD``, and it is not a reference.
- It contains a password: in an address, or in an assignment such as ``password=…``.
- It has the format of a key or token that ``detect-secrets`` knows.

``detect-secrets`` also reports names and high entropy. Its names are used for code alone, since ``secret_name: db`` is
a valid setting. Its entropy is not used: checksums have high entropy, too.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from jupyter_pipeline import safe_yaml
from jupyter_pipeline.exceptions import ConfigurationError, MissingDependencyError

__all__ = [
    "MASK",
    "SECRET_KEY",
    "Secret",
    "detect_in_lines",
    "find_secrets",
    "has_secret",
    "is_private_name",
    "list_private_values",
    "mask_secrets",
    "mask_values",
    "read_settings",
]

SECRET_KEY = re.compile(
    r"""(?ix)
    (?: password | passwd | passphrase )$
  | (?: ^ | [_.-] )(?: pass | pwd )$ (?<! ^pwd )
  | (?: ^ | [_.-] )(?: secret | token | credentials? | auth_?string | auth_?token )$
  | (?: ^ | [_.-] )(?: api | access | account | private | secret | encryption | signing )_?key$
    """
)
"""Names whose value must be a reference."""
_PRIVATE = re.compile(
    r"(?i)secret|token(?!i[sz])|passw|pwd|credential|auth(?!or(?!i[sz]))|private|(?:api|access|account)_?key|_key$"
)
"""Names whose value may be private: it is left out where it is not needed."""
_REFERENCE = re.compile(r"\$(\w+|\{\w+\})|\{\{\s*(prefect\.blocks\.[\w.-]+|prefect\.variables\.[\w.-]+|\$\w+)\s*\}\}")
_ASSIGNMENT = re.compile(
    r"(?i)(?<![a-z0-9])(\w*(?:password|passwd|passphrase|secret|token|api_?key|access_?key|account_?key)"
    r"|pwd|pass|sig)=(?!\s*[\"']?(?:\$|\{\{))[\"']?[^\s\"';&]+"
)
_URL_WITH_PASSWORD = re.compile(r"(?i)\b[a-z][a-z0-9+.-]*://[^\s/:@?#]*:(?!\$|\{\{)[^\s/@]+@")
_URL_WITH_TOKEN = re.compile(r"(?i)\b(?:[a-z]+\+)?https?://(?!\$|\{\{)[^\s/:@?#]{16,}@")
_LIKE_TOKEN = re.compile(r"-----BEGIN|hooks\.slack|(?=[\w+/=:.-]*\d)(?=[\w+/=:.-]*[A-Za-z])[\w+/=:.-]{16,}|eyJ")
"""Values that are scanned for formats of tokens."""
MASK = "********"
"""Text in place of a secret."""
_MASKED_URL = re.compile(r"(?i)(\b[a-z][a-z0-9+.-]{0,30}://[^\s/:@?#]{0,256}:)[^\s/@]{1,512}(?=@)")
_MASKED_ASSIGNMENT = re.compile(
    r"(?i)(?<![a-z0-9])(\w{0,40}(?:password|passwd|passphrase|secret|token|api_?key|access_?key|account_?key)"
    r"[\"']?\s{0,4}[=:]\s{0,4}[\"']?)(?=[^\s\"',;&*]{4})[^\s\"',;&]{1,4096}"
)
_MASKED_TOKEN = re.compile(
    r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b|\bgh[pousr]_\w{36}|\bxox[abposr]-[\w-]{10,200}|\bsk_live_\w{24,100}"
    r"|\bglpat-[\w-]{20}|\beyJ[\w-]{10,2000}\.eyJ[\w-]{10,4000}\.[\w-]{10,1000}"
    r"|hooks\.slack\.com/services/[\w/]{20,100}|-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----[^-]{0,8192}"
)
"""Formats of tokens that `detect-secrets` knows, too, in one expression, since each line of a log is searched."""
_HINTS = ("://", "AKIA", "ASIA", "gh", "xox", "sk_live", "glpat", "eyJ", "hooks.slack", "BEGIN")
_NO_SECRET = ("PWD", "OLDPWD", "SSH_AUTH_SOCK", "XAUTHORITY")
_SHORTEST = 6
"""Characters of the shortest value of a variable that is masked: shorter ones are parts of words."""
_ENTROPY = ("HexHighEntropyString", "Base64HighEntropyString")
_NAMES = ("KeywordDetector",)


class Secret(NamedTuple):
    """Place and kind of a secret; never its value."""

    path: str
    """Dotted path of the key."""
    name: str
    """Last key of the path."""
    reason: str
    """Predicate for an error message."""
    in_address: bool
    """True if the secret is a part of an address."""


def find_secrets(values: Any, path: str = "", name: str = "") -> Iterator[Secret]:
    """Yield the secrets in plain values.

    Parameters
    ----------
    values : mapping, list or a plain value
        Content of a file, or settings.
    path : str, optional
        Dotted path of `values`.
    name : str, optional
        Last key of `path`.
    """
    if isinstance(values, Mapping):
        for key, value in values.items():
            yield from find_secrets(value, f"{path}.{key}" if path else str(key), str(key))
    elif isinstance(values, list | tuple):
        for i, value in enumerate(values):
            yield from find_secrets(value, f"{path}[{i}]")
    elif found := _find_reason(name, values):
        yield Secret(path, name, *found)


def has_secret(name: str, value: Any) -> bool:
    """Return True if the value of a setting contains a secret."""
    return any(find_secrets(value, name, name))


def is_private_name(name: str) -> bool:
    """Return True if a variable with this name may have a private value."""
    return bool(_PRIVATE.search(name))


def list_private_values(variables: Mapping[str, str]) -> tuple[str, ...]:
    """Return the values of environment variables with private names, the longest first.

    Parameters
    ----------
    variables : mapping
        Environment variables. The password in an address counts as a value of its own.
    """
    found = set()
    for name, value in variables.items():
        if name not in _NO_SECRET and (SECRET_KEY.search(name) or is_private_name(name)):
            found |= {value, *(line.strip() for line in value.splitlines() if len(line.strip()) > 2 * _SHORTEST)}
        found |= {match[1] for match in re.finditer(r"://[^\s/:@?#]{0,256}:([^\s/@]{1,512})@", value[:4096])}
    return tuple(sorted((value for value in found if len(value) >= _SHORTEST), key=len, reverse=True))


def mask_secrets(text: str, values: Sequence[str] = ()) -> str:
    """Return text with asterisks in place of secrets: known values, passwords in addresses, assignments and tokens.

    Parameters
    ----------
    text : str
        Text, such as a line of a log.
    values : sequence of str
        Known secrets, see `list_private_values`.

    Examples
    --------
    >>> mask_secrets("connect to postgres://ann:s3cret@db/x")
    'connect to postgres://ann:********@db/x'
    """
    for value in values:
        if value in text:
            text = text.replace(value, MASK)
    if any(hint in text for hint in _HINTS):
        text = _MASKED_TOKEN.sub(MASK, _MASKED_URL.sub(rf"\1{MASK}", text))
    if "=" in text or ":" in text:
        text = _MASKED_ASSIGNMENT.sub(rf"\1{MASK}", text)
    return text


def mask_values(content: Any, values: Sequence[str]) -> Any:
    """Return JSON content, or HTML, with asterisks in place of known secrets in its texts.

    Assignments and tokens in it stay, since a display may need them.

    Parameters
    ----------
    content : str, list, mapping or a plain value
        Content.
    values : sequence of str
        Known secrets, see `list_private_values`.
    """
    if not values:
        return content
    if isinstance(content, str):
        for value in values:
            content = content.replace(html.escape(value), MASK).replace(value, MASK)
    elif isinstance(content, Mapping):
        return {name: mask_values(value, values) for name, value in content.items()}
    elif isinstance(content, list):
        return [mask_values(value, values) for value in content]
    return content


def _find_reason(name: str, value: Any) -> tuple[str, bool] | None:
    """Return the reason why a value is a secret, and True if the secret is a part of an address."""
    if value is None or isinstance(value, bool):
        return None
    if SECRET_KEY.search(name) and value != "" and not (isinstance(value, str) and _REFERENCE.fullmatch(value.strip())):
        return "a secret is written into the file", False
    if not isinstance(value, str):
        return None
    if _URL_WITH_PASSWORD.search(value):
        return "an address contains a password", True
    if _URL_WITH_TOKEN.search(value):
        return "an address contains a token", True
    if found := _ASSIGNMENT.search(value):
        return f"a secret ({found[1]}) is written into the file", False
    if _LIKE_TOKEN.search(value) and (kind := detect_in_lines([f"x = {value!r}"], names=False)[0]):
        return f"a secret ({kind}) is written into the file", False
    return None


def read_settings(path: Path, fix: str) -> Any:
    """Return the document in a YAML file of a project, which git and versions keep: JSON values without secrets.

    Parameters
    ----------
    path : Path
        File to read.
    fix : str
        Next step for the user if the file contains a secret; ``{name}`` stands for the key.

    Raises
    ------
    ConfigurationError
        If `safe_yaml.read_file` refuses the file, or it contains a secret. The message has the key, not the value.
    """
    content = safe_yaml.read_file(path, json=True)
    for secret in find_secrets(content):
        raise ConfigurationError(str(path), secret.path, secret.reason, fix.replace("{name}", secret.name))
    return content


def detect_in_lines(lines: Sequence[str], *, names: bool = True) -> list[str]:
    """Return the kind of secret that each line of code seems to contain; empty for none.

    Parameters
    ----------
    lines : sequence of str
        Lines such as ``key = 'value'``.
    names : bool, default True
        Report also values that are assigned to a name such as ``password``.

    Raises
    ------
    MissingDependencyError
        If ``detect-secrets`` is not installed.
    """
    if not lines:
        return []
    try:
        from detect_secrets.core.plugins.util import get_mapping_from_secret_type_to_class
        from detect_secrets.core.scan import scan_line
        from detect_secrets.settings import transient_settings
    except ImportError as error:
        raise MissingDependencyError("detect-secrets") from error
    left_out = _ENTROPY if names else (*_ENTROPY, *_NAMES)
    detectors: dict[str, Any] = get_mapping_from_secret_type_to_class()
    used = [detector.__name__ for detector in detectors.values() if detector.__name__ not in left_out]
    with transient_settings({"plugins_used": [{"name": n} for n in sorted(used)], "filters_used": []}):
        return [next((str(secret.type) for secret in scan_line(line)), "") for line in lines]
