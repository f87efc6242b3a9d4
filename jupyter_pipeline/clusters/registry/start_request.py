"""The arguments of one cluster start, written by the caller and read by the keeper."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from jupyter_pipeline.models import Limits, Profile, Record

__all__ = ["StartRequest"]


@dataclass(frozen=True, slots=True, kw_only=True)
class StartRequest(Record):
    """Arguments of one start."""

    profile: Profile
    workers: int | None = None
    """Fixed number of workers, in place of the profile's."""
    adapt: tuple[int, int] | None = None
    """Minimum and maximum number of workers, in place of the profile's."""
    cwd: str = ""
    """Working folder of the keeper and of local workers."""
    sys_path: tuple[str, ...] = ()
    """Module search path of the caller."""

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Rebuild a request, including its profile."""
        profile = dict(data["profile"])
        profile["limits"] = Limits.from_dict(profile.get("limits") or {})
        adapt = data.get("adapt")
        return cls(
            profile=Profile.from_dict(profile),
            workers=data.get("workers"),
            adapt=(int(adapt[0]), int(adapt[1])) if adapt else None,
            cwd=str(data.get("cwd", "")),
            sys_path=tuple(data.get("sys_path", ())),
        )
