"""Find the configured Prefect API and its credentials.

The order is Prefect's own, with the embedded service last: the variable ``PREFECT_API_URL``, the active Prefect
profile if it names an API, the embedded service if it runs. Prefect's files are read without importing Prefect.
"""

from __future__ import annotations

import base64
import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from jupyter_pipeline import environment_variables, processes
from jupyter_pipeline.exceptions import ApiUnreachableError, ConfigurationError, NotFoundError
from jupyter_pipeline.orchestration.service_state import ServiceState, read_secrets, read_state

__all__ = ["START_HINT", "Endpoint", "embedded", "resolve", "settings", "variables"]

START_HINT = "Start the embedded service: jupyter pipeline up, or %pipeline up in a notebook"


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """Address and credentials of one Prefect API."""

    url: str
    source: str
    """Origin of the address, for messages."""
    authorization: str = field(default="", repr=False)
    """Value of the ``Authorization`` header; empty for none."""
    ui_url: str = ""
    embedded: bool = False
    """True for the embedded service of this state folder."""

    @property
    def key(self) -> str:
        """Stable key of the server in stored versions. The port of the embedded server may change."""
        return "embedded" if self.embedded else self.url

    @property
    def supervised(self) -> bool:
        """True if a running supervisor restarts this server when it exits."""
        state = read_state() if self.embedded else None
        return state is not None and state.state != "stopping" and processes.find(state.supervisor) is not None

    @property
    def hint(self) -> str:
        """Next step for the user when the server does not answer."""
        if self.embedded:
            return "Check the service: jupyter pipeline status"
        return f"The address comes from {self.source}. Start that server, or unset it and run: jupyter pipeline up"


def resolve(environ: Mapping[str, str] | None = None, *, server: str = "") -> Endpoint:
    """Return the configured API, or the API of a named server.

    Parameters
    ----------
    environ : mapping, optional
        The environment; by default ``os.environ``.
    server : str
        Name of a Prefect profile, ``${VARIABLE}`` that holds an address, or an address without credentials. The
        credentials come from a Prefect profile with this address, or from the environment.

    Raises
    ------
    ApiUnreachableError
        If no API is configured and the embedded service is not running.
    ConfigurationError
        If the file of Prefect profiles cannot be read, or `server` cannot be used.
    NotFoundError
        If there is no Prefect profile of this name.
    """
    environ = os.environ if environ is None else environ
    if server:
        return _named(environ, server)
    if environ.get("PREFECT_API_URL"):
        return _from_settings(environ, "PREFECT_API_URL")
    name, settings = _active_profile(environ)
    if settings.get("PREFECT_API_URL"):
        return _from_settings(
            {**settings, **{k: v for k, v in environ.items() if k.startswith("PREFECT_")}},
            f"the Prefect profile {name!r}",
        )
    state = read_state()
    if state is None or processes.find(state.supervisor) is None:
        raise ApiUnreachableError("", _hint(state))
    return embedded(state)


def _hint(state: ServiceState | None) -> str:
    """Return the next step if the embedded service does not run on this host."""
    supervisor = state.supervisor if state is not None else None
    if supervisor is None or processes.on_this_host(supervisor):
        return START_HINT
    return f"The embedded service was started on {supervisor.host}. See its state: jupyter pipeline status"


def embedded(state: ServiceState) -> Endpoint:
    """Return the API of the embedded service."""
    return Endpoint(
        url=state.api_url,
        source="the embedded service",
        authorization=_basic(read_secrets().auth),
        ui_url=state.ui_url,
        embedded=True,
    )


def variables(server: str = "") -> dict[str, str]:
    """Return the environment variables with which Prefect in another process reaches the same API.

    Prefect finds a server that the user has configured itself: the result is empty then, unless `server` is set.
    """
    found = resolve(server=server)
    if not (found.embedded or server):
        return {}
    kind, _, credentials = found.authorization.partition(" ")
    return {
        "PREFECT_API_URL": found.url,
        "PREFECT_API_KEY": credentials if kind == "Bearer" else "",
        "PREFECT_API_AUTH_STRING": base64.b64decode(credentials).decode() if kind == "Basic" else "",
        **({environment_variables.SERVICE_API: found.url} if found.embedded else {}),
    }


def settings() -> dict[str, str]:
    """Return the settings with which Prefect on another machine reaches the configured API, credentials included."""
    found = resolve()
    kind, _, credentials = found.authorization.partition(" ")
    names = {"Bearer": "PREFECT_API_KEY", "Basic": "PREFECT_API_AUTH_STRING"}
    secret = base64.b64decode(credentials).decode() if kind == "Basic" else credentials
    return {"PREFECT_API_URL": found.url, **({names[kind]: secret} if kind in names else {})}


def _named(environ: Mapping[str, str], server: str) -> Endpoint:
    where = f"the server {server}"
    if variable := re.fullmatch(r"\$\{(\w+)\}", server):
        if not environ.get(variable[1]):
            raise ConfigurationError("the target", "server", f"the variable {variable[1]} is not set", "Set it.")
        server = environ[variable[1]]
    profiles, path = _profiles(environ)
    if "://" not in server:
        if server not in profiles:
            raise NotFoundError("Prefect profile", server, profiles.keys() - {""}, f"They are in {path}.")
        if not profiles[server].get("PREFECT_API_URL"):
            fix = f"Set it: prefect --profile {server} config set PREFECT_API_URL=…"
            raise ConfigurationError(str(path), server, "has no PREFECT_API_URL", fix)
        return _from_settings(profiles[server], f"the Prefect profile {server!r}")
    if not re.match(r"https?://[^/@]+(/|$)", server):
        fix = "Write http(s)://HOST/api, and set the credentials in a Prefect profile or PREFECT_API_AUTH_STRING."
        raise ConfigurationError("the target", "server", "is not an address without credentials", fix)
    same = [s for s in profiles.values() if s.get("PREFECT_API_URL", "").rstrip("/") == server.rstrip("/")]
    credentials = {key: environ[key] for key in ("PREFECT_API_KEY", "PREFECT_API_AUTH_STRING") if environ.get(key)}
    return _from_settings({**(same[0] if same else credentials), "PREFECT_API_URL": server}, where)


def _from_settings(settings: Mapping[str, str], source: str) -> Endpoint:
    url = settings["PREFECT_API_URL"].rstrip("/")
    authorization = ""
    if settings.get("PREFECT_API_KEY"):
        authorization = f"Bearer {settings['PREFECT_API_KEY']}"
    elif settings.get("PREFECT_API_AUTH_STRING"):
        authorization = _basic(settings["PREFECT_API_AUTH_STRING"])
    ui_url = settings.get("PREFECT_UI_URL") or _ui_url(url)
    state = read_state()
    is_embedded = state is not None and state.has_address(url) and processes.find(state.supervisor) is not None
    return Endpoint(url=url, source=source, authorization=authorization, ui_url=ui_url, embedded=is_embedded)


def _basic(auth: str) -> str:
    return "Basic " + base64.b64encode(auth.encode()).decode()


def _ui_url(api_url: str) -> str:
    """Return the address of the UI of an API, by Prefect's own rule."""
    if re.match(r"https://api[.\w]*\.prefect\.", api_url):
        url = api_url.replace("https://api", "https://app", 1).replace("/api/", "/", 1)
        return url.replace("/accounts/", "/account/").replace("/workspaces/", "/workspace/")
    return api_url.removesuffix("/api")


def _active_profile(environ: Mapping[str, str]) -> tuple[str, dict[str, str]]:
    profiles, path = _profiles(environ)
    name = environ.get("PREFECT_PROFILE") or profiles.get("", {}).get("active", "")
    if environ.get("PREFECT_PROFILE") and name not in profiles:
        raise NotFoundError("Prefect profile", name, profiles.keys() - {""}, f"They are in {path}.")
    return name, profiles.get(name, {}) if name else {}


def _profiles(environ: Mapping[str, str]) -> tuple[dict[str, dict[str, str]], Path]:
    """Return the settings of Prefect's profiles by name, and their file; the empty name holds the active profile."""
    home = Path(environ.get("PREFECT_HOME") or "~/.prefect").expanduser()
    path = Path(environ.get("PREFECT_PROFILES_PATH") or home / "profiles.toml").expanduser()
    try:
        content = tomllib.loads(path.read_text())
    except FileNotFoundError:
        return {}, path
    except (OSError, ValueError) as error:
        raise ConfigurationError(
            str(path), "", f"cannot be read ({error})", "Repair it, or set PREFECT_API_URL."
        ) from error
    profiles = {name: {k: str(v) for k, v in found.items()} for name, found in content.get("profiles", {}).items()}
    return {**profiles, "": {"active": str(content.get("active", ""))}}, path
