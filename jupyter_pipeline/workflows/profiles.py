"""Show and check single profiles."""

from __future__ import annotations

from typing import Any

from jupyter_pipeline.exceptions import PreflightError
from jupyter_pipeline.models import Profile

__all__ = ["check_profile", "list_profiles", "profile_settings"]


def list_profiles() -> tuple[list[Profile], dict[str, str]]:
    """Return the profiles that apply in this folder, and the reason by name for those that the policy refuses.

    Raises
    ------
    ConfigurationError
        If the administrator's policy file cannot be used.
    """
    from jupyter_pipeline.clusters import profiles, restrictions

    compared = [restrictions.compare(profile)[1] for profile in profiles.load_profiles().values()]
    refused = {each.profile.name: " ".join(each.problems) for each in compared if each.problems}
    return [each.profile for each in compared], refused


def profile_settings(name: str, *, resolved: bool = False) -> dict[str, Any]:
    """Return the settings of a profile after ``extends``, layers and the administrator's policy, as plain data.

    With a policy, ``policy`` has the path of its ``file``, the ``problems`` for which it refuses the profile, and its
    ``message``.

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
    from jupyter_pipeline.clusters import profiles, restrictions

    policy, found = restrictions.compare(profiles.get_profile(name))
    settings = found.profile.to_dict()
    defaults = Profile(name="", cluster_class="").to_dict()
    shown = settings if resolved else {key: value for key, value in settings.items() if value != defaults[key]}
    if policy is None:
        return shown
    return {**shown, "policy": {"file": policy.source, "problems": list(found.problems), "message": policy.message}}


def check_profile(name: str) -> dict[str, Any]:
    """Check that a profile can start here, without starting anything.

    Returns
    -------
    dict
        ``profile``, ``problems`` (empty), ``doubts``: sentences about settings that may fail on other hosts, and
        ``policy``: the path of the administrator's policy, empty without one.

    Raises
    ------
    PolicyError
        If the policy does not allow the profile.
    PreflightError
        If the profile cannot start here.
    """
    from jupyter_pipeline import site_policy
    from jupyter_pipeline.clusters import preflight, profiles, restrictions

    profile = restrictions.restrict(profiles.get_profile(name))
    policy = site_policy.find_policy()
    if problems := preflight.check(profile):
        raise PreflightError(profile.name, problems, profile.source)
    return {
        "profile": name,
        "problems": [],
        "doubts": [*profile.notes, *preflight.find_doubts(profile)],
        "policy": policy.source if policy else "",
    }
