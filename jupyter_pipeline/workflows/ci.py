"""Write the CI workflow that tests the pipelines of a repository."""

from __future__ import annotations

import sys
from importlib import resources
from pathlib import Path

from jupyter_pipeline.exceptions import ConfigurationError, UsageError
from jupyter_pipeline.workflows import testing

__all__ = ["write_github"]


def write_github(folder: Path, *, overwrite: bool = False) -> Path:
    """Write ``.github/workflows/pipelines.yml`` of the repository of `folder`, and return its path.

    Parameters
    ----------
    folder : Path
        Folder that contains ``pipelines``.
    overwrite : bool, default False
        Replace an existing workflow that differs.

    Raises
    ------
    UsageError
        If the folder is not in a git repository, or a different workflow exists.
    NotFoundError
        If there is no pipeline.
    ConfigurationError
        If the file cannot be written.
    """
    here = folder.absolute()
    testing.find_pipelines(here)
    root = next((path for path in (here, *here.parents) if (path / ".git").exists()), None)
    if root is None:
        raise UsageError(f"{here} is not in a git repository. Create one: git init")
    # The workflow contains braces, which a format string would not keep.
    template = resources.files("jupyter_pipeline.workflows").joinpath("github.yml").read_text("utf-8")
    prefix = "".join(f"{part}/" for part in here.relative_to(root).parts)
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    text = template.replace("FOLDER/", prefix).replace("FOLDER", prefix or ".").replace("PYTHON", python)
    path = root / ".github" / "workflows" / "pipelines.yml"
    if path.exists() and path.read_text("utf-8") != text and not overwrite:
        raise UsageError(f"{path} exists and differs. Replace it with --overwrite, or rename it.")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    except OSError as error:
        raise ConfigurationError(
            str(path), "", f"cannot be written ({error.strerror})", "Make the folder writable."
        ) from error
    return path
