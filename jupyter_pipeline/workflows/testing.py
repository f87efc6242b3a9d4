"""Test the pipelines of a repository in CI: without notebook and kernel, and by default without a server.

A pipeline is a folder of ``pipelines/`` with a ``prefect.yaml``, which names its flow. Its ``test.yaml`` has parameters
and environment variables of the test, and a profile that replaces the profiles of the pipeline::

    parameters: {rows: 100, source: tests/small.csv}
    env: {STAGE: test}
    profile: local

"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jupyter_pipeline.exceptions import ConfigurationError, NotFoundError, PipelineError
from jupyter_pipeline.models import PipelineTest
from jupyter_pipeline.secret_detection import read_settings
from jupyter_pipeline.workflows.artifacts import find_profile_files

__all__ = ["find_pipelines", "run_test"]

_WAY_OUT = "Remove it, and set {name} in the environment in which the test runs."
_KEYS = ("parameters", "env", "profile")
_TEXT = (".py", ".lock", ".json", ".yaml", ".toml", ".sql", ".txt")


@dataclass(frozen=True, slots=True)
class _Case:
    entrypoint: str
    parameters: Mapping[str, Any]
    env: Mapping[str, str]
    profile: str


def find_pipelines(folder: Path, names: Sequence[str] = ()) -> list[Path]:
    """Return the folders of the pipelines in ``folder/pipelines``: those in `names`, or all.

    Raises
    ------
    NotFoundError
        If a name has no pipeline, or there is no pipeline.
    """
    known = {path.parent.name: path.parent for path in sorted((folder / "pipelines").glob("*/prefect.yaml"))}
    for name in names:
        if name not in known:
            raise NotFoundError("pipeline", name, known, f"Pipelines are in {folder / 'pipelines'}.")
    if not known:
        raise NotFoundError(
            "pipeline", "*", (), f"{folder / 'pipelines'} has no pipeline. Deploy one, or change to its folder."
        )
    return [known[name] for name in names] if names else list(known.values())


def run_test(folder: Path, *, server: bool = False, progress: Callable[[str], None] | None = None) -> PipelineTest:
    """Run a pipeline once in a separate process, with the parameters of its ``test.yaml``.

    Parameters
    ----------
    folder : Path
        Folder of the pipeline.
    server : bool, default False
        Use the configured Prefect server, for flows that read blocks or variables; otherwise a temporary one.
    progress : callable, optional
        Function that gets each line that the flow logs or prints.

    Raises
    ------
    ConfigurationError
        If ``prefect.yaml`` or ``test.yaml`` is not valid.
    """
    from jupyter_pipeline.compiler.local_modules import find_local_modules
    from jupyter_pipeline.workflows.rehearsal import rehearse

    case = _read_case(folder)
    home = folder.absolute().parent.parent
    files = {
        path.relative_to(folder).as_posix(): path.read_text("utf-8")
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.suffix in _TEXT and not path.name.startswith(".")
    }
    code = {name: text for name, text in files.items() if name.endswith(".py")}
    try:
        profiles = find_profile_files(code, cwd=home, replacement=case.profile)
    except (PipelineError, SyntaxError) as error:
        return PipelineTest(name=folder.name, passed=False, seconds=0.0, error=str(error), traceback="")
    # A profile beside the code is the deployed one.
    files = {**files, **profiles} if case.profile else {**profiles, **files}
    done = rehearse(
        {**files, **find_local_modules(code, home)},
        case.entrypoint,
        working_directory=home,
        parameters=case.parameters,
        more=case.env,
        server="" if server else None,
        progress=progress,
    )
    return PipelineTest(
        name=folder.name, passed=not done.error, seconds=done.seconds, error=done.error, traceback=done.traceback
    )


def _read_case(folder: Path) -> _Case:
    manifest = _mapping(folder / "prefect.yaml")
    deployments = manifest.get("deployments")
    if not isinstance(deployments, list) or not deployments or "entrypoint" not in deployments[0]:
        raise ConfigurationError(
            str(folder / "prefect.yaml"), "deployments", "names no flow", "Deploy the pipeline again."
        )
    case = _mapping(folder / "test.yaml") if (folder / "test.yaml").exists() else {}
    path = str(folder / "test.yaml")
    if unknown := [key for key in case if key not in _KEYS]:
        raise ConfigurationError(path, str(unknown[0]), "is unknown", f"The keys are {', '.join(_KEYS)}.")
    for key in ("parameters", "env"):
        if not isinstance(case.get(key) or {}, dict):
            raise ConfigurationError(path, key, "is not a mapping", f"Write it like {key}: {{rows: 100}}.")
    if not isinstance(case.get("profile") or "", str):
        raise ConfigurationError(path, "profile", "is not text", "Write the name of a profile: profile: local.")
    return _Case(
        entrypoint=str(deployments[0]["entrypoint"]),
        parameters=case.get("parameters") or {},
        env={str(name): str(value) for name, value in (case.get("env") or {}).items()},
        profile=case.get("profile") or "",
    )


def _mapping(path: Path) -> dict[str, Any]:
    found = read_settings(path, _WAY_OUT)
    if found is None:
        return {}
    if not isinstance(found, dict):
        raise ConfigurationError(str(path), "", "is not a mapping", "Write keys and values.")
    return found
