"""Select the database of the service: SQLite, a PostgreSQL database of the user, or a local PostgreSQL server.

``database.json`` keeps the choice of ``up --postgres``, without passwords. The variable
`environment_variables.DATABASE` takes precedence over it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path

from jupyter_pipeline import environment_variables
from jupyter_pipeline.exceptions import ConfigurationError, ServiceError, UsageError
from jupyter_pipeline.orchestration.service_state import ServiceState
from jupyter_pipeline.paths import read_setting, write_object
from jupyter_pipeline.secret_detection import has_secret

__all__ = [
    "LOCAL",
    "check_choice",
    "describe",
    "has_sqlite",
    "read_choice",
    "replace_variables",
    "resolve_address",
    "select",
    "write_choice",
]

LOCAL = "local"
"""Choice of the local PostgreSQL server; other choices are addresses, or empty for SQLite."""
_VARIABLE = re.compile(r"\$\{(\w+)\}")


def read_choice(home: Path) -> str:
    """Return the choice that an earlier ``up`` has stored; empty for none."""
    remedy = "Remove it, and name the database: jupyter pipeline up --postgres URL"
    return str(read_setting(home / "database.json", remedy).get("postgres") or "")


def write_choice(home: Path, choice: str) -> None:
    """Store a choice for later starts."""
    if choice != read_choice(home):
        write_object(home / "database.json", {"postgres": choice})


def check_choice(choice: str) -> str:
    """Return the value of ``--postgres`` if it can be used.

    Raises
    ------
    UsageError
        If it is neither ``local`` nor an address of PostgreSQL, or it contains a password.
    """
    if choice in ("", LOCAL):
        return choice
    if not re.match(r"(postgres|postgresql|postgresql\+asyncpg)://", choice):
        raise UsageError("--postgres takes local, or an address such as postgresql://USER@HOST/DATABASE.")
    if has_secret("postgres", choice):
        raise UsageError(
            "The address of --postgres contains a password, and every user of this host can read argument lists. Write "
            "'postgresql://USER:${VARIABLE}@HOST/DATABASE' in single quotes, or store the password in ~/.pgpass."
        )
    return choice


def resolve_address(choice: str, environ: Mapping[str, str]) -> str:
    """Return the address for Prefect, with the values of its variables.

    Raises
    ------
    ConfigurationError
        If a variable is not set.
    """
    return re.sub(
        r"^postgres(ql)?://", "postgresql+asyncpg://", replace_variables(choice, environ, option="--postgres")
    )


def replace_variables(address: str, environ: Mapping[str, str], *, option: str) -> str:
    """Return the address of an option, with the values of its variables.

    Raises
    ------
    ConfigurationError
        If a variable is not set.
    """

    def value(match: re.Match[str]) -> str:
        if not environ.get(match[1]):
            raise ConfigurationError(option, "", f"the variable {match[1]} is not set", "Set it.")
        return environ[match[1]]

    return _VARIABLE.sub(value, address)


def has_sqlite(home: Path) -> bool:
    """Return True if the service has run with SQLite."""
    return (home / "prefect" / "prefect.db").exists()


def select(home: Path, postgres: str, state: ServiceState | None, *, migrate: bool | None) -> str:
    """Return the choice for a start of the service.

    Parameters
    ----------
    home : Path
        Folder of the service.
    postgres : str
        Value of ``--postgres``; empty for none.
    state : ServiceState, optional
        State of the last service.
    migrate : bool, optional
        True to copy the deployments of SQLite, False to leave them there.

    Raises
    ------
    ConfigurationError
        If the variable with the address is not valid.
    ServiceError
        If the deployments are in another database, and `migrate` does not say what to do with them.
    UsageError
        If two databases are named, or `migrate` is true without one.
    """
    stored, variable = read_choice(home), os.environ.get(environment_variables.DATABASE, "")
    if variable and not variable.startswith("postgresql+asyncpg://"):
        raise ConfigurationError(
            "the environment",
            environment_variables.DATABASE,
            "is not an address of PostgreSQL",
            "Write postgresql+asyncpg://USER@HOST/DATABASE",
        )
    if variable and postgres:
        raise UsageError(f"--postgres and {environment_variables.DATABASE} both name a database. Use one of them.")
    if migrate and not (postgres or stored or variable):
        raise UsageError("--migrate needs a PostgreSQL database. Add --postgres local, or --postgres URL.")
    if postgres and stored and postgres != stored:
        raise ServiceError(
            f"The deployments of this state folder are in {describe(stored)}. To use another database, remove "
            f"{home / 'database.json'} first; deployments stay where they are."
        )
    if postgres and not stored and has_sqlite(home) and migrate is None:
        raise ServiceError(
            "The deployments of this state folder are in SQLite. Add --migrate to copy them to PostgreSQL, or "
            "--no-migrate to begin without deployments."
        )
    if state is not None and state.database == "postgresql" and not (postgres or stored or variable):
        raise ServiceError(
            "The deployments of this state folder are in PostgreSQL: "
            f"set {environment_variables.DATABASE} to that database, or name it with --postgres."
        )
    return variable or postgres or stored


def describe(choice: str) -> str:
    """Return a choice in words, without secrets."""
    if not choice:
        return "SQLite"
    return "the local PostgreSQL" if choice == LOCAL else "a PostgreSQL database"
