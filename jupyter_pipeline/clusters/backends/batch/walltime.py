"""Parse walltimes (pure)."""

from __future__ import annotations

import re

__all__ = ["is_unlimited", "parse_walltime"]

_WALLTIME = re.compile(r"(?:(\d{1,4})-)?(\d{1,6})(?::(\d{1,2}))?(?::(\d{1,2}))?")


def is_unlimited(value: object) -> bool:
    """Return True for the words by which batch systems request no limit."""
    return isinstance(value, str) and value.strip().lower() in ("unlimited", "infinite", "infinity", "-1")


def parse_walltime(value: object, *, unit: float = 60.0) -> float:
    """Return the seconds of a walltime, spelled as ``sbatch --time`` accepts it.

    Parameters
    ----------
    value : object
        A number, ``MM:SS``, ``HH:MM:SS``, ``D-HH``, ``D-HH:MM`` or ``D-HH:MM:SS``.
    unit : float
        Seconds of a number without colons: 60 for Slurm and LSF, 1 for PBS, Moab, SGE and OAR.

    Raises
    ------
    ValueError
        If it is none of these, or zero.

    Examples
    --------
    >>> parse_walltime("01:30:00"), parse_walltime("1-12"), parse_walltime(90), parse_walltime(90, unit=1)
    (5400.0, 129600.0, 5400.0, 90.0)
    """
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise ValueError(f"{value!r} is not a walltime")
    match = _WALLTIME.fullmatch(str(value).strip())
    if not match:
        raise ValueError(f"{value!r} is not a walltime")
    days, *rest = match.groups()
    fields = [int(part) for part in rest if part is not None]
    if days is not None:
        hours, minutes, seconds = (*fields, 0, 0)[:3]
        total = int(days) * 86400.0 + hours * 3600 + minutes * 60 + seconds
    elif len(fields) == 3:
        total = fields[0] * 3600.0 + fields[1] * 60 + fields[2]
    elif len(fields) == 2:
        total = fields[0] * 60.0 + fields[1]
    else:
        total = fields[0] * unit
    if total <= 0:
        raise ValueError(f"{value!r} is not a positive walltime")
    return total
