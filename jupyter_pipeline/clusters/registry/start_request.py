"""What a cluster is started with: written by who starts it, read by its keeper."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from jupyter_pipeline.models import Limits, Profile, Record

__all__ = ["StartRequest"]


@dataclass(frozen=True, slots=True, kw_only=True)
class StartRequest(Record):
    """One start."""

    profile: Profile
    workers: int | None = None
    """Fixed size."""
    adapt: tuple[int, int] | None = None
    cwd: str = ""
    """Working folder of keeper and local workers."""
    sys_path: tuple[str, ...] = ()
    """Where modules are found, as in the process that asks."""

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Rebuild the profile too."""
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
