"""Show and check single profiles."""

from __future__ import annotations

from typing import Any

from jupyter_pipeline.exceptions import PreflightError
from jupyter_pipeline.models import Profile

__all__ = ["check_profile", "profile_settings"]


def profile_settings(name: str, *, resolved: bool = False) -> dict[str, Any]:
    """Return the settings of a profile after ``extends`` and layers, as plain data.

    Parameters
    ----------
    name : str
        Name of the profile, or path of a file with one.
    resolved : bool, default False
        Include keys that have their default value.

    Raises
    ------
    NotFoundError
        If there is no such profile.
    ConfigurationError
        If it is not valid.
    """
    from jupyter_pipeline.clusters import profiles

    settings = profiles.get_profile(name).to_dict()
    defaults = Profile(name="", cluster_class="").to_dict()
    return settings if resolved else {key: value for key, value in settings.items() if value != defaults[key]}


def check_profile(name: str) -> dict[str, Any]:
    """Check that a profile can start here, without starting anything.

    Returns
    -------
    dict
        ``profile``, ``problems`` (empty) and ``doubts``: sentences about settings that may fail on other hosts.

    Raises
    ------
    PreflightError
        If the profile cannot start here.
    """
    from jupyter_pipeline.clusters import preflight, profiles

    profile = profiles.get_profile(name)
    if problems := preflight.check(profile):
        raise PreflightError(profile.name, problems, profile.source)
    return {"profile": name, "problems": [], "doubts": [*profile.notes, *preflight.find_doubts(profile)]}
